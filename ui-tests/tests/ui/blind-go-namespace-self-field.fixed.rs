use k8s_openapi::api::core::v1::{ConfigMap, Service};
use kooper::{Context, Controller, controller};

struct Web {
    domain: String,
    namespace: String,
}

#[controller(
    resource = Service,
    labels = "app=web",
    owns(ConfigMap),
)]
impl Web {
    async fn add(&self, ctx: Context, _service: Service) -> kooper::Result {
        println!("{}.{}", ctx.key().name(), self.domain);
        Ok(())
    }
}

async fn start() -> kooper::Result {
    let web = Web { domain: "example.com".to_owned(), namespace: "prod".to_owned() };
    let namespace = web.namespace.clone();
    Controller::new(web).namespaces([namespace]).run().await
}

fn main() {
    drop(start());
}
