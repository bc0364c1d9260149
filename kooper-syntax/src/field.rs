//! Fields of spans, which users may add to those that Kooper records.

use crate::Checked;

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
}
