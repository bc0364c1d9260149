use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::{collections::HashMap, sync::Mutex, time::Duration};

struct Web {
    seen: Mutex<HashMap<String, u32>>,
}

#[controller(resource = Pod, workers = 10)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        let mut seen = self.seen.lock().unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
        *seen.entry(ctx.key().to_string()).or_default() += 1;
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { seen: Mutex::default() });
}
