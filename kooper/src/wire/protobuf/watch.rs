//! Parts a watch's stream into its events: four bytes of length, and a message `WatchEvent`.

use super::{
    Table,
    envelope::{Envelope, TypeMeta, read_status},
    error::Fault,
    hold::{Hold, Step},
    object,
    reader::{Wire, find},
};
use crate::wire::{Limits, WatchEvent, WireError};

/// The bytes that tell an event's length.
const LENGTH: usize = size_of::<u32>();

/// What may stand around an object in its event.
const AROUND: usize = 4 << 10;

/// Follows a watch's stream; holds one event that a chunk has cut, and no more.
#[derive(Debug)]
pub(crate) struct WatchSplitter {
    hold: Hold,
    table: &'static Table,
    limits: Limits,
}

impl WatchSplitter {
    pub(in crate::wire) fn new(table: &'static Table, limits: Limits) -> Self {
        Self { hold: Hold::default(), table, limits }
    }

    pub(in crate::wire) fn feed(
        &mut self,
        chunk: &[u8],
        mut found: impl FnMut(WatchEvent) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        let Self { table, limits, .. } = *self;
        self.hold.feed(chunk, |bytes, at| {
            let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() else {
                return Ok(Step::Wants(LENGTH));
            };
            let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            limits.check(length, AROUND)?;
            let Some(frame) = rest.get(..length) else {
                return Ok(Step::Wants(LENGTH + length));
            };
            found(event(frame, at, table, limits)?)?;
            Ok(Step::Took(LENGTH + length))
        })
    }

    pub(in crate::wire) fn finish(self) -> Result<(), WireError> {
        if self.hold.is_empty() {
            Ok(())
        } else {
            Err(WireError::Cut { what: "an event in protobuf", at: self.hold.length() })
        }
    }
}

fn event(frame: &[u8], at: usize, table: &'static Table, limits: Limits) -> Result<WatchEvent, WireError> {
    let garbled = |fault: Fault| {
        WireError::Garbled(format!("an event in protobuf, at byte {at} of the watch: {fault}"))
    };
    let (name, Envelope { types, raw }) = parts(frame).map_err(garbled)?;
    if name == "ERROR" {
        if !types.is_status() {
            return Err(WireError::Garbled(format!("an error without a status, at byte {at}")));
        }
        return read_status(raw).map(WatchEvent::Error).map_err(garbled);
    }
    let TypeMeta { api_version, kind } = types;
    let kind = table.kind(api_version, kind).ok_or_else(|| {
        WireError::Garbled(format!(
            "`{kind}` of `{api_version}` in protobuf is no kind that is known, at byte {at}"
        ))
    })?;
    match name {
        "ADDED" | "MODIFIED" => Ok(WatchEvent::Applied(object::named(raw, kind, limits)?)),
        "DELETED" => Ok(WatchEvent::Deleted(object::named(raw, kind, limits)?)),
        "BOOKMARK" => object::bookmark(raw).map_err(garbled),
        other => Err(WireError::Garbled(format!("`{other}` is no type of event, at byte {at}"))),
    }
}

/// An event's type, and its object.
fn parts(frame: &[u8]) -> Result<(&str, Envelope<'_>), Fault> {
    let name = find(frame, 1)?.map_or(Ok(""), Wire::text)?;
    // The object is wrapped twice: into a RawExtension, and into an envelope as every answer.
    let wrapped = find(frame, 2)?.map_or(Ok(&[][..]), Wire::bytes)?;
    let raw = find(wrapped, 1)?.map_or(Ok(&[][..]), Wire::bytes)?;
    Ok((name, Envelope::read(raw)?))
}
