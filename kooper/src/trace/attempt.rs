//! The trace of one attempt: its root, its child, and what each of them says, in its order.

use super::{
    Spans,
    duration::Go,
    logs::{self, Field, Link},
    names::{attribute, event, field, message},
    spans::{CHILD, Callsite, ROOT},
};
use crate::{
    ObjectKey,
    queue::{Handout, Settlement},
    store::Job,
    worker::Panic,
};
use std::fmt;
use tracing::{Span, Value, field::display};

/// What all attempts of a controller have in common.
pub(crate) struct Identity {
    controller: String,
    pub(crate) kind: String,
    pub(crate) spans: &'static Spans,
    resync: String,
    retries: i64,
    workers: i64,
    /// Whether an attempt stands in the trace that its object names.
    joins: bool,
}

impl Identity {
    pub(crate) fn new(spec: &crate::Spec, spans: &'static Spans) -> Self {
        Self {
            controller: spec.name.clone(),
            kind: spec.retriever.resource.kind.clone(),
            spans,
            resync: Go(spec.retriever.resync.unwrap_or_default()).to_string(),
            retries: spec.queue.retries.into(),
            workers: spec.queue.workers.into(),
            joins: spec.trace_parent,
        }
    }

    /// The first seven values of both spans.
    fn common(&self) -> [Option<&dyn Value>; 7] {
        let common: [Option<&dyn Value>; 7] = [
            Some(&"consumer"),
            Some(&"kooper"),
            Some(&self.controller),
            Some(&self.controller),
            Some(&self.resync),
            Some(&self.retries),
            Some(&self.workers),
        ];
        common
    }
}

/// Which handler an attempt calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Add,
    Delete,
    Finalize,
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The handler returned an error.
    Handler(String),
    /// It took longer than its timeout.
    Timeout(String),
    /// It panicked.
    Panic { message: String, place: Option<String> },
    /// The object does not fit its type.
    Decode(String),
    /// The drain deadline came first.
    Aborted,
}

impl Failure {
    /// That of a function which panicked.
    pub(crate) fn panic(what: &str, panic: &Panic) -> Self {
        Self::Panic { message: format!("{what} panicked: {}", panic.message()), place: panic.place.clone() }
    }

    /// Where it panicked, if it did and that is known.
    fn place(&self) -> Option<&str> {
        match self {
            Self::Panic { place, .. } => place.as_deref(),
            _ => None,
        }
    }

    /// As it stands in `error.type`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Handler(_) => "handler",
            Self::Timeout(_) => "timeout",
            Self::Panic { .. } => "panic",
            Self::Decode(_) => "decode",
            Self::Aborted => "aborted",
        }
    }

    /// As it stands in `message`.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Handler(message)
            | Self::Timeout(message)
            | Self::Panic { message, .. }
            | Self::Decode(message) => message,
            Self::Aborted => message::ABORTED,
        }
    }
}

/// The trace of one attempt, from hand-out to settlement.
pub(crate) struct Attempt<'a> {
    identity: &'a Identity,
    key: &'a ObjectKey,
    number: u32,
    root: Span,
    /// Whether anyone listens to the root; if not, it says nothing.
    on: bool,
    /// What the handler runs in, where the attempt is sampled out.
    #[cfg(feature = "telemetry")]
    aside: Option<logs::Aside>,
}

impl<'a> Attempt<'a> {
    /// Begins the root span, with its links and its baggage.
    pub(crate) fn begin(identity: &'a Identity, handout: &'a Handout, job: &Job) -> Self {
        let (key, spans) = (&handout.key, identity.spans);
        let off = Self {
            identity,
            key,
            number: handout.attempt,
            root: Span::none(),
            on: false,
            #[cfg(feature = "telemetry")]
            aside: None,
        };
        if !spans.root.is_enabled() {
            return off;
        }
        let (at_hand, swallowed) = job.traceparents();
        let parent = at_hand.filter(|_| identity.joins);
        let beginning = logs::Beginning::of(key.as_str(), parent);
        #[cfg(feature = "telemetry")]
        let beginning = match beginning.ask(spans.root.name(), || subject(identity, handout)) {
            Ok(beginning) => beginning,
            Err(aside) => return Self { aside: Some(aside), ..off },
        };
        let root = root(identity, handout, job);
        if root.is_disabled() {
            return off;
        }
        if let Some(before) = &handout.link {
            logs::add_link(&root, before);
        }
        at_hand
            .filter(|_| parent.is_none())
            .into_iter()
            .chain(swallowed)
            .for_each(|of| logs::link_to(&root, of));
        beginning.give_to(&root);
        let baggage = [(field::BAGGAGE_KEY, Field::Text(attribute::KEY)), (field::BAGGAGE_VALUE, text(key))];
        logs::log(&root, event::BAGGAGE, &baggage);
        logs::log(&root, event::PROCESS_OBJECT, &[(attribute::KEY, text(key))]);
        Self { root, on: true, ..off }
    }

    /// Does the work of the attempt in its context, where that is not in a span.
    pub(crate) async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        #[cfg(feature = "telemetry")]
        if let Some(aside) = &self.aside {
            return aside.around(work).await;
        }
        work.await
    }

    /// Begins the span around a handler.
    pub(crate) fn child(&self, place: Place) -> Span {
        if !self.on {
            return Span::none();
        }
        let (callsite, name) = match place {
            Place::Add => (&self.identity.spans.add, event::ADD),
            Place::Delete => (&self.identity.spans.delete, event::DELETE),
            Place::Finalize => (&self.identity.spans.finalize, event::FINALIZE),
        };
        let mut values: [Option<&dyn Value>; CHILD.len()] = [None; CHILD.len()];
        values[..7].copy_from_slice(&self.identity.common());
        let key = self.key.as_str();
        values[7] = Some(&key);
        if !callsite.is_enabled() {
            // What the handler does then stands below the root.
            return self.root.clone();
        }
        let child = callsite.span(Some(&self.root), &values);
        logs::log(&child, name, &[(attribute::KEY, text(self.key))]);
        child
    }

    /// Tells the span around a handler that it failed.
    pub(crate) fn child_failed(&self, child: &Span, failure: &Failure) {
        // Without a span of its own, the root alone tells it.
        if self.on && child.id() != self.root.id() {
            fail(child, failure);
        }
    }

    /// Tells what becomes of the key, and ends the root span with it.
    pub(crate) fn settle(self, settlement: &Settlement, failure: Option<&Failure>) -> Link {
        let link = if self.on {
            let root = self.root.clone();
            // A span ends when it is left for the last time: here.
            root.in_scope(|| self.tell(settlement, failure));
            logs::link(&root)
        } else {
            Link::default()
        };
        self.line(settlement, failure);
        link
    }

    fn tell(&self, settlement: &Settlement, failure: Option<&Failure>) {
        let (root, key) = (&self.root, (attribute::KEY, text(self.key)));
        if let Some(failure) = failure {
            fail(root, failure);
            root.record(attribute::ERROR_TYPE, failure.kind());
        }
        root.record(attribute::OUTCOME, outcome(settlement));
        let forget = |why| logs::log(root, event::FORGET, &[key, (field::MESSAGE, Field::Text(why))]);
        match *settlement {
            Settlement::Done => forget(message::CORRECT),
            Settlement::GivenUp => forget(message::GIVEN_UP),
            Settlement::Permanent => forget(message::PERMANENT),
            Settlement::Aborted => {}
            Settlement::Requeued(after) => {
                forget(message::CORRECT);
                let after = Go(after).to_string();
                logs::log(root, event::REQUEUED, &[(field::REQUEUE_AFTER, Field::Text(&after))]);
            }
            Settlement::Retry { consumed, remaining, .. } => {
                let consumed = (field::RETRIES_CONSUMED, Field::Int(consumed.into()));
                let remaining = (field::RETRIES_REMAINING, Field::Int(remaining.into()));
                logs::log(root, event::REENQUEUED, &[key, consumed, remaining]);
            }
        }
        logs::log(root, event::NONE, &[(field::SUCCESS, Field::Bool(failure.is_none()))]);
    }

    /// The one line for subscribers that show lines.
    fn line(&self, settlement: &Settlement, failure: Option<&Failure>) {
        let spans = self.identity.spans;
        let (callsite, said): (&'static Callsite, &str) = match (settlement, failure) {
            (Settlement::GivenUp | Settlement::Permanent, _) => (&spans.given_up, "object given up"),
            (_, Some(_)) => (&spans.failed, "attempt failed"),
            (_, None) => (&spans.good, "object handled"),
        };
        if !callsite.is_enabled() {
            return;
        }
        let next = match *settlement {
            Settlement::Retry { remaining, delay, .. } => {
                Some(format!("retry in {}, {remaining} left", Go(delay)))
            }
            Settlement::Requeued(after) => Some(format!("again in {}", Go(after))),
            _ => None,
        };
        let trace_id = logs::trace_id(&self.root);
        let (controller, key) = (self.identity.controller.as_str(), self.key.as_str());
        let (said, outcome, attempt) = (display(said), outcome(settlement), i64::from(self.number));
        callsite.event(&[
            Some(&said),
            Some(&controller),
            Some(&key),
            Some(&attempt),
            Some(&outcome),
            failure.map(Failure::message).as_ref().map(value),
            next.as_ref().map(value),
            trace_id.as_ref().map(value),
        ]);
    }
}

fn value<T: Value>(value: &T) -> &dyn Value {
    value
}

fn text(key: &ObjectKey) -> Field<'_> {
    Field::Text(key.as_str())
}

fn outcome(settlement: &Settlement) -> &'static str {
    match settlement {
        Settlement::Done => "done",
        Settlement::Requeued(_) => "requeued",
        Settlement::Retry { .. } => "retried",
        Settlement::GivenUp => "given_up",
        Settlement::Permanent => "permanent",
        Settlement::Aborted => "aborted",
    }
}

/// Marks a span as failed, and logs why.
fn fail(span: &Span, failure: &Failure) {
    let why = failure.message();
    if let Some(place) = failure.place() {
        span.record(attribute::PANIC_PLACE, place);
    }
    span.record(attribute::STATUS, "ERROR");
    span.record(attribute::STATUS_DESCRIPTION, why);
    span.record(attribute::ERROR, true);
    logs::log(span, event::ERROR, &[(field::MESSAGE, Field::Text(why))]);
}

/// What log lines say of an attempt without spans.
#[cfg(feature = "telemetry")]
fn subject(identity: &Identity, handout: &Handout) -> crate::telemetry::Subject {
    crate::telemetry::Subject {
        controller: identity.controller.clone(),
        key: handout.key.as_str().to_owned(),
        attempt: handout.attempt.into(),
    }
}

fn root(identity: &Identity, handout: &Handout, job: &Job) -> Span {
    let (key, meta) = (handout.key.as_str(), job.meta());
    let (namespace, name) = (handout.key.namespace(), handout.key.name());
    let (times, retry) = (i64::from(handout.attempt), handout.attempt > 1);
    let (uid, version) = (&*meta.uid, &*meta.resource_version);
    let trigger = handout.trigger.as_str();
    let waited = i64::try_from(handout.waited.as_millis()).unwrap_or(i64::MAX);
    let coalesced = i64::from(handout.coalesced);
    let kind = identity.kind.as_str();
    let mut values: [Option<&dyn Value>; ROOT.len()] = [None; ROOT.len()];
    values[..7].copy_from_slice(&identity.common());
    let own: [Option<&dyn Value>; 11] = [
        Some(&key),
        namespace.as_ref().map(value),
        Some(&name),
        Some(&times),
        Some(&retry),
        Some(&kind),
        Some(&uid),
        Some(&version),
        Some(&trigger),
        Some(&waited),
        Some(&coalesced),
    ];
    values[7..18].copy_from_slice(&own);
    identity.spans.root.span(None, &values)
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("controller", &self.controller).finish_non_exhaustive()
    }
}
