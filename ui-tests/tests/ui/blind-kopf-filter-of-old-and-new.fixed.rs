use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, filter = Self::has_changed)]
impl Web {
    fn has_changed(new: &Pod) -> bool {
        new.spec.is_some()
    }

    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} has another spec", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
