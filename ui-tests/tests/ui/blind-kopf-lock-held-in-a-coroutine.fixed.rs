use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{Context, controller};
use kube::Api;
use std::collections::HashMap;
use std::sync::Mutex;

#[derive(Default)]
struct Web {
    sizes: Mutex<HashMap<String, usize>>,
}

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let namespace = pod.metadata.namespace.unwrap_or_default();
        let maps: Api<ConfigMap> = Api::namespaced(ctx.client(), &namespace);
        let settings = maps.get_opt("settings").await?;
        let size = settings.and_then(|map| map.data).map_or(0, |data| data.len());
        self.sizes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(namespace, size);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::default());
}
