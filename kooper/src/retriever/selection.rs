//! What is retrieved: resource, namespaces, selectors, resync. The settings of the retriever, as the attribute writes them.

use crate::{
    ConfigError, MaybeDuration,
    handler::{Handler, Namespaced, Resource},
    wire::{Encoding, Limits, METADATA_ALONE, Table},
};
use kooper_syntax::{
    name::{check_annotation, is_dns_label},
    selector,
};
use std::time::Duration;

/// What a controller lists and watches, and how often it looks at all of it again.
///
/// | setting | default | |
/// |---|---|---|
/// | namespaces | all | those whose objects are watched, each by a stream of its own |
/// | `labels`, `fields` | none | selectors that the API server applies |
/// | `resync` | 3 min | how often every known object is handled again |
/// | [`encoding`](Self::encoding) | protobuf | what objects are asked for in |
#[expect(clippy::struct_excessive_bools, reason = "settings that have nothing to do with each other")]
#[derive(Debug, Clone, PartialEq)]
pub struct Retriever {
    pub(crate) resource: kube::core::ApiResource,
    pub(crate) namespaced: bool,
    /// Whether no more than the metadata of objects is asked for.
    pub(crate) metadata_only: bool,
    pub(crate) namespaces: Vec<String>,
    pub(crate) labels: Option<String>,
    pub(crate) fields: Option<String>,
    pub(crate) resync: Option<Duration>,
    pub(crate) encoding: Encoding,
    pub(crate) limits: Limits,
    /// What protobuf is read by.
    pub(crate) table: &'static Table,
    /// Whether streaming lists are asked for.
    pub(crate) streaming: bool,
    /// Whether the first list is the one that the server's cache has.
    pub(crate) cached: bool,
    /// Whether lists are asked for in one piece.
    pub(crate) one_piece: bool,
}

/// The scopes of resources, told apart by their type, since `kube::Resource` gives no value for them.
fn is_namespaced<R: Resource>() -> bool {
    std::any::TypeId::of::<<R::Object as kube::Resource>::Scope>()
        != std::any::TypeId::of::<kube::core::ClusterResourceScope>()
}

impl Retriever {
    /// Every object of a resource, in all namespaces. Of [`PartialObjectMeta`](kube::core::PartialObjectMeta) no more than the
    /// metadata is asked for, and kept.
    pub fn of<R: Resource>() -> Self {
        Self {
            resource: kube::core::ApiResource::erase::<R::Object>(&()),
            namespaced: is_namespaced::<R>(),
            metadata_only: <R::Object as kube::Resource>::metadata_api(),
            namespaces: Vec::new(),
            labels: None,
            fields: None,
            resync: Some(Duration::from_mins(3)),
            encoding: Encoding::default(),
            limits: Limits::default(),
            table: Table::builtin(),
            streaming: !<R::Object as kube::Resource>::metadata_api(),
            cached: false,
            one_piece: false,
        }
    }

    /// Every object of a handler's resource, in all namespaces.
    pub fn for_handler<H: Handler>() -> Self {
        Self::of::<H::Resource>()
    }

    /// The objects of a handler's resource in some namespaces; in all of them where it is not called. Takes one name or several; none
    /// means all.
    ///
    /// Unlike [`namespaces`](Self::namespaces) it does not compile for a resource that has no namespace.
    pub fn in_namespaces<H: Handler<Resource: Namespaced>>(namespaces: impl Names) -> Self {
        Self::for_handler::<H>().namespaces(namespaces)
    }

    /// Only the objects in these namespaces; in all of them unless set. Takes one name or several; none means all.
    #[must_use]
    pub fn namespaces(mut self, namespaces: impl Names) -> Self {
        self.namespaces = namespaces.into_names();
        self
    }

    /// Only the objects with these labels, in the syntax of `kubectl get -l`; whatever their labels unless set.
    #[must_use]
    pub fn labels(mut self, selector: impl Into<String>) -> Self {
        self.labels = Some(selector.into());
        self
    }

    /// Only the objects with these field values, in the syntax of `kubectl get --field-selector`; whatever their fields unless set.
    #[must_use]
    pub fn fields(mut self, selector: impl Into<String>) -> Self {
        self.fields = Some(selector.into());
        self
    }

    /// How often every known object is handled again though nothing changed; 3 minutes unless set, `None` for never. One that cannot be decoded is
    /// passed over until it changes.
    #[must_use]
    pub fn resync(mut self, interval: impl MaybeDuration) -> Self {
        self.resync = interval.into();
        self
    }

    /// What objects are asked for in: protobuf, unless set. Where protobuf cannot be had, it is JSON all the same; see
    /// [the page on encodings](crate::encodings).
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Where a stream is needed: each namespace, or `None` for all of them.
    pub(crate) fn places(&self) -> Vec<Option<String>> {
        match &*self.namespaces {
            [] => vec![None],
            namespaces => namespaces.iter().cloned().map(Some).collect(),
        }
    }

    /// `apiVersion` and `kind` of what the server sends.
    pub(crate) fn sent(&self) -> (&str, &str) {
        if self.metadata_only { METADATA_ALONE } else { (&self.resource.api_version, &self.resource.kind) }
    }

    /// Whether it can work.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if !self.namespaced && !self.namespaces.is_empty() {
            return Err(ConfigError::ClusterScoped { kind: self.resource.kind.clone() });
        }
        if let Some(bad) = self.namespaces.iter().find(|name| !is_dns_label(name)) {
            return Err(ConfigError::Name { what: "namespace", value: bad.clone() });
        }
        if self.resync.is_some_and(|interval| interval < Duration::from_secs(1)) {
            let problem = "must be at least 1s: every object is processed again each time".into();
            return Err(ConfigError::Range { setting: "resync", problem });
        }
        if self.limits.size == 0 || self.limits.depth == 0 {
            let setting = if self.limits.size == 0 { "max_object_size" } else { "max_object_depth" };
            return Err(ConfigError::Range { setting, problem: "must be at least 1".into() });
        }
        if let Some(annotation) = self.limits.annotation
            && let Err(problem) = check_annotation(annotation)
        {
            return Err(ConfigError::Range { setting: "trace_annotation", problem });
        }
        if let Some(selector) = &self.labels {
            selector::check_labels(selector).map_err(|reason| ConfigError::Selector {
                kind: "label",
                selector: selector.clone(),
                reason,
            })?;
        }
        if let Some(selector) = &self.fields {
            selector::check_fields(selector).map_err(|reason| ConfigError::Selector {
                kind: "field",
                selector: selector.clone(),
                reason,
            })?;
        }
        Ok(())
    }
}

/// One name or several: what [`Retriever::namespaces`] takes. None of them is for all namespaces.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name namespaces",
    label = "expected `&str`, `String`, `[&str; N]`, `&[&str]`, `Vec<&str>`, `Vec<String>` or `Option<String>`",
    note = "one is written as `\"prod\"`, several are written as `[\"a\", \"b\"]`, and all as `[]`"
)]
pub trait Names {
    /// The names, each once, in their order.
    fn into_names(self) -> Vec<String>;
}

impl Names for &str {
    fn into_names(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl Names for String {
    fn into_names(self) -> Vec<String> {
        vec![self]
    }
}

fn distinct<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for name in names {
        let name = name.into();
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    distinct
}

impl<const N: usize> Names for [&str; N] {
    fn into_names(self) -> Vec<String> {
        distinct(self)
    }
}

/// Arrays of texts that are known at run time. Not of none, so that `[]` stays what it is.
macro_rules! names_of_strings {
    ($($count:literal)*) => {
        $(impl Names for [String; $count] {
            fn into_names(self) -> Vec<String> {
                distinct(self)
            }
        })*
    };
}
names_of_strings!(1 2 3 4 5 6 7 8);

impl Names for &[&str] {
    fn into_names(self) -> Vec<String> {
        distinct(self.iter().copied())
    }
}

impl Names for Vec<&str> {
    fn into_names(self) -> Vec<String> {
        distinct(self)
    }
}

impl Names for Vec<String> {
    fn into_names(self) -> Vec<String> {
        distinct(self)
    }
}

/// As a variable of the environment may be set or not.
impl Names for Option<String> {
    fn into_names(self) -> Vec<String> {
        self.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::{Node, Pod};

    #[test]
    fn the_scope_of_a_resource_is_known() {
        assert!(Retriever::of::<Pod>().namespaced);
        assert!(!Retriever::of::<Node>().namespaced);
    }

    #[test]
    fn a_namespace_given_twice_is_watched_once() {
        assert_eq!(Retriever::of::<Pod>().namespaces(["a", "b", "a"]).namespaces, ["a", "b"]);
        assert_eq!(Retriever::of::<Pod>().namespaces(vec!["a", "b", "a"]).namespaces, ["a", "b"]);
        assert_eq!(Retriever::of::<Pod>().namespaces(["a".to_owned(), "a".to_owned()]).namespaces, ["a"]);
        assert!(Retriever::of::<Pod>().namespaces([]).namespaces.is_empty());
    }

    #[test]
    fn a_namespace_that_may_be_set_is_the_only_one_or_there_is_none() {
        assert_eq!(Retriever::of::<Pod>().namespaces(Some("a".to_owned())).namespaces, ["a"]);
        assert!(Retriever::of::<Pod>().namespaces(None).namespaces.is_empty());
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        let pods = || Retriever::of::<Pod>();
        for (retriever, word) in [
            (Retriever::of::<Node>().namespaces("x"), "cluster-scoped"),
            (pods().namespaces("Prod"), "namespace"),
            (pods().resync(Duration::from_millis(10)), "resync"),
            (pods().labels("a,,b"), "label selector"),
            (pods().fields("a in (b)"), "field selector"),
        ] {
            let error = retriever.check().expect_err(word).to_string();
            assert!(error.contains(word), "{error}");
        }
        assert!(pods().labels("app=web,tier in (a, b),!old").fields("spec.nodeName!=x").check().is_ok());
    }
}
