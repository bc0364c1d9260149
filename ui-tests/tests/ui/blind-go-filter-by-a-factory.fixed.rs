use k8s_openapi::api::core::v1::Pod;
use kooper::{Controller, controller};

struct Web;

#[controller(resource = Pod)]
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

async fn start() -> kooper::Result {
    Controller::new(Web).filter(Web::labelled("web")).run().await
}

fn main() {
    drop(start());
}
