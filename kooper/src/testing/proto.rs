//! Kubernetes' protobuf, read into JSON: some clients send it without being asked, kubectl among them.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};

use super::schema::{Schema, Struct, Type};

/// What stands before every object.
const MAGIC: &[u8] = b"k8s\0";

/// The object in `body`; `None` where it is none of a known kind.
pub(super) fn read(body: &[u8]) -> Option<Value> {
    let (mut api_version, mut kind, mut raw) = (String::new(), String::new(), &[][..]);
    for (number, field) in Message(body.strip_prefix(MAGIC)?).fields()? {
        match (number, field) {
            (1, Wire::Bytes(meta)) => {
                for (number, field) in Message(meta).fields()? {
                    match (number, field) {
                        (1, Wire::Bytes(text)) => api_version = text_of(text),
                        (2, Wire::Bytes(text)) => kind = text_of(text),
                        _ => {}
                    }
                }
            }
            (2, Wire::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    let schema = Schema::builtin();
    let of = match kind.as_str() {
        "DeleteOptions" => schema.of_kind("meta.k8s.io/v1", "DeleteOptions"),
        _ => schema.of_kind(&api_version, &kind),
    };
    let mut object = Map::new();
    structure(of?, raw, &mut object)?;
    object.insert("apiVersion".into(), api_version.into());
    object.insert("kind".into(), kind.into());
    Some(Value::Object(object))
}

/// A value as it stands in a message.
#[derive(Debug, Clone, Copy)]
enum Wire<'a> {
    Varint(u64),
    Fixed(u64),
    Bytes(&'a [u8]),
}

struct Message<'a>(&'a [u8]);

impl<'a> Message<'a> {
    /// The fields by their numbers; `None` where the bytes are no message.
    fn fields(mut self) -> Option<Vec<(u64, Wire<'a>)>> {
        let mut fields = Vec::new();
        while !self.0.is_empty() {
            let tag = self.varint()?;
            let value = match tag & 7 {
                0 => Wire::Varint(self.varint()?),
                1 => Wire::Fixed(u64::from_le_bytes(self.take(8)?.try_into().ok()?)),
                2 => {
                    let length = usize::try_from(self.varint()?).ok()?;
                    Wire::Bytes(self.take(length)?)
                }
                5 => Wire::Fixed(u64::from(u32::from_le_bytes(self.take(4)?.try_into().ok()?))),
                _ => return None,
            };
            fields.push((tag >> 3, value));
        }
        Some(fields)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn structure(of: &'static Struct, bytes: &[u8], object: &mut Map<String, Value>) -> Option<()> {
    for (number, wire) in Message(bytes).fields()? {
        // A field that the schema has not is one of a newer client.
        let Some(field) = of.fields.iter().find(|field| field.number == number) else {
            if let (Some(inner), Wire::Bytes(bytes)) = (of.embedded(number), wire) {
                structure(inner, bytes, object)?;
            }
            continue;
        };
        match field.of.bare() {
            Type::List { item, .. } => {
                let list = object.entry(field.name).or_insert_with(|| json!([]));
                list.as_array_mut()?.push(value(item, wire)?);
            }
            Type::Map { value: of, .. } => {
                let Wire::Bytes(entry) = wire else { return None };
                let (mut key, mut found) = (String::new(), Value::Null);
                for (number, wire) in Message(entry).fields()? {
                    match (number, wire) {
                        (1, Wire::Bytes(text)) => key = text_of(text),
                        (2, wire) => found = value(of, wire)?,
                        _ => {}
                    }
                }
                let map = object.entry(field.name).or_insert_with(|| json!({}));
                map.as_object_mut()?.insert(key, found);
            }
            of => {
                object.insert(field.name.into(), value(of, wire)?);
            }
        }
    }
    Some(())
}

fn value(of: &'static Type, wire: Wire<'_>) -> Option<Value> {
    Some(match (of.bare(), wire) {
        (Type::String(_), Wire::Bytes(text)) => text_of(text).into(),
        (Type::Bool(_), Wire::Varint(flag)) => (flag != 0).into(),
        // Negative numbers of both sizes are sent as ten bytes.
        (Type::Int { .. }, Wire::Varint(number)) => number.cast_signed().into(),
        (Type::Float, Wire::Fixed(bits)) => f64::from_bits(bits).into(),
        (Type::Bytes, Wire::Bytes(bytes)) => BASE64_STANDARD.encode(bytes).into(),
        (Type::Time | Type::MicroTime, Wire::Bytes(bytes)) => {
            let (seconds, nanos) = (number(bytes, 1)?, number(bytes, 2)?);
            if seconds == 0 && nanos == 0 {
                return Some(Value::Null);
            }
            let time = jiff::Timestamp::new(seconds, i32::try_from(nanos).ok()?).ok()?;
            time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string().into()
        }
        (Type::Duration, Wire::Bytes(bytes)) => format!("{}ns", number(bytes, 1)?).into(),
        (Type::Quantity, Wire::Bytes(bytes)) => text(bytes, 1)?.into(),
        (Type::IntOrString, Wire::Bytes(bytes)) if number(bytes, 1)? == 1 => text(bytes, 3)?.into(),
        (Type::IntOrString, Wire::Bytes(bytes)) => number(bytes, 2)?.into(),
        (Type::Any | Type::Object, Wire::Bytes(bytes)) => {
            serde_json::from_str(&text(bytes, 1)?).unwrap_or(Value::Null)
        }
        (Type::Struct(id), Wire::Bytes(bytes)) => {
            let mut object = Map::new();
            structure(Schema::builtin().get(id)?, bytes, &mut object)?;
            Value::Object(object)
        }
        // A list within a map is a message of its items.
        (Type::List { item, .. }, Wire::Bytes(bytes)) => {
            let items = Message(bytes).fields()?.into_iter();
            items.map(|(_, wire)| value(item, wire)).collect::<Option<Vec<_>>>()?.into()
        }
        _ => return None,
    })
}

/// The number in a field of a message; 0 where it is not there.
fn number(message: &[u8], wanted: u64) -> Option<i64> {
    let mut fields = Message(message).fields()?.into_iter();
    let found = fields.find_map(|(number, wire)| match wire {
        Wire::Varint(value) if number == wanted => Some(value.cast_signed()),
        _ => None,
    });
    Some(found.unwrap_or(0))
}

/// The text in a field of a message; empty where it is not there.
fn text(message: &[u8], wanted: u64) -> Option<String> {
    let mut fields = Message(message).fields()?.into_iter();
    let found = fields.find_map(|(number, wire)| match wire {
        Wire::Bytes(bytes) if number == wanted => Some(text_of(bytes)),
        _ => None,
    });
    Some(found.unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// A length-delimited field.
    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap()], bytes].concat()
    }

    #[test]
    fn a_config_map_is_read() {
        let meta = field(1, &field(1, b"a"));
        let entry = field(2, &[field(1, b"k"), field(2, b"v")].concat());
        let immutable = [4 << 3, 1];
        let kind = field(1, &[field(1, b"v1"), field(2, b"ConfigMap")].concat());
        let raw = field(2, &[meta, entry, immutable.to_vec()].concat());
        let body = [MAGIC, &kind, &raw].concat();
        let wanted = json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": { "name": "a" }, "data": { "k": "v" }, "immutable": true,
        });
        assert_eq!(read(&body), Some(wanted));
    }

    #[test]
    fn bytes_that_are_no_message_are_refused() {
        for body in [&b""[..], b"k8s", b"{}", b"k8s\0\xff", b"k8s\0\x0a\xff"] {
            assert_eq!(read(body), None);
        }
    }
}
