//! Selectors: which objects a list or a watch is about.

mod fields;
mod labels;

use super::{request::Request, status::Status, store::Object};
use fields::Fields;
use labels::Labels;

/// A label selector and a field selector, together.
#[derive(Debug, Clone, Default)]
pub(super) struct Selector {
    labels: Labels,
    fields: Fields,
}

impl Selector {
    /// The selectors in the query of `request`.
    pub(super) fn of(request: &Request) -> Result<Self, Status> {
        let bad = |message: String| Status::bad_request(message);
        let labels = request.query.get("labelSelector").unwrap_or_default();
        let fields = request.query.get("fieldSelector").unwrap_or_default();
        let mut selector = Self {
            labels: Labels::parse(labels).map_err(bad)?,
            fields: Fields::parse(fields, &request.resource).map_err(bad)?,
        };
        if let (Some(name), true) = (&request.name, request.subresource.is_none()) {
            selector.fields.require_name(name);
        }
        Ok(selector)
    }

    pub(super) fn matches(&self, object: &Object) -> bool {
        self.labels.matches(&object.labels) && self.fields.matches(object)
    }

    /// Whether every object is selected.
    pub(super) fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }
}
