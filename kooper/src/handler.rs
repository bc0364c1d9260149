//! The handler: what `#[controller]` implements, what its methods may take, and what they may return.

use crate::{Context, Error, Hooks, ObjectKey, Spec, error::BoxError, trace::Spans};
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
#[diagnostic::on_unimplemented(
    message = "this value cannot run as a controller",
    label = "not a handler",
    note = "`#[controller(resource = ...)]` on an `impl` block makes a handler of a type: give a value of it, such as `kooper::run(Web)`",
    note = "a `Controller` with settings of its own runs by `controller.run()`; several run beside each other: `tokio::try_join!(kooper::run(Web), kooper::run(Jobs))`"
)]
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
    // `Self: Sync` holds of whatever runs. As a bound here it keeps rustc from telling of state that is not `Sync` in each
    // handler, and once more where it is run.
    fn on_add(&self, ctx: Context, object: Self::Resource) -> impl Future<Output = Outcome> + Send
    where
        Self: Sync;

    /// Handles the end of an object. Nothing is done unless it is implemented.
    ///
    /// It runs when the object is gone from what the controller watches: deleted, or no longer matched by the
    /// controller's selectors. A deletion that was missed while the connection was down is found by the next list. One
    /// that happened while the program was not running is not seen: keep a finalizer on objects for which that matters.
    fn on_delete(&self, ctx: Context, key: ObjectKey) -> impl Future<Output = Outcome> + Send
    where
        Self: Sync,
    {
        let _ = (ctx, key);
        async { Ok(Requeue::none()) }
    }

    /// Cleans up for an object that is being deleted, and is kept until this has succeeded.
    ///
    /// It runs where [`Spec::finalizer`] is set. Nothing is done unless it is implemented: the finalizer is removed then.
    fn on_finalize(&self, ctx: Context, object: Self::Resource) -> impl Future<Output = Outcome> + Send
    where
        Self: Sync,
    {
        let _ = (ctx, object);
        async { Ok(Requeue::none()) }
    }
}

/// A [`Handler`] that can run: shared by the workers, over a resource that can be read.
///
/// Implemented for every handler that is [`Shared`]; not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "this value cannot run as a controller",
    label = "not a handler, or not `Send + Sync + 'static`",
    note = "`#[controller(resource = ...)]` on an `impl` block makes a handler of a type",
    note = "every worker calls the handlers on the same value, so it must be `Send + Sync + 'static`"
)]
pub trait Runnable: Handler + Shared {}
#[diagnostic::do_not_recommend]
impl<H: Handler + Shared> Runnable for H {}

/// What the workers of a controller can share: all that is `Send + Sync + 'static`; not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "the workers cannot share a `{Self}`",
    label = "not `Send + Sync + 'static`",
    note = "every worker calls the handlers on the same value: keep state that changes in a `Mutex` or an atomic, not in a `Cell` or `RefCell`",
    note = "what is shared goes in an `Arc`, not in an `Rc`; a boxed trait is written `Box<dyn Trait + Send + Sync>`; what is borrowed is cloned"
)]
pub trait Shared: Send + Sync + 'static {}
#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> Shared for T {}

/// What one run of a handler comes to: done, done for now (a [`Requeue`]), or failed.
pub type Outcome = Result<Requeue, Error>;

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
/// Implemented for the types of `k8s_openapi`, for those that `derive(kube::CustomResource)` makes, and for
/// [`PartialObjectMeta`](kube::core::PartialObjectMeta) of each; not to be implemented by hand.
///
/// # A kind that is known only at run time
///
/// A controller asks the type, so the kind stands in a static that is set before the controller runs, and a type of your own
/// leads to it:
///
/// ```
/// use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
/// use kooper::{Context, controller};
/// use kube::core::{ApiResource, DynamicObject, DynamicResourceScope};
/// use std::{borrow::Cow, sync::OnceLock};
///
/// static KIND: OnceLock<ApiResource> = OnceLock::new();
///
/// fn known() -> &'static ApiResource {
///     KIND.get().expect("main sets it")
/// }
///
/// #[derive(Clone, serde::Deserialize)]
/// #[serde(transparent)]
/// struct Anything(DynamicObject);
///
/// impl kube::Resource for Anything {
///     type DynamicType = ();
///     type Scope = DynamicResourceScope;
///
///     fn kind(_: &()) -> Cow<'_, str> {
///         known().kind.as_str().into()
///     }
///     fn group(_: &()) -> Cow<'_, str> {
///         known().group.as_str().into()
///     }
///     fn version(_: &()) -> Cow<'_, str> {
///         known().version.as_str().into()
///     }
///     fn plural(_: &()) -> Cow<'_, str> {
///         known().plural.as_str().into()
///     }
///     fn meta(&self) -> &ObjectMeta {
///         &self.0.metadata
///     }
///     fn meta_mut(&mut self) -> &mut ObjectMeta {
///         &mut self.0.metadata
///     }
/// }
///
/// struct Printer;
///
/// #[controller(resource = Anything)]
/// impl Printer {
///     async fn add(&self, ctx: Context, object: Anything) -> kooper::Result {
///         println!("{} has {}", ctx.key(), object.0.data);
///         Ok(())
///     }
/// }
///
/// let gadgets = ApiResource {
///     group: "example.com".into(),
///     version: "v1".into(),
///     api_version: "example.com/v1".into(),
///     kind: "Gadget".into(),
///     plural: "gadgets".into(),
/// };
/// KIND.set(gadgets).expect("it is set once");
/// let _ = kooper::run(Printer);
/// ```
// `kube::Resource` is no supertrait: rustc would tell of it in place of this trait's own message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a Kubernetes resource type",
    label = "not a Kubernetes resource",
    note = "take a `k8s_openapi` type such as `Pod`, or `PartialObjectMeta` of one",
    note = "for a kind of your own derive on the struct of its spec, `SiteSpec`, and take `Site`, which that makes, here and in the handlers: `#[derive(kube::CustomResource, Clone, Debug, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]` and `#[kube(group = \"example.com\", version = \"v1\", kind = \"Site\", namespaced)]`",
    note = "a kind known only at run time is watched with `Controller`, by a type of your own that implements `kube::Resource`; `kooper::Resource` shows how",
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
    note = "take `ctx: kooper::Context`, or leave it out; `ctx.client()` is the client, `ctx.key()` has name and namespace",
    note = "data of your own stands in the controller: `self.data` for `ctx.data`"
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
    note = "`add` and `finalize` are given the object that `resource` names, by value or as an `Arc`; its key is `ctx.key()`"
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
    note = "take `key: kooper::ObjectKey`: the object is already gone when `delete` runs",
    note = "`ctx.last_seen::<R>()` is an `Option` of its last known state, where `R` is the resource"
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
        self.map(HandlerOk::into_requeue).map_err(HandlerError::into_error)
    }
}

/// What a handler may succeed with.
#[diagnostic::on_unimplemented(
    message = "a handler cannot succeed with `{Self}`",
    label = "expected `Result<(), E>` or `Result<Requeue, E>`",
    note = "return `kooper::Result` and `Ok(())`, or `kooper::Result<Requeue>` and `Ok(Requeue::after(duration))` to have the object handled again, `Ok(Requeue::none())` where not",
    note = "what is to be kept is written to the object, by `ctx.client()`"
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
    note = "derive it by `#[derive(Debug, thiserror::Error)]` and `#[error(\"..\")]`, or return `kooper::Result`",
    note = "an error in a box must be `Box<dyn Error + Send + Sync>`",
    note = "a `Requeue` is no error: return it as `Ok(..)` of a `Result<Requeue, E>`"
)]
pub trait HandlerError {
    /// The error.
    fn into_error(self) -> Error;
}
#[diagnostic::do_not_recommend]
impl<E: Into<BoxError> + 'static> HandlerError for E {
    fn into_error(self) -> Error {
        Error::from(self)
    }
}
#[diagnostic::do_not_recommend]
impl HandlerError for Error {
    fn into_error(self) -> Error {
        self
    }
}
