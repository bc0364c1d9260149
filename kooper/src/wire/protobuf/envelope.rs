//! What stands around objects: `k8s\0`, and a message `Unknown` with the kind and the bytes of what is in it.

use super::{
    error::Fault,
    reader::{Reader, Wire, find},
};
use crate::wire::Status;

/// What every answer in protobuf begins with.
pub(super) const MAGIC: [u8; 4] = *b"k8s\0";

/// The fields of `Unknown`.
pub(super) const TYPE_META: u32 = 1;
pub(super) const RAW: u32 = 2;

/// What an answer says that it is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct TypeMeta<'a> {
    pub(super) api_version: &'a str,
    pub(super) kind: &'a str,
}

impl<'a> TypeMeta<'a> {
    pub(super) fn read(message: &'a [u8]) -> Result<Self, Fault> {
        let text = |number| find(message, number)?.map_or(Ok(""), Wire::text);
        Ok(Self { api_version: text(1)?, kind: text(2)? })
    }

    pub(super) fn is_status(self) -> bool {
        self.api_version == "v1" && self.kind == "Status"
    }
}

/// A whole answer that is one object.
#[derive(Debug, Default)]
pub(super) struct Envelope<'a> {
    pub(super) types: TypeMeta<'a>,
    pub(super) raw: &'a [u8],
}

impl<'a> Envelope<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader(bytes.strip_prefix(&MAGIC).ok_or(Fault::Magic)?);
        let mut envelope = Self::default();
        while let Some((number, wire)) = reader.field()? {
            match number {
                TYPE_META => envelope.types = TypeMeta::read(wire.bytes()?)?,
                RAW => envelope.raw = wire.bytes()?,
                _ => {}
            }
        }
        Ok(envelope)
    }
}

/// The `Status` in an answer's body, if it is one.
pub(crate) fn status(body: &[u8]) -> Option<Status> {
    let envelope = Envelope::read(body).ok()?;
    envelope.types.is_status().then(|| read_status(envelope.raw).ok())?
}

/// Reads a message `Status`.
pub(super) fn read_status(message: &[u8]) -> Result<Status, Fault> {
    let mut status = Status::default();
    let mut reader = Reader(message);
    while let Some((number, wire)) = reader.field()? {
        match number {
            3 => wire.text()?.clone_into(&mut status.message),
            4 => wire.text()?.clone_into(&mut status.reason),
            5 => {
                let seconds = find(wire.bytes()?, 5)?.map_or(Ok(0), Wire::varint)?;
                status.retry_after = (seconds > 0).then_some(seconds);
            }
            6 => status.code = u16::try_from(wire.varint()?).unwrap_or_default(),
            _ => {}
        }
    }
    Ok(status)
}
