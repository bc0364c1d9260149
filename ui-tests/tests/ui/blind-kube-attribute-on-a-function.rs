use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::{sync::Arc, time::Duration};

#[controller(resource = Pod, name = "web", retries = 3)]
async fn add(ctx: Context, pod: Arc<Pod>) -> kooper::Result<Requeue> {
    println!("{}: {:?}", ctx.key(), pod.status);
    Ok(Requeue::after(Duration::from_secs(60)))
}

fn main() {
    let _ = kooper::run(add);
}
