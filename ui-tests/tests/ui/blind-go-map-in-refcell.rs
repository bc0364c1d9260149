use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};
use std::{cell::RefCell, collections::HashMap};

struct Web {
    runs: RefCell<HashMap<ObjectKey, u32>>,
}

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        *self.runs.borrow_mut().entry(ctx.key().clone()).or_default() += 1;
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        self.runs.borrow_mut().remove(&key);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { runs: RefCell::default() });
}
