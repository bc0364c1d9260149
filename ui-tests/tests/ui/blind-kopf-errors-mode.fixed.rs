use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, OnError, controller};

struct Web;

#[controller(resource = Pod, on_error = Self::on_error)]
impl Web {
    fn on_error(_error: &kooper::Error, _ctx: &Context) -> OnError {
        OnError::GiveUp
    }

    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        let Some(status) = pod.status else {
            return Err(kooper::Error::msg("the pod has no status"));
        };
        println!("{} is {:?}", ctx.key(), status.phase);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
