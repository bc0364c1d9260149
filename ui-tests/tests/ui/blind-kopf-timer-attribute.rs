use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} is there", ctx.key());
        Ok(())
    }

    #[timer(interval = "60s")]
    async fn check(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} is checked", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
