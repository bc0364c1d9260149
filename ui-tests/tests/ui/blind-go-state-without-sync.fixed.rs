use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};
use std::{collections::HashMap, sync::RwLock};

#[derive(Default)]
struct Web {
    phases: RwLock<HashMap<String, String>>,
}

#[controller(resource = Pod, workers = 1)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let phase = pod.status.and_then(|status| status.phase).unwrap_or_default();
        self.phases.write().expect("no panic").insert(ctx.key().to_string(), phase);
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        self.phases.write().expect("no panic").remove(&key.to_string());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::default());
}
