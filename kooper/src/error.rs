//! Errors: the one that programs and handlers use, and the mark of a failure that no retry can mend.

use std::{error::Error as StdError, fmt};

/// An error of any kind, for `main` and for handlers: `?` takes every error type, an `anyhow::Error` and a text among them.
///
/// `Display` is the message alone. `Debug` is what a program prints when `main` returns the error: the message,
/// what caused it, and what to do next where Kooper knows it. It therefore does not implement
/// [`std::error::Error`] itself (as `anyhow::Error` does not), but `?` makes a `Box<dyn Error>` of it, or an `anyhow::Error`;
/// for a `Box<dyn Error + Send + Sync>` there is [`into_boxed`](Self::into_boxed).
///
/// ```
/// fn port(text: &str) -> kooper::Result<u16> {
///     if text.is_empty() {
///         return Err("there is no port".into());
///     }
///     Ok(text.parse()?)
/// }
///
/// let error = port("eighty").unwrap_err();
/// assert_eq!(error.to_string(), "invalid digit found in string");
/// assert_eq!(error.kind(), kooper::ErrorKind::Other);
/// assert_eq!(port("").unwrap_err().to_string(), "there is no port");
/// ```
pub struct Error {
    source: BoxError,
}

/// Any error that can cross threads.
pub(crate) type BoxError = Box<dyn StdError + Send + Sync + 'static>;

/// The result of programs and handlers: `Result<(), kooper::Error>` unless other types are named.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// What an [`Error`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration can never work as it is: a [`ConfigError`].
    Config,
    /// The API server could not be read in time: a [`StartError`].
    Start,
    /// Marked by [`permanent`]: no retry can mend it.
    Permanent,
    /// The drain deadline passed while handlers were running: a [`DrainError`].
    Drain,
    /// Any other error.
    Other,
}

impl Error {
    /// An error from a message, as `Error::from` makes one of a text.
    pub fn msg(message: impl Into<String>) -> Self {
        message.into().into()
    }

    /// The error that it holds, for what takes a boxed one.
    // No `From`: what converts into that box is what this is made of, and it cannot be made of itself.
    pub fn into_boxed(self) -> Box<dyn StdError + Send + Sync> {
        self.source
    }

    pub(crate) fn held(&self) -> &(dyn StdError + 'static) {
        &*self.source
    }

    /// What the error is about.
    pub fn kind(&self) -> ErrorKind {
        let error = &*self.source;
        if error.is::<ConfigError>() {
            ErrorKind::Config
        } else if error.is::<StartError>() {
            ErrorKind::Start
        } else if error.is::<DrainError>() {
            ErrorKind::Drain
        } else if is_permanent(error) {
            ErrorKind::Permanent
        } else {
            ErrorKind::Other
        }
    }

    /// The error as the type that it was made from, if it is `E`.
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        self.source.downcast_ref()
    }

    /// The error that caused this one.
    pub fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.source()
    }

    /// What a person can do about it, where Kooper knows it.
    pub fn next_step(&self) -> Option<&str> {
        if let Some(error) = self.downcast_ref::<ConfigError>() {
            return Some(error.next_step());
        }
        if let Some(DrainError { deadline: Some(_), .. }) = self.downcast_ref() {
            return Some("end handlers when `ctx.cancellation()` fires, or give them longer by `shutdown`");
        }
        self.downcast_ref::<StartError>().map(|error| error.next_step.as_str())
    }
}

/// What `?` and `.into()` make an [`Error`] of: every error that can cross threads, boxed or not, an `anyhow::Error`, and a text.
///
/// Implemented for whatever converts into `Box<dyn Error + Send + Sync>` and borrows nothing; not to be implemented by hand. Of an
/// `anyhow::Error` that is what it holds, so that [`downcast_ref`](Error::downcast_ref) finds it, with the feature `anyhow`, which is on unless
/// switched off.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not become a `kooper::Error`",
    label = "not an error that is `Send + Sync + 'static`: derive it by `#[derive(Debug, thiserror::Error)]` and `#[error(\"..\")]`"
)]
pub trait IntoError: Into<BoxError> + 'static {}
#[diagnostic::do_not_recommend]
impl<E: Into<BoxError> + 'static> IntoError for E {}

impl<E: IntoError> From<E> for Error {
    fn from(error: E) -> Self {
        Self { source: boxed(error) }
    }
}

#[cfg(not(feature = "anyhow"))]
fn boxed(error: impl IntoError) -> BoxError {
    error.into()
}

/// As `into`, but what an `anyhow::Error` holds, which hides its type otherwise, and with it the mark of [`permanent`].
#[cfg(feature = "anyhow")]
fn boxed<E: IntoError>(error: E) -> BoxError {
    let mut error = Some(error);
    let any = (&mut error as &mut dyn std::any::Any).downcast_mut::<Option<anyhow::Error>>();
    match any.and_then(Option::take) {
        // It may hold a box, as that of an `Error` does.
        Some(of_anyhow) => of_anyhow
            .downcast::<BoxError>()
            .unwrap_or_else(anyhow::Error::reallocate_into_boxed_dyn_error_without_backtrace),
        None => error.expect("only an `anyhow::Error` was taken").into(),
    }
}

impl From<Error> for Box<dyn StdError> {
    fn from(error: Error) -> Self {
        error.source
    }
}

/// So that `?` takes it where a program returns `anyhow::Result`. What to do next is not printed then.
#[cfg(feature = "anyhow")]
impl From<Error> for anyhow::Error {
    fn from(error: Error) -> Self {
        Self::from_boxed(error.source)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.source, f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        let mut said = self.source.to_string();
        let mut source = self.source.source();
        while let Some(error) = source {
            let text = error.to_string();
            // Many errors repeat their source in their own message.
            if !said.contains(&text) {
                write!(f, "\n  caused by: {text}")?;
                said = text;
            }
            source = error.source();
        }
        match self.next_step() {
            Some(step) => write!(f, "\n  what to do: {step}"),
            None => Ok(()),
        }
    }
}

/// The message of `error` and of what caused it, in one line: `outer: inner: innermost`.
///
/// A message that already holds its source's text is not followed by it again.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut line = error.to_string();
    let mut last = line.clone();
    for error in sources(error) {
        let text = error.to_string();
        if !last.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
            last = text;
        }
    }
    line
}

/// A failure that no retry can mend, made by [`permanent`].
///
/// It is an ordinary error type, so that it goes through `?` into whatever a handler returns. Kooper finds the mark
/// anywhere in the chain of sources.
#[derive(Debug)]
pub struct Permanent(BoxError);

impl fmt::Display for Permanent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for Permanent {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

/// Marks a failure as one that no retry can mend: the object is left alone until it changes.
///
/// Takes an error or a message. The attempt's outcome is `permanent` and its trace says so.
///
/// ```
/// async fn add(pod: &str) -> kooper::Result {
///     if pod.is_empty() {
///         return Err(kooper::permanent("the pod has no name").into());
///     }
///     Ok(())
/// }
/// ```
pub fn permanent(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Permanent {
    Permanent(error.into())
}

/// Whether the mark of [`permanent`] stands anywhere in the chain of `error`.
pub(crate) fn is_permanent(error: &(dyn StdError + 'static)) -> bool {
    error.is::<Permanent>() || sources(error).any(<dyn StdError>::is::<Permanent>)
}

/// What caused an error, what caused that, and so on: no more than 64, since an error may name itself as its source.
fn sources<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&error| error.source()).take(64)
}

/// A configuration that can never work as it is. [`run`](crate::run) returns it at once.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// There is neither a kubeconfig that can be used nor a service account of a pod.
    #[error("no way to reach a cluster: {reason}")]
    NoCluster {
        /// Why each of the ways was of no use.
        reason: String,
    },
    /// A TLS key, a proxy or a credential of the configuration is of no use.
    #[error("the cluster's configuration cannot be used: {0}")]
    Client(#[source] Box<kube::Error>),
    /// A label or field selector that the API server would refuse.
    #[error("`{selector}` is not a {kind} selector: {reason}")]
    Selector {
        /// `label` or `field`.
        kind: &'static str,
        /// The selector as it was given.
        selector: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A name that is no DNS label.
    #[error(
        "`{value}` cannot be a {what}: it must be lower-case letters, digits and `-`, at most 63 characters"
    )]
    Name {
        /// What the name is of: `controller name` or `namespace`.
        what: &'static str,
        /// The name as it was given.
        value: String,
    },
    /// A number or duration out of its range.
    #[error("`{setting}` {problem}")]
    Range {
        /// The name of the setting.
        setting: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A namespace for a resource that has none.
    #[error("`{kind}` is cluster-scoped: it has no namespace")]
    ClusterScoped {
        /// The kind of the resource.
        kind: String,
    },
}

impl ConfigError {
    /// What a person can do about it.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::NoCluster { .. } => {
                "check `kubectl cluster-info`; set KUBECONFIG to a kubeconfig that exists, or run in a pod with a service account"
            }
            Self::Client(_) => "check the user and cluster entries of the kubeconfig's current context",
            Self::Selector { kind: "label", .. } => {
                "write it as `kubectl get -l` takes it: `app=web,tier in (a,b),!legacy`"
            }
            Self::Selector { .. } => {
                "write it as `kubectl get --field-selector` takes it: `status.phase=Running`"
            }
            Self::Name { .. } => "give a name such as `pod-printer`",
            Self::Range { .. } => "give a value in the range, or leave it out to use the default",
            Self::ClusterScoped { .. } => "remove `namespace`",
        }
    }
}

/// The API server could not be read before `start_timeout` passed.
#[derive(Debug, thiserror::Error)]
#[error("{resource} could not be listed within {within:?}: {reason}")]
pub struct StartError {
    /// The resource, such as `pods`.
    pub(crate) resource: String,
    /// The time that was given.
    pub(crate) within: std::time::Duration,
    /// What the server said last.
    pub(crate) reason: String,
    /// What a person can do about it.
    pub(crate) next_step: String,
}

/// Handlers were still running when the drain deadline passed, or a second signal came, and were aborted.
#[derive(Debug, thiserror::Error)]
#[error("{} aborted {}", handlers(*aborted), end(*deadline))]
pub struct DrainError {
    /// How many.
    pub(crate) aborted: usize,
    /// The time that they had; `None` if a signal ended it.
    pub(crate) deadline: Option<std::time::Duration>,
}

fn handlers(count: usize) -> String {
    if count == 1 { "1 running handler was".into() } else { format!("{count} running handlers were") }
}

fn end(deadline: Option<std::time::Duration>) -> String {
    deadline.map_or("by a second signal".into(), |time| format!("at the drain deadline of {time:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] Permanent);

    #[test]
    fn the_mark_of_a_permanent_failure_is_found_below_other_errors() {
        let error = Error::from(Outer(permanent("no such bucket")));
        assert_eq!(error.kind(), ErrorKind::Permanent);
        assert_eq!(Error::msg("again").kind(), ErrorKind::Other);
    }

    #[test]
    fn texts_boxes_and_errors_become_one_and_leave_it_again() {
        assert_eq!(Error::from("no spec").to_string(), "no spec");
        assert_eq!(Error::from("no spec".to_owned()).into_boxed().to_string(), "no spec");
        let boxed: BoxError = permanent("no such bucket").into();
        assert_eq!(Error::from(boxed).kind(), ErrorKind::Permanent);
        let boxed: Box<dyn StdError> = Error::from(permanent("no such bucket")).into();
        assert!(boxed.is::<Permanent>());
    }

    #[test]
    #[cfg(feature = "anyhow")]
    fn what_anyhow_holds_is_found_on_both_sides() {
        let of_anyhow = anyhow::Error::from(permanent("no such bucket"));
        let error = Error::from(of_anyhow);
        assert_eq!(error.kind(), ErrorKind::Permanent);
        let again = Error::from(anyhow::Error::from(error));
        assert_eq!((again.kind(), again.to_string().as_str()), (ErrorKind::Permanent, "no such bucket"));
        let within = anyhow::Error::from(again).context("while cleaning up");
        assert_eq!(Error::from(within).kind(), ErrorKind::Permanent);
    }

    #[test]
    fn the_chain_names_every_cause_once() {
        let error = Outer(permanent(std::io::Error::other("disk full")));
        assert_eq!(chain(&error), "outer: disk full");
    }

    #[test]
    fn an_aborted_drain_says_how_many_handlers_and_what_ended_it() {
        let says = |aborted, deadline| DrainError { aborted, deadline }.to_string();
        assert_eq!(says(1, None), "1 running handler was aborted by a second signal");
        let deadline = std::time::Duration::from_secs(30);
        assert_eq!(says(2, Some(deadline)), "2 running handlers were aborted at the drain deadline of 30s");
    }

    #[test]
    fn debug_is_the_message_the_causes_and_the_next_step() {
        let error = Error::from(ConfigError::Name { what: "namespace", value: "Prod".into() });
        let text = format!("{error:?}");
        assert!(text.starts_with("`Prod` cannot be a namespace"), "{text}");
        assert!(text.contains("\n  what to do: give a name"), "{text}");
    }
}
