use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Deployment, filter = Self::generation_changed)]
impl Web {
    fn generation_changed(new: &Deployment) -> bool {
        new.metadata.generation.is_some()
    }

    async fn add(&self, ctx: Context, _deployment: Deployment) -> kooper::Result {
        println!("{} has a new spec", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
