//! The metadata of an object, read without decoding it.

use super::{Body, Form, Limits, METADATA_ALONE, Object, WireError};
use crate::{ObjectKey, trace::Traceparent};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{
    borrow::Cow,
    collections::HashMap,
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

/// What the runtime needs to know of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Metadata {
    pub(crate) key: ObjectKey,
    pub(crate) uid: Box<str>,
    pub(crate) resource_version: Box<str>,
    pub(crate) spec: SpecVersion,
    /// In which trace this state was written, if its annotation says so.
    pub(crate) traceparent: Option<Box<Traceparent>>,
    /// Whether `deletionTimestamp` is set.
    pub(crate) deleting: bool,
    /// Whether nothing holds up its end any more: deletion has begun, its grace period is over, it has no finalizers. The
    /// server removes such an object in the next moment.
    pub(crate) ending: bool,
}

/// What tells whether an object's spec changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpecVersion {
    /// `metadata.generation`, which the server raises with each change of the spec.
    Generation(i64),
    /// For kinds without one (config maps, secrets, services): a hash of all but `metadata` and `status`.
    Digest(u64),
}

impl Metadata {
    /// Whether the spec differs from `before`'s: another object of the same name, another generation, deletion begun.
    pub(crate) fn spec_changed_since(&self, before: &Self) -> bool {
        self.uid != before.uid || self.spec != before.spec || (self.deleting && !before.deleting)
    }

    /// Whether this state is older than `other`. Versions of one object are compared as numbers (KEP-5504); versions that
    /// are none are never older.
    pub(crate) fn is_older_than(&self, other: &Self) -> bool {
        match (self.resource_version.parse::<u64>(), other.resource_version.parse::<u64>()) {
            (Ok(this), Ok(other)) => this < other,
            _ => false,
        }
    }
}

/// Reads an object of JSON: its metadata, and its bytes without `managedFields`, in an allocation of just their size.
pub(super) fn read_json(bytes: &[u8], limits: Limits) -> Result<Object, WireError> {
    limits.check(bytes.len(), 0)?;
    let peek = serde_json::from_slice(bytes).map_err(|error| WireError::Garbled(error.to_string()))?;
    Ok(object(bytes, peek, limits))
}

/// As [`read_json`], of the object that `bytes` begin with, and how long it is. `None` where they end before it does.
pub(super) fn read_first_json(bytes: &[u8], limits: Limits) -> Result<Option<(Object, usize)>, WireError> {
    let mut stream = serde_json::Deserializer::from_slice(bytes).into_iter();
    match stream.next() {
        Some(Ok(peek)) => {
            let length = stream.byte_offset();
            limits.check(length, 0)?;
            Ok(Some((object(&bytes[..length], peek, limits), length)))
        }
        Some(Err(error)) if !error.is_eof() => Err(WireError::Garbled(error.to_string())),
        _ => Ok(None),
    }
}

/// An object by what was read of `bytes`, which are all of it.
fn object(bytes: &[u8], peek: Peek<'_>, limits: Limits) -> Object {
    let meta = peek.metadata;
    let body = match meta.managed_fields {
        Some(fields) if !limits.managed_fields => without(bytes, fields.get()),
        _ => bytes.to_vec(),
    };
    let key = ObjectKey::new(meta.namespace.0.as_deref(), meta.name.0.as_deref().unwrap_or_default());
    Object {
        meta: Metadata {
            traceparent: traceparent(meta.annotations, limits, &key),
            key,
            uid: meta.uid.0.unwrap_or_default().into(),
            resource_version: meta.resource_version.0.unwrap_or_default().into(),
            spec: meta.generation.map_or(SpecVersion::Digest(peek.digest), SpecVersion::Generation),
            deleting: meta.deletion_timestamp.is_some(),
            ending: meta.deletion_timestamp.is_some()
                && meta.deletion_grace_period_seconds == Some(0)
                && meta.finalizers.is_none_or(|finalizers| finalizers.is_empty()),
        },
        body: Body::new(body, peek.form),
    }
}

/// In which trace an object was written, by its annotations. They are looked into only where the name stands in them.
fn traceparent(annotations: Option<&RawValue>, limits: Limits, key: &ObjectKey) -> Option<Box<Traceparent>> {
    let (name, annotations) = (limits.annotation?, annotations?.get());
    // What comes before may be written with escapes: `\/`.
    let end = name.rsplit('/').next().unwrap_or(name);
    memchr::memmem::find(annotations.as_bytes(), end.as_bytes())?;
    let annotations: HashMap<Cow<'_, str>, Text<'_>> = serde_json::from_str(annotations).ok()?;
    Traceparent::read(name, annotations.get(name)?.0.as_deref()?, key)
}

/// `bytes` without the `managedFields` whose value is `value`, a part of `bytes`, and without the comma that goes with it.
fn without(bytes: &[u8], value: &str) -> Vec<u8> {
    const NAME: &[u8] = b"\"managedFields\"";
    let mut end = value.as_ptr().addr() - bytes.as_ptr().addr() + value.len();
    let head = bytes[..end - value.len()].trim_ascii_end();
    let head = head.strip_suffix(b":").unwrap_or(head).trim_ascii_end();
    let Some(head) = head.strip_suffix(NAME) else {
        // The name was written with escapes: legal, never seen, and harmless to keep.
        return bytes.to_vec();
    };
    let head = head.trim_ascii_end();
    let head = head.strip_suffix(b",").unwrap_or_else(|| {
        let tail = bytes[end..].trim_ascii_start();
        if tail.starts_with(b",") {
            end = bytes.len() - tail.len() + 1;
        }
        head
    });
    [head, &bytes[end..]].concat()
}

/// An object's first level.
struct Peek<'a> {
    metadata: PeekMetadata<'a>,
    digest: u64,
    form: Form,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct PeekMetadata<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    namespace: Text<'a>,
    #[serde(borrow)]
    uid: Text<'a>,
    #[serde(borrow)]
    resource_version: Text<'a>,
    generation: Option<i64>,
    deletion_timestamp: Option<IgnoredAny>,
    deletion_grace_period_seconds: Option<i64>,
    finalizers: Option<Vec<IgnoredAny>>,
    #[serde(borrow)]
    annotations: Option<&'a RawValue>,
    #[serde(borrow)]
    managed_fields: Option<&'a RawValue>,
}

/// A string that is borrowed where it holds no escape; `None` for `null`.
#[derive(Default)]
struct Text<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }

            fn visit_unit<E>(self) -> Result<Text<'de>, E> {
                Ok(Text(None))
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Peek<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PeekVisitor;
        impl<'de> Visitor<'de> for PeekVisitor {
            type Value = Peek<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Peek<'de>, A::Error> {
                let mut metadata = PeekMetadata::default();
                let mut hasher = DefaultHasher::new();
                let mut form = Form::Json;
                while let Some(name) = map.next_key::<Text<'de>>()? {
                    match name.0.as_deref().unwrap_or_default() {
                        "metadata" => metadata = map.next_value()?,
                        "kind" => {
                            let kind = map.next_value::<&RawValue>()?.get();
                            if kind.strip_prefix('"').and_then(|kind| kind.strip_suffix('"'))
                                == Some(METADATA_ALONE.1)
                            {
                                form = Form::JsonMetadata;
                            }
                        }
                        "apiVersion" | "status" => drop(map.next_value::<IgnoredAny>()?),
                        // A generation says more than a hash, and costs nothing.
                        _ if metadata.generation.is_some() => drop(map.next_value::<IgnoredAny>()?),
                        name => {
                            name.hash(&mut hasher);
                            map.next_value::<&RawValue>()?.get().hash(&mut hasher);
                        }
                    }
                }
                Ok(Peek { metadata, digest: hasher.finish(), form })
            }
        }
        deserializer.deserialize_map(PeekVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Object {
        read_json(text.as_bytes(), Limits::default()).expect(text)
    }

    fn left(text: &str) -> String {
        String::from_utf8(read(text).body.bytes.to_vec()).expect("what was UTF-8 stays it")
    }

    #[test]
    fn the_metadata_is_read_and_the_rest_is_not() {
        let object = read(
            r#"{"kind":"Pod","metadata":{"name":"web","namespace":"default","uid":"u1","resourceVersion":"7","generation":2,
                "deletionTimestamp":"2026-01-01T00:00:00Z","labels":{"a":"b"}},"spec":{"anything":[1,2,{"x":"\"}"}]}}"#,
        );
        assert_eq!(object.meta.key, ObjectKey::namespaced("default", "web"));
        assert_eq!((&*object.meta.uid, &*object.meta.resource_version), ("u1", "7"));
        assert_eq!(object.meta.spec, SpecVersion::Generation(2));
        assert!(object.meta.deleting && !object.meta.ending);
    }

    #[test]
    fn an_object_ends_once_its_grace_period_and_its_finalizers_are_gone() {
        let ending = |rest: &str| {
            let text =
                format!(r#"{{"metadata":{{"name":"a","deletionTimestamp":"2026-01-01T00:00:00Z"{rest}}}}}"#);
            read(&text).meta.ending
        };
        assert!(ending(r#","deletionGracePeriodSeconds":0"#));
        assert!(ending(r#","deletionGracePeriodSeconds":0,"finalizers":[]"#));
        assert!(!ending(r#","deletionGracePeriodSeconds":30"#));
        assert!(!ending(r#","deletionGracePeriodSeconds":0,"finalizers":["example.com/hold"]"#));
        assert!(!ending(""));
    }

    #[test]
    fn managed_fields_are_cut_wherever_they_stand() {
        for (whole, rest) in [
            (r#"{"metadata":{"name":"a","managedFields":[{"x":"]"}]}}"#, r#"{"metadata":{"name":"a"}}"#),
            (r#"{"metadata":{"managedFields":[],"name":"a"}}"#, r#"{"metadata":{"name":"a"}}"#),
            (r#"{"metadata":{"managedFields" : [ ] , "name":"a"}}"#, r#"{"metadata":{ "name":"a"}}"#),
            (
                r#"{"metadata":{"name":"a", "managedFields":[1] ,"uid":"u"}}"#,
                r#"{"metadata":{"name":"a" ,"uid":"u"}}"#,
            ),
            (r#"{"metadata":{"managedFields":[]}}"#, r#"{"metadata":{}}"#),
            (
                r#"{"metadata":{"name":"a","managedFields":null}}"#,
                r#"{"metadata":{"name":"a","managedFields":null}}"#,
            ),
        ] {
            assert_eq!(left(whole), rest);
        }
    }

    #[test]
    fn managed_fields_are_kept_where_that_is_asked_for() {
        let text = r#"{"metadata":{"name":"a","managedFields":[{"x":1}]}}"#;
        let limits = Limits { managed_fields: true, ..Limits::default() };
        let object = read_json(text.as_bytes(), limits).expect(text);
        assert_eq!(&*object.body.bytes, text.as_bytes());
    }

    #[test]
    fn an_object_larger_than_it_may_be_is_refused() {
        let limits = Limits { size: 20, ..Limits::default() };
        let refused = read_json(br#"{"metadata":{"name":"long"}}"#, limits).err();
        assert_eq!(refused, Some(WireError::Oversized { limit: 20 }));
    }

    #[test]
    fn without_a_generation_the_spec_is_what_stands_outside_of_metadata_and_status() {
        let meta = |text: &str| read(text).meta;
        let one = meta(r#"{"metadata":{"name":"a","resourceVersion":"1"},"data":{"k":"v"}}"#);
        let same =
            meta(r#"{"metadata":{"name":"a","resourceVersion":"2"},"data":{"k":"v"},"status":{"x":1}}"#);
        let other = meta(r#"{"metadata":{"name":"a","resourceVersion":"3"},"data":{"k":"w"}}"#);
        assert!(!same.spec_changed_since(&one));
        assert!(other.spec_changed_since(&same));
        assert!(one.is_older_than(&same) && !same.is_older_than(&one));
    }

    #[test]
    #[cfg(feature = "otel")]
    fn the_trace_of_an_object_is_read_from_its_annotation_however_that_is_written() {
        const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let traceparent = |annotations: &str, annotation| {
            let text = format!(r#"{{"metadata":{{"name":"a","annotations":{annotations}}}}}"#);
            let limits = Limits { annotation, ..Limits::default() };
            read_json(text.as_bytes(), limits).expect("an object").meta.traceparent
        };
        let name = Limits::default().annotation;
        let wanted = Traceparent::read("", TRACE, &ObjectKey::cluster("a"));
        assert!(wanted.is_some());
        for annotations in [
            format!(r#"{{"kooper.dev/traceparent":"{TRACE}"}}"#),
            format!(r#"{{"a":"b\\","kooper.dev\/traceparent" : "{TRACE}","z":""}}"#),
        ] {
            assert_eq!(traceparent(&annotations, name), wanted, "{annotations}");
            assert_eq!(traceparent(&annotations, None), None);
            assert_eq!(traceparent(&annotations, Some("example.com/traceparent")), None);
        }
        for annotations in
            ["null", "{}", r#"{"a":"kooper.dev/traceparent"}"#, r#"{"kooper.dev/traceparent":null}"#, "7"]
        {
            assert_eq!(traceparent(annotations, name), None, "{annotations}");
        }
    }

    #[test]
    fn what_is_no_object_is_garbled() {
        for text in ["", "[]", "{", r#"{"metadata":"x"}"#, r#"{"metadata":{"name":7}}"#] {
            assert!(
                matches!(read_json(text.as_bytes(), Limits::default()), Err(WireError::Garbled(_))),
                "{text}"
            );
        }
    }
}
