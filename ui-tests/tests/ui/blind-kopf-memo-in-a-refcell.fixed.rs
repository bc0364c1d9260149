use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};
use std::{collections::HashMap, sync::Mutex};

struct Web {
    memo: Mutex<HashMap<ObjectKey, u32>>,
}

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        *self.memo.lock().unwrap().entry(ctx.key().clone()).or_default() += 1;
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { memo: Mutex::default() });
}
