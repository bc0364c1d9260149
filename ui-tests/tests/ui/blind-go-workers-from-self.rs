use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web {
    workers: u32,
}

#[controller(resource = Pod, workers = self.workers)]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|status| status.phase));
        Ok(())
    }
}

async fn start() -> kooper::Result {
    let workers = std::env::args().nth(1).unwrap_or("3".to_owned()).parse()?;
    kooper::run(Web { workers }).await
}

fn main() {
    drop(start());
}
