//! The bridge from `tracing` to OpenTelemetry.

use super::{Services, events::Events};
use crate::trace::is_line;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::{
    Layer,
    filter::{FilterExt as _, Targets, filter_fn},
    registry::LookupSpan,
};

/// A layer that makes an OpenTelemetry span of each `tracing` span that the filter lets pass, by the tracer of all
/// services, and events of what is logged inside.
///
/// A span says where it stands in the source. It does not say its thread, target, level and idle time: on every span of
/// every trace they cost more than they tell.
pub(crate) fn bridge<S>(services: Services, filter: &Targets) -> impl Layer<S> + Send + Sync + use<S>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    let spans = tracing_opentelemetry::layer()
        .with_location(true)
        .with_threads(false)
        .with_target(false)
        .with_level(false)
        .with_tracked_inactivity(false)
        .with_tracer(services);
    let only_spans = filter.clone().and(filter_fn(is_span));
    let events = filter.clone().and(filter_fn(is_no_line_of_kooper));
    spans.with_filter(only_spans).and_then(Events::default().with_filter(events))
}

/// The one line of an attempt stands outside of every span: as an event of one it would be made for nothing.
fn is_no_line_of_kooper(metadata: &Metadata<'_>) -> bool {
    !is_line(metadata)
}

fn is_span(metadata: &Metadata<'_>) -> bool {
    metadata.is_span()
}
