use k8s_openapi::api::core::v1::{ConfigMap, Service};
use kooper::{Context, controller};

struct Web {
    domain: String,
    namespace: String,
}

#[controller(
    resource = Service,
    namespace = self.namespace,
    labels = "app=web",
    owns(ConfigMap),
)]
impl Web {
    async fn add(&self, ctx: Context, _service: Service) -> kooper::Result {
        println!("{}.{}", ctx.key().name(), self.domain);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { domain: "example.com".to_owned(), namespace: "prod".to_owned() });
}
