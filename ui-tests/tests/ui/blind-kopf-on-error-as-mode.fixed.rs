use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, OnError, controller};

struct Web;

#[controller(resource = Pod, on_error = Self::on_error)]
impl Web {
    fn on_error(_: &kooper::Error, _: &Context) -> OnError {
        OnError::GiveUp
    }

    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        if pod.spec.is_none() {
            return Err(kooper::Error::msg("the pod has no spec"));
        }
        println!("{} is fine", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
