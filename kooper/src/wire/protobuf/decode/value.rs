//! A value: of a field, of an element, of a map's entry, or of JSON within protobuf.

use super::{
    super::{
        error::{Error, Fault},
        reader::{Reader, Wire, find},
        table::{Count, Shape as Form},
    },
    Fields, Mode,
    elements::Elements,
    one::{Either, One, Run},
    text::{Text, text, time},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{
    Deserializer,
    de::{Error as _, Visitor},
    forward_to_deserialize_any,
};

pub(super) enum Value<'de> {
    One(One<'de>),
    Many(Run<'de>),
    Json(serde_json::Value),
}

/// What a value is in JSON.
enum Shape<'de> {
    Null,
    Bool(bool),
    Int(i64),
    Unsigned(u64),
    Float(f64),
    Text(Text<'de>),
    Object(Fields<'de>),
    Array(Elements<'de>),
}

impl<'de> Value<'de> {
    /// All of the work, compiled once.
    fn shape(self) -> Result<Shape<'de>, Error> {
        let one = match self {
            Self::Json(value) => return Ok(json_shape(value)),
            Self::Many(run) => return Ok(run.shape()),
            Self::One(one) => one,
        };
        let wire = one.wire;
        Ok(match one.field.shape {
            Form::String => Shape::Text(text(wire.bytes()?)),
            Form::Message | Form::Inline => Shape::Object(one.message()?.fields()?),
            Form::Int => Shape::Int(wire.varint()?.cast_signed()),
            Form::Bool => Shape::Bool(wire.varint()? != 0),
            Form::Double => match wire {
                Wire::Fixed64(bits) => Shape::Float(f64::from_bits(bits)),
                _ => return Err(Fault::Mismatch.into()),
            },
            Form::Bytes => Shape::Text(BASE64_STANDARD.encode(wire.bytes()?).into()),
            Form::Time | Form::MicroTime if wire.is_zero() => Shape::Null,
            Form::Time => Shape::Text(time(wire.bytes()?, false)?),
            Form::MicroTime => Shape::Text(time(wire.bytes()?, true)?),
            Form::Quantity => Shape::Text(text(find(wire.bytes()?, 1)?.map_or(Ok(&b"0"[..]), Wire::bytes)?)),
            Form::IntOrString => {
                let message = wire.bytes()?;
                match find(message, 1)?.map_or(Ok(0), Wire::varint)? {
                    0 => Shape::Int(find(message, 2)?.map_or(Ok(0), Wire::varint)?.cast_signed()),
                    _ => Shape::Text(text(find(message, 3)?.map_or(Ok(&[][..]), Wire::bytes)?)),
                }
            }
            Form::Json => match one.json()? {
                None => Shape::Null,
                Some(json) => json_shape(serde_json::from_slice(json).map_err(Error::custom)?),
            },
            Form::OrArray | Form::OrBool => match one.either()? {
                None if one.field.shape == Form::OrBool => Shape::Bool(false),
                None => Shape::Null,
                Some(Either::Bool(allowed)) => Shape::Bool(allowed),
                Some(Either::Message(message)) => Shape::Object(message.fields()?),
                Some(Either::Run(run)) => Shape::Array(Elements::Run(run)),
            },
            Form::List => {
                let items = &one.scope.table.message(one.field.message).fields[0];
                let mut reader = Reader(wire.bytes()?);
                let all = reader;
                let left = reader.skip_run(items.number);
                // Nobody else reads on.
                reader.field()?;
                Shape::Array(Elements::Run(Run { one: One { field: items, ..one }, reader: all, left }))
            }
        })
    }
}

impl<'de> Run<'de> {
    fn shape(self) -> Shape<'de> {
        match self.one.field.count {
            Count::Map => Shape::Object(Fields::of_map(self)),
            _ => Shape::Array(Elements::Run(self)),
        }
    }
}

fn json_shape<'de>(value: serde_json::Value) -> Shape<'de> {
    use serde_json::Value as Json;
    match value {
        Json::Null => Shape::Null,
        Json::Bool(value) => Shape::Bool(value),
        Json::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Shape::Unsigned(number),
            (_, Some(number)) => Shape::Int(number),
            _ => Shape::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Shape::Text(text.into()),
        Json::Array(values) => Shape::Array(Elements::Json(values.into_iter())),
        Json::Object(object) => Shape::Object(Fields::of_json(object)),
    }
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Error;

    /// Only what asks for "any" comes here, such as JSON's own value and the unions: `serde_json`'s visitors are compiled
    /// for those alone.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Self::One(one) = self {
            match one.field.shape {
                Form::Json => {
                    let json = one.json()?.unwrap_or(b"null");
                    return serde_json::Deserializer::from_slice(json)
                        .deserialize_any(visitor)
                        .map_err(Error::custom);
                }
                Form::Message => return visitor.visit_map(one.message()?.any_fields()?),
                _ => {}
            }
        }
        match self.shape()? {
            Shape::Null => visitor.visit_unit(),
            Shape::Bool(value) => visitor.visit_bool(value),
            Shape::Int(value) => visitor.visit_i64(value),
            Shape::Unsigned(value) => visitor.visit_u64(value),
            Shape::Float(value) => visitor.visit_f64(value),
            Shape::Text(text) => text.deserialize_any(visitor),
            Shape::Object(fields) => visitor.visit_map(fields),
            Shape::Array(elements) => visitor.visit_seq(elements),
        }
    }

    // With hints the code stays small: the visitor of a struct is compiled for objects only, and so on.

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Self::One(one) = &self
            && one.field.shape == Form::Message
        {
            one.scope.cover(one.field.message, name, fields)?;
            return visitor.visit_map(one.message()?.fields()?);
        }
        object(self, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Self::One(one) = &self
            && one.field.shape == Form::Message
        {
            return visitor.visit_map(one.message()?.any_fields()?);
        }
        object(self, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.shape()? {
            Shape::Array(elements) => visitor.visit_seq(elements),
            _ => Err(Fault::Unfit.into()),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Self::One(One { field, wire: Wire::Bytes(bytes), .. }) = &self
            && field.shape == Form::String
        {
            return text(bytes).deserialize_any(visitor);
        }
        match self.shape()? {
            Shape::Text(text) => text.deserialize_any(visitor),
            _ => Err(Fault::Unfit.into()),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.shape()? {
            Shape::Bool(value) => visitor.visit_bool(value),
            _ => Err(Fault::Unfit.into()),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.shape()? {
            Shape::Int(value) => visitor.visit_i64(value),
            Shape::Unsigned(value) => visitor.visit_u64(value),
            _ => Err(Fault::Unfit.into()),
        }
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let null = match &self {
            Self::One(one) => one.is_null()?,
            Self::Many(_) => false,
            Self::Json(value) => value.is_null(),
        };
        if null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let probed = matches!(&self, Self::One(one) if one.scope.mode == Mode::Sample);
        match (self.shape()?, variants) {
            // Where only the fields are of interest, the string is none that an enum could know.
            (Shape::Text(_), [first, ..]) if probed => {
                Text::from(*first).deserialize_enum(name, variants, visitor)
            }
            (Shape::Text(text), _) => text.deserialize_enum(name, variants, visitor),
            _ => Err(Fault::Unfit.into()),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 u8 u16 u32 u64 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

fn object<'de, V: Visitor<'de>>(value: Value<'de>, visitor: V) -> Result<V::Value, Error> {
    match value.shape()? {
        Shape::Object(fields) => visitor.visit_map(fields),
        _ => Err(Fault::Unfit.into()),
    }
}
