//! The types of the built-in resources: which fields there are, of what type, and how they merge.
//!
//! `resources/schema.txt` is written by `resources/schema.go` from the Go types of Kubernetes; its head says what a line
//! means. `resources/defaults.txt` holds the defaults that no marker of a field tells.

use std::{collections::HashMap, sync::OnceLock};

use serde_json::Value;

/// All types of one Kubernetes version.
#[derive(Debug)]
pub(super) struct Schema {
    kinds: HashMap<(&'static str, &'static str), &'static str>,
    structs: HashMap<&'static str, Struct>,
}

/// A struct of Go, as JSON.
#[derive(Debug)]
pub(super) struct Struct {
    /// Such as `core/v1.Container`.
    id: &'static str,
    /// It has one owner as a whole.
    pub(super) atomic: bool,
    pub(super) fields: Vec<Field>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) of: Type,
    pub(super) omit: Omit,
    /// The key by which a strategic merge finds the items of a list.
    pub(super) merge_key: Option<&'static str>,
    /// A strategic merge unites the list, where it replaces others.
    pub(super) merges: bool,
    /// A strategic merge keeps only the keys that a patch names in `$retainKeys`.
    pub(super) list: List,
    pub(super) atomic: bool,
    pub(super) default: Option<Value>,
}

/// When a field is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Omit {
    Never,
    Empty,
    Zero,
}

/// Who owns what of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum List {
    Atomic,
    Set,
    Map(Vec<&'static str>),
}

/// A type of Go, as far as JSON sees it. The names are Go's, for error messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    String(&'static str),
    Bool(&'static str),
    Int {
        bits: u8,
        name: &'static str,
    },
    Float,
    Bytes,
    Time,
    MicroTime,
    Duration,
    Quantity,
    IntOrString,
    /// Any JSON.
    Any,
    /// Any JSON object.
    Object,
    Struct(&'static str),
    Pointer(Box<Type>),
    List {
        name: &'static str,
        item: Box<Type>,
    },
    Map {
        name: &'static str,
        value: Box<Type>,
    },
}

impl Schema {
    /// The built-in types.
    pub(super) fn builtin() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| {
            let mut schema = Self::read(include_str!("resources/schema.txt"));
            schema.add_defaults(include_str!("resources/defaults.txt"));
            schema
        })
    }

    /// The type of a kind; `None` for a custom resource.
    pub(super) fn of_kind(&self, api_version: &str, kind: &str) -> Option<&Struct> {
        self.get(self.kinds.get(&(api_version, kind))?)
    }

    pub(super) fn get(&self, id: &str) -> Option<&Struct> {
        self.structs.get(id)
    }

    fn read(text: &'static str) -> Self {
        let mut kinds = HashMap::new();
        let mut structs: HashMap<&str, Struct> = HashMap::new();
        let mut current = "";
        for line in text.lines() {
            let mut words = line.split(' ');
            let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            match first {
                "=" => {
                    let (kind, id) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
                    kinds.insert((second, kind), id.trim_start_matches('@'));
                }
                "@" => {
                    current = second;
                    let atomic = words.any(|flag| flag == "a");
                    let new = Struct { id: second, atomic, fields: Vec::new() };
                    structs.insert(second, new);
                }
                _ => {
                    let field = Field::read(second, words);
                    let owner = structs.get_mut(current).expect("a field stands below its type");
                    match field.of {
                        // A struct that Go embeds stands apart in protobuf only.
                        Type::Struct(_) if field.name == "^" => {}
                        _ => owner.fields.push(field),
                    }
                }
            }
        }
        Self { kinds, structs }
    }

    fn add_defaults(&mut self, text: &'static str) {
        for line in text.lines() {
            let mut words = line.splitn(3, ' ');
            let mut word = || words.next().unwrap_or_default();
            let (id, field, value) = (word(), word(), word());
            let owner = self.structs.get_mut(id);
            let field = owner.and_then(|owner| owner.fields.iter_mut().find(|known| known.name == field));
            let field =
                field.unwrap_or_else(|| unreachable!("a test asserts that defaults have fields: {line}"));
            field.default = serde_json::from_str(value).ok();
        }
    }
}

impl Struct {
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub(super) fn id(&self) -> &'static str {
        self.id
    }

    /// `Container`.
    pub(super) fn name(&self) -> &'static str {
        self.id.rsplit_once('.').map_or(self.id, |(_, name)| name)
    }
}

impl Field {
    fn read(name: &'static str, mut words: std::str::Split<'static, char>) -> Self {
        let of = Type::read(words.next().unwrap_or_default());
        let mut field = Self {
            name,
            of,
            omit: Omit::Never,
            merge_key: None,
            merges: false,
            list: List::Atomic,
            atomic: false,
            default: None,
        };
        for flag in words {
            // The number in protobuf, of which the retriever has a table of its own.
            if flag.starts_with('#') {
                continue;
            }
            match flag.split_once('=').unwrap_or((flag, "")) {
                ("e", _) if field.omit == Omit::Never => field.omit = Omit::Empty,
                ("z", _) => field.omit = Omit::Zero,
                ("a", _) => field.atomic = true,
                ("m", key) => field.merge_key = Some(key),
                // Where no list type follows, the merge strategy stands for one.
                ("p", strategy) if strategy.split(',').any(|word| word == "merge") => {
                    field.merges = true;
                    field.list = field.merge_key.map_or(List::Set, |key| List::Map(vec![key]));
                }
                ("l", "atomic") => field.list = List::Atomic,
                ("l", "set") => field.list = List::Set,
                ("l", list) => {
                    if let Some(keys) = list.strip_prefix("map:") {
                        field.list = List::Map(keys.split(',').collect());
                    }
                }
                ("d", value) => field.default = serde_json::from_str(value).ok(),
                _ => {}
            }
        }
        field
    }
}

impl Type {
    fn read(word: &'static str) -> Self {
        if let Some(to) = word.strip_prefix('*') {
            return Self::Pointer(Box::new(Self::read(to)));
        }
        if let Some((name, item)) = word.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            return Self::List { name, item: Box::new(Self::read(item)) };
        }
        if let Some((name, value)) = word.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            return Self::Map { name, value: Box::new(Self::read(value)) };
        }
        let (word, name) = word.split_once(':').unwrap_or((word, ""));
        match word {
            "b" => Self::Bool(name),
            "i32" => Self::Int { bits: 32, name },
            "i64" => Self::Int { bits: 64, name },
            "f64" => Self::Float,
            "x" => Self::Bytes,
            "T" => Self::Time,
            "M" => Self::MicroTime,
            "D" => Self::Duration,
            "Q" => Self::Quantity,
            "I" => Self::IntOrString,
            "J" => Self::Any,
            "O" => Self::Object,
            _ => match word.strip_prefix('@') {
                Some(id) => Self::Struct(id),
                None => Self::String(name),
            },
        }
    }

    /// The type's name in Go: `v1.PodSpec`, `[]v1.Container`, `map[string]string`.
    pub(super) fn go_name(&self) -> String {
        let or = |name: &str, plain: &str| if name.is_empty() { plain.to_owned() } else { name.to_owned() };
        match self {
            Self::String(name) => or(name, "string"),
            Self::Bool(name) => or(name, "bool"),
            Self::Int { bits, name } => or(name, if *bits == 32 { "int32" } else { "int64" }),
            Self::Float => "float64".into(),
            Self::Bytes => "[]uint8".into(),
            Self::Time => "v1.Time".into(),
            Self::MicroTime => "v1.MicroTime".into(),
            Self::Duration => "v1.Duration".into(),
            Self::Quantity => "resource.Quantity".into(),
            Self::IntOrString => "intstr.IntOrString".into(),
            Self::Any | Self::Object => "runtime.RawExtension".into(),
            Self::Struct(id) => id.rsplit_once('/').map_or(*id, |(_, name)| name).to_owned(),
            Self::Pointer(to) => to.go_name(),
            Self::List { name, item } => or(name, &format!("[]{}", item.go_name())),
            Self::Map { name, value } => or(name, &format!("map[string]{}", value.go_name())),
        }
    }

    /// The type without its pointer.
    pub(super) fn bare(&self) -> &Self {
        match self {
            Self::Pointer(to) => to,
            other => other,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::testing::resources::Resources;

    #[test]
    fn every_stored_resource_has_a_type() {
        for resource in Resources::builtin().iter().filter(|resource| resource.verbs.len() > 2) {
            let known = Schema::builtin().of_kind(&resource.api_version(), &resource.kind);
            assert!(known.is_some(), "{} {}", resource.api_version(), resource.kind);
        }
    }

    #[test]
    fn every_struct_that_a_field_names_is_there() {
        fn named(of: &Type) -> Option<&'static str> {
            match of {
                Type::Struct(id) => Some(id),
                Type::Pointer(inner) | Type::List { item: inner, .. } | Type::Map { value: inner, .. } => {
                    named(inner)
                }
                _ => None,
            }
        }
        let schema = Schema::builtin();
        for field in schema.structs.values().flat_map(|known| &known.fields) {
            assert!(named(&field.of).is_none_or(|id| schema.get(id).is_some()), "{}", field.name);
        }
    }

    #[test]
    fn a_field_tells_how_it_merges_and_what_go_calls_it() {
        let container = Schema::builtin().get("core/v1.Container").unwrap();
        let ports = container.field("ports").unwrap();
        assert_eq!((ports.merge_key, ports.merges), (Some("containerPort"), true));
        assert_eq!(ports.list, List::Map(vec!["containerPort", "protocol"]));
        assert_eq!(ports.of.go_name(), "[]v1.ContainerPort");
        assert_eq!(container.field("imagePullPolicy").unwrap().of.go_name(), "v1.PullPolicy");
    }
}
