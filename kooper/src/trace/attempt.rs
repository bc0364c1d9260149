//! The trace of one attempt: its root, its child, and what each of them says, in its order.

use super::{
    Spans,
    duration::Go,
    logs::{self, Field, Link},
    names::{attribute, event, field, message},
    spans::{self, CHILD, Callsite, ROOT},
};
use crate::{
    ObjectKey,
    queue::{Handout, Settlement},
    store::Job,
    worker::Panic,
};
use std::fmt;
use tracing::{Instrument, Span, Value, field::display};

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
    trace: Trace,
}

/// Whether an attempt leaves a trace.
enum Trace {
    /// Nobody listens.
    Off,
    /// With this root.
    On(Span),
    /// It is sampled out: what its handler runs in.
    #[cfg(feature = "telemetry")]
    Aside(logs::Aside),
}

impl<'a> Attempt<'a> {
    /// Begins the root span, with its links and its baggage.
    pub(crate) fn begin(identity: &'a Identity, handout: &'a Handout, job: &Job) -> Self {
        let (key, spans) = (&handout.key, identity.spans);
        let of = |trace| Self { identity, key, number: handout.attempt, trace };
        if !spans.root.is_enabled() {
            return of(Trace::Off);
        }
        let (at_hand, swallowed) = job.traceparents();
        let parent = at_hand.filter(|_| identity.joins);
        let beginning = logs::Beginning::of(key, parent);
        #[cfg(feature = "telemetry")]
        let beginning = match beginning.ask(spans.root.name(), || subject(identity, handout)) {
            Ok(beginning) => beginning,
            Err(aside) => return of(Trace::Aside(aside)),
        };
        let root = root(identity, handout, job);
        if root.is_disabled() {
            return of(Trace::Off);
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
        let baggage =
            [(field::BAGGAGE_KEY, Field::Fixed(attribute::KEY)), (field::BAGGAGE_VALUE, Field::Key(key))];
        logs::log(&root, event::BAGGAGE, &baggage);
        logs::log(&root, event::PROCESS_OBJECT, &[(attribute::KEY, Field::Key(key))]);
        of(Trace::On(root))
    }

    /// Does the work of the attempt in the span around its handler, or in the context of one that is sampled out.
    pub(crate) async fn around<T>(&self, child: &Span, work: impl Future<Output = T>) -> T {
        match &self.trace {
            Trace::On(_) => work.instrument(child.clone()).await,
            #[cfg(feature = "telemetry")]
            Trace::Aside(aside) => aside.around(work).await,
            Trace::Off => work.await,
        }
    }

    /// Begins the span around a handler.
    pub(crate) fn child(&self, place: Place) -> Span {
        let Trace::On(root) = &self.trace else {
            return Span::none();
        };
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
            return root.clone();
        }
        let child = callsite.span(Some(root), &values);
        logs::log(&child, name, &[(attribute::KEY, Field::Key(self.key))]);
        child
    }

    /// Tells the span around a handler that it failed. It must be told within [`around`](Self::around): a span ends when it is left
    /// for the last time.
    pub(crate) fn child_failed(&self, child: &Span, failure: &Failure) {
        // Without a span of its own, the root alone tells it.
        if matches!(&self.trace, Trace::On(root) if root.id() != child.id()) {
            let (message, place) = (failure.message(), failure.place());
            spans::record(child, CHILD.len() - 4, &failed(&message, place.as_ref()));
            log_failure(child, failure);
        }
    }

    /// Tells what becomes of the key, and ends the root span with it.
    pub(crate) fn settle(&mut self, settlement: &Settlement, failure: Option<&Failure>) -> Link {
        let mut link = Link::default();
        if let Trace::On(root) = &self.trace {
            // A span ends when it is left for the last time: here.
            root.in_scope(|| self.tell(root, settlement, failure));
            if let Settlement::Retry { delay, .. } = *settlement {
                link = Link::of(root, delay);
            }
        }
        self.line(settlement, failure);
        // It leaves the process before the key can be handed out again.
        self.trace = Trace::Off;
        link
    }

    fn tell(&self, root: &Span, settlement: &Settlement, failure: Option<&Failure>) {
        let key = (attribute::KEY, Field::Key(self.key));
        let outcome = outcome(settlement);
        if let Some(failure) = failure {
            let (message, place, kind) = (failure.message(), failure.place(), failure.kind());
            let [code, why, error, place] = failed(&message, place.as_ref());
            spans::record(root, ROOT.len() - 6, &[code, why, error, place, Some(&kind), Some(&outcome)]);
            log_failure(root, failure);
        } else {
            spans::record(root, ROOT.len() - 1, &[Some(&outcome)]);
        }
        let forget = |why| logs::log(root, event::FORGET, &[key, (field::MESSAGE, Field::Fixed(why))]);
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
        let trace_id = match &self.trace {
            Trace::On(root) => logs::trace_id(root),
            _ => None,
        };
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

/// What both spans say of a failure: status, its description, `error`, and the place of a panic.
fn failed<'a>(message: &'a &'a str, place: Option<&'a &'a str>) -> [Option<&'a dyn Value>; 4] {
    [Some(&"ERROR"), Some(message), Some(&true), place.map(value)]
}

/// Logs why an attempt failed.
fn log_failure(span: &Span, failure: &Failure) {
    logs::log(span, event::ERROR, &[(field::MESSAGE, Field::Text(failure.message()))]);
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
    let backoff = handout.link.as_ref().and_then(logs::Link::backoff);
    let [start, planned_end] = [0, 1].map(|at| backoff.as_ref().map(|times| times[at].as_str()));
    let own: [Option<&dyn Value>; 14] = [
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
        Some(&handout.lane),
        start.as_ref().map(value),
        planned_end.as_ref().map(value),
    ];
    values[7..21].copy_from_slice(&own);
    identity.spans.root.span(None, &values)
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("controller", &self.controller).finish_non_exhaustive()
    }
}
