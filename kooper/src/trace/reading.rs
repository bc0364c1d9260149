//! The retriever's own traces: one for each list and each watch, with counts, and none for each object.

use super::names::{attribute, reading as name};
use http::HeaderMap;
use std::fmt::Display;
use tracing::{Span, debug_span, field::Empty};

/// The target of the retriever's traces, by which a filter chooses them.
const TARGET: &str = "kooper::retriever";

/// Where a stream reads, for its traces.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) controller: &'a str,
    /// The plural.
    pub(crate) resource: &'a str,
    /// `None` for all.
    pub(crate) namespace: Option<&'a str>,
}

/// The trace of one list, or of one watch. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Reading {
    span: Span,
    counts: Counts,
    encoding: Option<&'static str>,
}

/// What came.
#[derive(Debug, Default)]
struct Counts {
    pages: i64,
    objects: i64,
    changed: i64,
    deleted: i64,
    bookmarks: i64,
}

impl Reading {
    /// Nothing is read.
    pub(crate) fn none() -> Self {
        Self::of(Span::none())
    }

    fn of(span: Span) -> Self {
        Self { span, counts: Counts::default(), encoding: None }
    }

    /// Everything is read, for the first time or again.
    pub(crate) fn list(place: Place<'_>, again: bool) -> Self {
        let span = debug_span!(
            target: TARGET,
            parent: None,
            "listObjects",
            otel.kind = "client",
            otel.status_code = Empty,
            otel.status_description = Empty,
            component = "kooper",
            kooper.controller = place.controller,
            kubernetes.resource = place.resource,
            kubernetes.namespace = place.namespace,
            kooper.relist = again,
            kooper.list.way = Empty,
            kooper.list.pages = Empty,
            kooper.encoding = Empty,
            kubernetes.resource_version = Empty,
            kooper.objects.received = Empty,
            kooper.objects.changed = Empty,
            kooper.objects.deleted = Empty,
            error = Empty,
            error.type = Empty,
        );
        Self::of(span)
    }

    /// Changes are followed from a version.
    pub(crate) fn watch(place: Place<'_>, version: &str) -> Self {
        let span = debug_span!(
            target: TARGET,
            parent: None,
            "watchObjects",
            otel.kind = "client",
            otel.status_code = Empty,
            otel.status_description = Empty,
            component = "kooper",
            kooper.controller = place.controller,
            kubernetes.resource = place.resource,
            kubernetes.namespace = place.namespace,
            kooper.encoding = Empty,
            kubernetes.resource_version = version,
            kooper.objects.received = Empty,
            kooper.objects.changed = Empty,
            kooper.objects.deleted = Empty,
            kooper.watch.bookmarks = Empty,
            error = Empty,
            error.type = Empty,
        );
        Self::of(span)
    }

    /// The list is whole, and the same answer goes on as a watch.
    pub(crate) fn goes_on(&mut self, place: Place<'_>, version: &str) {
        let mut watch = Self::watch(place, version);
        if let Some(encoding) = self.encoding {
            watch.answered(encoding);
        }
        *self = watch;
    }

    /// Tells the API server in which trace it is asked.
    #[cfg_attr(not(feature = "otel"), expect(clippy::unused_self))]
    pub(crate) fn tell(
        &self,
        #[cfg_attr(not(feature = "otel"), expect(unused_variables))] headers: &mut HeaderMap,
    ) {
        #[cfg(feature = "otel")]
        if !self.span.is_disabled() {
            let context = tracing_opentelemetry::OpenTelemetrySpanExt::context(&self.span);
            crate::propagation::inject_trace(&context, headers);
        }
    }

    /// Everything is read in this way: `streaming`, `pages` or `cache`.
    pub(crate) fn way(&self, way: &'static str) {
        self.span.record(name::WAY, way);
    }

    /// An answer has begun.
    pub(crate) fn answered(&mut self, encoding: &'static str) {
        // A list by pages has several.
        if self.encoding.replace(encoding).is_none() {
            self.span.record(name::ENCODING, encoding);
        }
        self.counts.pages += 1;
    }

    /// An object came; whether it made a difference.
    pub(crate) fn object(&mut self, changed: bool) {
        self.counts.objects += 1;
        self.counts.changed += i64::from(changed);
    }

    /// An object went; whether it made a difference.
    pub(crate) fn deletion(&mut self, changed: bool) {
        self.counts.deleted += i64::from(changed);
    }

    /// A bookmark came.
    pub(crate) fn bookmark(&mut self) {
        self.counts.bookmarks += 1;
    }

    /// Everything was read as of a version.
    pub(crate) fn whole(&self, version: &str) {
        self.span.record(attribute::LIST_VERSION, version);
    }

    /// It came to this end.
    pub(crate) fn failed(&self, cause: &'static str, why: &impl Display) {
        if self.span.is_disabled() {
            return;
        }
        self.span.record(attribute::STATUS, "ERROR");
        self.span.record(attribute::STATUS_DESCRIPTION, why.to_string());
        self.span.record(attribute::ERROR, true);
        self.span.record(attribute::ERROR_TYPE, cause);
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        // A field that a span does not have is not recorded.
        let Counts { pages, objects, changed, deleted, bookmarks } = self.counts;
        self.span.record(name::PAGES, pages);
        self.span.record(name::RECEIVED, objects);
        self.span.record(name::CHANGED, changed);
        self.span.record(name::DELETED, deleted);
        self.span.record(name::BOOKMARKS, bookmarks);
    }
}

/// The trace of a round of resync. It ends when it is dropped.
pub(crate) fn resync(controller: &str, objects: usize) -> Span {
    debug_span!(
        target: TARGET,
        parent: None,
        "resync",
        otel.kind = "internal",
        component = "kooper",
        kooper.controller = controller,
        kooper.objects.known = i64::try_from(objects).unwrap_or(i64::MAX),
    )
}
