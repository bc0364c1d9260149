//! What is done for a site.

use crate::site::Site;
use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, ObjectKey, controller};
use kube::{
    Api,
    api::{Patch, PatchParams},
};
use serde_json::json;
use std::{fs, io::ErrorKind, path::PathBuf};
use tokio::{sync::mpsc, task::spawn_blocking};

/// Publishes sites in a folder.
pub(crate) struct Sites {
    root: PathBuf,
    done: mpsc::UnboundedSender<Done>,
}

/// What was done for a site.
#[derive(Debug, PartialEq)]
pub(crate) enum Done {
    /// It is published.
    Published,
    /// It is taken down.
    TakenDown,
    /// It is gone.
    Gone,
}

impl Sites {
    /// With what tells each thing that was done.
    pub(crate) fn new(root: PathBuf) -> (Self, mpsc::UnboundedReceiver<Done>) {
        let (done, told) = mpsc::unbounded_channel();
        (Self { root, done }, told)
    }

    /// The file of a site.
    fn file(&self, ctx: &Context) -> PathBuf {
        self.root.join(format!("{}.{}.html", ctx.key().namespace().unwrap_or_default(), ctx.key().name()))
    }

    fn tell(&self, done: Done) {
        // Nobody listens on a cluster of others.
        let _ = self.done.send(done);
    }
}

#[controller(
    resource = Site,
    owns(ConfigMap),
    finalizer = "example.com/site",
    backoff(initial = "100ms", max = "1m"),
)]
impl Sites {
    /// Makes the config map and the file, whatever is there of them.
    #[handler(timeout = "10s", span(fields(site.title = %site.spec.title)))]
    async fn add(&self, ctx: Context, site: Site) -> kooper::Result {
        let (name, page) = (ctx.key().name(), format!("<h1>{}</h1>\n", site.spec.title));
        let maps: Api<ConfigMap> = Api::namespaced(ctx.client(), ctx.key().namespace().unwrap_or_default());
        let map = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": name, "ownerReferences": [site.owner_reference()] },
            "data": { "index.html": page },
        });
        maps.patch(name, &PatchParams::apply("sites").force(), &Patch::Apply(map)).await?;

        let file = self.file(&ctx);
        spawn_blocking(move || fs::write(file, page)).await??;
        println!("{} is published ({})", ctx.key(), ctx.trigger());
        self.tell(Done::Published);
        Ok(())
    }

    /// Removes the file. The config map goes with its owner: that is the API server's business.
    #[handler(retries = u32::MAX, timeout = "1m")]
    async fn finalize(&self, ctx: Context, _site: Site) -> kooper::Result {
        let file = self.file(&ctx);
        match spawn_blocking(move || fs::remove_file(file)).await? {
            // It may have been removed by an attempt that failed afterwards.
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        println!("{} is taken down", ctx.key());
        self.tell(Done::TakenDown);
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        println!("{key} is gone");
        self.tell(Done::Gone);
        Ok(())
    }
}
