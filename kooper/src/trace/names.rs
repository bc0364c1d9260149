//! The names of the trace contract: spans, attributes, log events. Dashboards hang on them.
//!
//! Those that Kooper 0.8 had are written as it wrote them; the tables are in [`trace`](crate::trace).

/// Attributes of both spans of an attempt, then those of the root alone.
pub(crate) mod attribute {
    pub(crate) const KIND: &str = "otel.kind";
    pub(crate) const STATUS: &str = "otel.status_code";
    pub(crate) const STATUS_DESCRIPTION: &str = "otel.status_description";
    pub(crate) const COMPONENT: &str = "component";
    pub(crate) const CONTROLLER: &str = "kooper.controller";
    pub(crate) const CFG_NAME: &str = "controller.cfg.name";
    pub(crate) const CFG_RESYNC: &str = "controller.cfg.resync_interval";
    pub(crate) const CFG_RETRIES: &str = "controller.cfg.max_retries";
    pub(crate) const CFG_WORKERS: &str = "controller.cfg.concurrent_workers";
    pub(crate) const KEY: &str = "kubernetes.object.key";
    pub(crate) const ERROR: &str = "error";
    pub(crate) const PANIC_PLACE: &str = "kooper.panic.location";

    pub(crate) const NAMESPACE: &str = "kubernetes.object.namespace";
    pub(crate) const NAME: &str = "kubernetes.object.name";
    pub(crate) const PROCESSED_TIMES: &str = "kubernetes.object.total_processed_times";
    pub(crate) const RETRY: &str = "kubernetes.object.processing_retry";
    pub(crate) const OBJECT_KIND: &str = "kubernetes.object.kind";
    pub(crate) const UID: &str = "kubernetes.object.uid";
    pub(crate) const RESOURCE_VERSION: &str = "kubernetes.object.resource_version";
    pub(crate) const TRIGGER: &str = "kooper.trigger";
    pub(crate) const QUEUE_WAIT: &str = "kooper.queue.wait_ms";
    pub(crate) const COALESCED: &str = "kooper.queue.coalesced";
    pub(crate) const LANE: &str = "kooper.queue.lane";
    pub(crate) const BACKOFF_START: &str = "kooper.backoff.start";
    pub(crate) const BACKOFF_END: &str = "kooper.backoff.planned_end";
    pub(crate) const OUTCOME: &str = "kooper.outcome";
    pub(crate) const ERROR_TYPE: &str = "error.type";
    pub(crate) const LIST_VERSION: &str = "kubernetes.resource_version";
}

/// What is counted of a list or a watch.
pub(crate) mod reading {
    pub(crate) const WAY: &str = "kooper.list.way";
    pub(crate) const PAGES: &str = "kooper.list.pages";
    pub(crate) const ENCODING: &str = "kooper.encoding";
    pub(crate) const RECEIVED: &str = "kooper.objects.received";
    pub(crate) const CHANGED: &str = "kooper.objects.changed";
    pub(crate) const DELETED: &str = "kooper.objects.deleted";
    pub(crate) const BOOKMARKS: &str = "kooper.watch.bookmarks";
}

/// Fields of log events that are no attributes.
pub(crate) mod field {
    pub(crate) const BAGGAGE_KEY: &str = "key";
    pub(crate) const BAGGAGE_VALUE: &str = "value";
    pub(crate) const MESSAGE: &str = "message";
    pub(crate) const SUCCESS: &str = "success";
    pub(crate) const RETRIES_CONSUMED: &str = "kubernetes.object.retries_consumed";
    pub(crate) const RETRIES_REMAINING: &str = "kubernetes.object.retries_remaining";
    pub(crate) const REQUEUE_AFTER: &str = "kubernetes.object.requeue_after";
}

/// Names of log events: what stands behind `event=`.
pub(crate) mod event {
    pub(crate) const BAGGAGE: &str = "baggage";
    pub(crate) const PROCESS_OBJECT: &str = "process_object";
    pub(crate) const ADD: &str = "add";
    pub(crate) const DELETE: &str = "delete";
    pub(crate) const FINALIZE: &str = "finalize";
    pub(crate) const ERROR: &str = "error";
    pub(crate) const REENQUEUED: &str = "reenqueued";
    pub(crate) const FORGET: &str = "forget";
    pub(crate) const REQUEUED: &str = "requeued";
    /// The last line of a root has no name, so that `success` stands alone.
    pub(crate) const NONE: &str = "";
}

/// Texts behind `message=` of a `forget`.
pub(crate) mod message {
    pub(crate) const CORRECT: &str = "object processed correctly";
    pub(crate) const GIVEN_UP: &str = "max number of retries reached after failing, forgetting object key";
    pub(crate) const PERMANENT: &str = "permanent error, forgetting object key";
    pub(crate) const ABORTED: &str = "aborted by shutdown";
}
