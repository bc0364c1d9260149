use k8s_openapi::api::core::v1::Service;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Service, resync = "0s", workers = 5)]
impl Web {
    async fn add(&self, ctx: Context, service: Service) -> kooper::Result {
        let ip = service.spec.and_then(|spec| spec.cluster_ip);
        println!("{} has {ip:?}, because of {}", ctx.key(), ctx.trigger().as_str());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
