use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, span(target = "ops::web", fields(team = "infra")))]
impl Web {
    #[handler(span(fields(node = ?spec.as_ref().and_then(|spec| spec.node_name.as_deref()))))]
    async fn add(&self, ctx: Context, Pod { spec, .. }: Pod) -> kooper::Result {
        let containers = spec.map_or(0, |spec| spec.containers.len());
        println!("{} has {containers} containers", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
