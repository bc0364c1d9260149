use k8s_openapi::api::core::v1::Event;
use kooper::{Context, controller};

#[derive(Default)]
struct Web {
    seen: u64,
}

#[controller(resource = Event, namespace = ["staging", "production"])]
impl Web {
    async fn add(&mut self, ctx: Context, event: Event) -> kooper::Result {
        self.seen += 1;
        println!("{}. {}: {:?}", self.seen, ctx.key(), event.message);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::default());
}
