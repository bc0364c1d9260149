use k8s_openapi::api::core::v1::{ConfigMap, Secret, Service};
use kooper::{Context, controller};

struct Web;

#[controller(
    resource = Service,
    labels = "app=web",
    owns(ConfigMap, Secret),
)]
impl Web {
    async fn add(&self, ctx: Context, _service: Service) -> kooper::Result {
        println!("{} has its config map and its secret", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
