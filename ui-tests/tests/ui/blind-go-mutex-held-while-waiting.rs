use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use std::{collections::BTreeMap, sync::Mutex, time::Duration};

static SEEN: Mutex<BTreeMap<String, u32>> = Mutex::new(BTreeMap::new());

struct Web;

#[controller(resource = Pod, workers = 4)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        let mut seen = SEEN.lock().unwrap();
        let count = seen.entry(ctx.key().to_string()).or_insert(0);
        *count += 1;
        println!("{} was seen {count} times", ctx.key());
        // The dashboard does not like to be called more often.
        tokio::time::sleep(Duration::from_millis(200)).await;
        println!("{} told the dashboard", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
