use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};
use std::collections::BTreeSet;
use tokio::sync::Mutex;

#[derive(Default)]
struct Web {
    seen: Mutex<BTreeSet<ObjectKey>>,
}

#[controller(resource = ConfigMap, watches(Secret, map = Self::users))]
impl Web {
    async fn users(&self, secret: &Secret) -> Vec<ObjectKey> {
        let namespace = secret.metadata.namespace.as_deref();
        self.seen.lock().await.iter().filter(|key| key.namespace() == namespace).cloned().collect()
    }

    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        self.seen.lock().await.insert(ctx.key().clone());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::default());
}
