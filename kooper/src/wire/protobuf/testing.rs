//! What tests, fuzzing and benchmarks outside of this crate need of the decoder.

use super::{
    Kind, Table, covers,
    decode::{Mode, decode_in_order},
    envelope::Envelope,
};
use crate::{
    Controller, Runnable,
    wire::{Encoding, Limits, Status, WatchEvent},
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
    let (mut splitter, mut told) =
        (Encoding::of(Some(content_type)).watch(Table::builtin(), Limits::default()), Vec::new());
    let fed = splitter.feed(bytes, |event| {
        told.push(match event {
            WatchEvent::Applied(object) => format!("applied {}", object.meta.key),
            WatchEvent::Deleted(object) => format!("deleted {}", object.meta.key),
            WatchEvent::Bookmark { initial_end: true, .. } => "everything was told".into(),
            WatchEvent::Bookmark { .. } => "bookmark".into(),
            WatchEvent::Error(status) => format!("error {}", status.code),
        });
        Ok(())
    });
    fed.map(|()| told).map_err(|error| error.to_string())
}
