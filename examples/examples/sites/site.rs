//! The custom resource. `#[derive(kube::CustomResource)]` writes the like of it; by hand, the examples need no more crates.

use k8s_openapi::{
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
    apimachinery::pkg::apis::meta::v1::OwnerReference,
};
use kooper::Client;
use kube::{
    Api, Resource,
    api::{ObjectMeta, Patch, PatchParams},
    core::NamespaceResourceScope,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::borrow::Cow;

/// A site with a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Site {
    api_version: String,
    kind: String,
    metadata: ObjectMeta,
    pub(crate) spec: SiteSpec,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SiteSpec {
    /// What stands on the page.
    pub(crate) title: String,
}

impl Site {
    pub(crate) fn new(name: &str, title: &str) -> Self {
        Self {
            api_version: Self::api_version(&()).into_owned(),
            kind: Self::kind(&()).into_owned(),
            metadata: ObjectMeta { name: Some(name.into()), ..ObjectMeta::default() },
            spec: SiteSpec { title: title.into() },
        }
    }

    /// What an object that it owns says of it.
    pub(crate) fn owner_reference(&self) -> Option<OwnerReference> {
        self.controller_owner_ref(&())
    }
}

impl Resource for Site {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        "Site".into()
    }

    fn group((): &()) -> Cow<'_, str> {
        "example.com".into()
    }

    fn version((): &()) -> Cow<'_, str> {
        "v1".into()
    }

    fn plural((): &()) -> Cow<'_, str> {
        "sites".into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

/// Tells the API server what a site is.
pub(crate) async fn define(client: &Client) -> kooper::Result {
    let title =
        json!({ "type": "object", "required": ["title"], "properties": { "title": { "type": "string" } } });
    let schema = json!({ "type": "object", "required": ["spec"], "properties": { "spec": title } });
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": { "name": "sites.example.com" },
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": { "plural": "sites", "singular": "site", "kind": "Site" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } }],
        },
    });
    let definitions: Api<CustomResourceDefinition> = Api::all(client.clone());
    let apply = PatchParams::apply("sites");
    definitions.patch("sites.example.com", &apply, &Patch::Apply(definition)).await?;
    Ok(())
}
