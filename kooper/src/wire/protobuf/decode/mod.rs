//! A message as a value of any `Deserialize` type.
//!
//! There is one type for a value, one for what is an object in JSON and one for what is an array, also for the JSON that
//! lies within protobuf: every visitor of the generated types is compiled once for each such type that it can meet, and
//! that is what a program's size is made of. All the work is in two functions that are not generic, `Fields::advance` and
//! `Value::shape`.

mod elements;
mod fields;
mod one;
mod text;
mod value;

use super::{
    Error, Kind, Table,
    error::{Fault, Gap},
    sorted::sorted,
    table,
};
use fields::Fields;
use serde::{
    Deserializer,
    de::{DeserializeOwned, Visitor},
    forward_to_deserialize_any,
};
use std::{cell::RefCell, sync::atomic::Ordering};

/// Decodes an object of so many levels at most.
pub(in crate::wire) fn decode<T: DeserializeOwned>(bytes: &[u8], kind: Kind, depth: u8) -> Result<T, Error> {
    match decode_in_order(bytes, kind, depth, Mode::Strict) {
        // Go writes fields in the order of their numbers. Where another does not, they are sorted once.
        Err(error) if error.is_order() => {
            let sorted = sorted(bytes, kind, depth);
            let bytes = sorted.map_err(|fault| Error::from(fault).at(kind.message().name, None, 0))?;
            decode_in_order(&bytes, kind, depth, Mode::Strict)
        }
        decoded => decoded,
    }
}

/// Decodes an object whose fields are in order.
pub(super) fn decode_in_order<T: DeserializeOwned>(
    bytes: &[u8],
    kind: Kind,
    depth: u8,
    mode: Mode,
) -> Result<T, Error> {
    let scope =
        Scope { table: kind.table, begin: bytes.as_ptr().addr(), depth, mode, gap: RefCell::default() };
    let message = Message { scope: &scope, index: kind.message, bytes, depth: 0 };
    let decoded = T::deserialize(message);
    match scope.gap.take() {
        // Also where the type has tried another form after it, and succeeded.
        Some(gap) => Err(gap.into()),
        None => decoded.map_err(|error| error.at(kind.message().name, None, 0)),
    }
}

/// What is asked of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// That the table has every field that they have.
    Strict,
    /// The same, of a message whose strings mean nothing.
    Sample,
    /// Nothing, for tests.
    #[allow(dead_code, reason = "made where the feature `testing` is on")]
    Lenient,
}

/// What is the same for all values of an object.
struct Scope {
    table: &'static Table,
    /// The address of the object's first byte: errors tell offsets.
    begin: usize,
    /// How deep messages may lie in each other.
    depth: u8,
    mode: Mode,
    /// The first field that the table lacks.
    gap: RefCell<Option<Gap>>,
}

impl Scope {
    /// Fails where a struct has a field that its message does not.
    #[inline]
    fn cover(&self, message: u16, owner: &'static str, names: &'static [&'static str]) -> Result<(), Error> {
        let known = self.table.message(message);
        // Each type gives the same list each time, so that a look at where it lies is all that most decoding costs.
        let list = names.as_ptr().addr() ^ names.len().rotate_right(8);
        if known.covered.load(Ordering::Relaxed) == list || self.mode == Mode::Lenient {
            return Ok(());
        }
        // The kind stands in the envelope, and is what the type says where an object lies within another.
        let told_elsewhere = |name: &str| known.is_kind && (name == "apiVersion" || name == "kind");
        let lacking = names.iter().find(|name| !known.names(self.table, name) && !told_elsewhere(name));
        if let Some(field) = lacking {
            return self.tell(Gap::Field { owner, field, message: known.name });
        }
        known.covered.store(list, Ordering::Relaxed);
        Ok(())
    }

    /// Fails where a type does not say which fields it has, if that is to be found out.
    fn cover_any(&self, message: u16) -> Result<(), Error> {
        let table::Message { name, fields, .. } = self.table.message(message);
        // That there is no more in it is what the first is for; a message without fields has no other type.
        if self.mode != Mode::Sample || *name == "meta.v1.PartialObjectMetadata" || fields.is_empty() {
            return Ok(());
        }
        self.tell(Gap::Open { message: name })
    }

    #[cold]
    fn tell(&self, gap: Gap) -> Result<(), Error> {
        self.gap.borrow_mut().get_or_insert_with(|| gap.clone());
        Err(gap.into())
    }
}

/// A whole message.
#[derive(Clone, Copy)]
struct Message<'de> {
    scope: &'de Scope,
    index: u16,
    bytes: &'de [u8],
    /// How many messages it lies in.
    depth: u8,
}

impl<'de> Message<'de> {
    /// Its fields, for a type that has said which it wants.
    fn fields(self) -> Result<Fields<'de>, Error> {
        if self.depth >= self.scope.depth { Err(Fault::Deep.into()) } else { Ok(Fields::of(self, false)) }
    }

    /// Its fields, for a type that takes whatever comes: one that the table does not know is an error, since the type
    /// might have wanted it.
    fn any_fields(self) -> Result<Fields<'de>, Error> {
        self.scope.cover_any(self.index)?;
        let strict = self.scope.mode != Mode::Lenient;
        if self.depth >= self.scope.depth { Err(Fault::Deep.into()) } else { Ok(Fields::of(self, strict)) }
    }
}

impl<'de> Deserializer<'de> for Message<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.any_fields()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.scope.cover(self.index, name, fields)?;
        visitor.visit_map(self.fields()?)
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
