use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web", filter = Self::is_ours)]
impl Web {
    fn is_ours(pod: &Pod) -> bool {
        pod.metadata.annotations.as_ref().is_some_and(|all| all.contains_key("example.com/managed"))
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} is managed", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
