use k8s_openapi::api::core::v1::Event;
use kooper::{Context, controller};

#[derive(Default)]
struct Web {
    seen: std::sync::atomic::AtomicU64,
}

#[controller(resource = Event, namespace = ["staging", "production"])]
impl Web {
    async fn add(&self, ctx: Context, event: Event) -> kooper::Result {
        let seen = self.seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        println!("{seen}. {}: {:?}", ctx.key(), event.message);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::default());
}
