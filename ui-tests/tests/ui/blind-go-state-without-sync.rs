use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};
use std::{cell::RefCell, collections::HashMap};

#[derive(Default)]
struct Web {
    phases: RefCell<HashMap<String, String>>,
}

#[controller(resource = Pod, workers = 1)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let phase = pod.status.and_then(|status| status.phase).unwrap_or_default();
        self.phases.borrow_mut().insert(ctx.key().to_string(), phase);
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        self.phases.borrow_mut().remove(&key.to_string());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::default());
}
