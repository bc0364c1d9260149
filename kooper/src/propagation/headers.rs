//! A map of headers as OpenTelemetry's propagators write and read it.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Extractor, Injector};

/// Headers to write into. What is empty is not written, and what cannot be a header neither.
pub(super) struct Write<'a>(pub(super) &'a mut HeaderMap);

impl Injector for Write<'_> {
    fn set(&mut self, key: &str, value: String) {
        let Ok(name) = HeaderName::from_bytes(key.as_bytes()) else { return };
        match HeaderValue::try_from(value) {
            Ok(value) if !value.is_empty() => drop(self.0.insert(name, value)),
            // An older one would belong to another trace.
            _ => drop(self.0.remove(name)),
        }
    }
}

/// Headers to read from.
pub(super) struct Read<'a>(pub(super) &'a HeaderMap);

impl Extractor for Read<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}
