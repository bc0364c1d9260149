//! Span events as lines of text, the way Kooper's document shows them.

use opentelemetry::trace::Event;

/// `event=forget, kubernetes.object.key=default/web, message=…`: the event's name, where it has one, then its fields in
/// their order.
pub(crate) fn line(event: &Event) -> String {
    let mut line = String::new();
    let mut field = |name: &str, value: &str| {
        for part in [if line.is_empty() { "" } else { ", " }, name, "=", value] {
            line.push_str(part);
        }
    };
    if !event.name.is_empty() && event.attributes.iter().all(|field| field.key.as_str() != "event") {
        field("event", &event.name);
    }
    for attribute in &event.attributes {
        field(attribute.key.as_str(), &attribute.value.as_str());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::KeyValue;
    use std::time::UNIX_EPOCH;

    fn event(name: &'static str, fields: &[KeyValue]) -> String {
        line(&Event::new(name, UNIX_EPOCH, fields.to_vec(), 0))
    }

    #[test]
    fn the_name_stands_first_and_the_fields_keep_their_order() {
        let fields = [KeyValue::new("key", "kubernetes.object.key"), KeyValue::new("a", 1)];
        assert_eq!(event("baggage", &fields), "event=baggage, key=kubernetes.object.key, a=1");
    }

    #[test]
    fn an_event_without_a_name_is_its_fields_alone() {
        assert_eq!(event("", &[KeyValue::new("success", false)]), "success=false");
        assert_eq!(event("add", &[]), "event=add");
        assert_eq!(event("add", &[KeyValue::new("event", "other")]), "event=other");
    }
}
