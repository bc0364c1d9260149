use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{Context, Requeue, controller};
use kube::Api;
use std::{sync::Arc, time::Duration};

struct Web;

#[controller(resource = Pod, on_error = Self::on_error)]
impl Web {
    fn on_error(error: &kube::Error, ctx: &Context) -> Requeue {
        println!("{}: {error}", ctx.key());
        Requeue::after(Duration::from_secs(5))
    }

    async fn add(&self, ctx: Context, _pod: Arc<Pod>) -> Result<Requeue, kube::Error> {
        let maps: Api<ConfigMap> = Api::default_namespaced(ctx.client());
        maps.get("settings").await?;
        Ok(Requeue::none())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
