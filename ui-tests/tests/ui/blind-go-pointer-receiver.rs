use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web {
    handled: u64,
}

#[controller(resource = Pod, fields = "status.phase=Running")]
impl Web {
    async fn add(&mut self, ctx: Context, _pod: Pod) -> kooper::Result {
        self.handled += 1;
        println!("{} is number {}", ctx.key(), self.handled);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { handled: 0 });
}
