//! What becomes a log line, and what becomes a trace: two questions, two filters.

use super::InitError;
use tracing::{Level, Metadata, Subscriber, level_filters::LevelFilter, subscriber::Interest};
use tracing_subscriber::{
    EnvFilter,
    filter::Targets,
    layer::{Context, Filter},
    registry::LookupSpan,
};

/// What the transport below the API server's client has to say about itself. It is only in a trace if it is named.
const TRANSPORT: [&str; 12] = [
    "h2",
    "hyper",
    "hyper_rustls",
    "hyper_util",
    "kube_client",
    "kube_core",
    "mio",
    "opentelemetry",
    "reqwest",
    "rustls",
    "tonic",
    "tower",
];

/// The spans and events that go into traces: by a filter such as `info,my_app::pods=debug`, else all of INFO and above, and
/// nothing of the transport unless the filter names it.
pub(super) fn traces(origin: &'static str, filter: Option<&str>) -> Result<Targets, InitError> {
    let told: Targets = match filter {
        None => Targets::new().with_default(Level::INFO),
        Some(filter) => filter.parse().map_err(|error: tracing_subscriber::filter::ParseError| {
            InitError::Filter { origin, filter: filter.to_owned(), reason: error.to_string() }
        })?,
    };
    let default = told.default_level().unwrap_or(LevelFilter::OFF);
    let transport = Targets::new().with_targets(TRANSPORT.map(|target| (target, LevelFilter::OFF)));
    Ok(transport.with_targets(&told).with_default(default))
}

/// The log lines: a filter by events. Spans pass it where they tell what a line is about.
pub(super) struct LineFilter {
    events: EnvFilter,
    /// No lines at all: nothing needs to know what they are about.
    off: bool,
}

impl LineFilter {
    /// By a filter in the language of [`EnvFilter`], else INFO and above, but for what kube's client says of each request that
    /// fails: whoever sent it tells that, and the retriever once for each cause.
    pub(super) fn new(origin: &'static str, filter: Option<&str>) -> Result<Self, InitError> {
        let Some(filter) = filter else {
            return Ok(Self::of(EnvFilter::new("info,kube_client::client=off")));
        };
        match EnvFilter::builder().parse(filter) {
            Ok(filter) => Ok(Self::of(filter)),
            Err(error) => {
                Err(InitError::Filter { origin, filter: filter.to_owned(), reason: error.to_string() })
            }
        }
    }

    fn of(events: EnvFilter) -> Self {
        let off = events.max_level_hint() == Some(LevelFilter::OFF);
        Self { events, off }
    }

    /// A span that is wanted whatever the level of lines is: that of an attempt, since a line of `RUST_LOG=warn` says its
    /// key as well.
    fn is_attempt(&self, metadata: &Metadata<'_>) -> bool {
        !self.off && metadata.is_span() && super::log::is_attempt(metadata)
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Filter<S> for LineFilter {
    fn enabled(&self, metadata: &Metadata<'_>, ctx: &Context<'_, S>) -> bool {
        self.is_attempt(metadata) || Filter::enabled(&self.events, metadata, ctx)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Asked in any case: it is by this question that an `EnvFilter` learns of spans that it has rules for.
        let interest = Filter::<S>::callsite_enabled(&self.events, metadata);
        if self.is_attempt(metadata) { Interest::always() } else { interest }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        match Filter::<S>::max_level_hint(&self.events) {
            _ if self.off => Some(LevelFilter::OFF),
            hint => hint.map(|level| level.max(LevelFilter::INFO)),
        }
    }

    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        id: &tracing::span::Id,
        ctx: Context<'_, S>,
    ) {
        Filter::on_new_span(&self.events, attributes, id, ctx);
    }

    fn on_record(&self, id: &tracing::span::Id, values: &tracing::span::Record<'_>, ctx: Context<'_, S>) {
        Filter::on_record(&self.events, id, values, ctx);
    }

    fn on_enter(&self, id: &tracing::span::Id, ctx: Context<'_, S>) {
        Filter::on_enter(&self.events, id, ctx);
    }

    fn on_exit(&self, id: &tracing::span::Id, ctx: Context<'_, S>) {
        Filter::on_exit(&self.events, id, ctx);
    }

    fn on_close(&self, id: tracing::span::Id, ctx: Context<'_, S>) {
        Filter::on_close(&self.events, id, ctx);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(filter: Option<&str>, target: &str, level: Level) -> bool {
        traces("KOOPER_TRACES", filter).expect("the filter is valid").would_enable(target, &level)
    }

    #[test]
    fn traces_are_all_of_info_and_nothing_of_the_transport() {
        assert!(wants(None, "my_app::pods", Level::INFO));
        assert!(!wants(None, "my_app::pods", Level::DEBUG));
        assert!(!wants(None, "kube_client::client", Level::INFO));
    }

    #[test]
    fn the_transport_is_traced_if_it_is_named() {
        assert!(!wants(Some("debug"), "hyper::proto", Level::DEBUG));
        assert!(wants(Some("debug,kube_client=debug"), "kube_client::client", Level::DEBUG));
        assert!(!wants(Some("my_app=info"), "other", Level::ERROR));
        assert!(!wants(Some("off"), "my_app", Level::ERROR));
    }

    #[test]
    fn a_filter_that_cannot_be_read_says_where_it_came_from() {
        let error = traces("KOOPER_TRACES", Some("a=b=c")).expect_err("it is no filter");
        assert!(error.to_string().starts_with("KOOPER_TRACES=`a=b=c` is not a filter ("), "{error}");
        let error = LineFilter::new("RUST_LOG", Some("a=b=c")).map(drop).expect_err("it is no filter");
        assert!(error.to_string().contains("write it as in `info,my_app::pods=debug`"), "{error}");
    }
}
