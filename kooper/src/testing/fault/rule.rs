//! A fault for requests: which ones it meets and what it does to them.

use std::{
    fmt,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use super::events::{EventEffect, EventRule};
use crate::{ObjectKey, testing::journal::RecordedRequest};

/// A fault in the making: filters, then an effect, which puts it in force.
///
/// Without a filter it meets every request, discovery and health checks too.
#[must_use = "a fault is in force when its effect is named, such as `status(503)`"]
#[derive(Debug)]
pub struct Fault<'a> {
    rules: &'a Rules,
    rule: Rule,
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::testing) enum Effect {
    Status {
        code: u16,
        retry_after: Option<Duration>,
    },
    Refuse,
    Hang,
    Slow(Duration),
    /// The answer's body breaks after this many bytes.
    Cut(usize),
    Garble,
    /// The clock moves by so many seconds.
    Jump(jiff::SignedDuration),
}

#[derive(Debug)]
struct Rule {
    left: Option<usize>,
    verb: Option<String>,
    resource: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    path: Option<String>,
    query: Option<(String, String)>,
    chance: Option<Chance>,
    effect: Effect,
}

/// A seeded draw.
pub(super) struct Chance {
    probability: f64,
    state: u64,
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.probability)
    }
}

impl Chance {
    pub(super) fn new(probability: f64, seed: u64) -> Self {
        Self { probability, state: seed | 1 << 63 }
    }

    pub(super) fn draw(&mut self) -> bool {
        // xorshift64*: a test needs the same draws for the same seed, and nothing more.
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let bits = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        let drawn = f64::from(u32::try_from(bits).expect("32 bits are left")) / f64::from(u32::MAX);
        drawn < self.probability
    }
}

impl<'a> Fault<'a> {
    pub(super) fn new(rules: &'a Rules, left: Option<usize>) -> Self {
        let rule = Rule {
            left,
            verb: None,
            resource: None,
            namespace: None,
            name: None,
            path: None,
            query: None,
            chance: None,
            effect: Effect::Refuse,
        };
        Self { rules, rule }
    }

    /// Only requests of this verb, as RBAC names it: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`,
    /// `deletecollection`.
    pub fn verb(mut self, verb: &str) -> Self {
        self.rule.verb = Some(verb.into());
        self
    }

    /// Only requests for this resource, by its plural: `pods`; a subresource is part of it: `pods/status`.
    pub fn resource(mut self, plural: &str) -> Self {
        self.rule.resource = Some(plural.into());
        self
    }

    /// Only requests in this namespace.
    pub fn namespace(mut self, namespace: &str) -> Self {
        self.rule.namespace = Some(namespace.into());
        self
    }

    /// Only requests for the object of this name.
    pub fn name(mut self, name: &str) -> Self {
        self.rule.name = Some(name.into());
        self
    }

    /// Only requests whose path begins so.
    pub fn path(mut self, prefix: &str) -> Self {
        self.rule.path = Some(prefix.into());
        self
    }

    /// Only requests with this in their query: `query("sendInitialEvents", "true")` are streaming lists.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.rule.query = Some((name.into(), value.into()));
        self
    }

    /// Of the requests that match, only so many at random: 0.0 is none, 1.0 is all. The same seed draws the same ones.
    pub fn chance(mut self, probability: f64, seed: u64) -> Self {
        self.rule.chance = Some(Chance::new(probability, seed));
        self
    }

    /// The answer is this status code, with the `Status` object that a server sends with it.
    pub fn status(self, code: u16) {
        self.force(Effect::Status { code, retry_after: None });
    }

    /// The answer is 429 with `Retry-After`, which counts in whole seconds.
    pub fn too_many_requests(self, retry_after: Duration) {
        self.force(Effect::Status { code: 429, retry_after: Some(retry_after) });
    }

    /// No connection comes about. Over TCP, it is accepted and closed with no answer.
    pub fn refuse(self) {
        self.force(Effect::Refuse);
    }

    /// No answer comes, ever.
    pub fn hang(self) {
        self.force(Effect::Hang);
    }

    /// The answer comes late by this time, on tokio's clock.
    pub fn slow(self, by: Duration) {
        self.force(Effect::Slow(by));
    }

    /// The connection breaks after this many bytes of the answer's body.
    pub fn cut(self, after_bytes: usize) {
        self.force(Effect::Cut(after_bytes));
    }

    /// The answer is well, but for its body, which is not JSON.
    pub fn garble(self) {
        self.force(Effect::Garble);
    }

    /// The server's clock jumps forth when the request comes; see [`Faults::clock_jumps`](super::Faults::clock_jumps).
    pub fn clock_jumps(self, by: Duration) {
        self.force(Effect::Jump(jiff::SignedDuration::try_from(by).unwrap_or(jiff::SignedDuration::MAX)));
    }

    /// The server's clock falls back when the request comes.
    pub fn clock_falls_back(self, by: Duration) {
        self.force(Effect::Jump(-jiff::SignedDuration::try_from(by).unwrap_or(jiff::SignedDuration::MAX)));
    }

    fn force(mut self, effect: Effect) {
        self.rule.effect = effect;
        self.rules.lock().push(self.rule);
    }
}

/// The faults in force, in the order they were asked for.
#[derive(Debug, Default)]
pub(in crate::testing) struct Rules {
    requests: Mutex<Vec<Rule>>,
    events: Mutex<Vec<EventRule>>,
}

impl Rules {
    fn lock(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.requests.lock().expect("nothing panics while it holds the faults")
    }

    fn lock_events(&self) -> MutexGuard<'_, Vec<EventRule>> {
        self.events.lock().expect("nothing panics while it holds the faults")
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
        self.lock_events().clear();
    }

    pub(super) fn add_for_events(&self, rule: EventRule) {
        self.lock_events().push(rule);
    }

    /// What happens to an event of a watch; a fault that is used up is taken off.
    pub(in crate::testing) fn meet_event(
        &self,
        resource: &str,
        key: &ObjectKey,
        kind: &str,
    ) -> Option<EventEffect> {
        let mut rules = self.lock_events();
        let at = rules.iter_mut().position(|rule| rule.meets(resource, key, kind))?;
        let effect = rules[at].take_effect();
        if rules[at].is_used_up() {
            rules.remove(at);
        }
        Some(effect)
    }

    /// What happens to this request; a fault that is used up is taken off.
    pub(in crate::testing) fn meet(&self, request: &RecordedRequest) -> Option<Effect> {
        let mut rules = self.lock();
        let at = rules.iter_mut().position(|rule| rule.meets(request))?;
        let rule = &mut rules[at];
        let effect = rule.effect.clone();
        if let Some(left) = &mut rule.left {
            *left -= 1;
            if *left == 0 {
                rules.remove(at);
            }
        }
        Some(effect)
    }
}

impl Rule {
    fn meets(&mut self, request: &RecordedRequest) -> bool {
        let is =
            |wanted: &Option<String>, found: Option<&str>| wanted.as_deref().is_none_or(|w| Some(w) == found);
        let resource = match (&request.resource, &request.subresource) {
            (Some(resource), Some(subresource)) => Some(format!("{resource}/{subresource}")),
            (resource, _) => resource.clone(),
        };
        self.left != Some(0)
            && is(&self.verb, Some(&request.verb))
            && is(&self.resource, resource.as_deref())
            && is(&self.namespace, request.namespace.as_deref())
            && is(&self.name, request.name.as_deref())
            && self.path.as_deref().is_none_or(|prefix| request.path.starts_with(prefix))
            && self
                .query
                .as_ref()
                .is_none_or(|(name, value)| request.query_value(name).as_ref() == Some(value))
            && self.chance.as_mut().is_none_or(Chance::draw)
    }
}
