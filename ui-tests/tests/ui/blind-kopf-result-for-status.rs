use k8s_openapi::api::core::v1::Service;
use kooper::{Context, controller};
use serde_json::{Value, json};

struct Web;

#[controller(resource = Service, namespace = ["staging", "production"], workers = 5)]
impl Web {
    async fn add(&self, ctx: Context, service: Service) -> kooper::Result<Value> {
        let ip = service.spec.and_then(|spec| spec.cluster_ip);
        println!("{} is at {ip:?}", ctx.key());
        Ok(json!({ "registered": ip }))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
