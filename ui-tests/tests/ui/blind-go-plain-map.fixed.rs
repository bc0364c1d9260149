use std::{collections::HashMap, sync::Mutex};

use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

#[derive(Default)]
struct Web {
    versions: Mutex<HashMap<String, String>>,
}

#[controller(resource = Pod, workers = 1)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let version = pod.metadata.resource_version.unwrap_or_default();
        self.versions.lock().unwrap().insert(ctx.key().to_string(), version);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::default());
}
