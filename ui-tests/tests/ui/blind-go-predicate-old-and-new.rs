use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Deployment, filter = Self::generation_changed)]
impl Web {
    fn generation_changed(old: &Deployment, new: &Deployment) -> bool {
        old.metadata.generation != new.metadata.generation
    }

    async fn add(&self, ctx: Context, deployment: Deployment) -> kooper::Result {
        println!("{} is at generation {:?}", ctx.key(), deployment.metadata.generation);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
