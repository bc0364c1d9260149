use k8s_openapi::api::networking::v1::Ingress;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Ingress, workers = 5)]
impl Web {
    async fn add(&self, ctx: Context, ingress: Ingress) -> kooper::Result {
        let rules = ingress.spec.and_then(|spec| spec.rules).unwrap_or_default();
        println!("{} has {} rules", ctx.key(), rules.len());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
