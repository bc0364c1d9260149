//! Calls that the server refused for the moment, made again.

use super::{Request, Response, traced::RESENT};
use kube::client::retry::RetryPolicy;
use tokio::time::Sleep;
use tower::{BoxError, retry::Policy};
use tracing::Span;

/// kube's own policy (429, 503 and 504; up to 15 times, with a growing delay or that of `Retry-After`), which tells the span
/// of the call how often.
#[derive(Clone)]
pub(super) struct Retries {
    policy: RetryPolicy,
    count: i64,
}

impl Default for Retries {
    fn default() -> Self {
        Self { policy: RetryPolicy::server_retry(), count: 0 }
    }
}

impl Policy<Request, Response, BoxError> for Retries {
    type Future = Sleep;

    fn retry(&mut self, request: &mut Request, result: &mut Result<Response, BoxError>) -> Option<Sleep> {
        let wait = self.policy.retry(request, result)?;
        self.count += 1;
        Span::current().record(RESENT, self.count);
        Some(wait)
    }

    fn clone_request(&mut self, request: &Request) -> Option<Request> {
        Policy::<Request, Response, BoxError>::clone_request(&mut self.policy, request)
    }
}
