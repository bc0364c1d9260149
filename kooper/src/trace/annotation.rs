//! The trace of an object: what its annotation says of who wrote it, read as it comes in, and what a handler writes.

use crate::ObjectKey;

/// The annotation that is read and written unless another is set.
pub(crate) const ANNOTATION: &str = "kooper.dev/traceparent";

/// How many traces of states that an attempt covers it links to, the newest.
const MOST: usize = 8;

/// The span in which an object was written, as its annotation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Traceparent(#[cfg(feature = "otel")] opentelemetry::trace::SpanContext);

impl Traceparent {
    /// Reads the value of an annotation. One that is none costs the object nothing but its link.
    pub(crate) fn read(annotation: &str, value: &str, key: &ObjectKey) -> Option<Box<Self>> {
        let read = Self::parse(value);
        if read.is_none() && cfg!(feature = "otel") {
            let start = &value[..value.floor_char_boundary(64)];
            tracing::debug!(annotation, value = start, %key, "the annotation is no `traceparent`, and is ignored");
        }
        read.map(Box::new)
    }
}

/// The distinct traces of states that no attempt has covered yet, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Traceparents(Vec<Traceparent>);

impl Traceparents {
    /// Adds that of a newer state.
    pub(crate) fn add(&mut self, newer: &Traceparent) {
        self.0.retain(|known| known != newer);
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(newer.clone());
    }

    /// The newest first, but for that of the state at hand.
    pub(crate) fn beside(&self, at_hand: Option<&Traceparent>) -> impl Iterator<Item = &Traceparent> {
        let room = MOST - usize::from(at_hand.is_some());
        self.0.iter().rev().filter(move |known| Some(*known) != at_hand).take(room)
    }
}

#[cfg(feature = "otel")]
mod with_otel {
    use super::Traceparent;
    use opentelemetry::{
        Context,
        propagation::{Extractor, TextMapPropagator as _},
        trace::{SpanContext, TraceContextExt as _},
    };
    use opentelemetry_sdk::propagation::TraceContextPropagator;
    use serde_json::Value::{self, Array, Null, Object};

    /// The value of an annotation, as the header that it is written like.
    struct Header<'a>(&'a str);

    impl Extractor for Header<'_> {
        fn get(&self, key: &str) -> Option<&str> {
            (key == "traceparent").then_some(self.0)
        }

        fn keys(&self) -> Vec<&str> {
            vec!["traceparent"]
        }
    }

    impl Traceparent {
        pub(super) fn parse(value: &str) -> Option<Self> {
            let read =
                TraceContextPropagator::new().extract_with_context(&Context::new(), &Header(value.trim()));
            let place = read.span().span_context().clone();
            place.is_valid().then_some(Self(place))
        }

        /// The span, as one of another process.
        pub(crate) fn place(&self) -> &SpanContext {
            &self.0
        }
    }

    /// A span as the value of an annotation.
    pub(crate) fn value(place: &SpanContext) -> Option<String> {
        let flags = place.trace_flags().to_u8() & 1;
        place.is_valid().then(|| format!("00-{}-{}-{flags:02x}", place.trace_id(), place.span_id()))
    }

    /// What the server leaves out.
    fn is_nothing(value: &Value) -> bool {
        match value {
            Null => true,
            Object(fields) => fields.is_empty(),
            Array(items) => items.is_empty(),
            _ => false,
        }
    }

    /// Whether `live` holds all that `wanted` says; what the server has added does not count.
    pub(crate) fn covers(live: &Value, wanted: &Value) -> bool {
        match (live, wanted) {
            (_, Null) => true,
            (Object(live), Object(wanted)) => wanted.iter().all(|(name, wanted)| match live.get(name) {
                Some(live) => covers(live, wanted),
                None => is_nothing(wanted),
            }),
            (Array(live), Array(wanted)) => {
                live.len() == wanted.len()
                    && live.iter().zip(wanted).all(|(live, wanted)| covers(live, wanted))
            }
            (live, wanted) => live == wanted,
        }
    }
}

#[cfg(feature = "otel")]
pub(crate) use with_otel::{covers, value};

#[cfg(not(feature = "otel"))]
impl Traceparent {
    /// Without OpenTelemetry there are no links.
    fn parse(_: &str) -> Option<Self> {
        None
    }
}

#[cfg(all(test, feature = "otel"))]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(number: u8) -> Traceparent {
        Traceparent::parse(&format!("00-{number:032x}-00000000000000aa-01")).expect("it is one")
    }

    #[test]
    fn what_is_no_traceparent_is_ignored() {
        for value in [
            "",
            "nonsense",
            "00-00000000000000000000000000000000-00000000000000aa-01",
            "00-000000000000000000000000000000aa-0000000000000000-01",
            "ff-000000000000000000000000000000aa-00000000000000aa-01",
            "00-000000000000000000000000000000aa-00000000000000aa",
            "00-xx-00000000000000aa-01",
            "日本語",
        ] {
            assert_eq!(Traceparent::parse(value), None, "{value}");
        }
        let long = "é".repeat(1000);
        assert_eq!(Traceparent::read(ANNOTATION, &long, &ObjectKey::cluster("a")), None);
    }

    #[test]
    fn a_span_is_written_as_it_is_read() {
        for text in [
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
        ] {
            let read = Traceparent::parse(text).expect("it is one");
            assert!(read.place().is_remote());
            assert_eq!(value(read.place()).as_deref(), Some(text));
        }
        assert_eq!(value(&opentelemetry::trace::SpanContext::NONE), None);
    }

    #[test]
    fn the_newest_eight_are_kept_each_once() {
        let mut several = Traceparents::default();
        for number in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 4] {
            several.add(&parse(number));
        }
        let newest: Vec<_> = [4, 10, 9, 8, 7, 6, 5, 3].map(parse).into();
        assert_eq!(several.beside(None).cloned().collect::<Vec<_>>(), newest);
        let at_hand = several.beside(Some(&newest[0])).cloned().collect::<Vec<_>>();
        assert_eq!(at_hand, newest[1..], "eight with that of the state at hand");
        assert_eq!(several.beside(Some(&parse(99))).count(), 7);
    }

    #[test]
    fn what_the_server_has_added_is_no_difference() {
        let live = json!({ "metadata": { "name": "a", "uid": "u" }, "data": { "k": "v", "more": "x" }, "list": [{ "a": 1, "b": 2 }] });
        for (wanted, same) in [
            (json!({}), true),
            (json!({ "metadata": { "name": "a" }, "data": { "k": "v" }, "immutable": null }), true),
            (json!({ "list": [{ "a": 1 }] }), true),
            (json!({ "metadata": { "annotations": {} }, "binaryData": {} }), true),
            (json!({ "data": { "k": "w" } }), false),
            (json!({ "data": { "new": "v" } }), false),
            (json!({ "list": [] }), false),
            (json!({ "list": [{ "a": 1 }, { "a": 1 }] }), false),
            (json!({ "data": "text" }), false),
        ] {
            assert_eq!(covers(&live, &wanted), same, "{wanted}");
        }
    }
}
