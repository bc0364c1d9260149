//! The faked services.

use crate::chance::Chance;
use kooper::Context;
use std::time::Duration;
use tracing::{Instrument as _, Span, field::Empty, info_span};

/// A service, by the name that it has in traces.
#[derive(Clone, Copy)]
pub(crate) struct Service(&'static str);

pub(crate) const REDIS: Service = Service("redis");
pub(crate) const GITHUB: Service = Service("github");
pub(crate) const AWS: Service = Service("aws");

/// What every faked call fails with.
#[derive(Debug)]
pub(crate) struct RandomlyFailed;

impl std::fmt::Display for RandomlyFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("randomly failed")
    }
}

impl std::error::Error for RandomlyFailed {}

/// All services together.
pub(crate) struct Backend {
    chance: Chance,
    speed: f64,
}

impl Backend {
    /// Services that fail by chance, and are faster than real ones by a factor.
    pub(crate) fn new(chance: Chance, speed: f64) -> Self {
        Self { chance, speed }
    }

    /// The calls of one attempt, each a span below the current one.
    pub(crate) fn calls<'a>(&'a self, ctx: &'a Context) -> Calls<'a> {
        Calls { backend: self, ctx, parent: Span::current() }
    }
}

/// The calls of one attempt.
pub(crate) struct Calls<'a> {
    backend: &'a Backend,
    ctx: &'a Context,
    parent: Span,
}

impl Calls<'_> {
    /// Calls an operation that takes so many milliseconds. Its span is returned for calls that belong below it.
    pub(crate) async fn to(
        &self,
        Service(service): Service,
        operation: &'static str,
        millis: u64,
    ) -> Result<Span, RandomlyFailed> {
        let span = info_span!(
            parent: &self.parent,
            "call",
            otel.name = operation,
            otel.service = service,
            otel.status_code = Empty,
            otel.status_description = Empty,
            error = Empty,
        );
        let took = Duration::from_millis(millis).div_f64(self.backend.speed);
        tokio::time::sleep(took).instrument(span.clone()).await;

        let (key, attempt) = (self.ctx.key().as_str(), self.ctx.attempt());
        if self.backend.chance.fails(key, attempt, &format!("{service}/{operation}")) {
            span.record("error", true);
            span.record("otel.status_code", "ERROR");
            span.record("otel.status_description", RandomlyFailed.to_string());
            return Err(RandomlyFailed);
        }
        Ok(span)
    }

    /// The same, below the span of another call. That call is over all the same: its span does not grow.
    pub(crate) fn below(&self, parent: Span) -> Self {
        Self { parent, ..*self }
    }
}
