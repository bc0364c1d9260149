//! Hooks: functions of yours, beside the handlers, that a controller asks: what to leave out, and what an error means.

use crate::{Context, Error, Handler, IsSource, MapHook, source::Origin};
use std::{any::type_name, error::Error as StdError, fmt, time::Duration};

/// The functions that a controller asks beside its handlers, typed by the handler `H`.
///
/// The attribute writes them as [`Handler::hooks`]; the setters of [`Controller`](crate::Controller) win over that.
///
/// ```
/// use k8s_openapi::api::core::v1::Pod;
/// use kooper::{Handler, Hooks, controller};
///
/// struct Web;
///
/// #[controller(resource = Pod, filter = Self::is_scheduled)]
/// impl Web {
///     fn is_scheduled(pod: &Pod) -> bool {
///         pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some())
///     }
///
///     async fn add(&self, pod: Pod) -> kooper::Result {
///         println!("{:?} has a node", pod.metadata.name);
///         Ok(())
///     }
/// }
///
/// let _same: Hooks<Web> = Hooks::new().filter(Web::is_scheduled);
/// # let _: Hooks<Web> = Web::hooks();
/// ```
#[must_use = "hooks are asked only by the controller that is given them"]
pub struct Hooks<H: Handler> {
    pub(crate) filter: Option<Hook<Filter<H>>>,
    pub(crate) on_error: Option<Hook<OnFailure<H>>>,
    pub(crate) sources: Vec<Origin<H>>,
}

/// A function with its name, for those who read what a controller is made of.
pub(crate) struct Hook<F: ?Sized> {
    pub(crate) name: &'static str,
    pub(crate) call: Box<F>,
}

type Filter<H> = dyn Fn(&H, &<H as Handler>::Resource) -> bool + Send + Sync;
type OnFailure<H> = dyn Fn(&H, &Error, &Context) -> OnError + Send + Sync;

impl<H: Handler> Default for Hooks<H> {
    fn default() -> Self {
        Self { filter: None, on_error: None, sources: Vec::new() }
    }
}

impl<H: Handler> Hooks<H> {
    /// No hooks.
    pub fn new() -> Self {
        Self::default()
    }

    /// What `add` is not to be given: objects for which `filter`, an `fn(&R) -> bool` or `fn(&self, &R) -> bool`, says `false`.
    /// Nothing is left out unless it is set.
    ///
    /// It is asked on a worker, at each attempt, before any span: where it says `false` there is no trace, no retry and no
    /// finalizer, only a count in the line that tells of the end of the controller. An object that `add` was given once
    /// gets its `delete`, and one that carries the controller's finalizer its `finalize`, whatever the filter says then. A panic in
    /// it fails the attempt as one of `add` does. What the API server can select by labels or fields is better left to it.
    pub fn filter<By>(mut self, filter: impl FilterHook<H, H::Resource, By>) -> Self {
        let name = type_name_of(&filter);
        self.filter =
            Some(Hook { name, call: Box::new(move |handler, object| filter.wants(handler, object)) });
        self
    }

    /// What becomes of an object whose handler fails with an error; it is tried again unless this is set. `on_error` is an `fn(&E) -> OnError` or
    /// `fn(&E, &Context) -> OnError`, and a `&self` may stand before these.
    ///
    /// `E` is the error type of the handlers, or [`kooper::Error`](crate::Error) for all of them. Errors of another type are
    /// tried again; so are panics and timeouts, for which it is not asked. Neither is it for an error that is marked as
    /// [`permanent`](crate::permanent).
    pub fn on_error<By>(mut self, on_error: impl ErrorHook<H, By>) -> Self {
        let name = type_name_of(&on_error);
        let call =
            Box::new(move |handler: &H, error: &Error, ctx: &Context| on_error.decide(handler, error, ctx));
        self.on_error = Some(Hook { name, call });
        self
    }

    /// Also has an object handled when one that it owns is found, changes or goes: its `ownerReferences` name the object with
    /// `controller: true`. May be given several times; nothing is owned unless it is.
    ///
    /// No more than metadata is read of what is owned. The trigger is [`Trigger::Owned`](crate::Trigger::Owned).
    pub fn owns(mut self, source: impl IsSource) -> Self {
        self.sources.push(source.source().owned());
        self
    }

    /// Also has objects handled when one of another kind is found, changes or goes: `map`, an `fn(&R)` or `fn(&self, &R)` that gives
    /// some [`ObjectKey`](crate::ObjectKey)s, says which. May be given several times; nothing else is watched unless it is.
    ///
    /// Those to which the object led before it changed are handled as well. Keys of objects that the controller does not know are
    /// passed over. `map` runs apart from the streams, and for one object never twice at once; where it panics, or the object
    /// cannot be decoded, a warning says so. The trigger is [`Trigger::Related`](crate::Trigger::Related).
    pub fn watches<S: IsSource, By>(mut self, source: S, map: impl MapHook<H, S::Of, By>) -> Self {
        self.sources.push(source.source().mapped(map));
        self
    }
}

fn type_name_of<T>(_: &T) -> &'static str {
    type_name::<T>()
}

impl<H: Handler> fmt::Debug for Hooks<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("filter", &self.filter.as_ref().map(|hook| hook.name))
            .field("on_error", &self.on_error.as_ref().map(|hook| hook.name))
            .field("sources", &self.sources.iter().map(|source| &source.retriever).collect::<Vec<_>>())
            .finish()
    }
}

/// What becomes of an object whose handler failed, as `on_error` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// Tried again after the controller's backoff, while retries are left.
    #[default]
    Retry,
    /// Tried again after this time instead, while retries are left.
    RetryAfter(Duration),
    /// Given up at once, as for a [`permanent`](crate::permanent) error, until it changes.
    GiveUp,
}

/// What can be a filter of the objects `R`.
#[diagnostic::on_unimplemented(
    message = "this is not a filter for `{R}`",
    label = "expected `fn(&{R}) -> bool` or `fn(&self, &{R}) -> bool`",
    note = "it is given the newest state alone, and is not `async`; the `&self` is that of the controller, which keeps what changes in a `Mutex` or an atomic"
)]
pub trait FilterHook<H, R, By>: Send + Sync + 'static {
    /// Whether `add` is to be given the object.
    fn wants(&self, handler: &H, object: &R) -> bool;
}
#[diagnostic::do_not_recommend]
impl<H, R, F: Fn(&R) -> bool + Send + Sync + 'static> FilterHook<H, R, (R,)> for F {
    fn wants(&self, _: &H, object: &R) -> bool {
        self(object)
    }
}
#[diagnostic::do_not_recommend]
impl<H, R, F: Fn(&H, &R) -> bool + Send + Sync + 'static> FilterHook<H, R, (H, R)> for F {
    fn wants(&self, handler: &H, object: &R) -> bool {
        self(handler, object)
    }
}

/// What can decide about errors.
#[diagnostic::on_unimplemented(
    message = "this function cannot decide about errors",
    label = "expected `fn(&kooper::Error, &Context) -> OnError`",
    note = "an `OnError` is `Retry`, `RetryAfter(duration)` or `GiveUp`; `ctx.key()` says of which object",
    note = "in place of `kooper::Error` it may take the error type of the handlers, where that implements `std::error::Error`, as a `String` and an `anyhow::Error` do not",
    note = "it is not `async`; the context may be left out, and the controller's `&self` may be its first parameter"
)]
pub trait ErrorHook<H, By>: Send + Sync + 'static {
    /// What the error means.
    fn decide(&self, handler: &H, error: &Error, ctx: &Context) -> OnError;
}

/// Marks the functions that take every error.
#[doc(hidden)]
#[derive(Debug)]
pub enum Every {}

/// One form that a function about errors may have: for errors of a type, and for every error.
macro_rules! error_hook {
    ($mark:ty, |$this:ident, $handler:ident, $error:ident, $ctx:ident| $call:expr, ($($before:ty)?), ($($after:ty)?)) => {
        #[diagnostic::do_not_recommend]
        impl<H, E: StdError + 'static, F> ErrorHook<H, (E, $mark)> for F
        where
            F: Fn($(&$before,)? &E, $(&$after)?) -> OnError + Send + Sync + 'static,
        {
            fn decide(&self, $handler: &H, error: &Error, $ctx: &Context) -> OnError {
                let $this = self;
                error.downcast_ref::<E>().map(|$error| $call).unwrap_or_default()
            }
        }
        #[diagnostic::do_not_recommend]
        impl<H, F> ErrorHook<H, (Every, $mark)> for F
        where
            F: Fn($(&$before,)? &Error, $(&$after)?) -> OnError + Send + Sync + 'static,
        {
            fn decide(&self, $handler: &H, $error: &Error, $ctx: &Context) -> OnError {
                let $this = self;
                $call
            }
        }
    };
}
error_hook!((), |this, _handler, error, _ctx| this(error), (), ());
error_hook!(fn(Context), |this, _handler, error, ctx| this(error, ctx), (), (Context));
error_hook!([H; 1], |this, handler, error, _ctx| this(handler, error), (H), ());
error_hook!((H, Context), |this, handler, error, ctx| this(handler, error, ctx), (H), (Context));
