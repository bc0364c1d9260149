use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Requeue, controller};
use std::{error::Error, fmt, time::Duration};

struct Web;

#[derive(Debug)]
struct NoSpec(String);

impl fmt::Display for NoSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has no spec", self.0)
    }
}

impl Error for NoSpec {}

#[controller(resource = Pod, on_error = Self::error_policy)]
impl Web {
    fn error_policy(&self, error: &NoSpec, ctx: &Context) -> Requeue {
        println!("{}: {error}", ctx.key());
        Requeue::after(Duration::from_secs(30))
    }

    async fn add(&self, pod: Pod) -> Result<(), NoSpec> {
        let name = pod.metadata.name.unwrap_or_default();
        match pod.spec {
            Some(spec) => println!("{name}: {} containers", spec.containers.len()),
            None => return Err(NoSpec(name)),
        }
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
