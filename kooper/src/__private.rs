//! It is found at `::kooper`, unless `crate = ..` says where Kooper is.

use crate::{Names, handler::Namespaced};
use std::time::Duration as StdDuration;
use tracing::field::{DebugValue, DisplayValue};

pub use crate::{
    Attempts, Backoff, Context, Hooks, ObjectKey, Queue, RateLimit, Retriever, Source, Spec,
    handler::{ContextArg, Handler, HandlerOutput, KeyArg, ObjectArg, Outcome, Resource},
    site,
    trace::{Site, Spans},
};
pub use core::{future::Future, time::Duration};
pub use tracing::level_filters::LevelFilter;

#[cfg(feature = "testing")]
pub use crate::trace::Traced;

/// `resync = "never"`
pub const NEVER: Option<StdDuration> = None;

/// A source of `owns`, and of a `watches` without its `map`. A free function, so that rustc tells of what is no resource in our words.
pub fn source<R: Resource>() -> Source<R> {
    Source::new()
}

/// The source of `watches`: all objects of the kind, in the controller's namespaces. What each of them leads to, `map` says: an
/// `fn(&R)` or `fn(&self, &R)` that gives some [`ObjectKey`]s.
pub fn mapped<R: Resource>() -> Source<R> {
    source()
}

/// Namespaces of a source, whose kind must have some.
pub fn within<R: Namespaced>(names: impl Names) -> Vec<String> {
    names.into_names()
}

/// What `#[handler(span(..))]` says of the span of one handler; its level and its target are the controller's unless set.
pub const fn span(handler: Site) -> Site {
    handler
}

/// A trait for each type that a constant in the attribute must have, since rustc would tell of a wrong one how to convert it,
/// which an argument does not take.
macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident: $ty:ty, $not:literal, $expected:literal, $fix:literal;)*) => {$(
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $not, label = $expected, note = $fix)]
        pub trait $name {
            fn it(self) -> $ty;
        }
        #[diagnostic::do_not_recommend]
        impl $name for $ty {
            fn it(self) -> $ty {
                self
            }
        }
    )*};
}

constants! {
    /// What a constant that stands for a duration may be.
    IsDuration: StdDuration, "`{Self}` is not a duration", "expected `Duration`, found `{Self}`",
        "give the constant the type `std::time::Duration`, such as `std::time::Duration::from_secs(30)`";
    /// What a constant that stands for a count may be.
    IsCount: u32, "`{Self}` is not a count", "expected `u32`, found `{Self}`", "give the constant the type `u32`";
    /// What a constant that stands for a rate may be.
    IsRate: RateLimit, "`{Self}` is not a rate", "expected `RateLimit`, found `{Self}`",
        "give the constant the type `kooper::RateLimit`, such as `RateLimit::new(10, Duration::from_secs(1))`";
    /// What a constant that stands for a text may be.
    IsText: &'static str, "`{Self}` is not a text", "expected `&str`, found `{Self}`", "give the constant the type `&str`";
}

/// What a constant that stands for a backoff may be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a backoff",
    label = "expected `Duration` or `Backoff`, found `{Self}`",
    note = "give the constant the type `std::time::Duration`, such as `std::time::Duration::from_secs(30)`"
)]
pub trait IsBackoff {
    fn it(self) -> Backoff;
}
#[diagnostic::do_not_recommend]
impl<B: Into<Backoff>> IsBackoff for B {
    fn it(self) -> Backoff {
        self.into()
    }
}

/// Lets rustc tell of a constant that is no `Level` where it stands in the attribute.
pub const fn level(level: tracing::Level) -> LevelFilter {
    LevelFilter::from_level(level)
}

/// Records the fields that `span(fields(..))` asks for, none unless it does, where anyone listens: with `%` by `Display`, with `?`
/// by `Debug`, without either as a `tracing::Value`.
pub fn record(fields: impl FnOnce(&tracing::Span) -> &tracing::Span) {
    let span = tracing::Span::current();
    if !span.is_disabled() {
        fields(&span);
    }
}

/// What a field with `%` may be.
#[diagnostic::on_unimplemented(
    message = "`%` cannot record `{Self}`",
    label = "does not implement `Display`",
    note = "write `?` in place of `%` to record it by its `Debug`"
)]
pub trait ByDisplay {
    fn as_display(&self) -> &dyn std::fmt::Display;
}
#[diagnostic::do_not_recommend]
impl<T: std::fmt::Display> ByDisplay for T {
    fn as_display(&self) -> &dyn std::fmt::Display {
        self
    }
}

/// What a field with `?` may be.
#[diagnostic::on_unimplemented(
    message = "`?` cannot record `{Self}`",
    label = "does not implement `Debug`",
    note = "record a part of it, or derive `Debug`"
)]
pub trait ByDebug {
    fn as_debug(&self) -> &dyn std::fmt::Debug;
}
#[diagnostic::do_not_recommend]
impl<T: std::fmt::Debug> ByDebug for T {
    fn as_debug(&self) -> &dyn std::fmt::Debug {
        self
    }
}

/// What a field without a sigil may be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be recorded as it is",
    label = "not a `tracing::Value`",
    note = "write `%` before it to record it by its `Display`, or `?` by its `Debug`"
)]
pub trait AsItIs {
    fn as_value(&self) -> &dyn tracing::Value;
}
#[diagnostic::do_not_recommend]
impl<T: tracing::Value> AsItIs for T {
    fn as_value(&self) -> &dyn tracing::Value {
        self
    }
}

/// A field with `%`.
pub fn display<T: ByDisplay>(value: &T) -> DisplayValue<&dyn std::fmt::Display> {
    tracing::field::display(value.as_display())
}

/// A field with `?`.
pub fn debug<T: ByDebug>(value: &T) -> DebugValue<&dyn std::fmt::Debug> {
    tracing::field::debug(value.as_debug())
}

/// A field without a sigil.
pub fn plain<T: AsItIs>(value: &T) -> &dyn tracing::Value {
    value.as_value()
}

/// What a handler that is missing or wrong would come to. It holds nothing of the controller, which may not be `Send`.
pub type Pending = std::future::Pending<Outcome>;

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
