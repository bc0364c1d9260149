//! What is an object in JSON: a message, a map, or an object of JSON within protobuf.

use super::{
    super::{
        error::{Error, Fault},
        reader::{Reader, Wire},
        table::{self, Count, Shape},
    },
    Message, Scope,
    one::{One, Run},
    text::{Text, text},
    value::Value,
};
use serde::de::{DeserializeSeed, MapAccess};

/// How many messages may be inlined into each other: `NamedRuleWithOperations` has two in it.
const INLINED: usize = 3;

pub(super) struct Fields<'de> {
    source: Source<'de>,
    /// The value of the name that was given last.
    value: Option<Value<'de>>,
    /// That name, for errors; entries of maps have none.
    name: Option<&'static str>,
    /// The address of the field's first byte, for errors.
    begin: usize,
}

enum Source<'de> {
    Message {
        scope: &'de Scope,
        open: [Open<'de>; INLINED],
        level: usize,
        depth: u8,
        /// Whether a field that the table does not know is an error.
        strict: bool,
    },
    Map {
        run: Run<'de>,
    },
    Json(serde_json::map::IntoIter),
}

/// A message that is being read.
#[derive(Clone, Copy)]
struct Open<'de> {
    reader: Reader<'de>,
    message: &'static table::Message,
    /// The place among the table's fields, which is never behind the reader's.
    at: usize,
    /// The last number.
    last: u32,
}

impl<'de> Open<'de> {
    fn new(bytes: &'de [u8], message: &'static table::Message) -> Self {
        Self { reader: Reader(bytes), message, at: 0, last: 0 }
    }
}

impl<'de> Fields<'de> {
    pub(super) fn of(Message { scope, index, bytes, depth }: Message<'de>, strict: bool) -> Self {
        let open = Open::new(bytes, scope.table.message(index));
        Self::new(Source::Message { scope, open: [open; INLINED], level: 0, depth, strict })
    }

    pub(super) fn of_map(run: Run<'de>) -> Self {
        Self::new(Source::Map { run })
    }

    pub(super) fn of_json(object: serde_json::Map<String, serde_json::Value>) -> Self {
        Self::new(Source::Json(object.into_iter()))
    }

    fn new(source: Source<'de>) -> Self {
        Self { source, value: None, name: None, begin: 0 }
    }

    /// Goes to the next field and gives its name. All of the work, compiled once.
    fn advance(&mut self) -> Result<Option<Text<'de>>, Fault> {
        match &mut self.source {
            Source::Json(entries) => {
                let Some((name, value)) = entries.next() else { return Ok(None) };
                self.value = Some(Value::Json(value));
                Ok(Some(Text::from(name)))
            }
            Source::Map { run } => {
                let Some(one) = run.next()? else { return Ok(None) };
                let (name, wire) = entry(one.wire.bytes()?, one.field.shape)?;
                self.value = Some(Value::One(One { wire, ..one }));
                Ok(Some(text(name)))
            }
            Source::Message { scope, open, level, depth, strict } => loop {
                let Open { reader, message, at, last } = &mut open[*level];
                let before = *reader;
                (self.begin, self.name) = (before.0.as_ptr().addr(), None);
                let Some((number, wire)) = reader.field()? else {
                    if *level == 0 {
                        return Ok(None);
                    }
                    *level -= 1;
                    continue;
                };
                if number <= *last {
                    return Err(Fault::Order);
                }
                *last = number;
                while message.fields.get(*at).is_some_and(|field| field.number < number) {
                    *at += 1;
                }
                let Some(field) = message.fields.get(*at).filter(|field| field.number == number) else {
                    // A newer server's.
                    if *strict {
                        return Err(Fault::Unknown);
                    }
                    reader.skip_run(number);
                    continue;
                };
                let one = One { scope, field, wire, depth: *depth };
                let value = match field.count {
                    Count::NonZero if wire.is_zero() => continue,
                    _ if field.shape == Shape::Inline => {
                        *level += 1;
                        let inlined = Open::new(wire.bytes()?, scope.table.message(field.message));
                        *open.get_mut(*level).ok_or(Fault::Deep)? = inlined;
                        continue;
                    }
                    Count::One | Count::NonZero => Value::One(one),
                    Count::List | Count::Map => {
                        let left = 1 + reader.skip_run(number);
                        Value::Many(Run { one, reader: Reader(before.up_to(*reader)), left })
                    }
                };
                self.value = Some(value);
                self.name = Some(field.name);
                return Ok(Some(Text::from(field.name)));
            },
        }
    }

    /// An error with its place.
    #[cold]
    fn at(&self, error: Error) -> Error {
        match &self.source {
            Source::Message { scope, open, level, .. } => {
                let open = &open[*level];
                error.at(open.message.name, self.name, self.begin.saturating_sub(scope.begin))
            }
            // The message around has the better name.
            Source::Map { .. } | Source::Json(_) => error,
        }
    }
}

/// The key and the value of a map's entry; each may be missing where it is zero.
fn entry(bytes: &[u8], shape: Shape) -> Result<(&[u8], Wire<'_>), Fault> {
    let zero = match shape {
        Shape::Bool | Shape::Int => Wire::Varint(0),
        Shape::Double => Wire::Fixed64(0),
        _ => Wire::Bytes(&[]),
    };
    let (mut reader, mut key, mut value) = (Reader(bytes), &[][..], zero);
    while let Some((number, wire)) = reader.field()? {
        match number {
            1 => key = wire.bytes()?,
            2 => value = wire,
            _ => {}
        }
    }
    Ok((key, value))
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        match self.advance() {
            Ok(Some(name)) => seed.deserialize(name).map(Some).map_err(|error| self.at(error)),
            Ok(None) => Ok(None),
            Err(fault) => Err(self.at(fault.into())),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = self.value.take().ok_or(Fault::Mismatch)?;
        seed.deserialize(value).map_err(|error| self.at(error))
    }
}
