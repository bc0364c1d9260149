use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};
use std::{collections::HashMap, sync::Mutex};

#[derive(Default)]
struct Web {
    seen: Mutex<HashMap<ObjectKey, u32>>,
}

#[controller(resource = Pod, workers = 1)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        *self.seen.lock().unwrap().entry(ctx.key().clone()).or_default() += 1;
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        self.seen.lock().unwrap().remove(&key);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::default());
}
