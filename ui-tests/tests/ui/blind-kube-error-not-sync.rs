use k8s_openapi::api::core::v1::Service;
use kooper::{Context, controller};
use std::error::Error;

struct Web;

#[derive(Debug, thiserror::Error)]
#[error("the load balancer refuses")]
struct Refused(#[source] Box<dyn Error + Send>);

fn register(name: &str) -> Result<(), Refused> {
    if name.is_empty() {
        return Err(Refused(Box::new(std::io::Error::other("no name"))));
    }
    Ok(())
}

#[controller(resource = Service, labels = "expose=true")]
impl Web {
    async fn add(&self, ctx: Context, _service: Service) -> Result<(), Refused> {
        register(ctx.key().name())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
