//! What a controller is: all that the attribute can set, as values that run-time setters can change.

use crate::{ConfigError, queue::Queue, retriever::Retriever};
use std::time::Duration;

/// Name, [`Retriever`], [`Queue`] and limits of one controller.
///
/// The attribute writes one; [`Controller`](crate::Controller)'s setters change it before it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    pub(crate) name: String,
    pub(crate) retriever: Retriever,
    pub(crate) queue: Queue,
    pub(crate) timeout: Option<Duration>,
}

impl Spec {
    /// A controller by name, with what it retrieves and how it queues; a handler may take as long as it wants.
    pub fn new(name: impl Into<String>, retriever: Retriever, queue: Queue) -> Self {
        Self { name: name.into(), retriever, queue, timeout: None }
    }

    /// How long one attempt of one handler may take; `None`, the default, is without limit.
    ///
    /// An attempt that takes longer is dropped at its next `.await` and counts as a failure.
    #[must_use]
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// The controller's name: in traces, in log lines and later in metrics.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether everything in it can work.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if !is_dns_label(&self.name) {
            return Err(ConfigError::Name { what: "controller name", value: self.name.clone() });
        }
        if self.timeout.is_some_and(|timeout| timeout.is_zero()) {
            return Err(ConfigError::Range {
                setting: "timeout",
                problem: "must be longer than zero".into(),
            });
        }
        self.retriever.check()?;
        self.queue.check()
    }
}

/// Whether `name` is a DNS label: lower-case letters, digits and `-`, at most 63, a letter or digit at each end
/// (RFC 1123; the rule of Kubernetes for namespaces).
pub(crate) fn is_dns_label(name: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    bytes.len() <= 63
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_dns_labels() {
        for good in ["a", "pod-printer", "7seas", &"a".repeat(63)] {
            assert!(is_dns_label(good), "{good}");
        }
        for bad in ["", "-a", "a-", "Pod", "a_b", "a.b", &"a".repeat(64)] {
            assert!(!is_dns_label(bad), "{bad}");
        }
    }
}
