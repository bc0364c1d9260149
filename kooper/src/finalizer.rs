//! Finalizers: an object is kept from before its first `add` until its `finalize` has succeeded.
//!
//! Both changes are JSON patches that test what they are about to change, so that of two writers one is told, and looks
//! again: no finalizer of another program is ever lost.

use crate::{
    Client, Error, Result, error,
    wire::{Limits, Object, Part},
};
use http::{Request, StatusCode, header};
use kube::core::{ApiResource, DynamicObject, ObjectMeta, Resource};
use serde::Deserialize;
use serde_json::{Value, json};

/// How often a patch is made anew after another writer was faster.
const TRIES: u32 = 5;

/// How the finalizer of a controller is put on objects and taken off.
pub(crate) struct Finalizer {
    pub(crate) name: String,
    pub(crate) resource: ApiResource,
    /// Whether the controller knows no more of objects than their metadata.
    pub(crate) metadata_only: bool,
    pub(crate) limits: Limits,
}

/// What a finalizer controller is to do with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It lives without the finalizer: put it on before `add`.
    Hold,
    /// It lives and carries it.
    Held,
    /// It is being deleted and carries it: `finalize`.
    Finalize,
    /// It is being deleted, and this controller has nothing to say in that.
    Over,
}

/// What became of an object that was to be held.
pub(crate) enum Hold {
    /// It carries the finalizer: the object as it is now.
    Renewed(Box<Object>),
    /// It carried it already.
    AsItWas,
    /// It is gone, or on its way.
    Gone,
}

/// What was made of a patch.
enum Patched {
    Done(Box<Object>),
    /// Another writer was faster: the metadata as it is now.
    Stale(Box<ObjectMeta>),
    /// The object is gone, or is another one by that name.
    Gone,
}

impl Finalizer {
    pub(crate) fn stage(&self, meta: &ObjectMeta) -> Stage {
        match (meta.deletion_timestamp.is_some(), self.place(meta).is_some()) {
            (false, false) => Stage::Hold,
            (false, true) => Stage::Held,
            (true, true) => Stage::Finalize,
            (true, false) => Stage::Over,
        }
    }

    fn place(&self, meta: &ObjectMeta) -> Option<usize> {
        meta.finalizers.iter().flatten().position(|finalizer| *finalizer == self.name)
    }

    /// Puts the finalizer on an object.
    pub(crate) async fn hold(&self, client: &Client, mut meta: ObjectMeta) -> Result<Hold> {
        for _ in 0..TRIES {
            match self.stage(&meta) {
                Stage::Hold => {}
                Stage::Held => return Ok(Hold::AsItWas),
                Stage::Finalize | Stage::Over => return Ok(Hold::Gone),
            }
            let known = meta.finalizers.clone().filter(|finalizers| !finalizers.is_empty());
            // The server takes a `test` against null for one of a member that is not there.
            let test = json!({ "op": "test", "path": "/metadata/finalizers", "value": known });
            let add = match known {
                Some(_) => json!({ "op": "add", "path": "/metadata/finalizers/-", "value": self.name }),
                None => json!({ "op": "add", "path": "/metadata/finalizers", "value": [self.name] }),
            };
            match self.patch(client, &meta, vec![test, add]).await? {
                Patched::Done(object) => return Ok(Hold::Renewed(object)),
                Patched::Gone => return Ok(Hold::Gone),
                Patched::Stale(newer) => meta = *newer,
            }
        }
        Err(self.beaten("added"))
    }

    /// Takes the finalizer off an object.
    pub(crate) async fn release(&self, client: &Client, mut meta: ObjectMeta) -> Result {
        for _ in 0..TRIES {
            let Some(place) = self.place(&meta) else { return Ok(()) };
            let path = format!("/metadata/finalizers/{place}");
            let test = json!({ "op": "test", "path": path, "value": self.name });
            let remove = json!({ "op": "remove", "path": path });
            match self.patch(client, &meta, vec![test, remove]).await? {
                Patched::Done(_) | Patched::Gone => return Ok(()),
                Patched::Stale(newer) => meta = *newer,
            }
        }
        Err(self.beaten("removed"))
    }

    /// Patches an object if it still is the one of that uid.
    async fn patch(&self, client: &Client, meta: &ObjectMeta, mut steps: Vec<Value>) -> Result<Patched> {
        steps.insert(0, json!({ "op": "test", "path": "/metadata/uid", "value": meta.uid }));
        let body = serde_json::to_vec(&steps)?;
        let path = self.path(meta);
        let part = if self.metadata_only { Part::Metadata } else { Part::Whole };
        let request = Request::patch(&path)
            .header(header::CONTENT_TYPE, "application/json-patch+json")
            .header(header::ACCEPT, crate::Encoding::Json.accept(part))
            .body(body)?;
        let refused = match client.request_text(request).await {
            Ok(text) => return Ok(Patched::Done(Box::new(Object::read_json(text.as_bytes(), self.limits)?))),
            Err(kube::Error::Api(status)) => status,
            Err(error) => return Err(self.failed(&error)),
        };
        match StatusCode::from_u16(refused.code) {
            Ok(StatusCode::NOT_FOUND) => Ok(Patched::Gone),
            // A test that fails is unprocessable to the server; two writers at once are a conflict.
            Ok(StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY) => {
                let newer = self.look(client, &path).await?;
                // What is refused though nothing has changed would be refused again.
                let same =
                    newer.as_ref().is_some_and(|newer| newer.resource_version == meta.resource_version);
                if same {
                    return Err(self.failed(&kube::Error::Api(refused)));
                }
                let same_object = newer.filter(|newer| newer.uid == meta.uid);
                Ok(same_object.map_or(Patched::Gone, |newer| Patched::Stale(Box::new(newer))))
            }
            _ => Err(self.failed(&kube::Error::Api(refused))),
        }
    }

    /// The metadata as they are now; `None` if the object is gone.
    async fn look(&self, client: &Client, path: &str) -> Result<Option<ObjectMeta>> {
        #[derive(Deserialize)]
        struct Found {
            metadata: ObjectMeta,
        }
        let accept = crate::Encoding::Json.accept(Part::Metadata);
        let request = Request::get(path).header(header::ACCEPT, accept).body(Vec::new())?;
        match client.request::<Found>(request).await {
            Ok(found) => Ok(Some(found.metadata)),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn path(&self, meta: &ObjectMeta) -> String {
        let collection = DynamicObject::url_path(&self.resource, meta.namespace.as_deref());
        format!("{collection}/{}", meta.name.as_deref().unwrap_or_default())
    }

    fn failed(&self, why: &kube::Error) -> Error {
        let Self { name, resource, .. } = self;
        let (plural, group) = (&resource.plural, &resource.group);
        let why = match why {
            kube::Error::Api(status) if status.code == 403 => format!(
                "{} (403); grant `patch` on `{plural}` (apiGroup `{group}`) by a Role or ClusterRole",
                status.message
            ),
            kube::Error::Api(status) => format!("{} ({})", status.message, status.code),
            error => error::chain(error),
        };
        Error::msg(format!("the finalizer `{name}` could not be written: {why}"))
    }

    fn beaten(&self, what: &str) -> Error {
        let name = &self.name;
        Error::msg(format!(
            "the finalizer `{name}` could not be {what}: others changed the object {TRIES} times"
        ))
    }
}
