//! Readable log lines.

use super::plain::escape;
use crate::trace::names::attribute;
use std::{
    fmt::{self, Write as _},
    io::Write,
    sync::{Mutex, PoisonError},
};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};
use tracing_subscriber::{
    Layer,
    fmt::{format::Writer, time::FormatTime as _, time::SystemTime},
    layer::Context,
    registry::{LookupSpan, Scope},
};

/// Whether a span is that of an attempt: the one that says which object it is about.
pub(super) fn is_attempt(metadata: &Metadata<'_>) -> bool {
    metadata.fields().field(attribute::PROCESSED_TIMES).is_some()
}

/// Whether a span is one of Kooper's own. All that it has is in the trace; a line needs only what it is about.
fn is_kooper(metadata: &Metadata<'_>) -> bool {
    metadata.fields().field(attribute::CONTROLLER).is_some()
}

/// Whether an event is the line that Kooper logs itself at the end of an attempt. It stands outside of all spans, or it
/// would be in the trace as well, and so brings with it what it is about.
fn is_end_of_attempt(metadata: &Metadata<'_>) -> bool {
    let has = |name: &&str| metadata.fields().field(name).is_some();
    metadata.is_event() && ["controller", "key", "attempt", "outcome"].iter().all(has)
}

/// Writes each event as a line:
///
/// ```text
/// 2026-04-01T08:15:30.123456Z  WARN my_app::pods default/web #2 getOrg{org=acme}: no answer after=3s
/// ```
///
/// Before the colon stands where it happened: the target, then, inside a handler, the object's key and the attempt, then
/// the spans of the program's own.
pub(super) struct Lines {
    out: Mutex<Box<dyn Write + Send>>,
    color: bool,
}

impl Lines {
    pub(super) fn new(out: Box<dyn Write + Send>, color: bool) -> Self {
        Self { out: Mutex::new(out), color }
    }

    fn line(&self, event: &Event<'_>, place: &str) -> String {
        let level = event.metadata().level();
        let mut line = String::with_capacity(128);
        self.paint(&mut line, "2", |line| {
            // The line is worth having without its time.
            let _ = SystemTime.format_time(&mut Writer::new(line));
        });
        self.paint(&mut line, color(*level), |line| {
            let _ = write!(line, " {level:>5} ");
        });
        self.paint(&mut line, "2", |line| line.push_str(event.metadata().target()));
        line.push_str(place);
        line.push(':');
        let mut fields = Fields { in_place: is_end_of_attempt(event.metadata()), ..Fields::default() };
        event.record(&mut fields);
        if let Some(message) = fields.message {
            line.push(' ');
            line.push_str(&message);
        }
        line.push_str(&fields.rest);
        line.push('\n');
        line
    }

    fn paint(&self, line: &mut String, code: &str, text: impl FnOnce(&mut String)) {
        if !self.color {
            return text(line);
        }
        let _ = write!(line, "\x1b[{code}m");
        text(line);
        line.push_str("\x1b[0m");
    }
}

fn color(level: Level) -> &'static str {
    match level {
        Level::ERROR => "31",
        Level::WARN => "33",
        Level::INFO => "32",
        Level::DEBUG => "34",
        Level::TRACE => "35",
    }
}

/// What a span adds to the place of a line. Kept with the span.
struct Place(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, ctx: Context<'_, S>) {
        let metadata = attributes.metadata();
        let place = if is_attempt(metadata) {
            Subject::of(|subject| attributes.record(subject))
        } else if is_kooper(metadata) {
            return;
        } else {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            format!(" {}{}", metadata.name(), braced(&fields))
        };
        if let Some(span) = ctx.span(id) {
            span.extensions_mut().insert(Place(place));
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id).filter(|span| !is_kooper(span.metadata())) else {
            return;
        };
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(Place(place)) = span.extensions_mut().get_mut::<Place>() {
            place.push_str(&braced(&fields));
        }
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let mut place = String::new();
        if is_end_of_attempt(event.metadata()) {
            place = Subject::of(|subject| event.record(subject));
        }
        for span in ctx.event_scope(event).into_iter().flat_map(Scope::from_root) {
            if let Some(Place(part)) = span.extensions().get::<Place>() {
                place.push_str(part);
            }
        }
        let line = self.line(event, &place);
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // There is no better place to complain than the one that does not take the line.
        let _ = out.write_all(line.as_bytes());
    }
}

fn braced(fields: &Fields) -> String {
    let message = fields.message.as_deref().unwrap_or_default();
    match (message, fields.rest.trim_start()) {
        ("", "") => String::new(),
        ("", rest) => format!("{{{rest}}}"),
        (message, rest) => format!("{{{message} {rest}}}"),
    }
}

/// The object's key and the number of the attempt.
#[derive(Default)]
struct Subject {
    key: String,
    attempt: String,
}

impl Subject {
    /// As it stands in the place of a line.
    fn of(record: impl FnOnce(&mut Self)) -> String {
        let mut subject = Self::default();
        record(&mut subject);
        format!(" {} #{}", subject.key, subject.attempt)
    }
}

impl Visit for Subject {
    fn record_str(&mut self, field: &Field, value: &str) {
        if matches!(field.name(), attribute::KEY | "key") {
            self.key = escape(value, |_| false).into_owned();
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            attribute::KEY | "key" => self.record_str(field, &format!("{value:?}")),
            attribute::PROCESSED_TIMES | "attempt" => self.attempt = format!("{value:?}"),
            _ => {}
        }
    }
}

/// The message, and ` name=value` of each other field.
#[derive(Default)]
struct Fields {
    /// Whether key and attempt stand in the line's place already.
    in_place: bool,
    message: Option<String>,
    rest: String,
}

impl Fields {
    fn push(&mut self, field: &Field, value: &str, quote: bool) {
        let name = field.name();
        if self.in_place && matches!(name, "key" | "attempt") {
            return;
        }
        if name == "message" {
            // Lines after the first are set in, so that none can pass for a line of the log.
            let lines: Vec<_> = value.lines().map(|line| escape(line, |_| false)).collect();
            self.message = Some(lines.join("\n    "));
        } else if !name.starts_with("otel.") && !name.starts_with("log.") {
            let value = if quote && needs_quotes(value) {
                format!("{value:?}")
            } else {
                escape(value, |_| false).into()
            };
            let _ = write!(self.rest, " {}={value}", name.strip_prefix("r#").unwrap_or(name));
        }
    }
}

fn needs_quotes(value: &str) -> bool {
    value.is_empty()
        || value.contains(|char: char| char.is_whitespace() || matches!(char, '"' | '=' | '{' | '}'))
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, value, true);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.push(field, &crate::error::chain(value), true);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.push(field, &format!("{value:?}"), false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::filter::LineFilter;
    use std::sync::Arc;
    use tracing::{Span, debug, info, info_span, warn};
    use tracing_subscriber::{layer::SubscriberExt as _, registry};

    #[derive(Clone, Default)]
    struct Out(Arc<Mutex<Vec<u8>>>);

    impl Write for Out {
        fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("no writer panicked").write(text)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// The lines that `work` logs under a filter, without their times.
    fn lines(filter: &str, work: impl FnOnce()) -> Vec<String> {
        let out = Out::default();
        let layer = Lines::new(Box::new(out.clone()), false);
        let filter = LineFilter::new("logs", Some(filter)).expect("the filter is valid");
        tracing::subscriber::with_default(registry().with(layer.with_filter(filter)), work);
        let text =
            String::from_utf8(out.0.lock().expect("no writer panicked").clone()).expect("lines are text");
        text.lines().map(|line| line.split_once('Z').map_or(line, |(_, line)| line).to_owned()).collect()
    }

    /// The two spans of an attempt, as far as lines look at them.
    fn attempt() -> (Span, Span) {
        let root = info_span!(
            "processJob",
            otel.kind = "consumer",
            kooper.controller = "pods",
            kubernetes.object.key = "default/web",
            kubernetes.object.total_processed_times = 2,
            error = tracing::field::Empty,
        );
        let child = info_span!(parent: &root, "handleAddObject", kooper.controller = "pods", error = true);
        (root, child)
    }

    #[test]
    fn a_line_inside_a_handler_says_its_key_and_attempt() {
        let lines = lines("info", || {
            let (root, child) = attempt();
            let _inside = (root.enter(), child.enter());
            root.record("error", true);
            info!(phase = "Running", "seen");
        });
        assert_eq!(lines, ["  INFO kooper::telemetry::log::tests default/web #2: seen phase=Running"]);
    }

    #[test]
    fn a_stricter_filter_does_not_take_the_key_off_the_line() {
        let lines = lines("warn", || {
            let (root, _) = attempt();
            let _inside = root.enter();
            info!("not wanted");
            warn!("wanted");
        });
        assert_eq!(lines, ["  WARN kooper::telemetry::log::tests default/web #2: wanted"]);
    }

    #[test]
    fn the_programs_own_spans_stand_before_the_colon_with_their_fields() {
        let lines = lines("debug", || {
            let (root, _) = attempt();
            let span = info_span!(parent: &root, "getOrg", otel.service = "redis", org = %"a b", found = tracing::field::Empty);
            let _inside = span.enter();
            span.record("found", 3);
            debug!(why = "it is", empty = "", "asked");
        });
        let line = " DEBUG kooper::telemetry::log::tests default/web #2 getOrg{org=a b}{found=3}: asked why=\"it is\" empty=\"\"";
        assert_eq!(lines, [line]);
    }

    #[test]
    fn koopers_own_line_of_an_attempt_has_the_same_place() {
        let lines = lines("info", || {
            warn!(
                parent: None,
                controller = "pods",
                key = "default/web",
                attempt = 2,
                outcome = "retried",
                error = "randomly failed",
                next = "retry in 5ms, 4 left",
                trace_id = "feed",
                "attempt failed"
            );
        });
        let line = "  WARN kooper::telemetry::log::tests default/web #2: attempt failed controller=pods outcome=retried \
                    error=\"randomly failed\" next=\"retry in 5ms, 4 left\" trace_id=feed";
        assert_eq!(lines, [line]);
    }

    #[test]
    fn no_value_can_pass_for_a_line_or_reach_the_terminal() {
        let lines = lines("info", || info!(name = "a\nb", "first\n2026 ERROR forged\x1b[2J"));
        let first = "  INFO kooper::telemetry::log::tests: first";
        assert_eq!(lines, [first, "    2026 ERROR forged\\u{1b}[2J name=\"a\\nb\""]);
    }

    #[test]
    fn a_filter_by_the_object_chooses_its_lines() {
        let lines = lines("warn,[processJob{kubernetes.object.key=default/web}]=debug", || {
            info!("outside");
            attempt().0.in_scope(|| info!("inside"));
        });
        assert_eq!(lines, ["  INFO kooper::telemetry::log::tests default/web #2: inside"]);
    }
}
