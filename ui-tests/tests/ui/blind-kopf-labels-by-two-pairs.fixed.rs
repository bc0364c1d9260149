use k8s_openapi::api::core::v1::Service;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Service, labels = "app=web,tier=front", retries = 3)]
impl Web {
    async fn add(&self, ctx: Context, service: Service) -> kooper::Result {
        let address = service.spec.and_then(|spec| spec.cluster_ip);
        println!("{} has the address {address:?}", ctx.key());
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
