//! Lines as log records of OpenTelemetry.

use super::{
    Form, Line,
    line::{Trace, Value},
};
use opentelemetry::{
    Context, SpanId, TraceId,
    logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity},
};
use opentelemetry_sdk::logs::{SdkLogger, SdkLoggerProvider};
use std::time::SystemTime;
use tracing::Level;

/// Sends each event as a log record. Its attributes are the event's fields, and what it is about by the names of the trace.
pub(in super::super) struct Records(SdkLogger);

impl Records {
    pub(in super::super) fn new(provider: &SdkLoggerProvider) -> Self {
        Self(provider.logger(env!("CARGO_PKG_NAME")))
    }
}

impl Form for Records {
    fn put(&self, line: &Line<'_>) {
        // What an exporter says of its own work must not become more work.
        if Context::is_current_telemetry_suppressed() {
            return;
        }
        let mut record = self.0.create_log_record();
        let level = *line.metadata.level();
        record.set_timestamp(SystemTime::now());
        record.set_severity_number(severity(level));
        record.set_severity_text(level.as_str());
        record.set_target(line.metadata.target().to_owned());
        if let Some(message) = &line.message {
            record.set_body(message.clone().into());
        }
        for (_, fields) in &line.spans {
            record.add_attributes(fields.rest.iter().map(|(name, value)| (*name, any(value))));
        }
        record.add_attributes(line.fields.iter().map(|(name, value)| (*name, any(value))));
        if let Some(subject) = &line.subject {
            use crate::trace::names::attribute::{CONTROLLER, KEY, PROCESSED_TIMES};
            record.add_attribute(CONTROLLER, subject.controller.clone());
            record.add_attribute(KEY, subject.key.clone());
            record.add_attribute(PROCESSED_TIMES, subject.attempt);
        }
        if let Some((trace, span)) = line.trace.as_ref().and_then(ids) {
            record.set_trace_context(trace, span, None);
        }
        self.0.emit(record);
    }
}

/// The ids of a trace; the line at the end of an attempt stands in no span.
fn ids(trace: &Trace) -> Option<(TraceId, SpanId)> {
    let span = trace.span_id.as_deref().map_or(Ok(SpanId::INVALID), SpanId::from_hex);
    Some((TraceId::from_hex(&trace.trace_id).ok()?, span.ok()?))
}

fn severity(level: Level) -> Severity {
    match level {
        Level::ERROR => Severity::Error,
        Level::WARN => Severity::Warn,
        Level::INFO => Severity::Info,
        Level::DEBUG => Severity::Debug,
        Level::TRACE => Severity::Trace,
    }
}

fn any(value: &Value) -> AnyValue {
    match value {
        Value::Text(text) | Value::Shown(text) => text.clone().into(),
        Value::Int(number) => (*number).into(),
        // What does not fit is told as text, and not as another number.
        Value::Natural(number) => {
            i64::try_from(*number).map_or_else(|_| number.to_string().into(), Into::into)
        }
        Value::Float(number) => (*number).into(),
        Value::Bool(truth) => (*truth).into(),
    }
}
