//! Parts a list's body into its objects.

use super::{
    Kind, Table,
    envelope::{MAGIC, RAW, TYPE_META, TypeMeta, read_status},
    error::Fault,
    hold::{Hold, Step},
    object,
    reader::{Reader, Wire, find},
};
use crate::wire::{Envelope, Limits, Object, WireError};

/// The fields of a list. Every list of Kubernetes has these two, and no other.
const METADATA: u32 = 1;
const ITEM: u32 = 2;

/// Follows a list's body field by field; holds one object that a chunk has cut, and no more.
#[derive(Debug)]
pub(crate) struct ListSplitter {
    hold: Hold,
    body: Body,
}

#[derive(Debug)]
struct Body {
    table: &'static Table,
    limits: Limits,
    place: Place,
    /// What the items are; the list's own kind without the `List`.
    items: Option<Items>,
    list: Envelope,
}

#[derive(Debug, Clone, Copy)]
enum Items {
    Are(Kind),
    /// The list is none, but a `Status`.
    Status,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Magic,
    /// Among the fields of `Unknown`; whether its bytes have been.
    Around {
        whole: bool,
    },
    /// In the bytes of the list, so many before their end.
    Within {
        left: usize,
    },
}

impl ListSplitter {
    pub(in crate::wire) fn new(table: &'static Table, limits: Limits) -> Self {
        let body = Body { table, limits, place: Place::Magic, items: None, list: Envelope::default() };
        Self { hold: Hold::default(), body }
    }

    pub(in crate::wire) fn feed(
        &mut self,
        chunk: &[u8],
        mut found: impl FnMut(Object),
    ) -> Result<(), WireError> {
        let Self { hold, body } = self;
        hold.feed(chunk, |bytes, at| body.step(bytes, at, &mut found))
    }

    pub(in crate::wire) fn finish(self) -> Result<Envelope, WireError> {
        match self.body.place {
            Place::Around { whole: true } | Place::Within { left: 0 } if self.hold.is_empty() => {
                Ok(self.body.list)
            }
            _ => Err(WireError::Cut { what: self.body.name(), at: self.hold.length() }),
        }
    }
}

impl Body {
    fn step(&mut self, bytes: &[u8], at: usize, found: &mut impl FnMut(Object)) -> Result<Step, WireError> {
        if self.place == (Place::Within { left: 0 }) {
            self.place = Place::Around { whole: true };
        }
        match self.place {
            Place::Magic if bytes.len() < MAGIC.len() => Ok(Step::Wants(MAGIC.len())),
            Place::Magic if bytes.starts_with(&MAGIC) => {
                self.place = Place::Around { whole: false };
                Ok(Step::Took(MAGIC.len()))
            }
            Place::Magic => Err(self.garbled(Fault::Magic, at)),
            Place::Around { .. } => self.around(bytes, at),
            Place::Within { left } if matches!(self.items, Some(Items::Status)) => {
                if bytes.len() < left {
                    return self.bounded(left).map(Step::Wants);
                }
                self.list.status =
                    Some(read_status(&bytes[..left]).map_err(|fault| self.garbled(fault, at))?);
                self.place = Place::Around { whole: true };
                Ok(Step::Took(left))
            }
            Place::Within { left } => self.within(bytes, at, left, found),
        }
    }

    /// The message that the items are, for errors.
    fn name(&self) -> &'static str {
        match self.items {
            Some(Items::Are(kind)) => kind.message().name,
            Some(Items::Status) => "a status in protobuf",
            None => "a list in protobuf",
        }
    }

    fn garbled(&self, fault: Fault, at: usize) -> WireError {
        WireError::Garbled(format!("a list, {} at byte {at}: {fault}", self.name()))
    }

    /// A length that may be waited for.
    fn bounded(&self, length: usize) -> Result<usize, WireError> {
        // The limit is the object's; its tag and length come on top of it.
        self.limits.check(length, 16).map(|()| length)
    }

    /// A field of `Unknown`.
    fn around(&mut self, bytes: &[u8], at: usize) -> Result<Step, WireError> {
        let Some(header) = Header::read(bytes).map_err(|fault| self.garbled(fault, at))? else {
            return Ok(Step::Wants(bytes.len() + 1));
        };
        if header.number == RAW && header.is_bytes {
            if self.items.is_none() || self.place == (Place::Around { whole: true }) {
                return Err(WireError::Garbled(format!("a list that does not say its kind, at byte {at}")));
            }
            self.place = Place::Within { left: header.length };
            return Ok(Step::Took(header.size));
        }
        let whole = self.bounded(header.whole())?;
        if bytes.len() < whole {
            return Ok(Step::Wants(whole));
        }
        if header.number == TYPE_META && header.is_bytes {
            let types =
                TypeMeta::read(&bytes[header.size..whole]).map_err(|fault| self.garbled(fault, at))?;
            self.items = Some(self.items_of(types, at)?);
        }
        Ok(Step::Took(whole))
    }

    fn items_of(&self, types: TypeMeta<'_>, at: usize) -> Result<Items, WireError> {
        if types.is_status() {
            return Ok(Items::Status);
        }
        let kind = types.kind.strip_suffix("List").and_then(|kind| self.table.kind(types.api_version, kind));
        kind.map(Items::Are).ok_or_else(|| {
            let TypeMeta { api_version, kind } = types;
            WireError::Garbled(format!(
                "`{kind}` of `{api_version}` in protobuf is no list that is known, at byte {at}"
            ))
        })
    }

    /// A field of the list.
    fn within(
        &mut self,
        bytes: &[u8],
        at: usize,
        left: usize,
        found: &mut impl FnMut(Object),
    ) -> Result<Step, WireError> {
        let Some(header) = Header::read(bytes).map_err(|fault| self.garbled(fault, at))? else {
            return Ok(Step::Wants(bytes.len() + 1));
        };
        let whole = header.whole();
        if whole > left {
            return Err(self.garbled(Fault::Cut, at));
        }
        if bytes.len() < self.bounded(whole)? {
            return Ok(Step::Wants(whole));
        }
        let value = &bytes[header.size..whole];
        match (header.number, self.items) {
            (ITEM, Some(Items::Are(kind))) if header.is_bytes => {
                found(object::named(value, kind, self.limits)?);
            }
            (METADATA, _) if header.is_bytes => {
                self.metadata(value).map_err(|fault| self.garbled(fault, at))?;
            }
            _ => {}
        }
        self.place = Place::Within { left: left - whole };
        Ok(Step::Took(whole))
    }

    fn metadata(&mut self, message: &[u8]) -> Result<(), Fault> {
        let text = |number| find(message, number)?.map_or(Ok(""), Wire::text);
        text(2)?.clone_into(&mut self.list.resource_version);
        let next = text(3)?;
        self.list.next = (!next.is_empty()).then(|| next.to_owned());
        Ok(())
    }
}

/// The beginning of a field: all but its value.
struct Header {
    number: u32,
    is_bytes: bool,
    size: usize,
    /// How long the value is that follows.
    length: usize,
}

impl Header {
    /// `None` where its own end has not come yet.
    fn read(bytes: &[u8]) -> Result<Option<Self>, Fault> {
        let mut reader = Reader(bytes);
        let mut read = || {
            let (number, encoding) = reader.tag()?;
            let length = match encoding {
                0 => reader.varint().map(|_| 0)?,
                1 => 8,
                2 => usize::try_from(reader.varint()?).unwrap_or(usize::MAX),
                5 => 4,
                _ => return Err(Fault::Tag),
            };
            Ok(Self { number, is_bytes: encoding == 2, size: bytes.len() - reader.0.len(), length })
        };
        match read() {
            Ok(header) => Ok(Some(header)),
            Err(Fault::Cut) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    fn whole(&self) -> usize {
        self.size.saturating_add(self.length)
    }
}
