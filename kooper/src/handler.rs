//! The handler: what `#[controller]` implements, what its methods may take, and what they may return.

use crate::{Context, Hooks, ObjectKey, Spec, error::BoxError, trace::Spans};
use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{self, Poll},
    time::Duration,
};

/// What handles the objects of one resource. `#[controller]` on an `impl` block implements it.
///
/// `on_add` runs for each object that exists: when it is first seen, when it changes, at each resync, and again after a
/// failure. `on_delete` runs once an object is gone. For one key, no two of these run at once.
///
/// # By hand
///
/// The attribute writes nothing that you could not write yourself; [`expansion`](crate::expansion) shows all of it, line by line:
///
/// ```
/// use k8s_openapi::api::core::v1::Pod;
/// use kooper::{Backoff, Context, Handler, Outcome, Queue, Requeue, Retriever, Spec, site, trace::Spans};
/// use std::time::Duration;
///
/// struct PodPrinter;
///
/// static SPANS: Spans =
///     Spans::new(&SPANS, site!("processJob"), site!("handleAddObject"), site!("handleDeleteObject"));
///
/// impl Handler for PodPrinter {
///     type Resource = Pod;
///
///     fn spec() -> Spec {
///         Spec::new(
///             "pod-printer",
///             Retriever::of::<Pod>().resync(Duration::from_secs(180)),
///             Queue::new().retries(3).backoff(Backoff::default()).workers(3),
///         )
///     }
///
///     fn spans() -> &'static Spans {
///         &SPANS
///     }
///
///     async fn on_add(&self, ctx: Context, pod: Pod) -> Outcome {
///         println!("{} is {:?}", ctx.key(), pod.status.and_then(|status| status.phase));
///         Ok(Requeue::none())
///     }
/// }
/// ```
pub trait Handler {
    /// The type of the objects, such as `Pod`: one of `k8s_openapi`, one that derives `kube::CustomResource`, or
    /// [`PartialObjectMeta`](kube::core::PartialObjectMeta) of one for its
    /// [metadata alone](crate::encodings#metadata-alone).
    type Resource: Resource;

    /// Name, retriever and queue of the controller. Every item has a setter on
    /// [`Controller`](crate::Controller) that wins over it.
    fn spec() -> Spec;

    /// The places in your source that the spans of each attempt point at.
    fn spans() -> &'static Spans;

    /// The functions that the controller asks beside the handlers. None unless it is implemented.
    fn hooks() -> Hooks<Self>
    where
        Self: Sized,
    {
        Hooks::new()
    }

    /// Handles an object that exists, in its newest known state.
    fn on_add(&self, ctx: Context, object: Self::Resource) -> impl Future<Output = Outcome> + Send;

    /// Handles the end of an object. Nothing is done unless it is implemented.
    ///
    /// It runs when the object is gone from what the controller watches: deleted, or no longer matched by the
    /// controller's selectors. A deletion that was missed while the connection was down is found by the next list. One
    /// that happened while the program was not running is not seen: keep a finalizer on objects for which that matters.
    fn on_delete(&self, ctx: Context, key: ObjectKey) -> impl Future<Output = Outcome> + Send {
        let _ = (ctx, key);
        async { Ok(Requeue::none()) }
    }

    /// Cleans up for an object that is being deleted, and is kept until this has succeeded.
    ///
    /// It runs where [`Spec::finalizer`] is set. Nothing is done unless it is implemented: the finalizer is removed then.
    fn on_finalize(&self, ctx: Context, object: Self::Resource) -> impl Future<Output = Outcome> + Send {
        let _ = (ctx, object);
        async { Ok(Requeue::none()) }
    }
}

/// A [`Handler`] that can run: shared by the workers, over a resource that can be read.
///
/// Implemented for every handler that is `Send + Sync + 'static`; not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "this value cannot run as a controller",
    label = "not a handler, or not `Send + Sync + 'static`",
    note = "`#[controller(resource = ...)]` on an `impl` block makes a handler of a type: give a value of it, such as `kooper::run(Web)`",
    note = "a `Controller` with settings of its own runs by `controller.run()`; several run beside each other: `tokio::try_join!(kooper::run(Web), kooper::run(Jobs))`",
    note = "every worker calls the handlers on the same value, so it must be `Send + Sync + 'static`"
)]
pub trait Runnable: Handler + Send + Sync + 'static {}
#[diagnostic::do_not_recommend]
impl<H: Handler + Send + Sync + 'static> Runnable for H {}

/// What one run of a handler comes to: done, done for now (a [`Requeue`]), or failed.
pub type Outcome = Result<Requeue, Box<dyn std::error::Error + Send + Sync + 'static>>;

/// Asks for the object to be handled again after a time, though nothing failed.
///
/// It is not a failure: the count of retries is reset, and the object is handled sooner if it changes.
///
/// ```
/// use kooper::Requeue;
/// use std::time::Duration;
///
/// async fn add(ready: bool) -> kooper::Result<Requeue> {
///     if !ready {
///         return Ok(Requeue::after(Duration::from_secs(10)));
///     }
///     Ok(Requeue::none())
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Requeue {
    after: Option<Duration>,
}

impl Requeue {
    /// Again after `delay`, or sooner if the object changes.
    pub const fn after(delay: Duration) -> Self {
        Self { after: Some(delay) }
    }

    /// Not before the object changes, or the next resync.
    pub const fn none() -> Self {
        Self { after: None }
    }

    /// The delay that was asked for.
    pub const fn delay(self) -> Option<Duration> {
        self.after
    }
}

/// A Kubernetes resource that a controller can watch.
///
/// Implemented for the types of `k8s_openapi`, for those that derive `kube::CustomResource`, and for
/// [`PartialObjectMeta`](kube::core::PartialObjectMeta) of each; not to be implemented by hand.
// `kube::Resource` is no supertrait: rustc would tell of it in place of this trait's own message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a Kubernetes resource type",
    label = "not a Kubernetes resource",
    note = "`resource = ...` takes a `k8s_openapi` type such as `Pod`, or a type that derives `kube::CustomResource`, or `PartialObjectMeta` of one",
    note = "a type that implements `kube::Resource` by hand needs `serde::Deserialize` too, and `DynamicType = ()`"
)]
pub trait Resource: Sized + Send + Sync + 'static {
    /// The type itself, with all that is known of it.
    #[doc(hidden)]
    type Object: kube::Resource<DynamicType = (), Scope: 'static> + serde::de::DeserializeOwned + Into<Self>;
}
#[diagnostic::do_not_recommend]
impl<
    R: kube::Resource<DynamicType = (), Scope: 'static> + serde::de::DeserializeOwned + Send + Sync + 'static,
> Resource for R
{
    type Object = R;
}

/// A resource whose objects live in namespaces.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is cluster-scoped: it has no namespace",
    label = "cluster-scoped",
    note = "remove `namespace`"
)]
pub trait Namespaced {}
#[diagnostic::do_not_recommend]
impl<R: kube::Resource<Scope = kube::core::NamespaceResourceScope>> Namespaced for R {}

/// What the first argument of a handler may be.
#[diagnostic::on_unimplemented(
    message = "the context argument of a handler has the wrong type",
    label = "expected `kooper::Context`, found `{Self}`",
    note = "take `ctx: kooper::Context`, or leave it out; `ctx.client()` is the client, `ctx.key()` has name and namespace"
)]
pub trait ContextArg {
    /// The argument.
    fn from_context(ctx: Context) -> Self;
}
#[diagnostic::do_not_recommend]
impl ContextArg for Context {
    fn from_context(ctx: Context) -> Self {
        ctx
    }
}

/// What the object argument of `add` and `finalize` may be: the resource, by value or as an `Arc`.
#[diagnostic::on_unimplemented(
    message = "the object argument of a handler has the wrong type",
    label = "expected `{R}` or `Arc<{R}>`, found `{Self}`",
    note = "`add` and `finalize` are given the object that `resource` names, by value or as an `Arc`"
)]
pub trait ObjectArg<R> {
    /// The argument.
    fn from_object(object: R) -> Self;
}
#[diagnostic::do_not_recommend]
impl<R> ObjectArg<R> for R {
    fn from_object(object: R) -> Self {
        object
    }
}
#[diagnostic::do_not_recommend]
impl<R> ObjectArg<R> for Arc<R> {
    fn from_object(object: R) -> Self {
        Arc::new(object)
    }
}

/// What the key argument of `delete` may be.
#[diagnostic::on_unimplemented(
    message = "the key argument of `delete` has the wrong type",
    label = "expected `kooper::ObjectKey`, found `{Self}`",
    note = "the object is already gone when `delete` runs: `ctx.last_seen()` has its last known state"
)]
pub trait KeyArg {
    /// The argument.
    fn from_key(key: ObjectKey) -> Self;
}
#[diagnostic::do_not_recommend]
impl KeyArg for ObjectKey {
    fn from_key(key: ObjectKey) -> Self {
        key
    }
}

/// What a handler may return.
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    label = "expected `Result<(), E>` or `Result<Requeue, E>`"
)]
pub trait HandlerOutput: Sized {
    /// What it means for the object.
    ///
    /// # Errors
    ///
    /// The handler's own error.
    fn into_outcome(self) -> Outcome;

    /// The same of what a handler will return.
    fn of<F: Future<Output = Self>>(future: F) -> Handled<F, Self> {
        Handled { future, outcome: Self::into_outcome }
    }
}

pin_project_lite::pin_project! {
    /// The outcome of a handler that is still to end.
    // A type of its own, since an `async` block around the handler's future would hold it twice, and rustc has least to prove of this.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Handled<F, T> {
        #[pin]
        future: F,
        // By value, since rustc would tell of an output that is none once more if this were a future of that bound.
        outcome: fn(T) -> Outcome,
    }
}

impl<F: Future<Output = T>, T> Future for Handled<F, T> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        this.future.poll(cx).map(this.outcome)
    }
}

impl<T: HandlerOk, E: HandlerError> HandlerOutput for Result<T, E> {
    fn into_outcome(self) -> Outcome {
        self.map(HandlerOk::into_requeue).map_err(HandlerError::into_boxed)
    }
}

/// What a handler may succeed with.
#[diagnostic::on_unimplemented(
    message = "a handler cannot succeed with `{Self}`",
    label = "expected `Result<(), E>` or `Result<Requeue, E>`",
    note = "return `kooper::Result` and `Ok(())`, or `kooper::Result<Requeue>` and `Ok(Requeue::after(duration))` to have the object handled again"
)]
pub trait HandlerOk {
    /// When the object is to be handled again.
    fn into_requeue(self) -> Requeue;
}
impl HandlerOk for () {
    fn into_requeue(self) -> Requeue {
        Requeue::none()
    }
}
impl HandlerOk for Requeue {
    fn into_requeue(self) -> Requeue {
        self
    }
}

/// What a handler may fail with: whatever converts into `Box<dyn Error + Send + Sync>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error a handler can fail with",
    label = "this error type does not convert into `Box<dyn Error + Send + Sync>`",
    note = "derive it with `thiserror`, or return `kooper::Result`",
    note = "an error in a box must be `Box<dyn Error + Send + Sync>`",
    note = "a `Requeue` is no error: return it as `Ok(..)` of a `Result<Requeue, E>`"
)]
pub trait HandlerError {
    /// The error, boxed.
    fn into_boxed(self) -> Box<dyn std::error::Error + Send + Sync + 'static>;
}
#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> HandlerError for E {
    fn into_boxed(self) -> BoxError {
        self.into()
    }
}
