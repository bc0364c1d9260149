use k8s_openapi::api::core::v1::Service;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Service, resync = "10m")]
impl Web {
    async fn add(&self, ctx: Context, service: Option<Service>) -> kooper::Result {
        let Some(service) = service else {
            println!("{} is gone already", ctx.key());
            return Ok(());
        };
        println!("{} has {:?}", ctx.key(), service.spec.and_then(|spec| spec.cluster_ip));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
