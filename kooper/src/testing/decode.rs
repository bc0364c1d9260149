//! Reading an object into its type and writing it again, as a server in Go does: what no field takes is dropped, what is
//! empty is left out, what is of the wrong type is refused in Go's words.

use serde_json::{Map, Number, Value};

use super::{
    json::kind,
    schema::{Field, Omit, Schema, Struct, Type},
};

/// Reads an object into types and collects the fields that no type has.
pub(super) struct Decoder {
    /// The names of the fields down to here, as an error names them.
    path: Vec<&'static str>,
    /// The same with list positions, as a warning names them.
    place: String,
    /// Whether fields that are not set are given their defaults.
    defaults: bool,
    pub(super) unknown: Vec<String>,
}

impl Decoder {
    pub(super) fn new(defaults: bool) -> Self {
        Self { path: Vec::new(), place: String::new(), defaults, unknown: Vec::new() }
    }

    /// The object as its type writes it.
    pub(super) fn object(
        &mut self,
        of: &'static Struct,
        value: Map<String, Value>,
    ) -> Result<Map<String, Value>, String> {
        let object = self.fields(of, value);
        self.unknown.sort_unstable();
        object
    }

    fn fields(
        &mut self,
        of: &'static Struct,
        mut from: Map<String, Value>,
    ) -> Result<Map<String, Value>, String> {
        let mut to = Map::new();
        let length = self.place.len();
        for field in &of.fields {
            let given = from.remove(field.name).filter(|value| !value.is_null());
            self.path.push(field.name);
            self.enter(field.name);
            let value = match given {
                Some(value) => self.value(of, &field.of, value)?,
                None => None,
            };
            let value = match (value, &field.default) {
                (None, Some(default)) if self.defaults => self.value(of, &field.of, default.clone())?,
                (Some(Value::String(empty)), Some(default))
                    if empty.is_empty() && self.defaults && !matches!(field.of, Type::Pointer(_)) =>
                {
                    Some(default.clone())
                }
                (None, None) if matches!(field.of, Type::Struct(_)) => self
                    .value(of, &field.of, Value::Object(Map::new()))?
                    .filter(|value| !is_omitted_struct(field, value)),
                (value, _) => value,
            };
            if let Some(value) = written(field, value) {
                to.insert(field.name.into(), value);
            }
            self.place.truncate(length);
            self.path.pop();
        }
        for name in from.keys() {
            let dot = if self.place.is_empty() { "" } else { "." };
            self.unknown.push(format!("unknown field \"{}{dot}{name}\"", self.place));
        }
        Ok(to)
    }

    fn enter(&mut self, name: &str) {
        if !self.place.is_empty() {
            self.place.push('.');
        }
        self.place.push_str(name);
    }

    /// The value as `of` writes it; `None` is the zero of a pointer, a list or a map.
    fn value(
        &mut self,
        owner: &'static Struct,
        of: &'static Type,
        value: Value,
    ) -> Result<Option<Value>, String> {
        let wrong = |this: &Self, value: &Value| Err(this.mismatch(owner, of, value));
        Ok(Some(match (of, value) {
            (_, Value::Null) => return Ok(None),
            (Type::Pointer(to), value) => return self.value(owner, to, value),
            (Type::Struct(id), Value::Object(fields)) => {
                let Some(of) = Schema::builtin().get(id) else { return Ok(Some(Value::Object(fields))) };
                Value::Object(self.fields(of, fields)?)
            }
            (Type::List { item, .. }, Value::Array(items)) => {
                let length = self.place.len();
                let mut list = Vec::with_capacity(items.len());
                for (at, value) in items.into_iter().enumerate() {
                    self.place.extend(["[", &at.to_string(), "]"]);
                    let value = match value {
                        // A zero stands where a list says null.
                        Value::Null => self.zero(owner, item)?,
                        value => self.value(owner, item, value)?,
                    };
                    list.push(value.unwrap_or(Value::Null));
                    self.place.truncate(length);
                }
                Value::Array(list)
            }
            (Type::Map { value: of, .. }, Value::Object(fields)) => {
                let mut map = Map::new();
                let length = self.place.len();
                for (name, value) in fields {
                    self.enter(&name);
                    let value = match value {
                        Value::Null => self.zero(owner, of)?,
                        value => self.value(owner, of, value)?,
                    };
                    map.insert(name, value.unwrap_or(Value::Null));
                    self.place.truncate(length);
                }
                Value::Object(map)
            }
            (Type::String(_) | Type::Duration | Type::Bytes, Value::String(text)) => text.into(),
            (Type::Bool(_), Value::Bool(flag)) => flag.into(),
            (Type::Int { bits, .. }, Value::Number(number)) => {
                return self.integer(owner, of, *bits, &number).map(Some);
            }
            (Type::Float, Value::Number(number)) => number.into(),
            (Type::Quantity, value @ (Value::String(_) | Value::Number(_))) => {
                super::quantity::canonical(&value)?.into()
            }
            (Type::Time, Value::String(text)) => time(&text, false)?.into(),
            (Type::MicroTime, Value::String(text)) => time(&text, true)?.into(),
            (Type::Any, value)
            | (Type::Object, value @ Value::Object(_))
            | (Type::IntOrString, value @ (Value::String(_) | Value::Number(_))) => value,
            (Type::Time | Type::MicroTime, value) => {
                return Err(format!("json: cannot unmarshal {} into Go value of type string", kind(&value)));
            }
            (_, value) => return wrong(self, &value),
        }))
    }

    fn zero(&mut self, owner: &'static Struct, of: &'static Type) -> Result<Option<Value>, String> {
        Ok(match of {
            Type::String(_) => Some("".into()),
            Type::Bool(_) => Some(false.into()),
            Type::Int { .. } => Some(0.into()),
            Type::Struct(_) => self.value(owner, of, Value::Object(Map::new()))?,
            _ => None,
        })
    }

    fn integer(&self, owner: &Struct, of: &Type, bits: u8, number: &Number) -> Result<Value, String> {
        let fits = |number: i64| bits == 64 || i32::try_from(number).is_ok();
        if let Some(number) = number.as_i64().filter(|number| fits(*number)) {
            Ok(number.into())
        } else {
            let what = format!("number {number}");
            Err(self.mismatch_of(owner, of, &what))
        }
    }

    fn mismatch(&self, owner: &Struct, of: &Type, value: &Value) -> String {
        self.mismatch_of(owner, of, kind(value))
    }

    fn mismatch_of(&self, owner: &Struct, of: &Type, what: &str) -> String {
        let (name, path) = (owner.name(), self.path.join("."));
        format!("json: cannot unmarshal {what} into Go struct field {name}.{path} of type {}", of.go_name())
    }
}

/// What is written for a field; `None` leaves it out.
fn written(field: &Field, value: Option<Value>) -> Option<Value> {
    let omits = field.omit != Omit::Never;
    match (&field.of, value) {
        (_, None) => match field.of {
            Type::Time | Type::MicroTime if field.omit != Omit::Zero => Some(Value::Null),
            _ if omits => None,
            Type::String(_) => Some("".into()),
            Type::Bool(_) => Some(false.into()),
            Type::Int { .. } | Type::IntOrString => Some(0.into()),
            Type::Quantity => Some("0".into()),
            Type::Struct(_) => None,
            _ => Some(Value::Null),
        },
        (Type::Pointer(_) | Type::Struct(_) | Type::Any | Type::Object | Type::Quantity, value) => value,
        (_, Some(value)) if omits && is_zero(&value) => None,
        (_, value) => value,
    }
}

fn is_omitted_struct(field: &Field, value: &Value) -> bool {
    field.omit == Omit::Zero && value.as_object().is_some_and(Map::is_empty)
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Null => true,
    }
}

/// Whether what follows the seconds has six digits of a fraction.
fn is_micro(end: &str) -> bool {
    let digits = end.strip_prefix('.').map(|end| end.bytes().take_while(u8::is_ascii_digit).count());
    digits == Some(6)
}

/// A time as the server writes it: UTC, whole seconds or microseconds.
fn time(text: &str, micro: bool) -> Result<String, String> {
    let layout = if micro { "2006-01-02T15:04:05.000000Z07:00" } else { "2006-01-02T15:04:05Z07:00" };
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    if let (true, Ok(_), Some(end)) = (micro, &parsed, text.get(19..).filter(|end| !is_micro(end))) {
        return Err(format!(
            "parsing time \"{text}\" as \"{layout}\": cannot parse \"{end}\" as \".000000\""
        ));
    }
    let time = parsed.map_err(|_| {
        format!("parsing time \"{text}\" as \"{layout}\": cannot parse \"{text}\" as \"2006\"")
    })?;
    let form = if micro { "%Y-%m-%dT%H:%M:%S.%6fZ" } else { "%Y-%m-%dT%H:%M:%SZ" };
    Ok(time.strftime(form).to_string())
}
