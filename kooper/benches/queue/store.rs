//! What the queue is told of a change.

use crate::ObjectKey;

pub(crate) struct Change {
    pub(crate) key: ObjectKey,
    pub(crate) trigger: Trigger,
    pub(crate) spec: bool,
}

/// Kooper's own may grow, and so cannot be matched from here.
#[allow(dead_code)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trigger {
    List,
    Watch,
    Resync,
    Retry,
    Requeue,
    Owned,
    Related,
}
