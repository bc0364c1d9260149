//! An applied object laid over the one that is there, and fields taken off again.

use serde_json::{Map, Value};

use super::{
    compare::{by_element, list},
    set::{Element, Node, Set},
    shape::{Atom, Items, Kind, Members, Shape},
};

/// `live` with all that `applied` says.
pub(super) fn merge(shape: Shape<'_>, live: Option<&Value>, applied: Option<&Value>) -> Option<Value> {
    let leaf = || applied.or(live).cloned();
    match shape.atom(applied.or(live)) {
        Atom::Scalar(_) => leaf(),
        Atom::List(items) => {
            let (was, is) = (list(live), list(applied));
            if items.atomic || (was.is_empty() && is.is_empty()) {
                return leaf();
            }
            let merged = merge_lists(&items, was, is);
            (!merged.is_empty()).then_some(Value::Array(merged))
        }
        Atom::Map(members) => {
            let (was, is) = (live.and_then(Value::as_object), applied.and_then(Value::as_object));
            if members.atomic || (was.is_none_or(Map::is_empty) && is.is_none_or(Map::is_empty)) {
                return leaf();
            }
            let mut merged = Map::new();
            let new =
                is.into_iter().flatten().filter(|(name, _)| was.is_none_or(|was| !was.contains_key(*name)));
            for (name, _) in was.into_iter().flatten().chain(new) {
                let shape = members.field(name).map_or(Shape::Deduced, |(shape, _)| shape);
                let (was, is) = (was.and_then(|was| was.get(name)), is.and_then(|is| is.get(name)));
                merged.extend(merge(shape, was, is).map(|value| (name.clone(), value)));
            }
            (!merged.is_empty()).then_some(Value::Object(merged))
        }
    }
}

/// The items of both: those of `applied` in their order, those of `live` alone where they stood between them.
fn merge_lists(items: &Items<'_>, live: &[Value], applied: &[Value]) -> Vec<Value> {
    let elements = |list: &[Value]| -> Vec<Element> {
        list.iter().filter_map(|item| items.element(item).ok()).collect()
    };
    let (was, is) = (elements(live), elements(applied));
    let (old, new) = (by_element(items, live), by_element(items, applied));
    // Both were read when they were compared with their schema.
    let (Ok(old), Ok(new)) = (old, new) else { return applied.to_vec() };
    let both = |element: &Element| {
        // An item that stands twice is not merged with the one that takes its place.
        let was = old.get(element).filter(|items| items.len() == 1).map(|items| items[0]);
        merge(items.item, was, new.get(element).map(|items| items[0]))
    };
    let mut shared = is.iter().filter(|element| old.contains_key(element));
    let mut next = shared.next();
    let (mut left, mut right) = (0, 0);
    let mut done: Vec<&Element> = Vec::new();
    let mut merged = Vec::new();
    while left < was.len() || right < is.len() {
        if let (Some(element), Some(other)) = (was.get(left), is.get(right)) {
            if element == other {
                done.push(element);
                merged.extend(both(element));
                (left, right) = (left + 1, right + 1);
                next = shared.next();
                continue;
            }
            if new.contains_key(element) && next.is_some_and(|next| next != element) {
                left += 1;
                continue;
            }
        }
        if let Some(element) = was.get(left) {
            if !new.contains_key(element) {
                merged.extend(merge(items.item, live.get(left), None));
                left += 1;
                continue;
            }
            if done.contains(&element) {
                left += 1;
            }
        }
        if let Some(element) = is.get(right) {
            done.push(element);
            merged.extend(both(element));
            right += 1;
            if next == Some(element) {
                next = shared.next();
            }
        }
    }
    merged
}

/// Every field that an object has, as somebody who applies it owns it.
pub(super) fn fields(shape: Shape<'_>, value: &Value) -> Set {
    node(shape, value).below
}

fn node(shape: Shape<'_>, value: &Value) -> Node {
    let mut node = Node::default();
    match shape.atom(Some(value)) {
        Atom::Scalar(_) => node.member = true,
        Atom::List(items) if items.atomic => node.member = true,
        Atom::Map(members) if members.atomic => node.member = true,
        Atom::List(items) => {
            for (element, found) in by_element(&items, list(Some(value))).unwrap_or_default() {
                let mut below =
                    if found.len() == 1 { self::node(items.item, found[0]) } else { Node::default() };
                below.member = true;
                node.below.put(|| element, below);
            }
        }
        Atom::Map(members) => {
            for (name, value) in value.as_object().into_iter().flatten() {
                let (shape, known) = members.field(name).unwrap_or((Shape::Deduced, false));
                let mut below = self::node(shape, value);
                let empty = value.is_null() || value.as_object().is_some_and(Map::is_empty);
                below.member |= empty || !known;
                node.below.put(|| Element::field(name), below);
            }
        }
    }
    node
}

/// The value without these fields; `None` where nothing is left.
pub(super) fn remove(shape: Shape<'_>, value: &Value, fields: &Set) -> Option<Value> {
    match shape.atom(Some(value)) {
        Atom::Scalar(_) => Some(value.clone()),
        Atom::List(items) => {
            if items.atomic {
                return None;
            }
            let left = list(Some(value)).iter().filter_map(|item| {
                let element = items.element(item).ok()?;
                if fields.has(&element) {
                    return None;
                }
                Some(match fields.below(&element) {
                    Some(below) if !below.is_empty() => {
                        remove(items.item, item, below).unwrap_or(Value::Null)
                    }
                    _ => item.clone(),
                })
            });
            let left: Vec<Value> = left.collect();
            (!left.is_empty()).then_some(Value::Array(left))
        }
        Atom::Map(members) => {
            if members.atomic {
                return None;
            }
            let left = value.as_object().into_iter().flatten().filter_map(|(name, value)| {
                let element = Element::field(name);
                if fields.has(&element) {
                    return None;
                }
                let shape = members.field(name).map_or(Shape::Deduced, |(shape, _)| shape);
                let value = match fields.below(&element) {
                    Some(below) if !below.is_empty() => remove(shape, value, below).unwrap_or(Value::Null),
                    _ => value.clone(),
                };
                Some((name.clone(), value))
            });
            let left: Map<String, Value> = left.collect();
            (!left.is_empty()).then_some(Value::Object(left))
        }
    }
}

/// The set with every field that a schema names on the way to one of its own.
pub(super) fn with_named(shape: Option<Shape<'_>>, set: &Set) -> Set {
    let atom = shape.map(|shape| shape.atom(None));
    let nodes = set.0.iter().map(|(element, node)| {
        let (below, named) = match (&atom, element) {
            (Some(Atom::Map(members)), Element::Field(name)) => match members.field(name) {
                Some((shape, known)) => (Some(shape), known),
                None => (None, false),
            },
            (Some(Atom::List(items)), Element::Key(_)) => (Some(items.item), false),
            _ => (None, false),
        };
        let member = node.member || (named && !node.below.is_empty());
        (element.clone(), Node { member, below: with_named(below, &node.below) })
    });
    Set(nodes.collect())
}

/// What is wrong with an applied object, in the words of a server.
pub(super) fn check(shape: Shape<'_>, value: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    check_below(shape, value, "", &mut wrong);
    wrong
}

fn check_below(shape: Shape<'_>, value: &Value, path: &str, wrong: &mut Vec<String>) {
    if value.is_null() {
        return;
    }
    match shape.atom(Some(value)) {
        Atom::Scalar(kind) => {
            let expected = match kind {
                Kind::Number if !value.is_number() => "numeric (int or float)",
                Kind::Text if !value.is_string() => "string",
                Kind::Flag if !value.is_boolean() => "boolean",
                Kind::Any if value.is_object() || value.is_array() => "any scalar",
                _ => return,
            };
            let got = match kind {
                Kind::Number => go_type(value).to_owned(),
                Kind::Flag => format!("&{{{}}}", go_plain(value)),
                _ => format!("&value.valueUnstructured{{Value:{}}}", go_value(value)),
            };
            wrong.push(format!("{path}: expected {expected}, got {got}"));
        }
        Atom::List(items) => check_list(&items, value, path, wrong),
        Atom::Map(members) => check_map(&members, value, path, wrong),
    }
}

fn check_list(items: &Items<'_>, value: &Value, path: &str, wrong: &mut Vec<String>) {
    let Value::Array(list) = value else {
        wrong.push(format!("{path}: expected list, got &{{{}}}", go_plain(value)));
        return;
    };
    let mut seen = Vec::new();
    for (at, item) in list.iter().enumerate() {
        let element = if items.atomic {
            Element::Index(i64::try_from(at).unwrap_or(i64::MAX))
        } else {
            match items.element(item) {
                Ok(element) => element,
                Err(why) => {
                    wrong.push(format!("{path}: element {at}: {why}"));
                    return;
                }
            }
        };
        if seen.contains(&element) {
            wrong.push(format!("{path}: duplicate entries for key {element}"));
        }
        check_below(items.item, item, &format!("{path}{element}"), wrong);
        seen.push(element);
    }
}

fn check_map(members: &Members<'_>, value: &Value, path: &str, wrong: &mut Vec<String>) {
    let Value::Object(fields) = value else {
        wrong.push(format!("{path}: expected map, got &{{{}}}", go_plain(value)));
        return;
    };
    for (name, value) in fields {
        let Some((shape, _)) = members.field(name) else {
            wrong.push(format!("{path}.{name}: field not declared in schema"));
            return;
        };
        check_below(shape, value, &format!("{path}.{name}"), wrong);
    }
}

/// What Go calls the type of a value that was read from YAML.
fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// A value as Go prints it with `%#v`.
fn go_value(value: &Value) -> String {
    let inner = |values: Vec<String>| format!("{}{{{}}}", go_type(value), values.join(", "));
    match value {
        Value::Array(items) => inner(items.iter().map(go_value).collect()),
        Value::Object(fields) => {
            inner(fields.iter().map(|(name, value)| format!("{name:?}:{}", go_value(value))).collect())
        }
        Value::Null => "interface {}(nil)".into(),
        scalar => scalar.to_string(),
    }
}

/// A value as Go prints it with `%v`.
fn go_plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(go_plain).collect::<Vec<_>>().join(" "))
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}:{}", go_plain(value)));
            format!("map[{}]", fields.collect::<Vec<_>>().join(" "))
        }
        Value::Null => "<nil>".into(),
        other => other.to_string(),
    }
}
