//! Fields of spans, which users may add to those that Kooper records.

use crate::{
    Checked,
    meant::{mentions, variable},
};

/// What the names of Kooper's own fields begin with, or are.
const OWN: [&str; 8] =
    ["kubernetes.", "kooper.", "controller.cfg.", "code.", "otel.kind", "otel.status_", "error", "component"];

/// Whether a user's field may have this name: Kooper has no field of that name, and will have none.
///
/// # Errors
///
/// What is wrong.
pub fn check(name: &str) -> Checked {
    let taken = OWN.iter().any(|own| {
        let is_family = own.ends_with(['.', '_']);
        if is_family { name.starts_with(own) } else { name == *own || name.starts_with(&format!("{own}.")) }
    });
    if taken {
        Err(format!("the field `{name}` is one that is already recorded; give yours another name"))
    } else {
        Ok(())
    }
}

/// What is wrong with the value of a field that begins with a variable: that there are none, where no handler's `arguments` are known, or
/// that it is a part of one.
pub fn unknown(value: &str, arguments: Option<&str>) -> Option<String> {
    let root = variable(value)?;
    let Some(arguments) = arguments else {
        return Some(format!(
            "`{root}` is not known here\n= help: fields of a handler's arguments go in `#[handler(span(fields(..)))]` on it"
        ));
    };
    let mut parts = arguments.split('{').skip(1).filter_map(|part| part.split('}').next());
    parts.any(|part| mentions(part, root)).then(|| {
        format!("`{root}` is a part of an argument: give the whole a name, and write `object.{root}`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_kooper_are_taken_and_others_are_free() {
        for taken in
            ["kubernetes.object.key", "kooper.outcome", "error", "error.type", "component", "otel.kind"]
        {
            assert!(check(taken).is_err(), "{taken}");
        }
        for free in ["node", "team", "errors", "otel.name", "k8s.node", "components"] {
            assert_eq!(check(free), Ok(()), "{free}");
        }
    }

    #[test]
    fn a_value_that_begins_with_a_part_of_an_argument_is_known() {
        let arguments = Some("&self, ctx: Context, Pod { metadata, .. }: Pod");
        let fault = unknown("metadata.uid", arguments).unwrap_or_default();
        assert!(fault.ends_with("write `object.metadata`"), "{fault}");
        for value in ["ctx.key()", "self.zone", "pod.spec", "metadata()"] {
            assert_eq!(unknown(value, arguments), None, "{value}");
        }
        assert!(unknown("pod.spec", None).is_some_and(|fault| fault.contains("not known here")));
        assert_eq!(unknown("self.zone", None), None);
    }
}
