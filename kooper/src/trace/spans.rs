//! The static places of a controller's spans and log lines, in the user's own module.
//!
//! Identity of a `tracing` callsite is the address of a static, and a static in a generic function is one for all its
//! types. So each controller owns one static [`Spans`], written by the attribute into the user's module; that is what
//! lets `RUST_LOG=my_app::pods=debug` choose one controller.

use super::names::attribute as name;
use tracing::{Level, Metadata, Span, Value, field::FieldSet};
use tracing_core::{
    Interest,
    callsite::{DefaultCallsite, Identifier},
    metadata::Kind,
};

/// A place in the source: the name of a span and where the attribute, or the handler's `fn`, stands.
///
/// Made by [`site!`](crate::site).
#[derive(Debug, Clone, Copy)]
pub struct Site {
    name: &'static str,
    module: &'static str,
    file: &'static str,
    line: u32,
}

impl Site {
    /// A span's name, its module (which is also its target), file and line.
    pub const fn new(name: &'static str, module: &'static str, file: &'static str, line: u32) -> Self {
        Self { name, module, file, line }
    }

    /// The same place, for a span of another name.
    const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }
}

/// The [`Site`](crate::trace::Site) of a span by its name, at the line where this stands.
#[macro_export]
macro_rules! site {
    ($name:literal) => {
        $crate::trace::Site::new($name, ::core::module_path!(), ::core::file!(), ::core::line!())
    };
}

/// The fields of a root span, in the order of [`Spans::root`]'s values.
pub(super) const ROOT: [&str; 23] = [
    name::KIND,
    name::COMPONENT,
    name::CONTROLLER,
    name::CFG_NAME,
    name::CFG_RESYNC,
    name::CFG_RETRIES,
    name::CFG_WORKERS,
    name::KEY,
    name::NAMESPACE,
    name::NAME,
    name::PROCESSED_TIMES,
    name::RETRY,
    name::OBJECT_KIND,
    name::UID,
    name::RESOURCE_VERSION,
    name::TRIGGER,
    name::QUEUE_WAIT,
    name::COALESCED,
    name::STATUS,
    name::STATUS_DESCRIPTION,
    name::ERROR,
    name::ERROR_TYPE,
    name::OUTCOME,
];

/// The fields of a child span.
pub(super) const CHILD: [&str; 11] = [
    name::KIND,
    name::COMPONENT,
    name::CONTROLLER,
    name::CFG_NAME,
    name::CFG_RESYNC,
    name::CFG_RETRIES,
    name::CFG_WORKERS,
    name::KEY,
    name::STATUS,
    name::STATUS_DESCRIPTION,
    name::ERROR,
];

/// The fields of the one log line of an attempt.
pub(super) const LINE: [&str; 8] =
    ["message", "controller", "key", "attempt", "outcome", "error", "next", "trace_id"];

/// Whether an event is the one line of an attempt, by its fields.
#[cfg(feature = "telemetry")]
pub(crate) fn is_line(metadata: &Metadata<'_>) -> bool {
    metadata.is_event() && metadata.fields().iter().map(|field| field.name()).eq(LINE)
}

/// All callsites of one controller. It must be a `static` that is given to its own constructor:
///
/// ```
/// use kooper::{site, trace::Spans};
///
/// static SPANS: Spans =
///     Spans::new(&SPANS, site!("processJob"), site!("handleAddObject"), site!("handleDeleteObject"));
/// ```
pub struct Spans {
    pub(super) root: Callsite,
    pub(super) add: Callsite,
    pub(super) delete: Callsite,
    pub(super) finalize: Callsite,
    pub(super) good: Callsite,
    pub(super) failed: Callsite,
    pub(super) given_up: Callsite,
}

impl Spans {
    /// The callsites for `this`, which must be the very static that is being made: the place of the controller, of its
    /// `add`, and of its `delete`.
    pub const fn new(this: &'static Self, process_job: Site, add: Site, delete: Site) -> Self {
        Self {
            root: Callsite::new(&this.root, process_job, Level::INFO, &ROOT, Kind::SPAN),
            add: Callsite::new(&this.add, add, Level::INFO, &CHILD, Kind::SPAN),
            delete: Callsite::new(&this.delete, delete, Level::INFO, &CHILD, Kind::SPAN),
            finalize: Callsite::new(
                &this.finalize,
                process_job.named("handleFinalizeObject"),
                Level::INFO,
                &CHILD,
                Kind::SPAN,
            ),
            good: Callsite::new(&this.good, process_job, Level::DEBUG, &LINE, Kind::EVENT),
            failed: Callsite::new(&this.failed, process_job, Level::WARN, &LINE, Kind::EVENT),
            given_up: Callsite::new(&this.given_up, process_job, Level::ERROR, &LINE, Kind::EVENT),
        }
    }
}

impl Spans {
    /// The same, with the place of `finalize`, which else is that of the controller.
    #[must_use]
    pub const fn finalize(self, this: &'static Self, finalize: Site) -> Self {
        Self { finalize: Callsite::new(&this.finalize, finalize, Level::INFO, &CHILD, Kind::SPAN), ..self }
    }
}

impl std::fmt::Debug for Spans {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spans")
            .field("process_job", &self.root.site())
            .field("add", &self.add.site())
            .field("delete", &self.delete.site())
            .field("finalize", &self.finalize.site())
            .finish_non_exhaustive()
    }
}

/// One callsite with its metadata.
pub(super) struct Callsite {
    inner: DefaultCallsite,
    meta: Metadata<'static>,
}

impl Callsite {
    const fn new(
        this: &'static Self,
        site: Site,
        level: Level,
        fields: &'static [&'static str],
        kind: Kind,
    ) -> Self {
        let fields = FieldSet::new(fields, Identifier(&this.inner));
        let (module, file, line) = (Some(site.module), Some(site.file), Some(site.line));
        Self {
            inner: DefaultCallsite::new(&this.meta),
            meta: Metadata::new(site.name, site.module, level, file, line, module, fields, kind),
        }
    }

    /// The place that it was made for.
    fn site(&self) -> Site {
        let (file, line) = (self.meta.file().unwrap_or_default(), self.meta.line().unwrap_or_default());
        Site::new(self.meta.name(), self.meta.target(), file, line)
    }

    /// The name of its span.
    #[cfg(feature = "telemetry")]
    pub(super) fn name(&self) -> &'static str {
        self.meta.name()
    }

    /// Whether anyone listens. Costs a load and a compare where nobody does.
    pub(super) fn is_enabled(&'static self) -> bool {
        if *self.meta.level() > tracing::level_filters::LevelFilter::current() {
            return false;
        }
        let interest: Interest = self.inner.interest();
        !interest.is_never()
            && (interest.is_always()
                || tracing::dispatcher::get_default(|dispatch| dispatch.enabled(&self.meta)))
    }

    /// A span with these values, one for each field. Without a parent it is a root, whatever span is current.
    pub(super) fn span(&'static self, parent: Option<&Span>, values: &[Option<&dyn Value>]) -> Span {
        let values = self.meta.fields().value_set_all(values);
        match parent {
            Some(parent) => Span::child_of(parent, &self.meta, &values),
            None => Span::new_root(&self.meta, &values),
        }
    }

    /// A log line outside of every span, so that it does not become a log of the trace as well.
    pub(super) fn event(&'static self, values: &[Option<&dyn Value>]) {
        let values = self.meta.fields().value_set_all(values);
        tracing::Event::child_of(None, &self.meta, &values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SPANS: Spans =
        Spans::new(&SPANS, site!("processJob"), site!("handleAddObject"), site!("handleDeleteObject"));

    #[test]
    fn each_callsite_has_its_own_metadata_in_the_module_where_it_stands() {
        assert_eq!(SPANS.root.meta.name(), "processJob");
        assert_eq!(SPANS.delete.meta.name(), "handleDeleteObject");
        assert_eq!(SPANS.add.meta.target(), module_path!());
        assert_ne!(SPANS.add.meta.callsite(), SPANS.delete.meta.callsite());
        assert_eq!(SPANS.root.meta.file(), Some(file!()));
    }

    #[test]
    fn with_nobody_listening_no_callsite_is_enabled() {
        assert!(!SPANS.root.is_enabled());
    }
}
