//! What changes between two states of an object, field by field.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    set::{Element, Node, Set},
    shape::{Atom, Items, Members, Shape},
};
use crate::testing::document::Document;

/// The fields that a change adds, alters and removes.
#[derive(Debug, Default)]
pub(super) struct Change {
    pub(super) added: Set,
    pub(super) modified: Set,
    pub(super) removed: Set,
}

impl Change {
    /// From one state to another.
    pub(super) fn between(shape: Shape<'_>, old: &Document, new: &Document) -> Result<Self, String> {
        let Atom::Map(members) = shape.atom(None) else { return Ok(Self::default()) };
        let nodes = compare_maps(&members, Some(&old.0), Some(&new.0))?;
        Ok(Self { added: nodes.added.below, modified: nodes.modified.below, removed: nodes.removed.below })
    }

    /// The change without these fields and what is below them.
    pub(super) fn except(self, fields: &Set) -> Self {
        if fields.is_empty() {
            return self;
        }
        Self {
            added: self.added.recursive_difference(fields),
            modified: self.modified.recursive_difference(fields),
            removed: self.removed.recursive_difference(fields),
        }
    }

    /// What has another value than before.
    pub(super) fn touched(&self) -> Set {
        self.modified.clone().union(self.added.clone())
    }

    /// The same, where the rest is of no more use.
    pub(super) fn into_touched(self) -> Set {
        self.modified.union(self.added)
    }
}

/// A change, seen from one field on the way down.
#[derive(Default)]
struct Nodes {
    added: Node,
    modified: Node,
    removed: Node,
}

impl Nodes {
    fn put(&mut self, element: impl Fn() -> Element, nodes: Self) {
        self.added.below.put(&element, nodes.added);
        self.modified.below.put(&element, nodes.modified);
        self.removed.below.put(&element, nodes.removed);
    }

    fn and(mut self, other: Self) -> Self {
        for (node, other) in [
            (&mut self.added, other.added),
            (&mut self.modified, other.modified),
            (&mut self.removed, other.removed),
        ] {
            *node = Node {
                member: node.member || other.member,
                below: std::mem::take(&mut node.below).union(other.below),
            };
        }
        self
    }

    fn leaf(old: Option<&Value>, new: Option<&Value>) -> Self {
        let mut nodes = Self::default();
        match (old, new) {
            (None, _) => nodes.added.member = true,
            (_, None) => nodes.removed.member = true,
            (Some(old), Some(new)) => nodes.modified.member = old != new,
        }
        nodes
    }
}

fn compare(shape: Shape<'_>, old: Option<&Value>, new: Option<&Value>) -> Result<Nodes, String> {
    let atom = shape.atom(new.or(old));
    if old.is_some() && new.is_some() {
        let before = shape.atom(old);
        if std::mem::discriminant(&before) != std::mem::discriminant(&atom) {
            // What was one thing is another now: it changes as both.
            let nodes = compare_as(&before, old, new)?;
            return Ok(nodes.and(compare_as(&atom, old, new)?));
        }
    }
    compare_as(&atom, old, new)
}

fn compare_as(atom: &Atom<'_>, old: Option<&Value>, new: Option<&Value>) -> Result<Nodes, String> {
    let mut nodes = match atom {
        Atom::Scalar(_) => return Ok(Nodes::leaf(old, new)),
        Atom::List(items) => {
            let (was, is) = (list(old), list(new));
            if items.atomic || (was.is_empty() && is.is_empty()) {
                return Ok(Nodes::leaf(old, new));
            }
            compare_lists(items, was, is)?
        }
        Atom::Map(members) => {
            let (was, is) = (old.and_then(Value::as_object), new.and_then(Value::as_object));
            if members.atomic || (was.is_none_or(Map::is_empty) && is.is_none_or(Map::is_empty)) {
                return Ok(Nodes::leaf(old, new));
            }
            compare_maps(members, was, is)?
        }
    };
    nodes.added.member |= old.is_none();
    nodes.removed.member |= new.is_none();
    Ok(nodes)
}

pub(super) fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn compare_maps(
    members: &Members<'_>,
    old: Option<&Map<String, Value>>,
    new: Option<&Map<String, Value>>,
) -> Result<Nodes, String> {
    let mut nodes = Nodes::default();
    let gone = old.into_iter().flatten().filter(|(name, _)| new.is_none_or(|new| !new.contains_key(*name)));
    let gone = gone.map(|(name, was)| (name, Some(was), None));
    let here =
        new.into_iter().flatten().map(|(name, is)| (name, old.and_then(|old| old.get(name)), Some(is)));
    for (name, was, is) in gone.chain(here) {
        if was.is_some() && was == is {
            continue;
        }
        let shape = members.field(name).map_or(Shape::Deduced, |(shape, _)| shape);
        let below = compare(shape, was, is).map_err(|why| format!(".{name}{why}"))?;
        nodes.put(|| Element::field(name), below);
    }
    Ok(nodes)
}

/// The items of a list by what tells them apart; two that are alike share a place.
pub(super) fn by_element<'v>(
    items: &Items<'_>,
    list: &'v [Value],
) -> Result<BTreeMap<Element, Vec<&'v Value>>, String> {
    let mut found: BTreeMap<Element, Vec<&Value>> = BTreeMap::new();
    for (at, item) in list.iter().enumerate() {
        let element = items.element(item).map_err(|why| format!(": element {at}: {why}"))?;
        found.entry(element).or_default().push(item);
    }
    Ok(found)
}

fn compare_lists(items: &Items<'_>, old: &[Value], new: &[Value]) -> Result<Nodes, String> {
    let (old, new) = (by_element(items, old)?, by_element(items, new)?);
    let mut nodes = Nodes::default();
    let none = Vec::new();
    for element in old.keys().chain(new.keys().filter(|element| !old.contains_key(element))) {
        let (was, is) = (old.get(element).unwrap_or(&none), new.get(element).unwrap_or(&none));
        // Items that are alike are one value together.
        let below = match (was.len(), is.len()) {
            (0 | 1, 0 | 1) => compare(items.item, was.first().copied(), is.first().copied())
                .map_err(|why| format!("{element}{why}"))?,
            (2.., 2..) => {
                let mut nodes = Nodes::default();
                nodes.modified.member = was != is;
                nodes
            }
            (2.., _) => {
                let mut nodes = match is.first() {
                    Some(is) => compare(items.item, None, Some(is))?,
                    None => Nodes::default(),
                };
                nodes.removed.member = true;
                nodes
            }
            (_, _) => {
                let mut nodes = match was.first() {
                    Some(was) => compare(items.item, Some(was), None)?,
                    None => Nodes::default(),
                };
                nodes.added.member = true;
                nodes
            }
        };
        nodes.put(|| element.clone(), below);
    }
    Ok(nodes)
}
