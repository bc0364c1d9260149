use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Result, controller};

struct Web;

#[controller(resource = Pod)]
impl Web {
    fn add(&self, _: Context, _: Pod) -> impl Future<Output = Result> {
        async { Ok(()) }
    }
}

fn main() {
    let _ = kooper::run(Web);
}
