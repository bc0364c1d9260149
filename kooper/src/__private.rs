//! What the expansion of `#[controller]` names. Not for use by hand: it changes with any version.

use std::time::Duration as StdDuration;

pub use crate::{
    Backoff, Context, Hooks, ObjectKey, Queue, RateLimit, Retriever, Source, Spec,
    handler::{ContextArg, Handler, HandlerOutput, KeyArg, ObjectArg, Outcome, Resource},
    site,
    trace::{Site, Spans},
};
pub use core::time::Duration;

#[cfg(feature = "testing")]
pub use crate::trace::Attempts;

/// `resync = "never"`
pub const NEVER: Option<StdDuration> = None;

/// A source of `owns` and `watches`. A free function, so that rustc tells of what is no resource in our words.
pub fn source<R: Resource>() -> Source<R> {
    Source::new()
}

/// Lets rustc tell of a constant that is no `Duration` where it stands in the attribute.
pub const fn duration(duration: StdDuration) -> StdDuration {
    duration
}

/// The same for one that is no `RateLimit`.
pub const fn rate_limit(limit: RateLimit) -> RateLimit {
    limit
}

/// Stands for a resource that is missing or wrong, so that the `impl` itself gives no further error.
#[derive(Debug, serde::Deserialize)]
pub enum StandIn {}

impl StandIn {
    /// The object as whatever type the handler takes: which it should be is not known.
    pub fn of_unknown_type<T>(self) -> T {
        match self {}
    }
}

impl kube::Resource for StandIn {
    type DynamicType = ();
    type Scope = kube::core::NamespaceResourceScope;

    fn kind((): &()) -> std::borrow::Cow<'_, str> {
        "StandIn".into()
    }

    fn group((): &()) -> std::borrow::Cow<'_, str> {
        "".into()
    }

    fn version((): &()) -> std::borrow::Cow<'_, str> {
        "".into()
    }

    fn plural((): &()) -> std::borrow::Cow<'_, str> {
        "".into()
    }

    fn meta(&self) -> &kube::core::ObjectMeta {
        match *self {}
    }

    fn meta_mut(&mut self) -> &mut kube::core::ObjectMeta {
        match *self {}
    }
}
