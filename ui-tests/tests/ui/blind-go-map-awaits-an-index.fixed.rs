use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kooper::{Context, ObjectKey, controller};
use std::{collections::BTreeSet, sync::Mutex};

#[derive(Default)]
struct Web {
    seen: Mutex<BTreeSet<ObjectKey>>,
}

#[controller(resource = ConfigMap, watches(Secret, map = Self::users))]
impl Web {
    fn users(&self, secret: &Secret) -> Vec<ObjectKey> {
        let namespace = secret.metadata.namespace.as_deref();
        let seen = self.seen.lock().expect("nobody panics with it");
        seen.iter().filter(|key| key.namespace() == namespace).cloned().collect()
    }

    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        self.seen.lock().expect("nobody panics with it").insert(ctx.key().clone());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::default());
}
