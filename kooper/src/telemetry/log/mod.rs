//! Log lines: what happened, and where: which object, which attempt, which spans, which trace.

mod json;
mod line;
#[cfg(feature = "otlp")]
pub(super) mod otlp;
#[cfg(test)]
mod tests;
mod text;

pub(super) use json::Json;
pub(super) use line::is_attempt;
use line::{Line, Note, Subject, is_end_of_attempt, is_kooper};
use opentelemetry::trace::TraceContextExt as _;
use std::{
    io::Write,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};
pub(super) use text::Text;
use tracing::{Dispatch, Event, Subscriber, dispatcher::WeakDispatch, span};
use tracing_subscriber::{
    Layer,
    layer::Context,
    registry::{LookupSpan, Scope},
};

/// What becomes of a line.
pub(super) trait Form: Send + Sync + 'static {
    /// Writes it, or sends it off. There is no better place to complain than the one that does not take the line.
    fn put(&self, line: &Line<'_>);
}

/// Where lines of text go, each in one write.
pub(super) struct Out(Mutex<Box<dyn Write + Send>>);

impl Out {
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        Self(Mutex::new(out))
    }

    fn write(&self, line: &str) {
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
    }
}

/// Makes a line of each event.
pub(super) struct Lines {
    forms: Vec<Box<dyn Form>>,
    /// Who knows in which trace a span stands.
    dispatch: OnceLock<WeakDispatch>,
}

impl Lines {
    /// In one layer all forms that are wanted: what it keeps with a span, a second one would find there.
    pub(super) fn new(forms: Vec<Box<dyn Form>>) -> Self {
        Self { forms, dispatch: OnceLock::new() }
    }

    /// The trace and the span of an event, where there is one, whether or not lines show the span.
    fn trace(&self, event: &Event<'_>) -> Option<line::Trace> {
        let context = if event.is_contextual() {
            opentelemetry::Context::current()
        } else {
            let dispatch = self.dispatch.get()?.upgrade()?;
            tracing_opentelemetry::get_otel_context(event.parent()?, &dispatch)?
        };
        let span = context.span();
        let place = span.span_context();
        place.is_valid().then(|| line::Trace::of(place))
    }
}

/// What a line says of a span. Kept with the span.
struct Noted(Arc<Note>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        let _ = self.dispatch.set(dispatch.downgrade());
    }

    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, ctx: Context<'_, S>) {
        let metadata = attributes.metadata();
        let note = if is_attempt(metadata) {
            Note::Attempt(Subject::of(|subject| attributes.record(subject)))
        } else if is_kooper(metadata) {
            return;
        } else {
            Note::span(metadata.name(), |fields| attributes.record(fields))
        };
        if let Some(span) = ctx.span(id) {
            span.extensions_mut().insert(Noted(Arc::new(note)));
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        if let Some(Noted(note)) = span.extensions_mut().get_mut::<Noted>() {
            Arc::make_mut(note).add(|fields| values.record(fields));
        }
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let mut notes = Vec::new();
        for span in ctx.event_scope(event).into_iter().flat_map(Scope::from_root) {
            notes.extend(span.extensions().get::<Noted>().map(|noted| noted.0.clone()));
        }
        let mut line = Line::of(event.metadata(), &notes, |fields| event.record(fields));
        if is_end_of_attempt(event.metadata()) {
            line.take_subject(Subject::of(|subject| event.record(subject)));
        } else {
            line.trace = self.trace(event);
        }
        self.forms.iter().for_each(|form| form.put(&line));
    }
}
