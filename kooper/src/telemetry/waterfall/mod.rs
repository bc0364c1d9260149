//! The terminal waterfall: draws each trace when its root ends.

mod file;
mod picture;
mod scale;
mod terminal;
#[cfg(test)]
mod tests;
mod tree;

use super::sink::{Ended, Sink, Tap};
pub use file::TraceFileError;
use opentelemetry::TraceId;
use opentelemetry_sdk::trace::SpanProcessor;
use picture::draw;
use std::{
    collections::{HashMap, VecDeque},
    fmt,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use terminal::Style;

/// Spans of one trace that are held until its root ends; later ones are left out.
const SPANS_PER_TRACE: usize = 1_000;
/// Spans that are held in all. Beyond them the trace that has waited longest is drawn unfinished.
const SPANS: usize = 20_000;

/// Draws each finished trace as a picture of text:
///
/// ```text
/// default/web-4 · given up · attempt 6 of 6 · traced-pod-controller
/// ––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–> 1.33s
/// [ processJob ✗ ···········································]
/// [ handleAddObject ✗ ······································] 1.33s
/// [ AddFunc ················································] 1.33s
/// | redis: getOrg 11.35ms
///  [·] github: getOrg 76.79ms
///     | redis: getEc2List 15.06ms
///      [···] aws: ensureAWSResources 121.01ms
///           [ aws: getEc2List ···········] 672.93ms
///                                         [········] aws: getALBs 232.75ms
///                         aws: linkSGInALB 158.47ms [·····]
///                             redis: storeResult ✗ 35.25ms []
/// 0.12ms: event=baggage, key=kubernetes.object.key, value=default/web-4
/// 0.13ms: event=process_object, kubernetes.object.key=default/web-4
/// 1.33s: event=error, message=randomly failed
/// 1.33s: event=forget, kubernetes.object.key=default/web-4, message=max number of retries reached after failing, forgetting object key
/// 1.33s: success=false
/// ```
///
/// [`init`](super::init) sets one up for standard output where no exporter is set. This type is for other writers and for
/// providers of your own; it can be cloned, and all clones draw to one place.
///
/// A trace is drawn in one write, on the thread that ended its root. At most 20,000 spans are held; a trace whose root has
/// not ended is drawn as unfinished when that is exceeded, and when telemetry is dropped.
///
/// ```
/// use kooper::telemetry::Waterfall;
/// use opentelemetry_sdk::trace::SdkTracerProvider;
///
/// let waterfall = Waterfall::to(std::io::stderr()).columns(100);
/// let provider = SdkTracerProvider::builder().with_span_processor(waterfall.processor()).build();
/// ```
#[derive(Debug, Clone)]
pub struct Waterfall {
    held: Arc<Held>,
    style: Option<Style>,
}

struct Held {
    traces: Mutex<Traces>,
    out: Mutex<Box<dyn Write + Send>>,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

impl Waterfall {
    /// Draws on standard output: as wide as `COLUMNS` or the terminal says, else 80 columns; in colour on a terminal,
    /// unless `NO_COLOR` is set; in ASCII where `LC_ALL`, `LC_CTYPE` or `LANG` names an encoding other than UTF-8.
    pub fn stdout() -> Self {
        Self { style: None, ..Self::to(std::io::stdout()) }
    }

    /// Draws to any writer: 80 columns, in UTF-8, without colour.
    pub fn to(writer: impl Write + Send + 'static) -> Self {
        let held = Held { traces: Mutex::default(), out: Mutex::new(Box::new(writer)) };
        Self { held: Arc::new(held), style: Some(Style::plain()) }
    }

    /// The width of the pictures in columns, at least 24. Log lines are not cut to it.
    #[must_use]
    pub fn columns(mut self, columns: usize) -> Self {
        self.style = Some(Style { columns: columns.max(24), ..self.style() });
        self
    }

    /// Whether to draw in colour, by ANSI escape sequences.
    #[must_use]
    pub fn color(mut self, color: bool) -> Self {
        self.style = Some(Style { color, ..self.style() });
        self
    }

    /// Whether to draw with the letters of ASCII alone; others are shown escaped.
    #[must_use]
    pub fn ascii(mut self, ascii: bool) -> Self {
        self.style = Some(Style { ascii, ..self.style() });
        self
    }

    /// A span processor for a provider. Give each provider one of its own: it learns the service's name from it.
    pub fn processor(&self) -> impl SpanProcessor + use<> {
        Tap::new(Arc::new(self.clone()))
    }

    fn style(&self) -> Style {
        self.style.unwrap_or_else(Style::stdout)
    }

    /// Pictures of these traces in one write, so that no two ever mix. A reader that has gone is no reason to fail.
    fn show(&self, traces: &[Vec<Ended>]) {
        if traces.is_empty() {
            return;
        }
        let style = self.style();
        let pictures: String = traces.iter().map(|spans| draw(spans, style) + "\n").collect();
        let mut out = self.held.out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = out.write_all(pictures.as_bytes()).and_then(|()| out.flush());
    }
}

impl Sink for Waterfall {
    fn take(&self, ended: Ended) {
        let done = self.held.traces.lock().unwrap_or_else(PoisonError::into_inner).take(ended);
        self.show(&done);
    }

    fn end(&self, _timeout: Duration) -> bool {
        let rest = self.held.traces.lock().unwrap_or_else(PoisonError::into_inner).take_all();
        self.show(&rest);
        true
    }
}

/// A picture of one trace in 100 columns of plain text, for messages.
#[cfg(feature = "testing")]
pub(crate) fn draw_plain(spans: &[Ended]) -> String {
    draw(spans, Style { columns: 100, ..Style::plain() })
}

/// Traces whose root has not ended yet.
#[derive(Default)]
struct Traces {
    spans: HashMap<TraceId, Vec<Ended>>,
    /// The traces in the order in which they came, and maybe some that have been drawn since.
    order: VecDeque<TraceId>,
    held: usize,
}

impl Traces {
    /// Takes a span; returns the traces that are to be drawn now.
    fn take(&mut self, ended: Ended) -> Vec<Vec<Ended>> {
        let trace = ended.span.span_context.trace_id();
        let is_root = ended.is_local_root();
        let spans = self.spans.entry(trace).or_insert_with(|| {
            self.order.push_back(trace);
            Vec::new()
        });
        if is_root || spans.len() < SPANS_PER_TRACE {
            spans.push(ended);
            self.held += 1;
        }
        let mut done = Vec::new();
        if is_root {
            done.extend(self.remove(trace));
        }
        while self.held > SPANS
            && let Some(oldest) = self.order.pop_front()
        {
            done.extend(self.remove(oldest));
        }
        done
    }

    fn remove(&mut self, trace: TraceId) -> Option<Vec<Ended>> {
        let spans = self.spans.remove(&trace)?;
        self.held -= spans.len();
        // Most traces end in about the order in which they came; the rest is swept up when it is the greater part.
        while self.order.front().is_some_and(|oldest| !self.spans.contains_key(oldest)) {
            self.order.pop_front();
        }
        if self.order.len() > 2 * self.spans.len() + 64 {
            self.order.retain(|trace| self.spans.contains_key(trace));
        }
        Some(spans)
    }

    fn take_all(&mut self) -> Vec<Vec<Ended>> {
        let order = std::mem::take(&mut self.order);
        order.into_iter().filter_map(|trace| self.remove(trace)).collect()
    }
}
