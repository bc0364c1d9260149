use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::sync::atomic::{AtomicU64, Ordering};

struct Web {
    handled: AtomicU64,
}

#[controller(resource = Pod, fields = "status.phase=Running")]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        let handled = self.handled.fetch_add(1, Ordering::Relaxed) + 1;
        println!("{} is number {handled}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { handled: AtomicU64::new(0) });
}
