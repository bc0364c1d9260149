use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::sync::{Arc, atomic::{AtomicU64, Ordering}};

#[derive(Default)]
struct Web {
    reconciliations: AtomicU64,
}

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}: {}", ctx.key(), self.reconciliations.fetch_add(1, Ordering::Relaxed));
        Ok(())
    }
}

fn main() {
    let web = Arc::new(Web::default());
    let _ = kooper::run(Arc::clone(&web));
}
