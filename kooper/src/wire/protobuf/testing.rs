//! What tests, fuzzing and benchmarks outside of this crate need of the decoder.

use super::{
    Table, covers,
    decode::{Mode, decode_in_order},
    envelope::Envelope,
};
use serde::de::DeserializeOwned;

/// Decodes an answer that is one object, into whatever type.
///
/// # Errors
///
/// The bytes are no such answer, the table does not know its kind, or the object does not fit the type.
pub fn decode_answer<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let Envelope { types, raw } = Envelope::read(bytes).map_err(|fault| fault.to_string())?;
    let kind = Table::builtin().kind(types.api_version, types.kind).ok_or("an unknown kind")?;
    decode_in_order(raw, kind, Mode::Lenient).map_err(|error| error.to_string())
}

/// Checks that the table names all that a type reads.
///
/// # Errors
///
/// What it does not name.
pub fn covered<T: DeserializeOwned>(api_version: &str, kind: &str) -> Result<(), String> {
    covers::<T>(Table::builtin(), api_version, kind).map_err(|uncovered| uncovered.to_string())
}
