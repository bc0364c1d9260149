//! Lines for people.

use super::{
    Form, Line, Out,
    line::{Fields, Value},
};
use crate::telemetry::plain::escape;
use std::{
    borrow::Cow,
    fmt::{self, Write as _},
};
use tracing::Level;
use tracing_subscriber::fmt::{format::Writer, time::FormatTime as _, time::SystemTime};

/// Writes each event as a line:
///
/// ```text
/// 2026-04-01T08:15:30.123456Z  WARN my_app::pods default/web #2 getOrg{org=acme}: no answer after=3s controller=pods trace_id=… span_id=…
/// ```
///
/// Before the colon stands where it happened: the target, then, inside a handler, the object's key and the attempt, then
/// the spans of the program's own. At the end stands in which trace.
pub(in super::super) struct Text {
    out: Out,
    color: bool,
}

impl Text {
    pub(in super::super) fn new(out: Out, color: bool) -> Self {
        Self { out, color }
    }

    /// Writes a part of a line in a colour, where there are colours.
    fn paint(
        &self,
        line: &mut String,
        code: &str,
        text: impl FnOnce(&mut String) -> fmt::Result,
    ) -> fmt::Result {
        if !self.color {
            return text(line);
        }
        write!(line, "\x1b[{code}m")?;
        text(line)?;
        line.write_str("\x1b[0m")
    }

    fn write(&self, line: &Line<'_>) -> Result<String, fmt::Error> {
        let mut text = String::with_capacity(192);
        self.paint(&mut text, "2", |text| {
            // The line is worth having without its time.
            let _ = SystemTime.format_time(&mut Writer::new(text));
            Ok(())
        })?;
        let level = *line.metadata.level();
        self.paint(&mut text, color(level), |text| write!(text, " {level:>5} "))?;
        self.paint(&mut text, "2", |text| text.write_str(line.metadata.target()))?;
        if let Some(subject) = &line.subject {
            write!(text, " {} #{}", plain(&subject.key), subject.attempt)?;
        }
        for (name, fields) in &line.spans {
            write!(text, " {name}{}", Braced(fields))?;
        }
        text.push(':');
        if let Some(message) = &line.message {
            // Lines after the first are set in, so that none can pass for a line of the log.
            let lines: Vec<_> = message.lines().map(plain).collect();
            write!(text, " {}", lines.join("\n    "))?;
        }
        line.fields.iter().try_for_each(|field| write!(text, " {}", Pair(field)))?;
        self.paint(&mut text, "2", |text| place(text, line))?;
        text.push('\n');
        Ok(text)
    }
}

impl Form for Text {
    fn put(&self, line: &Line<'_>) {
        let text = self.write(line).expect("a string takes every text");
        self.out.write(&text);
    }
}

/// Which controller, and in which trace.
fn place(text: &mut String, line: &Line<'_>) -> fmt::Result {
    if let Some(subject) = &line.subject {
        write!(text, " controller={}", plain(&subject.controller))?;
    }
    if let Some(trace) = &line.trace {
        write!(text, " trace_id={}", plain(&trace.trace_id))?;
        if let Some(span) = &trace.span_id {
            write!(text, " span_id={span}")?;
        }
    }
    Ok(())
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

fn plain(text: &str) -> Cow<'_, str> {
    escape(text, |_| false)
}

/// The fields of a span in braces; nothing where it has none.
struct Braced<'a>(&'a Fields);

impl fmt::Display for Braced<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.0.message.iter().map(|message| plain(message).into_owned());
        let parts: Vec<_> = message.chain(self.0.rest.iter().map(|field| Pair(field).to_string())).collect();
        if parts.is_empty() { Ok(()) } else { write!(f, "{{{}}}", parts.join(" ")) }
    }
}

/// `name=value`, in quotes where the value's end would not be seen else.
struct Pair<'a>(&'a (&'static str, Value));

impl fmt::Display for Pair<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value) = self.0;
        match value {
            Value::Text(text) if needs_quotes(text) => write!(f, "{name}={text:?}"),
            value => write!(f, "{name}={}", plain(&value.to_string())),
        }
    }
}

fn needs_quotes(value: &str) -> bool {
    value.is_empty()
        || value.contains(|char: char| char.is_whitespace() || matches!(char, '"' | '=' | '{' | '}'))
}
