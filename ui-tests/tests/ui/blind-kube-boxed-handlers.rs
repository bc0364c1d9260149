use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Handler, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("web {}", ctx.key());
        Ok(())
    }
}

struct Jobs;

#[controller(resource = Pod, labels = "app=job")]
impl Jobs {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("job {}", ctx.key());
        Ok(())
    }
}

fn main() {
    let all: Vec<Box<dyn Handler<Resource = Pod> + Send + Sync>> = vec![Box::new(Web), Box::new(Jobs)];
    for handler in all {
        let _ = kooper::run(handler);
    }
}
