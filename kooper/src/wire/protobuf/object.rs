//! An object's metadata, read without decoding the object, and its bytes without `managedFields`.

use super::{
    Kind,
    error::Fault,
    reader::{Reader, Wire, find, put_varint},
};
use crate::{
    ObjectKey,
    trace::Traceparent,
    wire::{Body, Form, Limits, Metadata, Object, WatchEvent, WireError, metadata::SpecVersion},
};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The field of an object that is its metadata, in every kind that can be watched.
pub(super) const METADATA: u32 = 1;

/// The fields of `ObjectMeta` that the runtime goes by. Kubernetes never gives a number another meaning.
mod field {
    pub(super) const NAME: u32 = 1;
    pub(super) const NAMESPACE: u32 = 3;
    pub(super) const UID: u32 = 5;
    pub(super) const RESOURCE_VERSION: u32 = 6;
    pub(super) const GENERATION: u32 = 7;
    pub(super) const DELETION_TIMESTAMP: u32 = 9;
    pub(super) const DELETION_GRACE: u32 = 10;
    pub(super) const FINALIZERS: u32 = 14;
    pub(super) const ANNOTATIONS: u32 = 12;
    pub(super) const MANAGED_FIELDS: u32 = 17;
}

/// Reads an object that must have a name.
pub(super) fn named(bytes: &[u8], kind: Kind, limits: Limits) -> Result<Object, WireError> {
    let object = read(bytes, kind, limits)?;
    if object.meta.key.name().is_empty() {
        return Err(WireError::Garbled(format!(
            "{} at byte 0: an object without a name",
            kind.message().name
        )));
    }
    Ok(object)
}

/// Reads an object that only tells a version.
pub(super) fn bookmark(bytes: &[u8]) -> Result<WatchEvent, Fault> {
    let metadata = find(bytes, METADATA)?.map_or(Ok(&[][..]), Wire::bytes)?;
    let (mut version, mut initial_end) = ("", false);
    let mut reader = Reader(metadata);
    while let Some((number, wire)) = reader.field()? {
        match number {
            field::RESOURCE_VERSION => version = wire.text()?,
            field::ANNOTATIONS => {
                initial_end |= part(wire, 1)? == "k8s.io/initial-events-end" && part(wire, 2)? == "true";
            }
            _ => {}
        }
    }
    Ok(WatchEvent::Bookmark { version: version.to_owned(), initial_end })
}

/// Reads an object: its metadata, and its bytes without `managedFields`, in an allocation of just their size.
pub(super) fn read(bytes: &[u8], kind: Kind, limits: Limits) -> Result<Object, WireError> {
    limits.check(bytes.len(), 0)?;
    let mut reader = Reader(bytes);
    read_from(&mut reader, bytes, kind, limits).map_err(|fault| {
        let (name, at) = (kind.message().name, bytes.len() - reader.0.len());
        WireError::Garbled(format!("{name} at byte {at}: {fault}"))
    })
}

fn read_from<'a>(
    reader: &mut Reader<'a>,
    bytes: &'a [u8],
    kind: Kind,
    limits: Limits,
) -> Result<Object, Fault> {
    let status = kind.message().fields.iter().find(|field| field.name == "status").map(|field| field.number);
    let mut meta = Peek { annotation: limits.annotation, ..Peek::default() };
    let mut metadata = None;
    let mut hasher = DefaultHasher::new();
    loop {
        let before = *reader;
        let Some((number, wire)) = reader.field()? else { break };
        if number == METADATA {
            if metadata.is_some() {
                return Err(Fault::Twice);
            }
            let begin = bytes.len() - before.0.len();
            meta.read(wire.bytes()?)?;
            metadata = Some((begin..bytes.len() - reader.0.len(), wire.bytes()?));
        } else if Some(number) != status && meta.generation == 0 {
            // A generation says more than a hash, and costs nothing.
            before.up_to(*reader).hash(&mut hasher);
        }
    }
    let kept = match metadata {
        Some((place, metadata)) if meta.managed > 0 && !limits.managed_fields => {
            let length = metadata.len() - meta.managed;
            let mut head = vec![0x0a];
            put_varint(&mut head, length as u64);
            let mut kept = Vec::with_capacity(bytes.len() - place.len() + head.len() + length);
            kept.extend_from_slice(&bytes[..place.start]);
            kept.extend_from_slice(&head);
            copy_without_managed(metadata, &mut kept)?;
            kept.extend_from_slice(&bytes[place.end..]);
            kept
        }
        _ => bytes.to_vec(),
    };
    let namespace = (!meta.namespace.is_empty()).then_some(meta.namespace);
    let key = ObjectKey::new(namespace, meta.name);
    let traceparent = limits.annotation.zip(meta.traceparent);
    Ok(Object {
        meta: Metadata {
            traceparent: traceparent.and_then(|(name, value)| Traceparent::read(name, value, &key)),
            key,
            uid: meta.uid.into(),
            resource_version: meta.resource_version.into(),
            spec: match meta.generation {
                0 => SpecVersion::Digest(hasher.finish()),
                generation => SpecVersion::Generation(generation),
            },
            deleting: meta.deleting,
            ending: meta.deleting && meta.grace_is_over && !meta.finalizers,
        },
        body: Body::new(kept, Form::Protobuf(kind, limits.depth)),
    })
}

/// An annotation's name (1) or value (2).
fn part(annotation: Wire<'_>, number: u32) -> Result<&str, Fault> {
    find(annotation.bytes()?, number)?.map_or(Ok(""), Wire::text)
}

/// What the runtime goes by, borrowed.
#[derive(Default)]
struct Peek<'a> {
    name: &'a str,
    namespace: &'a str,
    uid: &'a str,
    resource_version: &'a str,
    /// 0 where the kind has none.
    generation: i64,
    deleting: bool,
    grace_is_over: bool,
    /// Whether there are any.
    finalizers: bool,
    /// The annotation to look for, and its value.
    annotation: Option<&'static str>,
    traceparent: Option<&'a str>,
    /// The length of all `managedFields`, tags included.
    managed: usize,
}

impl<'a> Peek<'a> {
    fn read(&mut self, metadata: &'a [u8]) -> Result<(), Fault> {
        let mut reader = Reader(metadata);
        loop {
            let before = reader;
            let Some((number, wire)) = reader.field()? else { return Ok(()) };
            match number {
                field::NAME => self.name = wire.text()?,
                field::NAMESPACE => self.namespace = wire.text()?,
                field::UID => self.uid = wire.text()?,
                field::RESOURCE_VERSION => self.resource_version = wire.text()?,
                field::GENERATION => self.generation = wire.varint()?.cast_signed(),
                field::DELETION_TIMESTAMP => self.deleting = true,
                field::DELETION_GRACE => self.grace_is_over = wire.varint()? == 0,
                field::FINALIZERS => self.finalizers = true,
                field::ANNOTATIONS => {
                    // One that is broken is for the decoder to tell.
                    let is_wanted = |wanted| part(wire, 1).is_ok_and(|name| name == wanted);
                    if self.annotation.is_some_and(is_wanted) {
                        self.traceparent = part(wire, 2).ok();
                    }
                }
                field::MANAGED_FIELDS => self.managed += before.up_to(reader).len(),
                _ => {}
            }
        }
    }
}

fn copy_without_managed(metadata: &[u8], kept: &mut Vec<u8>) -> Result<(), Fault> {
    let mut reader = Reader(metadata);
    loop {
        let before = reader;
        match reader.field()? {
            None => return Ok(()),
            Some((field::MANAGED_FIELDS, _)) => {}
            Some(_) => kept.extend_from_slice(before.up_to(reader)),
        }
    }
}
