use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web;

#[controller(resource = Pod, span(level = Self::LEVEL))]
impl Web {
    const LEVEL: tracing::Level = tracing::Level::DEBUG;

    async fn add(&self, _: Pod) -> kooper::Result {
        let _ = Self::LEVEL;
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
