//! The key of an object: what the queue carries and what a handler is told.

use std::{fmt, str::FromStr, sync::Arc};

/// Names one object of a controller's resource: `namespace/name`, or `name` where the resource is cluster-scoped.
///
/// A key is cheap to clone (one reference count) and to hash. It is written as client-go's
/// `MetaNamespaceKeyFunc` writes it, which is also how it stands in traces.
///
/// ```
/// use kooper::ObjectKey;
///
/// let key: ObjectKey = "default/web".parse()?;
/// assert_eq!(key.namespace(), Some("default"));
/// assert_eq!(key.name(), "web");
/// assert_eq!(key, ObjectKey::namespaced("default", "web"));
/// assert_eq!(ObjectKey::cluster("node-1").to_string(), "node-1");
/// # Ok::<(), kooper::InvalidKey>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey {
    whole: Arc<str>,
    /// Length of the namespace; 0 where there is none.
    namespace: u32,
}

impl ObjectKey {
    /// The key of an object in a namespace.
    pub fn namespaced(namespace: &str, name: &str) -> Self {
        Self::new(Some(namespace), name)
    }

    /// The key of a cluster-scoped object.
    pub fn cluster(name: &str) -> Self {
        Self::new(None, name)
    }

    /// The key from its parts; an empty namespace counts as none.
    ///
    /// # Panics
    ///
    /// If the namespace is longer than 4 GiB.
    pub fn new(namespace: Option<&str>, name: &str) -> Self {
        match namespace.filter(|namespace| !namespace.is_empty()) {
            Some(namespace) => Self {
                whole: [namespace, "/", name].concat().into(),
                namespace: u32::try_from(namespace.len())
                    .expect("a namespace of Kubernetes has at most 63 letters"),
            },
            None => Self { whole: name.into(), namespace: 0 },
        }
    }

    /// The key of an object at hand.
    ///
    /// An object without a name (one that was never sent to a server) gives a key with an empty name.
    pub fn of<R: kube::Resource>(object: &R) -> Self {
        let meta = object.meta();
        Self::new(meta.namespace.as_deref(), meta.name.as_deref().unwrap_or_default())
    }

    /// The namespace; `None` for a cluster-scoped object.
    pub fn namespace(&self) -> Option<&str> {
        (self.namespace > 0).then(|| &self.whole[..self.namespace as usize])
    }

    /// The name.
    pub fn name(&self) -> &str {
        match self.namespace {
            0 => &self.whole,
            length => &self.whole[length as usize + 1..],
        }
    }

    /// The whole key, as it is displayed.
    pub fn as_str(&self) -> &str {
        &self.whole
    }

    /// The same, for who keeps it.
    #[cfg(feature = "otel")]
    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.whole)
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.whole)
    }
}

impl fmt::Debug for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.whole, f)
    }
}

/// The text is no key: write `namespace/name`, or `name` for a cluster-scoped object.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not the key of an object: write `namespace/name`, or `name` for a cluster-scoped object")]
pub struct InvalidKey(String);

impl FromStr for ObjectKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let parts: Vec<&str> = text.split('/').collect();
        match parts[..] {
            [name] if !name.is_empty() => Ok(Self::cluster(name)),
            [namespace, name] if !namespace.is_empty() && !name.is_empty() => {
                Ok(Self::namespaced(namespace, name))
            }
            _ => Err(InvalidKey(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_parts_into_namespace_and_name() {
        let key = ObjectKey::namespaced("kube-system", "kube-dns");
        assert_eq!(
            (key.namespace(), key.name(), key.as_str()),
            (Some("kube-system"), "kube-dns", "kube-system/kube-dns")
        );
        let node = ObjectKey::cluster("node-1");
        assert_eq!((node.namespace(), node.name(), node.as_str()), (None, "node-1", "node-1"));
        assert_eq!(ObjectKey::new(Some(""), "node-1"), node);
    }

    #[test]
    fn what_is_no_key_is_refused_with_the_form_of_one() {
        for text in ["", "/", "a/", "/b", "a/b/c"] {
            let error = text.parse::<ObjectKey>().expect_err(text).to_string();
            assert!(error.contains("write `namespace/name`"), "{error}");
        }
    }
}
