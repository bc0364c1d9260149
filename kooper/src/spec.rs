//! What a controller is: all that the attribute can set, as values that run-time setters can change.

use crate::{
    Attempts, ConfigError,
    attempts::{Each, InForce},
    queue::Queue,
    retriever::Retriever,
};
use kooper_syntax::name::{check_finalizer, is_dns_label};
use std::time::Duration;

/// How long running handlers may take at shutdown, unless set.
const DRAIN: Duration = Duration::from_secs(30);

/// Name, [`Retriever`], [`Queue`] and limits of one controller. `println!("{}", controller.spec())` shows all of it as a table.
///
/// The attribute writes one; [`Controller`](crate::Controller)'s setters change it before it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    pub(crate) name: String,
    pub(crate) retriever: Retriever,
    pub(crate) queue: Queue,
    pub(crate) timeout: Option<Duration>,
    pub(crate) finalizer: Option<String>,
    pub(crate) shutdown: Duration,
    /// Whether an attempt stands in the trace that its object's annotation names.
    pub(crate) trace_parent: bool,
    pub(crate) attempts: Each,
}

/// What a setter of an interval takes: a [`Duration`], or an `Option` of one, where `None` is for none at all.
///
/// The texts of the attribute, such as `"30s"`, are checked when a program is compiled, so setters don't take them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a duration",
    label = "expected a `Duration` or `None`",
    note = "write it as `std::time::Duration::from_secs(30)`; texts such as `\"30s\"` are for the attribute"
)]
pub trait MaybeDuration: Into<Option<Duration>> {}
#[diagnostic::do_not_recommend]
impl<T: Into<Option<Duration>>> MaybeDuration for T {}

/// What a setter of a text takes: a `&str` or a `String`, or an `Option<&str>`, where `None` is for none at all.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a text",
    label = "expected a `&str`, a `String` or `None`",
    note = "selectors are written as for `kubectl get`, such as `\"app=web\"`"
)]
pub trait MaybeText {
    /// The text, if there is one.
    fn into_text(self) -> Option<String>;
}

impl MaybeText for &str {
    fn into_text(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl MaybeText for String {
    fn into_text(self) -> Option<String> {
        Some(self)
    }
}

impl MaybeText for &String {
    fn into_text(self) -> Option<String> {
        Some(self.clone())
    }
}

impl MaybeText for Option<&str> {
    fn into_text(self) -> Option<String> {
        self.map(str::to_owned)
    }
}

impl Spec {
    /// A controller by name, with what it retrieves and how it queues; a handler may take as long as it wants.
    ///
    /// The name is a DNS label, which stands in traces and log lines. Unless its argument is given, the attribute writes the
    /// name of the type, in kebab-case.
    pub fn new(name: impl Into<String>, retriever: Retriever, queue: Queue) -> Self {
        Self {
            name: name.into(),
            retriever,
            queue,
            timeout: None,
            finalizer: None,
            shutdown: DRAIN,
            trace_parent: false,
            attempts: Each::default(),
        }
    }

    /// How long one attempt of one handler may take; `None`, the default, is without limit.
    ///
    /// An attempt that takes longer is dropped at its next `.await` and counts as a failure.
    #[must_use]
    pub fn timeout(mut self, timeout: impl MaybeDuration) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// The finalizer that objects carry from before their first `add` until their `finalize` has succeeded; `None`, the
    /// default, for none. A qualified name, such as `example.com/cleanup`.
    ///
    /// The program needs the permission to `patch` the resource.
    #[must_use]
    pub fn finalizer(mut self, finalizer: impl MaybeText) -> Self {
        self.finalizer = finalizer.into_text();
        self
    }

    /// How long running handlers may take once the controller shuts down; 30 s unless set.
    ///
    /// 5 s before its end (half of it, where it is under 10 s) [`Context::cancellation`](crate::Context::cancellation) fires; at its end
    /// what still runs is dropped. Keep it below the pod's `terminationGracePeriodSeconds`.
    #[must_use]
    pub fn shutdown(mut self, limit: Duration) -> Self {
        self.shutdown = limit;
        self
    }

    /// How `add` is tried, where that is not as the controller says.
    #[must_use]
    pub fn add_attempts(mut self, attempts: Attempts) -> Self {
        self.attempts.add = attempts;
        self
    }

    /// How `delete` is tried, where that is not as the controller says.
    #[must_use]
    pub fn delete_attempts(mut self, attempts: Attempts) -> Self {
        self.attempts.delete = attempts;
        self
    }

    /// How `finalize` is tried, where that is not as the controller says.
    #[must_use]
    pub fn finalize_attempts(mut self, attempts: Attempts) -> Self {
        self.attempts.finalize = attempts;
        self
    }

    /// What is in force for a handler.
    pub(crate) fn in_force(&self, attempts: &Attempts) -> InForce {
        InForce::of(attempts, &self.queue, self.timeout)
    }

    /// The controller's name: in traces, in log lines and later in metrics.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether everything in it can work.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if !is_dns_label(&self.name) {
            return Err(ConfigError::Name { what: "controller name", value: self.name.clone() });
        }
        if self.timeout.is_some_and(|timeout| timeout.is_zero()) {
            return Err(ConfigError::Range {
                setting: "timeout",
                problem: "must be longer than zero".into(),
            });
        }
        if let Some(finalizer) = &self.finalizer
            && let Err(problem) = check_finalizer(finalizer)
        {
            return Err(ConfigError::Range { setting: "finalizer", problem });
        }
        if let (Some(debounce), Some(resync)) = (self.queue.debounce, self.retriever.resync)
            && debounce >= resync
        {
            let problem = format!("({debounce:?}) must be shorter than `resync` ({resync:?})");
            return Err(ConfigError::Range { setting: "debounce", problem });
        }
        for (_, attempts) in self.attempts.named() {
            attempts.check()?;
        }
        self.retriever.check()?;
        self.queue.check()
    }
}
