//! Metadata alone, in JSON: into types that read no more than that.

use serde::{
    Deserializer,
    de::{DeserializeOwned, Error as _, Visitor},
    forward_to_deserialize_any,
};
use serde_json::{Error, de::SliceRead};

/// Decodes an object of which there is the metadata alone. A type that reads more is an error: a pod without a spec would
/// else look like one that has none.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    T::deserialize(Alone(&mut serde_json::Deserializer::from_slice(bytes)))
}

struct Alone<'a, 'de>(&'a mut serde_json::Deserializer<SliceRead<'de>>);

impl<'de> Deserializer<'de> for Alone<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match fields.iter().find(|field| !matches!(**field, "apiVersion" | "kind" | "metadata")) {
            Some(field) => Err(Error::custom(format_args!(
                "`{name}` has the field `{field}`, and there is no more here than metadata: the controller's resource is a `PartialObjectMeta`"
            ))),
            None => self.0.deserialize_struct(name, fields, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct
        map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::Pod;
    use kube::core::PartialObjectMeta;

    const OBJECT: &[u8] =
        br#"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a"}}"#;

    #[test]
    fn metadata_is_decoded_into_what_reads_no_more() {
        let partial: PartialObjectMeta<Pod> = decode(OBJECT).expect("metadata");
        assert_eq!(partial.metadata.name.as_deref(), Some("a"));
    }

    #[test]
    fn a_type_that_reads_more_is_refused_by_its_field() {
        let error = decode::<Pod>(OBJECT).expect_err("no spec").to_string();
        assert!(error.contains("`Pod` has the field `spec`"), "{error}");
    }
}
