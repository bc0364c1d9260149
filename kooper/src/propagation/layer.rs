//! A layer that writes the current trace into each request.

use super::inject;
use http::Request;
use opentelemetry::{Context, trace::TraceContextExt};
use std::task::{self, Poll};
use tower::{Layer, Service};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// A [`tower::Layer`] that writes the headers of [`propagation`](super) into each request of a client, from the span in
/// which the request is made.
///
/// ```
/// use http::{Request, Response};
/// use kooper::propagation::Propagate;
/// use tower::{Layer, service_fn};
///
/// // Any client that is a tower service of HTTP requests, hyper's or one of your own:
/// let client = service_fn(|request: Request<String>| async move {
///     Ok::<_, std::convert::Infallible>(Response::new(request.headers().len()))
/// });
/// let client = Propagate.layer(client);
/// # let _ = client;
/// ```
///
/// A client of another kind whose headers are those of the crate `http` takes them from
/// [`Context::inject`](crate::Context::inject).
#[derive(Debug, Clone, Copy, Default)]
pub struct Propagate;

impl<S> Layer<S> for Propagate {
    type Service = Propagated<S>;

    fn layer(&self, inner: S) -> Propagated<S> {
        Propagated { inner }
    }
}

/// A client whose requests tell in which trace they are made. Made by [`Propagate`].
#[derive(Debug, Clone)]
pub struct Propagated<S> {
    inner: S,
}

impl<S: Service<Request<B>>, B> Service<Request<B>> for Propagated<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        inject(&current(), request.headers_mut());
        self.inner.call(request)
    }
}

/// The context of OpenTelemetry in which the caller stands: that of its thread, else that of its span, where the layer was
/// told not to activate contexts.
pub(crate) fn current() -> Context {
    let current = Context::current();
    if current.span().span_context().is_valid() {
        return current;
    }
    let of_span = Span::current().context();
    if of_span.span().span_context().is_valid() { of_span } else { current }
}
