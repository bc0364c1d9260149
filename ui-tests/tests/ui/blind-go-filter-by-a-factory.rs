use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod, filter = Self::labelled("web"))]
impl Web {
    fn labelled(app: &'static str) -> impl Fn(&Pod) -> bool + Send + Sync + 'static {
        move |pod: &Pod| {
            let labels = pod.metadata.labels.as_ref();
            labels.and_then(|labels| labels.get("app")).is_some_and(|value| value == app)
        }
    }

    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?}", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
