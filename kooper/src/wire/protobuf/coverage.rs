//! Whether the table names all that a type reads, found before the first object is asked for.
//!
//! A field that the table lacks would be passed over without a word: its number is unknown. Decoding refuses such a type, but
//! to know it in time takes all of its fields. So a message in which every
//! field is set is decoded into the type once, and each struct's own list of fields is compared with the table's on the
//! way. A type that the table does not cover in full is read as JSON.

use super::{
    Kind, Table,
    decode::{Mode, decode_in_order},
    error::Gap,
    object,
    reader::{put_bytes, put_varint},
    table::{Count, Field, Shape},
};
use serde::de::DeserializeOwned;

/// Why a type is not read from protobuf.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::wire) enum Uncovered {
    /// A custom resource, or what a newer server has.
    #[error("the kind is none of the built-in ones")]
    Kind,
    #[error(transparent)]
    Gap(Gap),
    #[error("what the type reads cannot be found out: {0}")]
    Unknown(String),
}

/// Checks that objects of a kind can be decoded into a type from protobuf without any loss.
pub(in crate::wire) fn covers<T: DeserializeOwned>(
    table: &'static Table,
    api_version: &str,
    kind: &str,
) -> Result<(), Uncovered> {
    let kind = table.kind(api_version, kind).filter(|kind| has_metadata(*kind)).ok_or(Uncovered::Kind)?;
    let sample = Sample { table, around: vec![kind.message] }.message(kind.message, false);
    match decode_in_order::<T>(&sample, kind, u8::MAX, Mode::Sample) {
        Ok(_) => Ok(()),
        Err(error) => Err(match error.gap() {
            Some(gap) => Uncovered::Gap(gap.clone()),
            None => Uncovered::Unknown(error.to_string()),
        }),
    }
}

fn has_metadata(kind: Kind) -> bool {
    let metadata = kind.message().fields.first().filter(|field| field.number == object::METADATA);
    metadata.is_some_and(|field| kind.table.message(field.message).name == "meta.v1.ObjectMeta")
}

/// Writes messages in which every field is set.
struct Sample {
    table: &'static Table,
    /// The messages that are being written, so that those which hold themselves come to an end.
    around: Vec<u16>,
}

impl Sample {
    fn message(&mut self, index: u16, only_leaves: bool) -> Vec<u8> {
        let mut out = Vec::new();
        for field in &self.table.message(index).fields {
            if only_leaves && field.shape.holds_a_message() {
                continue;
            }
            match field.count {
                Count::Map => {
                    let mut entry = Vec::new();
                    put_bytes(&mut entry, 1, b"x");
                    self.value(&mut entry, &Field { number: 2, ..*field });
                    put_bytes(&mut out, field.number, &entry);
                }
                _ => self.value(&mut out, field),
            }
        }
        out
    }

    fn value(&mut self, out: &mut Vec<u8>, field: &Field) {
        let number = u64::from(field.number);
        match field.shape {
            Shape::Bool | Shape::Int => {
                put_varint(out, number << 3);
                out.push(1);
            }
            Shape::Double => {
                put_varint(out, number << 3 | 1);
                out.extend_from_slice(&1f64.to_le_bytes());
            }
            Shape::String | Shape::Bytes => put_bytes(out, field.number, b"x"),
            // One second after the epoch; the number 1, as text or as number.
            Shape::Time | Shape::MicroTime => put_bytes(out, field.number, &[0x08, 1]),
            Shape::Quantity => put_bytes(out, field.number, &[0x0a, 1, b'1']),
            Shape::IntOrString => put_bytes(out, field.number, &[0x10, 1]),
            Shape::Json => put_bytes(out, field.number, b"\x0a\x04null"),
            Shape::Message | Shape::Inline | Shape::List | Shape::OrArray | Shape::OrBool => {
                let inner = field.message;
                let again = self.around.contains(&inner);
                self.around.push(inner);
                let mut message = self.message(inner, again);
                self.around.pop();
                if field.shape == Shape::OrArray && again {
                    // Its fields are messages; an empty one of the first stands for all.
                    put_bytes(&mut message, 1, &[]);
                }
                put_bytes(out, field.number, &message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::{
        api::{
            apps::v1::Deployment,
            core::v1::{ConfigMap, Pod, Secret},
        },
        apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
    };
    use kube::core::{DynamicObject, PartialObjectMeta};
    use serde::Deserialize;

    fn table() -> &'static Table {
        Table::builtin()
    }

    #[test]
    fn built_in_types_are_covered() {
        assert_eq!(covers::<Pod>(table(), "v1", "Pod"), Ok(()));
        assert_eq!(covers::<Secret>(table(), "v1", "Secret"), Ok(()));
        assert_eq!(covers::<ConfigMap>(table(), "v1", "ConfigMap"), Ok(()));
        assert_eq!(covers::<Deployment>(table(), "apps/v1", "Deployment"), Ok(()));
        let definition = covers::<CustomResourceDefinition>;
        assert_eq!(definition(table(), "apiextensions.k8s.io/v1", "CustomResourceDefinition"), Ok(()));
    }

    #[test]
    fn a_field_that_the_table_lacks_is_found_however_deep_it_lies() {
        let cut = Table::without("core.v1.PodSpec", "restartPolicy");
        let gap = Gap::Field { owner: "PodSpec", field: "restartPolicy", message: "core.v1.PodSpec" };
        assert_eq!(covers::<Pod>(cut, "v1", "Pod"), Err(Uncovered::Gap(gap)));
        let message = gap_of::<Deployment>(cut, "apps/v1", "Deployment");
        assert!(message.contains("`restartPolicy` of `PodSpec`"), "{message}");
        assert_eq!(covers::<ConfigMap>(cut, "v1", "ConfigMap"), Ok(()), "what does not hold it is covered");

        let deep = Table::without("core.v1.ProbeHandler", "grpc");
        let message = gap_of::<Pod>(deep, "v1", "Pod");
        assert!(message.contains("`grpc` of `Probe`"), "a field of an inlined message: {message}");
    }

    fn gap_of<T: DeserializeOwned>(table: &'static Table, api_version: &str, kind: &str) -> String {
        covers::<T>(table, api_version, kind).expect_err("a gap").to_string()
    }

    #[test]
    fn a_custom_resource_is_not_covered() {
        assert_eq!(covers::<DynamicObject>(table(), "example.com/v1", "Cron"), Err(Uncovered::Kind));
    }

    #[test]
    fn a_type_that_takes_whatever_comes_is_not_covered() {
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "read by serde alone")]
        struct Loose {
            metadata: serde_json::Value,
        }
        let gap = Gap::Open { message: "meta.v1.ObjectMeta" };
        assert_eq!(covers::<Loose>(table(), "v1", "Pod").err(), Some(Uncovered::Gap(gap)));
        assert!(matches!(
            covers::<DynamicObject>(table(), "v1", "Pod"),
            Err(Uncovered::Gap(Gap::Open { .. }))
        ));
    }

    #[test]
    fn metadata_alone_is_covered() {
        let covered = covers::<PartialObjectMeta<Pod>>(table(), "meta.k8s.io/v1", "PartialObjectMetadata");
        assert_eq!(covered, Ok(()));
    }

    #[test]
    fn types_of_ones_own_with_enums_and_newtypes_are_covered() {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[expect(dead_code, reason = "read by serde alone")]
        struct Mine {
            spec: Option<Spec>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[expect(dead_code, reason = "read by serde alone")]
        struct Spec {
            restart_policy: Policy,
            node_name: Name,
            priority: Option<u16>,
        }
        #[derive(Deserialize)]
        enum Policy {
            Always,
            OnFailure,
            Never,
        }
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "read by serde alone")]
        struct Name(String);
        assert_eq!(covers::<Mine>(table(), "v1", "Pod"), Ok(()));
    }
}
