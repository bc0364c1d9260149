//! The shape of an object: where it is one value, where each field, key or item is somebody's own.
//!
//! Built-in kinds have it from `resources/schema.txt`, custom resources from `x-kubernetes-list-type`,
//! `x-kubernetes-list-map-keys` and `x-kubernetes-map-type` of their `openAPIV3Schema`.

use serde_json::Value;

use super::set::{Element, Scalar};
use crate::testing::{
    resources::Resource,
    schema::{Field, List, Omit, Schema, Struct, Type},
};

/// What is known of a value before one looks at it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape<'a> {
    Struct(&'static Struct),
    Field(&'static Field),
    Type(&'static Type),
    /// A custom resource: a schema, and metadata as every object has it.
    Custom(&'a Value),
    /// A part of a custom resource, and whether fields that its schema has not are kept.
    Schema(&'a Value, bool),
    /// No schema: an object has fields of their own, a list is one value.
    Deduced,
    /// One value, whatever it is.
    Opaque,
}

/// What a value is owned as.
pub(super) enum Atom<'a> {
    Scalar(Kind),
    List(Items<'a>),
    Map(Members<'a>),
}

/// What a scalar may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    Flag,
    Any,
}

pub(super) struct Items<'a> {
    /// The list is one value.
    pub(super) atomic: bool,
    /// The fields that tell its items apart; none in a set.
    keys: Vec<&'a str>,
    pub(super) item: Shape<'a>,
}

pub(super) struct Members<'a> {
    /// The object is one value.
    pub(super) atomic: bool,
    of: Shape<'a>,
}

impl<'a> Shape<'a> {
    /// The shape of a resource's objects.
    pub(super) fn of(resource: &'a Resource) -> Self {
        if let Some(custom) = &resource.custom {
            return Self::Custom(&custom.schema);
        }
        let of = Schema::builtin().of_kind(&resource.api_version(), &resource.kind);
        of.map_or(Self::Deduced, Self::Struct)
    }

    /// What a value of this shape is; the value counts where it may be more than one thing.
    pub(super) fn atom(self, value: Option<&Value>) -> Atom<'a> {
        match self {
            Self::Struct(of) => Atom::Map(Members { atomic: of.atomic, of: self }),
            Self::Field(field) => of_type(&field.of, Some(field)),
            Self::Type(of) => of_type(of, None),
            Self::Custom(_) => Atom::Map(Members { atomic: false, of: self }),
            Self::Schema(schema, keeps) => of_schema(schema, keeps, value),
            Self::Deduced | Self::Opaque => {
                let atomic = matches!(self, Self::Opaque);
                match value {
                    Some(Value::Array(_)) => {
                        Atom::List(Items { atomic: true, keys: Vec::new(), item: Self::Opaque })
                    }
                    None | Some(Value::Object(_) | Value::Null) => Atom::Map(Members { atomic, of: self }),
                    Some(_) => Atom::Scalar(Kind::Any),
                }
            }
        }
    }
}

fn of_type<'a>(of: &'static Type, field: Option<&'static Field>) -> Atom<'a> {
    let atomic = field.is_some_and(|field| field.atomic);
    match of {
        Type::Pointer(to) => of_type(to, field),
        Type::Struct(id) => match Schema::builtin().get(id) {
            Some(of) => Atom::Map(Members { atomic: atomic || of.atomic, of: Shape::Struct(of) }),
            None => Atom::Map(Members { atomic, of: Shape::Deduced }),
        },
        Type::Map { value, .. } => Atom::Map(Members { atomic, of: Shape::Type(value) }),
        Type::List { item, .. } => {
            let (atomic, keys) = match field.map(|field| &field.list) {
                None | Some(List::Atomic) => (true, Vec::new()),
                Some(List::Set) => (false, Vec::new()),
                Some(List::Map(keys)) => (false, keys.clone()),
            };
            Atom::List(Items { atomic, keys, item: Shape::Type(item) })
        }
        Type::Any => Atom::Map(Members { atomic, of: Shape::Deduced }),
        Type::Object => Atom::Map(Members { atomic: true, of: Shape::Opaque }),
        Type::String(_) | Type::Bytes | Type::Duration => Atom::Scalar(Kind::Text),
        Type::Bool(_) => Atom::Scalar(Kind::Flag),
        Type::Int { .. } | Type::Float => Atom::Scalar(Kind::Number),
        Type::Time | Type::MicroTime | Type::Quantity | Type::IntOrString => Atom::Scalar(Kind::Any),
    }
}

fn of_schema<'a>(schema: &'a Value, keeps: bool, value: Option<&Value>) -> Atom<'a> {
    let keeps = keeps || schema["x-kubernetes-preserve-unknown-fields"] == true;
    let of = Shape::Schema(schema, keeps);
    let map = || Atom::Map(Members { atomic: schema["x-kubernetes-map-type"] == "atomic", of });
    let list = || {
        let keys = schema["x-kubernetes-list-map-keys"].as_array().into_iter().flatten();
        let atomic = !matches!(schema["x-kubernetes-list-type"].as_str(), Some("set" | "map"));
        let item = match &schema["items"] {
            Value::Null => Shape::Opaque,
            items => Shape::Schema(items, keeps),
        };
        Atom::List(Items { atomic, keys: keys.filter_map(Value::as_str).collect(), item })
    };
    match (schema["type"].as_str(), value) {
        (Some("array"), _) | (None, Some(Value::Array(_))) => list(),
        (Some("integer" | "number"), _) => Atom::Scalar(Kind::Number),
        (Some("boolean"), _) => Atom::Scalar(Kind::Flag),
        (Some("string"), _) => {
            let plain = matches!(schema["format"].as_str(), None | Some("" | "byte"));
            Atom::Scalar(if plain { Kind::Text } else { Kind::Any })
        }
        (Some("object"), _) | (_, None | Some(Value::Object(_) | Value::Null)) => map(),
        _ => Atom::Scalar(Kind::Any),
    }
}

impl<'a> Members<'a> {
    /// The shape of the field of this name, and whether the schema names it; `None` where there can be none.
    pub(super) fn field(&self, name: &str) -> Option<(Shape<'a>, bool)> {
        match self.of {
            Shape::Struct(of) => of.field(name).map(|field| (Shape::Field(field), true)),
            Shape::Custom(schema) => match name {
                "apiVersion" | "kind" => Some((Shape::Deduced, true)),
                "metadata" => metadata(),
                _ => Members { atomic: false, of: Shape::Schema(schema, keeps(schema)) }.field(name),
            },
            Shape::Schema(schema, keeps) => {
                if let Some(known) = schema["properties"].get(name) {
                    return Some((Shape::Schema(known, keeps), true));
                }
                if schema["x-kubernetes-embedded-resource"] == true {
                    match name {
                        "apiVersion" | "kind" => return Some((Shape::Deduced, true)),
                        "metadata" => return metadata(),
                        _ => {}
                    }
                }
                match &schema["additionalProperties"] {
                    Value::Null => {
                        let bare = schema["properties"].as_object().is_none_or(serde_json::Map::is_empty);
                        (keeps || bare).then_some((Shape::Deduced, false))
                    }
                    Value::Bool(any) => any.then_some((Shape::Deduced, false)),
                    of => Some((Shape::Schema(of, keeps), false)),
                }
            }
            // Keys of a map.
            Shape::Field(_) | Shape::Type(_) | Shape::Deduced | Shape::Opaque => Some((self.of, false)),
        }
    }
}

fn keeps(schema: &Value) -> bool {
    schema["x-kubernetes-preserve-unknown-fields"] == true
}

fn metadata<'a>() -> Option<(Shape<'a>, bool)> {
    Schema::builtin().get("meta/v1.ObjectMeta").map(|of| (Shape::Struct(of), true))
}

impl Items<'_> {
    /// What tells the item from the others.
    pub(super) fn element(&self, item: &Value) -> Result<Element, String> {
        if self.keys.is_empty() {
            return match item {
                Value::Object(_) => {
                    Err("associative list without keys has an element that's a map type".into())
                }
                Value::Array(_) => Err("not supported: associative list with lists as elements".into()),
                Value::Null => {
                    Err("associative list without keys has an element that's an explicit null".into())
                }
                scalar => Ok(Element::Value(Scalar::of(scalar).expect("it is neither list nor object"))),
            };
        }
        let Value::Object(fields) = item else {
            let what = if item.is_null() { "a null element" } else { "non-map elements" };
            return Err(format!("associative list with keys may not have {what}"));
        };
        let mut keys = Vec::new();
        for key in &self.keys {
            let value = match fields.get(*key) {
                Some(value) => Scalar::of(value),
                None => self.default(key),
            };
            keys.extend(value.map(|value| (Box::from(*key), value)));
        }
        if keys.is_empty() {
            return Err(format!(
                "associative list with keys has an element that omits all key fields {} (and doesn't have default values \
                 for any key fields)",
                quoted(&self.keys)
            ));
        }
        keys.sort();
        Ok(Element::Key(keys))
    }

    /// What a key is where an item leaves it out.
    fn default(&self, key: &str) -> Option<Scalar> {
        let Atom::Map(members) = self.item.atom(None) else { return None };
        match members.field(key)?.0 {
            // A field that can't be left out has the zero of its type.
            Shape::Field(field) => match (&field.default, &field.of) {
                (Some(default), _) => Scalar::of(default),
                (None, Type::String(_)) if field.omit == Omit::Never => Some(Scalar::Text("".into())),
                (None, Type::Int { .. }) if field.omit == Omit::Never => Some(Scalar::Number(0)),
                _ => None,
            },
            Shape::Schema(schema, _) => Scalar::of(schema.get("default")?),
            _ => None,
        }
    }
}

/// A list of strings as Go prints it quoted: `["a" "b"]`.
fn quoted(texts: &[&str]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
    format!("[{}]", texts.join(" "))
}
