use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, filter = Self::is_ours && Self::is_running)]
impl Web {
    fn is_ours(pod: &Pod) -> bool {
        pod.metadata.annotations.as_ref().is_some_and(|all| all.contains_key("example.com/web"))
    }

    fn is_running(pod: &Pod) -> bool {
        pod.status.as_ref().is_some_and(|status| status.phase.as_deref() == Some("Running"))
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} is ours, and runs", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
