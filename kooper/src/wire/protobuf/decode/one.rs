//! A field as it lies in the bytes, and a run of fields with one number.

use super::{
    super::{
        error::Fault,
        reader::{Reader, Wire, find},
        table::{Field, Shape as Form},
    },
    Message, Scope,
};

/// One field.
#[derive(Clone, Copy)]
pub(super) struct One<'de> {
    pub(super) scope: &'de Scope,
    pub(super) field: &'static Field,
    pub(super) wire: Wire<'de>,
    /// How many messages it lies in, less its own.
    pub(super) depth: u8,
}

/// Fields of one number, one behind the other.
pub(super) struct Run<'de> {
    pub(super) one: One<'de>,
    pub(super) reader: Reader<'de>,
    pub(super) left: usize,
}

impl<'de> Run<'de> {
    pub(super) fn next(&mut self) -> Result<Option<One<'de>>, Fault> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let (_, wire) = self.reader.field()?.ok_or(Fault::Cut)?;
        Ok(Some(One { wire, ..self.one }))
    }
}

impl<'de> One<'de> {
    pub(super) fn message(self) -> Result<Message<'de>, Fault> {
        self.inner(self.field.message, self.wire)
    }

    fn inner(self, index: u16, wire: Wire<'de>) -> Result<Message<'de>, Fault> {
        Ok(Message { scope: self.scope, index, bytes: wire.bytes()?, depth: self.depth + 1 })
    }

    /// What lies in a message that has one of two fields.
    pub(super) fn either(self) -> Result<Option<Either<'de>>, Fault> {
        let [one, other] = &*self.scope.table.message(self.field.message).fields else {
            return Err(Fault::Mismatch);
        };
        let (mut reader, mut found) = (Reader(self.wire.bytes()?), None);
        loop {
            let before = reader;
            let Some((number, wire)) = reader.field()? else { return Ok(found) };
            if number == one.number && self.field.shape == Form::OrBool {
                found.get_or_insert(Either::Bool(wire.varint()? != 0));
            } else if number == one.number {
                found.get_or_insert(Either::Message(self.inner(one.message, wire)?));
            } else if number == other.number && self.field.shape == Form::OrBool {
                found = Some(Either::Message(self.inner(other.message, wire)?));
            } else if number == other.number {
                let left = 1 + reader.skip_run(number);
                let one = Self { field: other, wire, ..self };
                found = Some(Either::Run(Run { one, reader: Reader(before.up_to(reader)), left }));
            }
        }
    }

    /// JSON within protobuf; `None` for `null`.
    pub(super) fn json(self) -> Result<Option<&'de [u8]>, Fault> {
        let json = find(self.wire.bytes()?, 1)?.map_or(Ok(&[][..]), Wire::bytes)?;
        Ok(Some(json).filter(|json| !json.is_empty() && json != b"null"))
    }

    pub(super) fn is_null(self) -> Result<bool, Fault> {
        match self.field.shape {
            Form::Time | Form::MicroTime => Ok(self.wire.is_zero()),
            Form::Json => self.json().map(|json| json.is_none()),
            Form::OrArray => self.either().map(|either| either.is_none()),
            _ => Ok(false),
        }
    }
}

/// What lies in a message that has one of two fields.
pub(super) enum Either<'de> {
    Bool(bool),
    Message(Message<'de>),
    Run(Run<'de>),
}
