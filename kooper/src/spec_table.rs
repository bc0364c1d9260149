//! A spec as a table: what a controller is made of, with all that the attribute, the defaults and the setters came to.

use crate::{Backoff, Spec, attempts::Attempts};
use std::{
    fmt::{self, Display},
    time::Duration,
};

/// A row for each setting, the defaults in force among them:
///
/// ```
/// use k8s_openapi::api::core::v1::Pod;
/// use kooper::{Controller, controller};
///
/// struct Web;
///
/// #[controller(resource = Pod, labels = "app=web", backoff = "1s")]
/// impl Web {
///     #[handler(timeout = "30s")]
///     async fn add(&self, _pod: Pod) -> kooper::Result {
///         Ok(())
///     }
/// }
///
/// let controller = Controller::new(Web).retries(5);
/// assert_eq!(
///     controller.spec().to_string(),
///     "\
/// name           web
/// resource       pods (v1)
/// namespaces     all
/// labels         app=web
/// fields         none
/// resync         180s
/// encoding       protobuf
/// retries        5
/// backoff        1s
/// workers        3
/// debounce       none
/// rate_limit     none
/// timeout        none
/// finalizer      none
/// shutdown       30s
/// add.timeout    30s
/// "
/// );
/// ```
impl Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { retriever, queue, .. } = self;
        let (resource, namespaces) = (&retriever.resource, retriever.namespaces.join(", "));
        let mut row = |name: &str, value: &dyn Display| writeln!(f, "{name:<14} {value}");
        row("name", &self.name)?;
        let metadata = if retriever.metadata_only { ", metadata alone" } else { "" };
        row("resource", &format_args!("{} ({}{metadata})", resource.plural, resource.api_version))?;
        row("namespaces", &if namespaces.is_empty() { "all" } else { namespaces.as_str() })?;
        row("labels", &retriever.labels.as_deref().unwrap_or("none"))?;
        row("fields", &retriever.fields.as_deref().unwrap_or("none"))?;
        row("resync", &time(retriever.resync, "never"))?;
        row("encoding", &retriever.encoding.name())?;
        row("retries", &count(queue.retries))?;
        row("backoff", &backoff(&queue.backoff))?;
        row("workers", &queue.workers)?;
        row("debounce", &time(queue.debounce, "none"))?;
        let limit = queue.rate_limit.map(|limit| limit.to_string());
        row("rate_limit", &limit.as_deref().unwrap_or("none"))?;
        row("timeout", &time(self.timeout, "none"))?;
        row("finalizer", &self.finalizer.as_deref().unwrap_or("none"))?;
        row("shutdown", &time(Some(self.shutdown), ""))?;
        for (handler, attempts) in self.attempts.named() {
            for (name, value) in own(attempts) {
                row(&format!("{handler}.{name}"), &value)?;
            }
        }
        Ok(())
    }
}

/// What a handler has of its own.
fn own(attempts: &Attempts) -> impl Iterator<Item = (&'static str, String)> {
    let longest = |limit: Duration| Some(limit).filter(|limit| *limit < Duration::MAX);
    let retries = attempts.retries.map(|retries| ("retries", count(retries)));
    let backoff = attempts.backoff.map(|own| ("backoff", backoff(&own)));
    let timeout = attempts.timeout.map(|limit| ("timeout", time(longest(limit), "none")));
    [retries, backoff, timeout].into_iter().flatten()
}

fn count(retries: u32) -> String {
    if retries == u32::MAX { "no limit".into() } else { retries.to_string() }
}

fn time(time: Option<Duration>, none: &str) -> String {
    time.map_or_else(|| none.into(), |time| format!("{time:?}"))
}

fn backoff(backoff: &Backoff) -> String {
    let [initial, longest] = [backoff.delay(0), backoff.delay(u32::MAX)];
    if initial == longest { format!("{initial:?}") } else { backoff.to_string() }
}
