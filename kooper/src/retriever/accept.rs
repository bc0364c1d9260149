//! What objects are asked for in, and what of it a server has refused.
//!
//! An API server takes the first of several that it can do. What stands before one, and some of the servers behind an
//! aggregated API, refuse a request that names what they do not know (406), though it names JSON as well.

use crate::wire::{Encoding, Part};
use std::sync::atomic::{AtomicBool, Ordering};

/// What was refused of a resource, once and for all of its streams. Nothing of it is asked for again.
#[derive(Debug, Default)]
pub(super) struct Refused {
    protobuf: AtomicBool,
    /// The metadata alone, in JSON.
    metadata: AtomicBool,
}

impl Refused {
    /// The best that can be asked for.
    pub(super) fn accept(&self, wanted: Encoding, part: Part) -> &'static str {
        let encoding = if self.protobuf.load(Ordering::Relaxed) { Encoding::Json } else { wanted };
        let part = if self.metadata.load(Ordering::Relaxed) { Part::Whole } else { part };
        encoding.accept(part)
    }

    /// Notes that `asked` was refused. Gives what to ask for now, if there is anything left.
    pub(super) fn next(&self, wanted: Encoding, part: Part, asked: &str) -> Option<&'static str> {
        // From the least that can be given up to the most; another stream may have found it out already.
        for give_up in [None, Some(&self.protobuf), Some(&self.metadata)] {
            if let Some(given_up) = give_up {
                given_up.store(true, Ordering::Relaxed);
            }
            let next = self.accept(wanted, part);
            if next != asked {
                return Some(next);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_is_given_up_step_by_step_and_each_step_once() {
        let refused = Refused::default();
        let (wanted, part) = (Encoding::Protobuf, Part::MetadataList);
        let first = refused.accept(wanted, part);
        let second = refused.next(wanted, part, first).expect("JSON is left");
        assert!(first.contains("protobuf") && !second.contains("protobuf"), "{second}");
        assert!(second.contains("as=PartialObjectMetadataList"), "{second}");
        // Another stream, whose request was under way meanwhile.
        assert_eq!(refused.next(wanted, part, first), Some(second));
        assert_eq!(refused.next(wanted, part, second), Some("application/json"));
        assert_eq!(refused.accept(wanted, part), "application/json", "it is remembered");
        assert_eq!(refused.next(wanted, part, "application/json"), None);
    }

    #[test]
    fn of_whole_objects_in_json_nothing_is_left_to_give_up() {
        let refused = Refused::default();
        let (wanted, part) = (Encoding::Json, Part::Whole);
        assert_eq!(refused.next(wanted, part, refused.accept(wanted, part)), None);
    }
}
