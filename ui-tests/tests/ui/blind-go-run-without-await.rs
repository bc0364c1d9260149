use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{}", ctx.key());
        Ok(())
    }
}

async fn start() {
    if let Err(error) = kooper::run(Web) {
        eprintln!("problem running the controller: {error}");
        std::process::exit(1);
    }
}

fn main() {
    drop(start());
}
