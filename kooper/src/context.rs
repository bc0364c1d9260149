//! What a handler is given beside its object.

use crate::{ObjectKey, Objects, wire};
use kube::Client;
use std::{fmt, sync::Arc};
use tokio_util::sync::CancellationToken;

/// What is known about one attempt: the key, the count, the reason, and the means to act.
///
/// Cheap to clone; a clone may be kept by tasks that the handler starts.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

/// The parts of a [`Context`], filled by the worker.
pub(crate) struct Inner {
    pub(crate) key: ObjectKey,
    pub(crate) controller: Arc<str>,
    pub(crate) attempt: u32,
    pub(crate) retries: u32,
    pub(crate) trigger: Trigger,
    pub(crate) client: Client,
    pub(crate) objects: Objects,
    /// The last state of an object that is gone.
    pub(crate) last_seen: Option<wire::Body>,
    pub(crate) cancelled: CancellationToken,
    pub(crate) shutting_down: CancellationToken,
    pub(crate) span: tracing::Span,
    /// The annotation by which objects tell their trace.
    #[cfg_attr(not(feature = "otel"), expect(dead_code))]
    pub(crate) annotation: Option<&'static str>,
}

impl Context {
    pub(crate) fn of_attempt(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The key of the object.
    pub fn key(&self) -> &ObjectKey {
        &self.0.key
    }

    /// The name of the controller.
    pub fn controller(&self) -> &str {
        &self.0.controller
    }

    /// Which attempt this is, from 1. More than 1 after failures in a row.
    pub fn attempt(&self) -> u32 {
        self.0.attempt
    }

    /// Whether the object is given up if this attempt fails.
    pub fn is_last_attempt(&self) -> bool {
        self.0.attempt > self.0.retries
    }

    /// Why the object is handled.
    pub fn trigger(&self) -> Trigger {
        self.0.trigger
    }

    /// The client of the controller, to read and write objects of every kind.
    ///
    /// Each call made within a span is a client span below it (see [`trace`](crate::trace#calls-to-the-api-server)), and
    /// tells the API server its trace. What the server refuses for the moment (429, 503, 504) is tried again by kube's
    /// rules, up to 15 times, unless the controller was given a client that has rules of its own.
    pub fn client(&self) -> Client {
        self.0.client.clone()
    }

    /// What the controller knows of all objects that it watches, without asking the API server.
    pub fn store(&self) -> &Objects {
        &self.0.objects
    }

    /// In `delete`: the last known state of the object.
    ///
    /// `None` in `add`, where the state at hand is newer, and where the last state cannot be decoded as `R`. Any type
    /// will do, for instance `kube::core::PartialObjectMeta<Pod>` for the metadata alone. It is decoded at each call.
    pub fn last_seen<R: serde::de::DeserializeOwned>(&self) -> Option<R> {
        self.0.last_seen.as_ref().and_then(|body| body.decode().ok())
    }

    /// Fires when this attempt should end: its `timeout` has passed, or the drain deadline is near (5 s before it, or
    /// half of it where it is under 10 s). A handler that hands work to other tasks or threads passes it on.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.0.cancelled
    }

    /// Fires at once when the controller begins to shut down. What runs may still finish.
    pub fn shutting_down(&self) -> &CancellationToken {
        &self.0.shutting_down
    }

    /// The span of this handler: `handleAddObject` or `handleDeleteObject`.
    ///
    /// Give it to tasks that the handler starts (`.instrument(ctx.span().clone())`), so that what they do stands in the
    /// trace. Disabled where no subscriber listens. The trace is complete, and exported, once every clone is dropped.
    pub fn span(&self) -> &tracing::Span {
        &self.0.span
    }
}

#[cfg(feature = "otel")]
impl Context {
    /// Writes the trace and the baggage into the headers of a call of your own, in the forms of W3C and of Jaeger.
    ///
    /// The callee's spans then stand below the span in which this is called, or below the handler's, where it is called
    /// outside of every span. Where nobody listens to spans, the baggage is written all the same.
    ///
    /// ```
    /// # use kooper::Context;
    /// # fn handler(ctx: &Context) -> http::Result<()> {
    /// let mut request = http::Request::get("http://accounts.internal/orgs/7").body(())?;
    /// ctx.inject(request.headers_mut());
    /// # Ok(())
    /// # }
    /// ```
    pub fn inject(&self, headers: &mut http::HeaderMap) {
        crate::propagation::inject(&self.opentelemetry(), headers);
    }

    /// The baggage of the attempt: `kubernetes.object.key`, and what your code has added in the current context.
    pub fn baggage(&self) -> opentelemetry::baggage::Baggage {
        use opentelemetry::baggage::BaggageExt;
        let context = self.opentelemetry();
        context.baggage().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// The annotation, name and value, that tells whoever handles an object in which trace it was written: this one. None where
    /// nobody listens to spans.
    ///
    /// It is for objects that are **created**. On one that is written again and again it would be another change each time, and
    /// were that an object that this controller watches or owns, each change would be a reason to handle it once more, without
    /// end: there, use [`annotate`](Self::annotate).
    ///
    /// ```
    /// # use k8s_openapi::api::core::v1::ConfigMap;
    /// # fn handler(ctx: &kooper::Context, mut map: ConfigMap) {
    /// map.metadata.annotations.get_or_insert_default().extend(ctx.trace_annotation());
    /// # }
    /// ```
    pub fn trace_annotation(&self) -> Option<(String, String)> {
        use opentelemetry::trace::TraceContextExt;
        let name = self.0.annotation?;
        let value = crate::trace::value(self.opentelemetry().span().span_context())?;
        Some((name.to_owned(), value))
    }

    /// Puts the [annotation](Self::trace_annotation) on an object that is to be written, unless nothing else of it changes.
    ///
    /// `live` is the object as the API server has it now, if it has it: not the one that a handler was given or that
    /// [`store`](Self::store) holds, which may be behind, and whose older trace would be written back. Where it holds all that `wanted` says, `wanted` gets its annotation, or none, so
    /// that the write is none: the trace stays that of the last real change, and no controller is woken by it. What the server has
    /// added does not count; what it writes otherwise than you do (a quantity of `1000m` as `1`) does.
    ///
    /// ```
    /// # use k8s_openapi::api::core::v1::ConfigMap;
    /// # use kube::{Api, api::{Patch, PatchParams}};
    /// # async fn handler(ctx: &kooper::Context, mut wanted: ConfigMap) -> kooper::Result {
    /// let maps: Api<ConfigMap> = Api::namespaced(ctx.client(), "default");
    /// let live = maps.get_opt("settings").await?;
    /// ctx.annotate(&mut wanted, live.as_ref());
    /// maps.patch("settings", &PatchParams::apply("my-controller").force(), &Patch::Apply(&wanted)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn annotate<K: kube::Resource + serde::Serialize>(&self, wanted: &mut K, live: Option<&K>) {
        let Some(name) = self.0.annotation else { return };
        if let Some(annotations) = &mut wanted.meta_mut().annotations {
            annotations.remove(name);
        }
        let json = |object: &K| serde_json::to_value(object).ok();
        let same = |live: &&K| {
            json(live).zip(json(wanted)).is_some_and(|(live, wanted)| crate::trace::covers(&live, &wanted))
        };
        let value = match live.filter(same) {
            Some(live) => live.meta().annotations.as_ref().and_then(|all| all.get(name).cloned()),
            None => self.trace_annotation().map(|(_, value)| value),
        };
        if let Some(value) = value {
            wanted.meta_mut().annotations.get_or_insert_default().insert(name.to_owned(), value);
        }
    }

    /// The context of OpenTelemetry in which the caller stands, or else that of the handler; with the key in its baggage,
    /// whether or not anyone listens.
    fn opentelemetry(&self) -> opentelemetry::Context {
        use crate::{propagation, trace::names::attribute};
        use opentelemetry::{
            KeyValue,
            baggage::{BaggageExt, KeyValueMetadata},
            trace::TraceContextExt,
        };
        use tracing_opentelemetry::OpenTelemetrySpanExt;

        let mut context = propagation::current();
        if !context.span().span_context().is_valid() {
            let span = self.0.span.context();
            context = context.with_remote_span_context(span.span().span_context().clone());
        }
        if context.baggage().get(attribute::KEY).is_some() {
            return context;
        }
        let kept = context
            .baggage()
            .iter()
            .map(|(key, (value, more))| KeyValueMetadata::new(key.clone(), value.clone(), more.clone()));
        let key = KeyValue::new(attribute::KEY, self.0.key.as_str().to_owned());
        let baggage: Vec<_> = kept.chain([key.into()]).collect();
        context.with_baggage(baggage)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("key", &self.0.key)
            .field("controller", &self.0.controller)
            .field("attempt", &self.0.attempt)
            .field("trigger", &self.0.trigger)
            .finish_non_exhaustive()
    }
}

/// Why an object is handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Trigger {
    /// It was found by a list.
    List,
    /// A watch told of it.
    Watch,
    /// The resync interval has passed.
    Resync,
    /// The attempt before it failed.
    Retry,
    /// The run before it asked for it.
    Requeue,
    /// An object that it owns was found or has changed: one of `owns`.
    Owned,
    /// An object of another kind that leads to it was found or has changed: one of `watches`.
    Related,
}

impl Trigger {
    /// As it stands in the trace: `list`, `watch`, `resync`, `retry`, `requeue`, `owned`, `related`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Watch => "watch",
            Self::Resync => "resync",
            Self::Retry => "retry",
            Self::Requeue => "requeue",
            Self::Owned => "owned",
            Self::Related => "related",
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
