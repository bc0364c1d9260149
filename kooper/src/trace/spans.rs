//! The static places of a controller's spans and log lines, in the user's own module.
//!
//! Identity of a `tracing` callsite is the address of a static, and a static in a generic function is one for all its
//! types. So each controller owns one static [`Spans`], written by the attribute into the user's module; that is what
//! lets `RUST_LOG=my_app::pods=debug` choose one controller.

use super::{
    names::attribute as name,
    site::{OWN, Site},
};
use tracing::{Level, Metadata, Span, Value, field::FieldSet};
use tracing_core::{
    Interest,
    callsite::{DefaultCallsite, Identifier},
    metadata::Kind,
};

/// The fields of a root span, in the order of [`Spans::root`]'s values.
pub(super) const ROOT: [&str; 27] = [
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
    name::LANE,
    name::BACKOFF_START,
    name::BACKOFF_END,
    name::STATUS,
    name::STATUS_DESCRIPTION,
    name::ERROR,
    name::PANIC_PLACE,
    name::ERROR_TYPE,
    name::OUTCOME,
];

/// The fields of a child span.
pub(super) const CHILD: [&str; 12] = [
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
    name::PANIC_PLACE,
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
    /// `add`, and of its `delete`. Unless `span(..)` says otherwise, the spans are INFO and their target is the module.
    pub const fn new(this: &'static Self, process_job: Site, add: Site, delete: Site) -> Self {
        Self {
            root: Callsite::span_at(&this.root, process_job.fields(&[]), &ROOT),
            add: Callsite::span_at(&this.add, add.within(&process_job), &CHILD),
            delete: Callsite::span_at(&this.delete, delete.within(&process_job), &CHILD),
            finalize: Callsite::span_at(
                &this.finalize,
                process_job.name("handleFinalizeObject").fields(&[]),
                &CHILD,
            ),
            good: Callsite::line_at(&this.good, process_job, Some(Level::DEBUG)),
            failed: Callsite::line_at(&this.failed, process_job, process_job.err),
            given_up: Callsite::line_at(&this.given_up, process_job, Some(Level::ERROR)),
        }
    }
}

impl Spans {
    /// The same, with the place of `finalize`, which else is that of the controller.
    #[must_use]
    pub const fn finalize(self, this: &'static Self, finalize: Site) -> Self {
        let finalize = finalize.within(&self.root.site);
        Self { finalize: Callsite::span_at(&this.finalize, finalize, &CHILD), ..self }
    }
}

impl std::fmt::Debug for Spans {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spans")
            .field("process_job", &self.root.site)
            .field("add", &self.add.site)
            .field("delete", &self.delete.site)
            .field("finalize", &self.finalize.site)
            .finish_non_exhaustive()
    }
}

/// One callsite with its metadata.
pub(super) struct Callsite {
    inner: DefaultCallsite,
    meta: Metadata<'static>,
    /// The place that it was made for.
    site: Site,
    /// Whether anyone could listen at all.
    on: bool,
    /// The names of all fields, where some are the user's own.
    names: [&'static str; CHILD.len() + OWN],
}

impl Callsite {
    const fn span_at(this: &'static Self, site: Site, fields: &'static [&'static str]) -> Self {
        Self::new(this, site, site.its_level(), fields, Kind::SPAN)
    }

    const fn line_at(this: &'static Self, site: Site, level: Option<Level>) -> Self {
        Self::new(this, site.fields(&[]), level, &LINE, Kind::EVENT)
    }

    const fn new(
        this: &'static Self,
        site: Site,
        level: Option<Level>,
        fields: &'static [&'static str],
        kind: Kind,
    ) -> Self {
        let mut names = [""; CHILD.len() + OWN];
        let mut all = fields;
        if !site.fields.is_empty() {
            let mut at = 0;
            while at < fields.len() + site.fields.len() {
                names[at] = if at < fields.len() { fields[at] } else { site.fields[at - fields.len()] };
                at += 1;
            }
            // Nothing is read of `this`, which is still being made.
            all = this.names.split_at(at).0;
        }
        let all = FieldSet::new(all, Identifier(&this.inner));
        let (on, level) = match level {
            Some(level) => (true, level),
            None => (false, Level::TRACE),
        };
        let (module, file, line) = (Some(site.module), Some(site.file), Some(site.line));
        Self {
            inner: DefaultCallsite::new(&this.meta),
            meta: Metadata::new(site.name, site.its_target(), level, file, line, module, all, kind),
            site,
            on,
            names,
        }
    }

    /// The name of its span.
    #[cfg(feature = "telemetry")]
    pub(super) fn name(&self) -> &'static str {
        self.meta.name()
    }

    /// Whether anyone listens. Costs a load and a compare where nobody does.
    pub(super) fn is_enabled(&'static self) -> bool {
        if !self.on || *self.meta.level() > tracing::level_filters::LevelFilter::current() {
            return false;
        }
        let interest: Interest = self.inner.interest();
        !interest.is_never()
            && (interest.is_always()
                || tracing::dispatcher::get_default(|dispatch| dispatch.enabled(&self.meta)))
    }

    /// A span with these values, one for each field of the contract. Without a parent it is a root, whatever span is current.
    pub(super) fn span(&'static self, parent: Option<&Span>, values: &[Option<&dyn Value>]) -> Span {
        if self.site.fields.is_empty() {
            return self.with_all(parent, values);
        }
        let mut all: [Option<&dyn Value>; CHILD.len() + OWN] = [None; CHILD.len() + OWN];
        all[..values.len()].copy_from_slice(values);
        self.with_all(parent, &all[..values.len() + self.site.fields.len()])
    }

    fn with_all(&'static self, parent: Option<&Span>, values: &[Option<&dyn Value>]) -> Span {
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

/// Fields that a span has at most.
const MOST: usize = if ROOT.len() > CHILD.len() + OWN { ROOT.len() } else { CHILD.len() + OWN };

/// Records some fields of a span of the contract at once, those from a place on: each record by itself finds the span anew.
pub(super) fn record(span: &Span, from: usize, values: &[Option<&dyn Value>]) {
    let Some(meta) = span.metadata() else { return };
    let mut all: [Option<&dyn Value>; MOST] = [None; MOST];
    all[from..from + values.len()].copy_from_slice(values);
    span.record_all(&meta.fields().value_set_all(&all[..meta.fields().len()]));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site;
    use tracing::level_filters::LevelFilter;

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

    static OWN_FIELDS: Spans = Spans::new(
        &OWN_FIELDS,
        site!("processJob").target("ops").fields(&["unheard"]),
        site!("handleAddObject").level(LevelFilter::OFF),
        site!("handleDeleteObject").level(LevelFilter::DEBUG).fields(&["node", "seen"]),
    );

    #[test]
    fn fields_of_a_users_own_stand_behind_those_of_the_contract() {
        let names: Vec<_> = OWN_FIELDS.delete.meta.fields().iter().map(|field| field.name()).collect();
        assert_eq!(names[..CHILD.len()], CHILD);
        assert_eq!(names[CHILD.len()..], ["node", "seen"]);
        assert_eq!(OWN_FIELDS.root.meta.fields().len(), ROOT.len());
        assert_eq!(OWN_FIELDS.failed.meta.fields().len(), LINE.len());
        assert_eq!(OWN_FIELDS.finalize.meta.fields().len(), CHILD.len());
        assert_eq!(
            (OWN_FIELDS.root.meta.target(), OWN_FIELDS.root.meta.module_path()),
            ("ops", Some(module_path!()))
        );
        assert_eq!((OWN_FIELDS.add.on, OWN_FIELDS.delete.meta.level()), (false, &Level::DEBUG));
    }

    #[test]
    fn no_name_of_the_contract_can_be_a_field_of_a_users_own() {
        for name in ROOT.iter().chain(&CHILD) {
            assert!(kooper_syntax::field::check(name).is_err(), "{name}");
        }
    }

    #[test]
    fn what_is_recorded_of_a_failure_stands_at_the_end_of_both_spans() {
        let failed = [name::STATUS, name::STATUS_DESCRIPTION, name::ERROR, name::PANIC_PLACE];
        assert_eq!(CHILD[CHILD.len() - 4..], failed);
        assert_eq!(ROOT[ROOT.len() - 6..ROOT.len() - 2], failed);
        assert_eq!(ROOT[ROOT.len() - 2..], [name::ERROR_TYPE, name::OUTCOME]);
    }

    #[test]
    fn with_nobody_listening_no_callsite_is_enabled() {
        assert!(!SPANS.root.is_enabled());
    }
}
