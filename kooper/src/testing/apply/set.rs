//! Sets of fields: which of an object's fields somebody owns, and how `fieldsV1` writes it.

use std::{collections::BTreeMap, fmt};

use serde_json::{Map, Value};

/// One step on the way to a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Element {
    /// A field of a struct or a key of a map.
    Field(Box<str>),
    /// The item of a list that has these keys, in the order of their names.
    Key(Vec<(Box<str>, Scalar)>),
    /// An item of a list that is a set.
    Value(Scalar),
    /// The item at a place; nothing here writes one, but a client may.
    Index(i64),
}

/// A value that can tell the items of a list apart, in the order in which a server sorts them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scalar {
    Number(i64),
    /// The text of a number that is no integer.
    Real(Box<str>),
    Text(Box<str>),
    Flag(bool),
    Null,
}

impl Scalar {
    /// The value, where it is no list and no object.
    pub(super) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Flag(*flag),
            Value::String(text) => Self::Text(text.as_str().into()),
            Value::Number(number) => match number.as_i64() {
                Some(number) => Self::Number(number),
                None => Self::Real(number.to_string().into()),
            },
            Value::Array(_) | Value::Object(_) => return None,
        })
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Real(text) => f.write_str(text),
            Self::Text(text) => write!(f, "{}", Value::from(&**text)),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Null => f.write_str("null"),
        }
    }
}

impl Element {
    pub(super) fn field(name: &str) -> Self {
        Self::Field(name.into())
    }

    /// As `fieldsV1` names it: `f:name`, `k:{"name":"a"}`, `v:"a"`, `i:0`.
    fn to_name(&self) -> String {
        match self {
            Self::Field(name) => ["f:", name].concat(),
            Self::Key(keys) => {
                let keys = keys.iter().map(|(name, value)| format!("{}:{value}", Value::from(&**name)));
                format!("k:{{{}}}", keys.collect::<Vec<_>>().join(","))
            }
            Self::Value(value) => format!("v:{value}"),
            Self::Index(index) => format!("i:{index}"),
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        let (kind, rest) = name.split_once(':')?;
        Some(match kind {
            "f" => Self::field(rest),
            "i" => Self::Index(rest.parse().ok()?),
            "v" => Self::Value(Scalar::of(&serde_json::from_str(rest).ok()?)?),
            "k" => {
                let keys: Map<String, Value> = serde_json::from_str(rest).ok()?;
                let keys: Option<Vec<_>> = keys
                    .iter()
                    .map(|(name, value)| Some((name.as_str().into(), Scalar::of(value)?)))
                    .collect();
                let mut keys = keys?;
                keys.sort();
                Self::Key(keys)
            }
            _ => return None,
        })
    }
}

/// As conflicts show it: `.name`, `[name="a"]`, `[="a"]`.
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, ".{name}"),
            Self::Key(keys) => {
                let keys: Vec<String> = keys.iter().map(|(name, value)| format!("{name}={value}")).collect();
                write!(f, "[{}]", keys.join(","))
            }
            Self::Value(value) => write!(f, "[={value}]"),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// Fields of an object. A field may be in it without what is below, and the other way round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Set(pub(super) BTreeMap<Element, Node>);

/// A field and what is below it. No set holds a node with nothing in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Node {
    /// The field itself is in the set.
    pub(super) member: bool,
    pub(super) below: Set,
}

impl Node {
    pub(super) fn is_empty(&self) -> bool {
        !self.member && self.below.is_empty()
    }
}

impl Set {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a field of structs and maps.
    pub(super) fn add(&mut self, path: &[&str]) {
        let Some((first, rest)) = path.split_first() else { return };
        let node = self.0.entry(Element::field(first)).or_default();
        if rest.is_empty() {
            node.member = true;
        } else {
            node.below.add(rest);
        }
    }

    /// Adds a node, unless there is nothing in it.
    pub(super) fn put(&mut self, element: impl FnOnce() -> Element, node: Node) {
        if !node.is_empty() {
            self.0.insert(element(), node);
        }
    }

    pub(super) fn below(&self, element: &Element) -> Option<&Self> {
        self.0.get(element).map(|node| &node.below)
    }

    pub(super) fn has(&self, element: &Element) -> bool {
        self.0.get(element).is_some_and(|node| node.member)
    }

    /// What is in either.
    pub(super) fn union(mut self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        for (element, node) in other.0 {
            let known = self.0.entry(element).or_default();
            known.member |= node.member;
            known.below = std::mem::take(&mut known.below).union(node.below);
        }
        self
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
        let mut both = Self::default();
        for (element, node) in &self.0 {
            let Some(known) = other.0.get(element) else { continue };
            let node =
                Node { member: node.member && known.member, below: node.below.intersection(&known.below) };
            both.put(|| element.clone(), node);
        }
        both
    }

    /// What is in this set and not in the other; a field that goes leaves what is below it.
    pub(super) fn difference(self, other: &Self) -> Self {
        self.without(other, |node, known| Node {
            member: node.member && !known.member,
            below: node.below.difference(&known.below),
        })
    }

    /// The same, but a field that goes takes what is below it along.
    pub(super) fn recursive_difference(self, other: &Self) -> Self {
        self.without(other, |node, known| {
            if known.member {
                return Node::default();
            }
            Node { member: node.member, below: node.below.recursive_difference(&known.below) }
        })
    }

    fn without(mut self, other: &Self, left: impl Fn(Node, &Node) -> Node) -> Self {
        for (element, known) in &other.0 {
            let Some(node) = self.0.get_mut(element) else { continue };
            let rest = left(std::mem::take(node), known);
            if rest.is_empty() {
                self.0.remove(element);
            } else {
                *node = rest;
            }
        }
        self
    }

    /// Every field as its path, in the order in which conflicts are told.
    pub(super) fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.paths_below("", &mut paths);
        paths
    }

    fn paths_below(&self, prefix: &str, paths: &mut Vec<String>) {
        let members = self.0.iter().filter(|(_, node)| node.member);
        paths.extend(members.map(|(element, _)| format!("{prefix}{element}")));
        for (element, node) in &self.0 {
            if !node.below.is_empty() {
                node.below.paths_below(&format!("{prefix}{element}"), paths);
            }
        }
    }

    /// The set as `fieldsV1`.
    pub(super) fn to_json(&self) -> Value {
        let fields = self.0.iter().map(|(element, node)| {
            let mut below = node.below.to_json();
            if node.member && !node.below.is_empty() {
                below["."] = Value::Object(Map::new());
            }
            (element.to_name(), below)
        });
        Value::Object(fields.collect())
    }

    /// The set that `fieldsV1` tells; `None` where it tells none.
    pub(super) fn of_json(fields: &Value) -> Option<Self> {
        let mut set = Self::default();
        for (name, below) in fields.as_object()? {
            if name == "." {
                continue;
            }
            let member = below.as_object().is_none_or(|below| below.is_empty() || below.contains_key("."));
            let node = Node { member, below: Self::of_json(below).unwrap_or_default() };
            let element = Element::of_name(name)?;
            set.put(|| element, node);
        }
        Some(set)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(fields: &Value) -> Set {
        Set::of_json(fields).unwrap()
    }

    #[test]
    fn a_set_is_written_as_it_was_read() {
        let fields = json!({
            "f:metadata": { "f:labels": { ".": {}, "f:a": {} }, "f:finalizers": { "v:\"x\"": {} } },
            "f:spec": { "f:ports": { "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": { ".": {}, "f:name": {} } } },
        });
        assert_eq!(set(&fields).to_json(), fields);
        assert_eq!(Set::of_json(&json!({ "odd": {} })), None);
    }

    #[test]
    fn paths_are_told_from_the_top_down() {
        let fields = json!({ "f:a": { ".": {}, "k:{\"name\":\"x\"}": { "f:b": {} } }, "f:c": {} });
        assert_eq!(set(&fields).paths(), [".a", ".c", ".a[name=\"x\"].b"]);
    }

    #[test]
    fn a_field_can_go_with_or_without_what_is_below() {
        let all = set(&json!({ "f:a": { ".": {}, "f:b": {} }, "f:c": {} }));
        let a = set(&json!({ "f:a": {} }));
        assert_eq!(all.clone().difference(&a), set(&json!({ "f:a": { "f:b": {} }, "f:c": {} })));
        assert_eq!(all.clone().recursive_difference(&a), set(&json!({ "f:c": {} })));
        assert_eq!(all.intersection(&a), a);
        assert_eq!(a.union(all.clone()), all);
    }
}
