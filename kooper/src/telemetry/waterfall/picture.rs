//! The picture of one trace.

use super::{
    scale::{Scale, between, text},
    terminal::{Style, width},
    tree,
};
use crate::telemetry::{
    event,
    sink::{Ended, Service},
};
use opentelemetry::{Value, trace::Status};
use std::sync::Arc;

/// Bars that are drawn of one trace; the rest is a count.
const BARS: usize = 200;
/// Letters of one log line that are shown.
const LINE: usize = 1000;

/// Letters of a label that its duration is worth.
const NEAR: usize = 3;

/// Colours as SGR codes.
mod color {
    pub(super) const TITLE: &str = "1";
    pub(super) const FAINT: &str = "2";
    pub(super) const FAILED: &str = "31";
    pub(super) const GOOD: &str = "32";
    pub(super) const OTHER: &str = "33";
    /// The service of the root, then the others in the order in which they come.
    pub(super) const SERVICES: [&str; 5] = ["36", "34", "35", "33", "32"];
}

/// Draws one trace: what it was about, a ruler, a bar for each span, and the log lines of the root.
///
/// It ends with a line break, and is empty where there is no span.
pub(crate) fn draw(spans: &[Ended], style: Style) -> String {
    let walked = tree::walk(spans);
    let (Some(&top), Some(start), Some(end)) = (
        walked.first(),
        spans.iter().map(|ended| ended.span.start_time).min(),
        spans.iter().map(|ended| ended.span.end_time).max(),
    ) else {
        return String::new();
    };
    let longest = spans.iter().map(|ended| text(between(ended.span.start_time, ended.span.end_time)).len());
    let total = text(between(start, end));
    let margin = "-> ".len() + longest.max().unwrap_or_default().max(total.len());
    let scale = Scale::new(start, end, style.columns.saturating_sub(margin));
    let picture = Picture { style, scale, services: services(&walked) };

    let deleted = walked.iter().any(|ended| ended.span.name == "handleDeleteObject");
    let mut out = picture.title(top, deleted);
    picture.ruler(&mut out);
    for ended in walked.iter().take(BARS) {
        picture.bar(&mut out, ended);
    }
    if walked.len() > BARS {
        let rest = format!("{} {} more spans", picture.glyphs().more, walked.len() - BARS);
        push_line(&mut out, &style.paint(color::FAINT, &rest));
    }
    if top.is_local_root() {
        picture.log(&mut out, top);
    }
    out
}

/// The services of a trace, each once, that of the root first.
fn services(walked: &[&Ended]) -> Vec<Arc<Service>> {
    let mut services: Vec<Arc<Service>> = Vec::new();
    for ended in walked {
        if services.iter().all(|known| known.name != ended.service.name) {
            services.push(Arc::clone(&ended.service));
        }
    }
    services
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

/// The letters that a picture is made of.
struct Glyphs {
    dash: char,
    fill: &'static str,
    failed: &'static str,
    more: &'static str,
    between: &'static str,
}

struct Picture {
    style: Style,
    scale: Scale,
    services: Vec<Arc<Service>>,
}

impl Picture {
    fn glyphs(&self) -> Glyphs {
        if self.style.ascii {
            Glyphs { dash: '-', fill: ".", failed: "x", more: "...", between: "|" }
        } else {
            Glyphs { dash: '–', fill: "·", failed: "✗", more: "…", between: "·" }
        }
    }

    /// What the trace is about: the object, how it went, the attempt, the controller, the trace's id, as far as there
    /// is room for them.
    fn title(&self, top: &Ended, deleted: bool) -> String {
        let say = |name: &str| top.attribute(name).map(Value::as_str).unwrap_or_default();
        let outcome = say("kooper.outcome").replace('_', " ");
        let good = matches!(outcome.as_str(), "done" | "requeued");
        let attempt = match (
            top.attribute("kubernetes.object.total_processed_times"),
            say("controller.cfg.max_retries"),
        ) {
            (Some(Value::I64(attempt)), retries) if *attempt > 1 || !good => match retries.parse::<i64>() {
                Ok(retries) => format!("attempt {attempt} of {}", retries.saturating_add(1)),
                Err(_) => format!("attempt {attempt}"),
            },
            _ => String::new(),
        };
        let key = say("kubernetes.object.key");
        let outcome_color = match outcome.as_str() {
            _ if good => color::GOOD,
            "retried" => color::OTHER,
            _ => color::FAILED,
        };
        let unfinished = if top.is_local_root() { "" } else { "unfinished" };
        let trace = top.span.span_context.trace_id().to_string();
        let name = if key.is_empty() { top.service.name.as_str() } else { &key };
        let parts = [
            (name, color::TITLE),
            (if deleted { "deleted" } else { "" }, color::TITLE),
            (&outcome, outcome_color),
            (unfinished, color::OTHER),
            (&attempt, ""),
            (&say("kooper.controller"), color::FAINT),
            (&trace, color::FAINT),
        ];

        let mut line = String::new();
        let mut used = 0;
        for (part, color) in parts.into_iter().filter(|(part, _)| !part.is_empty()) {
            let part = self.style.clean(part);
            let gap = if used == 0 { String::new() } else { format!(" {} ", self.glyphs().between) };
            if used > 0 && used + gap.chars().count() + width(&part) > self.style.columns {
                continue;
            }
            used += gap.chars().count() + width(&part);
            line.push_str(&self.style.paint(color::FAINT, &gap));
            line.push_str(&self.style.paint(color, &part));
        }
        line.push('\n');
        line
    }

    fn ruler(&self, out: &mut String) {
        let dash = self.glyphs().dash;
        let ruler = self.style.paint(color::FAINT, &format!("{}{dash}>", self.scale.ruler(dash)));
        push_line(out, &format!("{ruler} {}", text(self.scale.total())));
    }

    /// One span: its label inside the bar where it fits, else beside it; the bar is never stretched for its label.
    fn bar(&self, out: &mut String, ended: &Ended) {
        let span = &ended.span;
        let place = self.scale.place(span.start_time, span.end_time);
        let duration = between(span.start_time, span.end_time);
        // That of the root stands beside the ruler.
        let duration =
            if duration == self.scale.total() { String::new() } else { format!(" {}", text(duration)) };
        let label = self.label(ended, usize::MAX);
        let color = self.color(ended);

        let inside = place.len().saturating_sub("[  ]".len());
        let right = self.style.columns.saturating_sub(place.end + 1);
        let left = place.start.saturating_sub(1);
        let [label_width, both] = [width(&label), width(&label) + duration.len()];
        let indent = |columns: usize| " ".repeat(columns);
        let [stroke, label_painted] =
            [self.stroke(place.len()), label.clone()].map(|part| self.style.paint(color, &part));
        let faint = self.style.paint(color::FAINT, &duration);

        let line = if label_width <= inside {
            let fill = self.glyphs().fill.repeat(inside - label_width);
            let bar = self.style.paint(color, &format!("[ {label} {fill}]"));
            format!("{}{bar}{faint}", indent(place.start))
        } else if both <= right {
            format!("{}{stroke} {label_painted}{faint}", indent(place.start))
        } else if both <= left {
            format!("{}{label_painted}{faint} {stroke}", indent(left - both))
        } else if inside + NEAR >= left.max(right) {
            let bar = self.style.paint(color, &format!("[ {} ]", self.label(ended, inside)));
            format!("{}{bar}{faint}", indent(place.start))
        } else if right >= left {
            let label = self.style.paint(color, &self.label(ended, right));
            format!("{}{stroke} {label}", indent(place.start))
        } else {
            let label = self.label(ended, left);
            format!("{}{} {stroke}", indent(left - width(&label)), self.style.paint(color, &label))
        };
        push_line(out, &line);
    }

    /// A bar without a label.
    fn stroke(&self, columns: usize) -> String {
        match columns {
            1 => "|".to_owned(),
            columns => format!("[{}]", self.glyphs().fill.repeat(columns - 2)),
        }
    }

    /// The log lines of the root, each after the time since its start.
    fn log(&self, out: &mut String, root: &Ended) {
        for event in root.span.events.iter() {
            let time = format!("{}:", text(between(root.span.start_time, event.timestamp)));
            let line = event::line(event);
            let line = self.style.clean(&line);
            let color = if event.name == "error" { color::FAILED } else { "" };
            let line = self.style.paint(color, &self.cut(&line, LINE));
            push_line(out, &format!("{} {line}", self.style.paint(color::FAINT, &time)));
        }
    }

    /// What a span is called, in at most `room` columns: it is the name that gives way, not the mark of a failure.
    fn label(&self, ended: &Ended, room: usize) -> String {
        let main = self.services.first().is_none_or(|main| main.name == ended.service.name);
        let service = if main { String::new() } else { format!("{}: ", ended.service.name) };
        let failed = if is_failed(ended) { format!(" {}", self.glyphs().failed) } else { String::new() };
        let name = format!("{service}{}", ended.span.name);
        let name = self.style.clean(&name);
        self.cut(&name, room.saturating_sub(width(&failed))) + &failed
    }

    fn color(&self, ended: &Ended) -> &'static str {
        if is_failed(ended) {
            return color::FAILED;
        }
        let service = self.services.iter().position(|known| known.name == ended.service.name);
        color::SERVICES[service.unwrap_or_default() % color::SERVICES.len()]
    }

    /// The beginning of `text` in at most `room` columns.
    fn cut(&self, text: &str, room: usize) -> String {
        if width(text) <= room {
            return text.to_owned();
        }
        let more = self.glyphs().more;
        let mut out = String::new();
        for char in text.chars() {
            if width(&out) + width(char.encode_utf8(&mut [0; 4])) + more.chars().count() > room {
                break;
            }
            out.push(char);
        }
        out + more
    }
}

fn is_failed(ended: &Ended) -> bool {
    matches!(ended.span.status, Status::Error { .. })
}
