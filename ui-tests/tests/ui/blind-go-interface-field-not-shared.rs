use k8s_openapi::api::core::v1::Service;
use kooper::{Context, controller};

trait Cloud {
    fn ensure(&self, name: &str);
    fn remove(&self, name: &str);
}

struct Fake;

impl Cloud for Fake {
    fn ensure(&self, name: &str) {
        println!("{name} is there");
    }

    fn remove(&self, name: &str) {
        println!("{name} is gone");
    }
}

struct Web {
    cloud: Box<dyn Cloud>,
}

#[controller(resource = Service, labels = "app=web", finalizer = "example.com/balancer", workers = 4)]
impl Web {
    async fn add(&self, ctx: Context, _service: Service) -> kooper::Result {
        self.cloud.ensure(ctx.key().name());
        Ok(())
    }

    async fn finalize(&self, ctx: Context, _service: Service) -> kooper::Result {
        self.cloud.remove(ctx.key().name());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { cloud: Box::new(Fake) });
}
