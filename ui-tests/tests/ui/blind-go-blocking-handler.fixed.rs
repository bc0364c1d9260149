use k8s_openapi::api::core::v1::Service;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Service, namespace = "prod")]
impl Web {
    async fn add(&self, ctx: Context, service: Service) -> kooper::Result {
        println!("{} has {:?}", ctx.key(), service.spec.and_then(|spec| spec.cluster_ip));
        Ok(())
    }

    async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
        println!("{key} is gone");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
