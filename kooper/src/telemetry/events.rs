//! What the program logs inside a span, as events of that span.
//!
//! The bridge of `tracing-opentelemetry` could do it too, but it makes a failure of every span in which something of level
//! ERROR is logged. Here a span has failed when its own code says so: Kooper by its outcome, other code by
//! `#[instrument(err)]` or the field `otel.status_code`. And it puts five more attributes on every event.

use opentelemetry::{
    KeyValue, Value,
    trace::{Status, TraceContextExt as _},
};
use std::{fmt, sync::OnceLock};
use tracing::{
    Dispatch, Event, Level, Subscriber,
    dispatcher::WeakDispatch,
    field::{Field, Visit},
};
use tracing_opentelemetry::get_otel_context;
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

/// Adds each event to the OpenTelemetry span that it happened in: its message as the name, then its level and fields.
#[derive(Default)]
pub(super) struct Events {
    /// The subscriber that this is a layer of. While it handles an event it is not the current one.
    subscriber: OnceLock<WeakDispatch>,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Events {
    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        let _ = self.subscriber.set(subscriber.downgrade());
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let Some(span) = ctx.event_span(event) else {
            return;
        };
        let Some(subscriber) = self.subscriber.get().and_then(WeakDispatch::upgrade) else {
            return;
        };
        let Some(context) = get_otel_context(&span.id(), &subscriber) else {
            return;
        };
        let span = context.span();
        if !span.is_recording() {
            return;
        }
        let level = *event.metadata().level();
        let mut fields =
            Fields { message: None, error: None, rest: vec![KeyValue::new("level", level.as_str())] };
        event.record(&mut fields);
        match fields {
            // The event of `#[instrument(err)]`.
            Fields { message: None, error: Some(error), .. } if level == Level::ERROR => {
                span.set_status(Status::error(error.clone()));
                span.add_event("exception", vec![KeyValue::new("exception.message", error)]);
            }
            Fields { message, error, mut rest } => {
                rest.extend(error.map(|error| KeyValue::new("error", error)));
                span.add_event(message.unwrap_or_else(|| event.metadata().target().to_owned()), rest);
            }
        }
    }
}

/// The fields of an event.
struct Fields {
    message: Option<String>,
    error: Option<String>,
    rest: Vec<KeyValue>,
}

impl Fields {
    fn push(&mut self, field: &Field, value: impl Into<Value>) {
        let value = value.into();
        match field.name() {
            "message" => self.message = Some(value.as_str().into_owned()),
            "error" => self.error = Some(value.as_str().into_owned()),
            name if name.starts_with("log.") => {}
            name => self.rest.push(KeyValue::new(name.strip_prefix("r#").unwrap_or(name), value)),
        }
    }
}

impl Visit for Fields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match i64::try_from(value) {
            Ok(value) => self.push(field, value),
            Err(_) => self.push(field, value.to_string()),
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.push(field, crate::error::chain(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.push(field, format!("{value:?}"));
    }
}
