use k8s_openapi::api::core::v1::{Pod, PodSpec};
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, namespace = "prod")]
impl Web {
    async fn add(&self, ctx: Context, spec: Pod) -> kooper::Result {
        println!(
            "{} has {} containers",
            ctx.key(),
            spec.spec.map(|spec| spec.containers.len()).unwrap_or_default()
        );
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
