use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, OnError, controller};

struct Web;

#[controller(resource = Pod, on_error = Self::on_error, span(fields(team = "infra")))]
impl Web {
    fn on_error(_error: &kooper::Error, ctx: &Context) -> OnError {
        if ctx.attempt() > 2 { OnError::GiveUp } else { OnError::Retry }
    }

    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|status| status.phase));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
