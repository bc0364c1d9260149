use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, fields = "status.phase=Running")]
impl Web {
    async fn add(&self, ctx: Context, pod: Pod, name: String, namespace: Option<String>) -> kooper::Result {
        println!("attempt {} at {name} in {namespace:?}", ctx.attempt());
        println!("labels: {:?}", pod.metadata.labels);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
