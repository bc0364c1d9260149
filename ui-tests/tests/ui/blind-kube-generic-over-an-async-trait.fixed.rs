use k8s_openapi::api::core::v1::Service;
use kooper::{Context, controller};

trait Dns {
    fn set(&self, name: &str) -> impl std::future::Future<Output = Result<(), std::io::Error>> + Send;
}

struct Route53;

impl Dns for Route53 {
    async fn set(&self, name: &str) -> Result<(), std::io::Error> {
        println!("{name}");
        Ok(())
    }
}

struct Web<D> {
    dns: D,
}

#[controller(resource = Service)]
impl<D: Dns + Send + Sync + 'static> Web<D> {
    async fn add(&self, ctx: Context, _service: Service) -> kooper::Result {
        self.dns.set(ctx.key().name()).await?;
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { dns: Route53 });
}
