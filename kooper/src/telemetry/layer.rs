//! The bridge from `tracing` to OpenTelemetry.

use super::Services;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

/// A layer that makes an OpenTelemetry span of each `tracing` span, by the tracer of all services.
///
/// A span says where it stands in the source. It does not say its thread, target, level and idle time: on every span of
/// every trace they cost more than they tell.
pub(super) fn bridge<S>(services: Services) -> OpenTelemetryLayer<S, Services>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    tracing_opentelemetry::layer()
        .with_location(true)
        .with_threads(false)
        .with_target(false)
        .with_level(false)
        .with_tracked_inactivity(false)
        .with_tracer(services)
}
