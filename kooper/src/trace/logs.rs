//! What only OpenTelemetry has: logs of a span, links, baggage. Without the feature `otel` each is nothing.
//!
//! OpenTelemetry plans to replace the API for span events (OTEP 4430); this file is all that would change.

use crate::ObjectKey;
use std::time::{Duration, SystemTime};

/// A value of a log's field.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "otel"), expect(dead_code, reason = "only OpenTelemetry has fields of logs"))]
pub(super) enum Field<'a> {
    Key(&'a ObjectKey),
    Fixed(&'static str),
    Text(&'a str),
    Int(i64),
    Bool(bool),
}

/// What a retry has to tell of the attempt before it.
///
/// In a box: what succeeds, and what is not traced, has nothing to tell, and carries no more than that.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Link(Option<Box<Before>>);

/// The attempt before a retry.
#[derive(Debug, Clone, PartialEq)]
struct Before {
    /// The place of its root span.
    #[cfg(feature = "otel")]
    place: Option<opentelemetry::trace::SpanContext>,
    /// When it ended.
    start: SystemTime,
    /// When it was to be tried again.
    planned_end: SystemTime,
}

impl Link {
    /// Of an attempt that ends now and is tried again after `delay`.
    #[cfg_attr(not(feature = "otel"), expect(unused_variables))]
    pub(super) fn of(root: &tracing::Span, delay: Duration) -> Self {
        let start = SystemTime::now();
        Self(Some(Box::new(Before {
            #[cfg(feature = "otel")]
            place: with_otel::place(root),
            start,
            // What the clock cannot tell is never.
            planned_end: start.checked_add(delay).unwrap_or(start),
        })))
    }

    /// Start and planned end of the backoff, by RFC 3339.
    pub(super) fn backoff(&self) -> Option<[String; 2]> {
        let before = self.0.as_ref()?;
        let told = |time: SystemTime| Some(format!("{:.3}", jiff::Timestamp::try_from(time).ok()?));
        Some([told(before.start)?, told(before.planned_end)?])
    }
}

#[cfg(feature = "otel")]
mod with_otel {
    use super::{Field, Link};
    use crate::{
        ObjectKey,
        trace::{Traceparent, names::attribute},
    };
    use opentelemetry::{
        Context, KeyValue, Value,
        baggage::BaggageExt,
        trace::{SpanContext, TraceContextExt},
    };
    use tracing::Span;
    use tracing_opentelemetry::OpenTelemetrySpanExt;

    fn value(field: Field<'_>) -> Value {
        match field {
            Field::Key(key) => key.shared().into(),
            Field::Fixed(text) => text.into(),
            Field::Text(text) => Value::from(text.to_owned()),
            Field::Int(number) => number.into(),
            Field::Bool(truth) => truth.into(),
        }
    }

    /// Adds a log to a span.
    pub(in super::super) fn log(span: &Span, event: &'static str, fields: &[(&'static str, Field<'_>)]) {
        let fields = fields.iter().map(|(name, field)| KeyValue::new(*name, value(*field))).collect();
        span.add_event(event, fields);
    }

    /// The context that a root span begins with: the key in the baggage, and no span but that of another program of which the
    /// attempt is a part.
    #[derive(Clone)]
    pub(in super::super) struct Beginning(Context);

    impl Beginning {
        pub(in super::super) fn of(key: &ObjectKey, parent: Option<&Traceparent>) -> Self {
            let context = Context::new().with_baggage([KeyValue::new(attribute::KEY, key.shared())]);
            Self(match parent {
                Some(parent) => context.with_remote_span_context(parent.place().clone()),
                None => context,
            })
        }

        /// Asks the sampler, where it is to be asked now.
        ///
        /// # Errors
        ///
        /// What the handler runs in, where the attempt is sampled out.
        #[cfg(feature = "telemetry")]
        pub(in super::super) fn ask(
            self,
            root: &str,
            subject: impl Fn() -> crate::telemetry::Subject,
        ) -> Result<Self, Aside> {
            crate::telemetry::sampling::Sampling::ask(root, self.0, subject).map(Self).map_err(Aside)
        }

        /// Gives it to a root span. It must not have been entered.
        pub(in super::super) fn give_to(self, root: &Span) {
            // It fails where no OpenTelemetry layer listens, and then there is no baggage to carry.
            let _ = root.set_parent(self.0);
        }
    }

    /// The context of an attempt that is sampled out.
    #[cfg(feature = "telemetry")]
    pub(in super::super) struct Aside(Context);

    #[cfg(feature = "telemetry")]
    impl Aside {
        /// Does something in it.
        pub(in super::super) async fn around<T>(&self, work: impl Future<Output = T>) -> T {
            opentelemetry::context::FutureExt::with_context(work, self.0.clone()).await
        }
    }

    /// Links a root span to the attempt before it.
    pub(in super::super) fn add_link(root: &Span, before: &Link) {
        if let Some(place) = before.0.as_ref().and_then(|before| before.place.as_ref()) {
            root.add_link(place.clone());
        }
    }

    /// Links a root span to where its object was written.
    pub(in super::super) fn link_to(root: &Span, of: &Traceparent) {
        // A link to what is not recorded would lead nowhere.
        if of.place().is_sampled() {
            root.add_link(of.place().clone());
        }
    }

    /// The place of a root span.
    pub(super) fn place(root: &Span) -> Option<SpanContext> {
        // A link to what is not recorded would lead nowhere.
        Some(context(root)).filter(|place| place.is_valid() && place.is_sampled())
    }

    /// The id of the trace, where there is one.
    pub(in super::super) fn trace_id(root: &Span) -> Option<String> {
        let context = context(root);
        context.is_valid().then(|| context.trace_id().to_string())
    }

    fn context(root: &Span) -> SpanContext {
        root.context().span().span_context().clone()
    }
}

#[cfg(feature = "telemetry")]
pub(super) use with_otel::Aside;
#[cfg(feature = "otel")]
pub(super) use with_otel::{Beginning, add_link, link_to, log, trace_id};

#[cfg(not(feature = "otel"))]
mod without_otel {
    use super::{Field, Link};
    use crate::{ObjectKey, trace::Traceparent};
    use tracing::Span;

    pub(in super::super) fn log(_: &Span, _: &'static str, _: &[(&'static str, Field<'_>)]) {}

    pub(in super::super) struct Beginning;

    impl Beginning {
        pub(in super::super) fn of(_: &ObjectKey, _: Option<&Traceparent>) -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "as it is with OpenTelemetry")]
        pub(in super::super) fn give_to(self, _: &Span) {}
    }

    pub(in super::super) fn add_link(_: &Span, _: &Link) {}

    pub(in super::super) fn link_to(_: &Span, _: &Traceparent) {}

    pub(in super::super) fn trace_id(_: &Span) -> Option<String> {
        None
    }
}

#[cfg(not(feature = "otel"))]
pub(super) use without_otel::{Beginning, add_link, link_to, log, trace_id};
