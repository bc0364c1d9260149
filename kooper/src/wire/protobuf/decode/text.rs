//! Strings: those that lie in the bytes, and those that are made of what is none in protobuf.

use super::super::{
    error::{Error, Fault},
    reader::Reader,
};
use jiff::{
    Timestamp,
    fmt::{StdIoWrite, temporal::DateTimePrinter},
};
use serde::{
    Deserializer,
    de::{IntoDeserializer, Visitor, value::CowStrDeserializer},
    forward_to_deserialize_any,
};
use std::borrow::Cow;

pub(super) enum Text<'de> {
    Whole(Cow<'de, str>),
    /// A time, made on the stack.
    Made(Made),
}

/// Room for a time with its microseconds, in any year.
pub(super) struct Made {
    bytes: [u8; 40],
    length: usize,
}

impl From<&'static str> for Text<'_> {
    fn from(text: &'static str) -> Self {
        Self::Whole(Cow::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self::Whole(Cow::Owned(text))
    }
}

/// A string. What is no UTF-8 is replaced, as Go does when it writes JSON.
pub(super) fn text(bytes: &[u8]) -> Text<'_> {
    Text::Whole(String::from_utf8_lossy(bytes))
}

/// A time in RFC 3339; `micro` with microseconds, else without.
pub(super) fn time(bytes: &[u8], micro: bool) -> Result<Text<'static>, Fault> {
    let (mut seconds, mut nanoseconds) = (0, 0);
    let mut reader = Reader(bytes);
    while let Some((number, wire)) = reader.field()? {
        match number {
            1 => seconds = wire.varint()?.cast_signed(),
            2 => nanoseconds = wire.varint()?.cast_signed(),
            _ => {}
        }
    }
    let part = if micro { nanoseconds / 1000 * 1000 } else { 0 };
    let part = i32::try_from(part).map_err(|_| Fault::Time)?;
    let time = Timestamp::new(seconds, part).map_err(|_| Fault::Time)?;
    let mut made = Made { bytes: [0; 40], length: 0 };
    let room = made.bytes.len();
    let mut rest = &mut made.bytes[..];
    // Go writes all six digits, or none.
    let printer = DateTimePrinter::new().precision(Some(if micro { 6 } else { 0 }));
    printer.print_timestamp(&time, StdIoWrite(&mut rest)).map_err(|_| Fault::Time)?;
    made.length = room - rest.len();
    Ok(Text::Made(made))
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Whole(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Self::Whole(Cow::Owned(text)) => visitor.visit_string(text),
            Self::Made(Made { bytes, length }) => {
                visitor.visit_str(std::str::from_utf8(&bytes[..length]).map_err(|_| Fault::Text)?)
            }
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let text = match self {
            Self::Whole(text) => text,
            Self::Made(Made { bytes, length }) => {
                Cow::Owned(String::from_utf8_lossy(&bytes[..length]).into_owned())
            }
        };
        let text: CowStrDeserializer<'_, Error> = text.into_deserializer();
        text.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}
