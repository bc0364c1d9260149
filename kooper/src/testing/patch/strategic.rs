//! Strategic merge patches: lists of built-in types merge by the key of their items.

use serde_json::{Map, Value};

use crate::testing::schema::{Field, Schema, Struct, Type};

/// Applies `patch` to an object of the type `of`.
pub(super) fn merge(
    of: &Struct,
    object: &mut Map<String, Value>,
    patch: Map<String, Value>,
) -> Result<(), String> {
    merge_fields(Some(of), object, patch)
}

const DIRECTIVE: &str = "$patch";
const RETAIN: &str = "$retainKeys";
const ORDER: &str = "$setElementOrder/";
const REMOVE: &str = "$deleteFromPrimitiveList/";

fn merge_fields(
    of: Option<&Struct>,
    object: &mut Map<String, Value>,
    mut patch: Map<String, Value>,
) -> Result<(), String> {
    match patch.remove(DIRECTIVE).as_ref().and_then(Value::as_str) {
        None | Some("merge") => {}
        Some("replace") => {
            *object = patch;
            return Ok(());
        }
        Some("delete") => {
            object.clear();
            return Ok(());
        }
        Some(other) => return Err(format!("unknown patch type {other}")),
    }
    if let Some(Value::Array(kept)) = patch.remove(RETAIN) {
        object.retain(|name, _| kept.iter().any(|kept| kept == name) || patch.contains_key(name));
    }
    let orders: Vec<(String, Value)> = take_prefixed(&mut patch, ORDER);
    for (name, removed) in take_prefixed(&mut patch, REMOVE) {
        let removed = removed.as_array().cloned().unwrap_or_default();
        if let Some(list) = object.get_mut(&name).and_then(Value::as_array_mut) {
            list.retain(|item| !removed.contains(item));
        }
    }
    for (name, value) in patch {
        let field = of.and_then(|of| of.field(&name));
        match value {
            Value::Null => {
                object.remove(&name);
            }
            Value::Object(patch) => {
                let slot = object.entry(name).or_insert(Value::Null);
                if !slot.is_object() {
                    *slot = Value::Object(Map::new());
                }
                let inner = field.and_then(struct_of);
                merge_fields(inner, slot.as_object_mut().expect("it was made an object just now"), patch)?;
            }
            Value::Array(items) => {
                let united = field.filter(|field| field.merges);
                let order = orders.iter().find(|(known, _)| *known == name).map(|(_, order)| order);
                let slot = object.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                let merged = match (united, slot.as_array_mut()) {
                    (Some(field), Some(list)) => merge_list(field, std::mem::take(list), items, order)?,
                    _ => items,
                };
                *slot = Value::Array(merged);
            }
            value => {
                object.insert(name, value);
            }
        }
    }
    Ok(())
}

fn take_prefixed(patch: &mut Map<String, Value>, prefix: &str) -> Vec<(String, Value)> {
    let names: Vec<String> = patch.keys().filter(|name| name.starts_with(prefix)).cloned().collect();
    names
        .into_iter()
        .filter_map(|name| patch.remove(&name).map(|value| (name[prefix.len()..].to_owned(), value)))
        .collect()
}

/// The struct that a field, or the items of its list, are of.
fn struct_of(field: &Field) -> Option<&'static Struct> {
    let inner = match field.of.bare() {
        Type::List { item, .. } => item.bare(),
        other => other,
    };
    match inner {
        Type::Struct(id) => Schema::builtin().get(id),
        _ => None,
    }
}

fn merge_list(
    field: &Field,
    mut list: Vec<Value>,
    items: Vec<Value>,
    order: Option<&Value>,
) -> Result<Vec<Value>, String> {
    let server = list.clone();
    let Some(key) = field.merge_key else {
        // A list of plain values is united.
        let order = order.and_then(Value::as_array).cloned().unwrap_or_else(|| items.clone());
        for item in items {
            if !list.contains(&item) {
                list.push(item);
            }
        }
        return Ok(in_order(list, &server, &order, |item| Some(item)));
    };
    let directive = |item: &Value| item.get(DIRECTIVE).and_then(Value::as_str).map(ToOwned::to_owned);
    if items.iter().any(|item| directive(item).as_deref() == Some("replace")) {
        return Ok(items.into_iter().filter(|item| directive(item).is_none()).collect());
    }
    let of = struct_of(field);
    let order = order.and_then(Value::as_array).cloned().unwrap_or_else(|| items.clone());
    for item in items {
        let Value::Object(patch) = item else { return Err("map: item of a merged list is no map".into()) };
        let Some(wanted) = patch.get(key).cloned() else {
            return Err(format!("map: {} does not contain declared merge key: {key}", show(&patch)));
        };
        let at = list.iter().position(|known| known.get(key) == Some(&wanted));
        match (patch.get(DIRECTIVE).and_then(Value::as_str), at) {
            (Some("delete"), at) => {
                if let Some(at) = at {
                    list.remove(at);
                }
            }
            (_, Some(at)) => {
                let known = list[at].as_object_mut().expect("an item with a key is an object");
                merge_fields(of, known, patch)?;
            }
            (_, None) => {
                let mut new = Map::new();
                merge_fields(of, &mut new, patch)?;
                list.push(Value::Object(new));
            }
        }
    }
    Ok(in_order(list, &server, &order, |item| item.get(key)))
}

/// The merged list: what the patch names in the order of the patch, the rest where it stood, as far as both agree.
fn in_order(
    list: Vec<Value>,
    server: &[Value],
    patch: &[Value],
    key: impl Fn(&Value) -> Option<&Value>,
) -> Vec<Value> {
    let place = |order: &[Value], item: &Value| order.iter().position(|known| key(known) == key(item));
    let (mut named, rest): (Vec<Value>, Vec<Value>) =
        list.into_iter().partition(|item| place(patch, item).is_some());
    named.sort_by_key(|item| place(patch, item));
    let mut named = named.into_iter().peekable();
    let mut rest = rest.into_iter().peekable();
    let mut merged = Vec::new();
    while let (Some(left), Some(right)) = (rest.peek(), named.peek()) {
        let first = match (place(server, left), place(server, right)) {
            (Some(left), Some(right)) => left < right,
            _ => false,
        };
        merged.extend(if first { rest.next() } else { named.next() });
    }
    merged.extend(rest.chain(named));
    merged
}

/// A map as Go prints it.
fn show(map: &Map<String, Value>) -> String {
    let fields: Vec<String> = map
        .iter()
        .map(|(name, value)| {
            format!("{name}:{}", value.as_str().map_or_else(|| value.to_string(), Into::into))
        })
        .collect();
    format!("map[{}]", fields.join(" "))
}
