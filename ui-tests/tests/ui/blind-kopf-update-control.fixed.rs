use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};
use kube::{Api, api::PostParams};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, mut pod: Pod) -> kooper::Result {
        println!("marking {}", ctx.key());
        let labels = pod.metadata.labels.get_or_insert_default();
        labels.insert("example.com/seen".to_owned(), "true".to_owned());
        let pods: Api<Pod> = Api::namespaced(ctx.client(), ctx.key().namespace().unwrap_or_default());
        pods.replace(ctx.key().name(), &PostParams::default(), &pod).await?;
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
