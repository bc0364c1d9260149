use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the registry refused")]
    Registry(#[source] Box<dyn std::error::Error>),
}

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> Result<(), Error> {
        if ctx.attempt() == 1 {
            return Err(Error::Registry("no such image".into()));
        }
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
