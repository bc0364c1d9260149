//! The outline of a trace: its spans as lines of text, to compare a whole tree with.

use super::{span::RecordedSpan, trace::RecordedTrace};
use std::fmt::Write as _;

/// What stands for other spans that may be there as well.
const OTHERS: &str = "...";
/// The mark of a span that failed.
const FAILED: &str = "✗";

/// A span as a line of an outline says it should be.
#[derive(Debug, Default)]
struct Wanted {
    service: Option<String>,
    name: String,
    failed: bool,
    attributes: Vec<(String, String)>,
    logs: Vec<String>,
    children: Vec<Wanted>,
    /// Whether other children may stand beside these.
    others: bool,
}

impl RecordedTrace {
    /// The spans of this trace as lines: each below the one that called it, two spaces further in, in the order in which
    /// they started. A span that failed has a `✗`, one of another service than the root's its name before it.
    ///
    /// ```text
    /// processJob ✗
    ///   handleAddObject ✗
    ///     redis: getOrg
    ///     aws: ensureAWSResources ✗
    /// ```
    #[must_use]
    pub fn outline(&self) -> String {
        let mut text = String::new();
        write_outline(&mut text, &self.root(), self.root().service(), 0);
        text
    }

    /// Asserts that the whole trace is as an outline says: the same spans at the same places, the same ones failed.
    ///
    /// The outline is what [`outline`](Self::outline) writes, and may say more. Lines may all be indented.
    ///
    /// * `{kooper.outcome=retried, n=3}` after a span: it has these attributes, written so. Others are not looked at.
    /// * `- event=error` below a span: it has a log line with this in it, after those of the lines before.
    /// * `...` among the spans that one calls: others may be there as well.
    ///
    /// ```
    /// use kooper::testing::Traces;
    /// use tracing::{info, info_span};
    ///
    /// let traces = Traces::new();
    /// let _recording = traces.install();
    /// info_span!("processJob", kooper.outcome = "done").in_scope(|| {
    ///     info_span!("handleAddObject").in_scope(|| {
    ///         info!("seen");
    ///         drop(info_span!("getOrg", otel.service = "redis"));
    ///     });
    /// });
    ///
    /// traces.all()[0].assert_outline("
    ///     processJob {kooper.outcome=done}
    ///       handleAddObject
    ///         - event=seen
    ///         redis: getOrg
    /// ");
    /// ```
    ///
    /// # Panics
    ///
    /// When it is not so. The message says what differs, and has the trace's outline and its picture. Also when the text is
    /// no outline.
    #[track_caller]
    pub fn assert_outline(&self, outline: &str) {
        let wanted = parse(outline).unwrap_or_else(|why| panic!("this is no outline: {why}"));
        let root = self.root();
        let mut differences = Vec::new();
        if is(&wanted, &root, root.service()) {
            compare(&wanted, &root, root.service(), &mut differences);
        } else {
            differences.push(format!(
                "the root is `{}`, not `{}`",
                label(&root, root.service()),
                title(&wanted)
            ));
        }
        assert!(
            differences.is_empty(),
            "the trace is not as wanted:\n  {}\nits outline is:\n{}\n{self}",
            differences.join("\n  "),
            self.outline()
        );
    }
}

fn write_outline(text: &mut String, span: &RecordedSpan, service: &str, depth: usize) {
    let failed = if span.error().is_some() { " ✗" } else { "" };
    let _ = writeln!(text, "{:indent$}{}{failed}", "", label(span, service), indent = 2 * depth);
    for child in span.children() {
        write_outline(text, &child, service, depth + 1);
    }
}

/// A span's name, with its service where that is not the root's.
fn label(span: &RecordedSpan, service: &str) -> String {
    if span.service() == service {
        span.name().to_owned()
    } else {
        format!("{}: {}", span.service(), span.name())
    }
}

fn title(wanted: &Wanted) -> String {
    wanted.service.iter().map(|service| format!("{service}: ")).chain([wanted.name.clone()]).collect()
}

/// Whether it is the span that is wanted, as far as its name and service say.
fn is(wanted: &Wanted, span: &RecordedSpan, service: &str) -> bool {
    label(span, service) == title(wanted) || label(span, service) == wanted.name && wanted.service.is_none()
}

fn compare(wanted: &Wanted, span: &RecordedSpan, service: &str, differences: &mut Vec<String>) {
    let name = span.name();
    match (wanted.failed, span.error()) {
        (true, None) => differences.push(format!("`{name}` has not failed")),
        (false, Some(error)) => differences.push(format!("`{name}` has failed: {error}")),
        _ => {}
    }
    for (attribute, value) in &wanted.attributes {
        match span.attr(attribute).value() {
            Some(found) if found.as_str() == value.as_str() => {}
            Some(found) => {
                differences.push(format!("`{name}` has {attribute}={}, not {value}", found.as_str()));
            }
            None => differences.push(format!("`{name}` has no attribute {attribute}")),
        }
    }
    let logs = span.logs();
    let mut rest = logs.iter();
    for log in &wanted.logs {
        if !rest.any(|line| line.contains(log.as_str())) {
            differences.push(format!(
                "`{name}` has no log `{log}` there; its logs are:\n    {}",
                logs.join("\n    ")
            ));
            break;
        }
    }
    let children = span.children();
    let mut found = children.iter().peekable();
    for child in &wanted.children {
        if wanted.others {
            while found.next_if(|span| !is(child, span, service)).is_some() {}
        }
        match found.peek() {
            Some(span) if is(child, span, service) => {
                compare(child, span, service, differences);
                found.next();
            }
            Some(span) => {
                let (found, wanted) = (label(span, service), title(child));
                return differences.push(format!("`{name}` calls `{found}` where `{wanted}` is wanted"));
            }
            None => differences.push(format!("`{name}` does not call `{}`, or not there", title(child))),
        }
    }
    if !wanted.others {
        differences.extend(found.map(|span| format!("`{name}` also calls `{}`", label(span, service))));
    }
}

/// Reads an outline; the error is what is wrong with it.
fn parse(outline: &str) -> Result<Wanted, String> {
    // The spans from the root to the one that was read last, each with its indentation.
    let mut open: Vec<(usize, Wanted)> = Vec::new();
    for line in outline.lines().filter(|line| !line.trim().is_empty()) {
        let text = line.trim();
        let indent = line.len() - line.trim_start().len();
        while open.len() > 1 && open.last().is_some_and(|(other, _)| *other >= indent) {
            close(&mut open);
        }
        if open.last().is_some_and(|(other, _)| *other >= indent) {
            return Err(format!("`{text}` stands beside the root: a trace has one"));
        }
        match (open.last_mut(), text.strip_prefix("- ")) {
            (Some((_, span)), Some(log)) => span.logs.push(log.trim().into()),
            (Some((_, span)), None) if text == OTHERS => span.others = true,
            _ => open.push((indent, span_of(text)?)),
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().map(|(_, root)| root).ok_or_else(|| "it names no span".into())
}

/// The last span is whole: it goes below the one before it.
fn close(open: &mut Vec<(usize, Wanted)>) {
    if let Some((_, whole)) = open.pop()
        && let Some((_, above)) = open.last_mut()
    {
        above.children.push(whole);
    }
}

/// A line such as `redis: getOrg ✗ {n=3}`.
fn span_of(line: &str) -> Result<Wanted, String> {
    let (head, attributes) = match line.strip_suffix('}').and_then(|line| line.split_once('{')) {
        Some((head, attributes)) => (head.trim(), attributes),
        None => (line, ""),
    };
    let (head, failed) = match head.strip_suffix(FAILED) {
        Some(head) => (head.trim(), true),
        None => (head, false),
    };
    let (service, name) = match head.split_once(": ") {
        Some((service, name)) => (Some(service.to_owned()), name),
        None => (None, head),
    };
    let attributes = attributes.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let attributes = attributes.map(|pair| match pair.split_once('=') {
        Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
        None => Err(format!("`{pair}` is no attribute with its value, such as `kooper.outcome=done`")),
    });
    Ok(Wanted {
        service,
        name: name.into(),
        failed,
        attributes: attributes.collect::<Result<_, _>>()?,
        ..Wanted::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::Traces;
    use opentelemetry::trace::Status;
    use tracing::{info, info_span};
    use tracing_opentelemetry::OpenTelemetrySpanExt as _;

    /// `processJob` that failed in a call of another service, with two logs.
    fn recorded() -> Traces {
        let traces = Traces::new();
        let _recording = traces.install();
        let root = info_span!("processJob", kooper.outcome = "retried", n = 3);
        root.set_status(Status::error("wanted"));
        root.in_scope(|| {
            info!("first");
            info!("second");
            info_span!("handleAddObject").in_scope(|| {
                drop(info_span!("getOrg", otel.service = "redis"));
                drop(info_span!("getOrg", otel.service = "github"));
            });
            drop(info_span!("after"));
        });
        drop(root);
        traces
    }

    fn difference(outline: &str) -> String {
        let trace = recorded().all().remove(0);
        let failed = std::panic::catch_unwind(|| trace.assert_outline(outline)).expect_err("it differs");
        let message = failed.downcast_ref::<String>().cloned().expect("a message");
        assert!(
            message.contains("  handleAddObject\n    redis: getOrg\n"),
            "the outline is shown: {message}"
        );
        // The other bars may be too short to hold their names.
        assert!(message.contains("[ processJob ✗ ·"), "the picture is shown: {message}");
        let lines = message.lines().skip(1).take_while(|line| *line != "its outline is:");
        lines.map(str::trim).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn an_outline_is_what_it_reads() {
        let trace = recorded().all().remove(0);
        let outline = trace.outline();
        assert_eq!(
            outline,
            "processJob ✗\n  handleAddObject\n    redis: getOrg\n    github: getOrg\n  after\n"
        );
        trace.assert_outline(&outline);
    }

    #[test]
    fn an_outline_may_say_more_or_leave_out() {
        let trace = recorded().all().remove(0);
        trace.assert_outline(
            "
            processJob ✗ {kooper.outcome=retried, n=3}
                - event=first
                - event=second
                handleAddObject
                    ...
                    github: getOrg
                ...
            ",
        );
        trace.assert_outline("processJob ✗\n  ...");
    }

    #[test]
    fn what_differs_is_said() {
        let rest = "\n  handleAddObject\n    redis: getOrg\n    github: getOrg\n  after";
        assert_eq!(difference("other"), "the root is `processJob`, not `other`");
        assert_eq!(difference(&format!("processJob{rest}")), "`processJob` has failed: wanted");
        let failed = difference(&format!("processJob ✗ {{n=4, m=1}}{rest} ✗"));
        let wanted = "`processJob` has n=3, not 4; `processJob` has no attribute m; `after` has not failed";
        assert_eq!(failed, wanted);
        let logs = difference(&format!("processJob ✗\n  - event=second\n  - event=first{rest}"));
        assert!(logs.starts_with("`processJob` has no log `event=first` there; its logs are:"), "{logs}");
        let tree = "processJob ✗\n  handleAddObject\n    redis: getOrg\n    redis: getOrg\n  after\n  more";
        let wanted = "`handleAddObject` calls `github: getOrg` where `redis: getOrg` is wanted; `processJob` does not call \
                      `more`, or not there";
        assert_eq!(difference(tree), wanted);
        let fewer = difference("processJob ✗\n  handleAddObject\n    redis: getOrg\n    github: getOrg");
        assert_eq!(fewer, "`processJob` also calls `after`");
    }

    #[test]
    #[should_panic(expected = "this is no outline: `b` stands beside the root: a trace has one")]
    fn two_roots_are_no_outline() {
        recorded().all()[0].assert_outline("a\nb");
    }
}
