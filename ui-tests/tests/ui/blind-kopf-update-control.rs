use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, mut pod: Pod) -> kooper::Result<Pod> {
        println!("marking {}", ctx.key());
        let labels = pod.metadata.labels.get_or_insert_default();
        labels.insert("example.com/seen".to_owned(), "true".to_owned());
        Ok(pod)
    }
}

fn main() {
    let _ = kooper::run(Web);
}
