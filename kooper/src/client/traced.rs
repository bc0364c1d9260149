//! A client span for each call of a handler, below the span in which the call is made.

use super::{Answer, Request, Response, call::Call};
use crate::error::chain;
use std::{
    sync::Arc,
    task::{Context, Poll},
};
use tower::{BoxError, Service};
use tracing::{Instrument, Span, field::Empty};

/// How often the call was made again.
pub(super) const RESENT: &str = "http.request.resend_count";

/// A client whose calls are traced.
#[derive(Clone)]
pub(super) struct Traced<S> {
    inner: S,
    /// Where it is known.
    server: Option<Arc<Server>>,
}

/// The API server, as its spans name it.
#[derive(Debug)]
pub(super) struct Server {
    /// What stands before the path of each request.
    base: String,
    address: String,
    port: i64,
}

impl Server {
    pub(super) fn of(url: &http::Uri) -> Self {
        let default = if url.scheme() == Some(&http::uri::Scheme::HTTP) { 80 } else { 443 };
        Self {
            base: url.to_string().trim_end_matches('/').to_owned(),
            address: url.host().unwrap_or_default().to_owned(),
            port: url.port_u16().unwrap_or(default).into(),
        }
    }
}

impl<S> Traced<S> {
    pub(super) fn new(inner: S, server: Option<Server>) -> Self {
        Self { inner, server: server.map(Arc::new) }
    }
}

impl<S> Service<Request> for Traced<S>
where
    S: Service<Request, Response = Response, Error = BoxError> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = BoxError;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Answer {
        // The client's own task makes the call within the caller's span.
        let span = span(&request, self.server.as_deref());
        #[cfg(feature = "otel")]
        let request = telling(request, &span);
        let answer = span.in_scope(|| self.inner.call(request));
        let told = span.clone();
        let call = async move {
            let answer = answer.await;
            tell(&told, &answer);
            answer
        };
        Box::pin(call.instrument(span))
    }
}

/// The request, telling in which trace it is made.
#[cfg(feature = "otel")]
fn telling(mut request: Request, span: &Span) -> Request {
    if !span.is_disabled() {
        let context = tracing_opentelemetry::OpenTelemetrySpanExt::context(span);
        crate::propagation::inject_trace(&context, request.headers_mut());
    }
    request
}

/// The span of a call. There is none outside of every span: a call that belongs to no attempt is no trace of its own.
fn span(request: &Request, server: Option<&Server>) -> Span {
    if Span::current().is_none() {
        return Span::none();
    }
    let span = tracing::info_span!(
        target: super::TARGET,
        "callApi",
        otel.kind = "client",
        otel.name = Empty,
        otel.status_code = Empty,
        otel.status_description = Empty,
        component = "kooper",
        http.request.method = Empty,
        server.address = Empty,
        server.port = Empty,
        url.full = Empty,
        url.path = Empty,
        k8s.request.verb = Empty,
        k8s.request.resource = Empty,
        k8s.request.subresource = Empty,
        k8s.request.namespace = Empty,
        k8s.request.name = Empty,
        http.response.status_code = Empty,
        http.request.resend_count = Empty,
        error = Empty,
        error.type = Empty,
    );
    if !span.is_disabled() {
        let uri = request.uri();
        let call = Call::read(request.method(), uri.path(), uri.query().unwrap_or_default());
        span.record("otel.name", call.span_name());
        span.record("http.request.method", request.method().as_str());
        if let Some(server) = server {
            span.record("server.address", &server.address);
            span.record("server.port", server.port);
            span.record("url.full", format!("{}{uri}", server.base));
        }
        span.record("url.path", uri.path());
        span.record("k8s.request.verb", call.verb);
        span.record("k8s.request.resource", call.resource());
        span.record("k8s.request.subresource", call.subresource);
        span.record("k8s.request.namespace", call.namespace);
        span.record("k8s.request.name", call.name);
    }
    span
}

/// Tells the span of a call how it ended: an answer of 400 and above is an error of the call, as OpenTelemetry's conventions
/// for HTTP clients have it.
fn tell(span: &Span, answer: &Result<Response, BoxError>) {
    let why = match answer {
        Ok(answer) => {
            let status = answer.status();
            span.record("http.response.status_code", i64::from(status.as_u16()));
            if !status.is_client_error() && !status.is_server_error() {
                return;
            }
            span.record("error.type", status.as_str());
            status.to_string()
        }
        Err(error) => {
            span.record("error.type", "transport");
            chain(&**error)
        }
    };
    span.record("otel.status_code", "ERROR");
    span.record("otel.status_description", why);
    span.record("error", true);
}
