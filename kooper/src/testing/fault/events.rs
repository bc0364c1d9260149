//! A fault for events of watches: which ones it meets and what it does to them.

use std::time::Duration;

use serde_json::{Value, json};

use super::rule::{Chance, Rules};
use crate::{ObjectKey, testing::document::Document};

/// A fault of watches in the making: filters, then an effect, which puts it in force.
///
/// It meets the changes that watches tell of, each watch by itself; not the objects that a watch begins with, nor bookmarks.
#[must_use = "a fault is in force when its effect is named, such as `drop_connection()`"]
#[derive(Debug)]
pub struct EventFault<'a> {
    rules: &'a Rules,
    rule: EventRule,
}

/// What happens to an event.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::testing) enum EventEffect {
    Break,
    Cut(usize),
    Hang,
    Garble,
    Slow(Duration),
    Repeat,
    Fail(u16),
    Lose,
    Spoil,
}

#[derive(Debug)]
pub(super) struct EventRule {
    left: Option<usize>,
    resource: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    kind: Option<String>,
    chance: Option<Chance>,
    effect: EventEffect,
}

impl<'a> EventFault<'a> {
    pub(super) fn new(rules: &'a Rules, left: Option<usize>) -> Self {
        let rule = EventRule {
            left,
            resource: None,
            namespace: None,
            name: None,
            kind: None,
            chance: None,
            effect: EventEffect::Lose,
        };
        Self { rules, rule }
    }

    /// Only events of watches of this resource, by its plural.
    pub fn resource(mut self, plural: &str) -> Self {
        self.rule.resource = Some(plural.into());
        self
    }

    /// Only events of objects in this namespace.
    pub fn namespace(mut self, namespace: &str) -> Self {
        self.rule.namespace = Some(namespace.into());
        self
    }

    /// Only events of objects of this name.
    pub fn name(mut self, name: &str) -> Self {
        self.rule.name = Some(name.into());
        self
    }

    /// Only events of this type: `ADDED`, `MODIFIED` or `DELETED`.
    pub fn kind(mut self, kind: &str) -> Self {
        self.rule.kind = Some(kind.into());
        self
    }

    /// Of the events that match, only so many at random: 0.0 is none, 1.0 is all. The same seed draws the same ones.
    pub fn chance(mut self, probability: f64, seed: u64) -> Self {
        self.rule.chance = Some(Chance::new(probability, seed));
        self
    }

    /// The connection breaks in place of the event.
    pub fn drop_connection(self) {
        self.force(EventEffect::Break);
    }

    /// The connection breaks in the middle of the event's line, after so many bytes of it.
    pub fn cut(self, after_bytes: usize) {
        self.force(EventEffect::Cut(after_bytes));
    }

    /// The watch falls silent before the event, until [`Watches::go_on`](super::Watches::go_on).
    pub fn hang(self) {
        self.force(EventEffect::Hang);
    }

    /// A line that is not JSON comes in place of the event.
    pub fn garble(self) {
        self.force(EventEffect::Garble);
    }

    /// The event, and all after it, come late by this time, on tokio's clock.
    pub fn slow(self, by: Duration) {
        self.force(EventEffect::Slow(by));
    }

    /// The event comes twice.
    pub fn repeat(self) {
        self.force(EventEffect::Repeat);
    }

    /// An `ERROR` event with this status code comes in place of the event, and the watch ends: 410, mostly.
    pub fn fail(self, code: u16) {
        self.force(EventEffect::Fail(code));
    }

    /// The event does not come: an object vanishes, or changes, and only the next list tells.
    pub fn lose(self) {
        self.force(EventEffect::Lose);
    }

    /// The event shows the object in a form that no type decodes; what is stored stays well.
    pub fn spoil(self) {
        self.force(EventEffect::Spoil);
    }

    fn force(mut self, effect: EventEffect) {
        self.rule.effect = effect;
        self.rules.add_for_events(self.rule);
    }
}

impl EventRule {
    /// Whether this rule meets the event; one that is used up meets none.
    pub(super) fn meets(&mut self, resource: &str, key: &ObjectKey, kind: &str) -> bool {
        let is =
            |wanted: &Option<String>, found: Option<&str>| wanted.as_deref().is_none_or(|w| Some(w) == found);
        self.left != Some(0)
            && is(&self.resource, Some(resource))
            && is(&self.namespace, key.namespace())
            && is(&self.name, Some(key.name()))
            && is(&self.kind, Some(kind))
            && self.chance.as_mut().is_none_or(Chance::draw)
    }

    /// What it does; it has done it once more then.
    pub(super) fn take_effect(&mut self) -> EventEffect {
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        self.effect.clone()
    }

    pub(super) fn is_used_up(&self) -> bool {
        self.left == Some(0)
    }
}

/// Gives each part of an object but its metadata a type that it never has.
pub(in crate::testing) fn spoil(document: &mut Document) {
    let parts = document
        .0
        .iter_mut()
        .filter(|(field, _)| !matches!(field.as_str(), "kind" | "apiVersion" | "metadata"));
    let mut spoilt = false;
    for (_, part) in parts {
        *part = if part.is_object() || part.is_array() { Value::from("spoilt") } else { json!([["spoilt"]]) };
        spoilt = true;
    }
    if !spoilt {
        document.set_meta("creationTimestamp", "spoilt");
    }
}
