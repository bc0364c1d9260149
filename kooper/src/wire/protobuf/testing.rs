//! What tests, fuzzing and benchmarks outside of this crate need of lists, watches and the decoder.

use super::{
    Kind, Table, covers,
    decode::{Mode, decode_in_order},
    encode,
    envelope::Envelope,
};
use crate::{
    Controller, Runnable,
    wire::{Encoding, Limits, ListSplitter, Object, Status, WatchEvent, WatchSplitter},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Decodes an answer that is one object, into whatever type.
///
/// # Errors
///
/// The bytes are no such answer, the table does not know its kind, or the object does not fit the type.
pub fn decode_answer<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let Envelope { types, raw } = Envelope::read(bytes).map_err(|fault| fault.to_string())?;
    let kind = Table::builtin().kind(types.api_version, types.kind).ok_or("an unknown kind")?;
    decode_in_order(raw, kind, Limits::default().depth, Mode::Lenient).map_err(|error| error.to_string())
}

/// Decodes an object of a kind as a handler is given it.
///
/// # Errors
///
/// The kind is none of the table's, or the object does not fit the type.
pub fn decode<T: DeserializeOwned>(api_version: &str, kind: &str, bytes: &[u8]) -> Result<T, String> {
    let kind = Table::builtin().kind(api_version, kind).ok_or("an unknown kind")?;
    super::decode(bytes, kind, Limits::default().depth).map_err(|error| error.to_string())
}

/// `apiVersion`, kind and bytes of an answer that is one object.
///
/// # Errors
///
/// The bytes are no such answer.
pub fn parts(answer: &[u8]) -> Result<(&str, &str, &[u8]), String> {
    let Envelope { types, raw } = Envelope::read(answer).map_err(|fault| fault.to_string())?;
    Ok((types.api_version, types.kind, raw))
}

/// The object in a body or an answer, with its `apiVersion` and `kind`; `None` where it is none of a known kind.
pub(crate) fn read_answer(bytes: &[u8]) -> Option<Value> {
    let Envelope { types, raw } = Envelope::read(bytes).ok()?;
    let table = Table::builtin();
    let kind = match types.kind {
        // It is sent to every group.
        "DeleteOptions" => Kind { table, message: table.message_named("meta.v1.DeleteOptions")? },
        kind => table.kind(types.api_version, kind)?,
    };
    let mut object: Map<String, Value> =
        decode_in_order(raw, kind, Limits::default().depth, Mode::Lenient).ok()?;
    object.insert("apiVersion".into(), types.api_version.into());
    object.insert("kind".into(), types.kind.into());
    Some(Value::Object(object))
}

/// Checks that the table names all that a type reads.
///
/// # Errors
///
/// What it does not name.
pub fn covered<T: DeserializeOwned>(api_version: &str, kind: &str) -> Result<(), String> {
    covers::<T>(Table::builtin(), api_version, kind).map_err(|uncovered| uncovered.to_string())
}

/// The same controller, whose table lacks a field of a message, such as `restartPolicy` of `core.v1.PodSpec`.
///
/// # Panics
///
/// If there is no such field.
pub fn lacking<H: Runnable>(controller: Controller<H>, message: &str, field: &str) -> Controller<H> {
    controller.table(Table::without(message, field))
}

/// The same controller, which asks for lists in one piece.
pub fn one_piece<H: Runnable>(controller: Controller<H>) -> Controller<H> {
    controller.one_piece()
}

/// The code and the reason of a refusal, whatever it is written in.
pub fn refusal(code: u16, body: &[u8]) -> (u16, String) {
    let Status { code, reason, .. } = Status::read(code, body);
    (code, reason)
}

/// What a watch told, each event in a few words.
///
/// # Errors
///
/// The bytes are no watch in the encoding that the answer's `Content-Type` says.
pub fn events(content_type: &str, bytes: &[u8]) -> Result<Vec<String>, String> {
    let (mut watch, mut told) = (Watch::new(Encoding::of(Some(content_type))), Vec::new());
    watch.feed(bytes, |event, _| told.push(event))?;
    Ok(told)
}

/// An object that was handed out.
pub struct Taken(Object);

impl Taken {
    /// `namespace/name`.
    pub fn key(&self) -> String {
        self.0.meta.key.to_string()
    }

    /// How many bytes are kept of it.
    pub fn length(&self) -> usize {
        self.0.body.bytes.len()
    }

    /// The object, as a handler is given it.
    ///
    /// # Errors
    ///
    /// It does not fit the type.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, String> {
        self.0.body.decode().map_err(|error| error.to_string())
    }
}

/// A list's body, taken chunk by chunk.
pub struct List(ListSplitter);

impl List {
    /// A list in an encoding.
    pub fn new(encoding: Encoding) -> Self {
        Self(encoding.list(Table::builtin(), Limits::default()))
    }

    /// Takes a chunk.
    ///
    /// # Errors
    ///
    /// It is none of such a list's.
    pub fn feed(&mut self, chunk: &[u8], mut found: impl FnMut(Taken)) -> Result<(), String> {
        self.0.feed(chunk, |object| found(Taken(object))).map_err(|error| error.to_string())
    }

    /// Gives the list's version, once its body is whole.
    ///
    /// # Errors
    ///
    /// It is not whole.
    pub fn finish(self) -> Result<String, String> {
        self.0.finish().map(|list| list.resource_version).map_err(|error| error.to_string())
    }
}

/// A watch's stream, taken chunk by chunk.
pub struct Watch(WatchSplitter);

impl Watch {
    /// A watch in an encoding.
    pub fn new(encoding: Encoding) -> Self {
        Self(encoding.watch(Table::builtin(), Limits::default()))
    }

    /// Takes a chunk. Each event is given in a few words, with the object that it has.
    ///
    /// # Errors
    ///
    /// It is none of such a watch's.
    pub fn feed(&mut self, chunk: &[u8], mut found: impl FnMut(String, Option<Taken>)) -> Result<(), String> {
        let fed = self.0.feed(chunk, |event| {
            match event {
                WatchEvent::Applied(object) => {
                    found(format!("applied {}", object.meta.key), Some(Taken(object)));
                }
                WatchEvent::Deleted(object) => {
                    found(format!("deleted {}", object.meta.key), Some(Taken(object)));
                }
                WatchEvent::Bookmark { initial_end: true, .. } => found("everything was told".into(), None),
                WatchEvent::Bookmark { .. } => found("bookmark".into(), None),
                WatchEvent::Error(status) => found(format!("error {}", status.code), None),
            }
            Ok(())
        });
        fed.map_err(|error| error.to_string())
    }

    /// Ends it.
    ///
    /// # Errors
    ///
    /// It broke off in the middle of an event.
    pub fn finish(self) -> Result<(), String> {
        self.0.finish().map(drop).map_err(|error| error.to_string())
    }
}

/// A list in protobuf of objects that are written already.
pub fn list_of(api_version: &str, kind: &str, version: &str, objects: &[&[u8]]) -> Vec<u8> {
    let items: Vec<u8> = objects.iter().flat_map(|object| encode::item(object)).collect();
    let metadata = serde_json::json!({ "resourceVersion": version });
    let mut list = encode::list_head(api_version, &format!("{kind}List"), &metadata, items.len());
    list.extend_from_slice(&items);
    list.extend_from_slice(encode::list_tail());
    list
}

/// An event of a watch in protobuf, of an answer that is one object.
pub fn event_of(name: &str, answer: &[u8]) -> Vec<u8> {
    encode::event(name, answer)
}

/// An answer in protobuf that is one object; `None` where the table does not know its kind.
pub fn answer_of(object: &Value) -> Option<Vec<u8>> {
    encode::answer(object)
}
