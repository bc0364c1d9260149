use k8s_openapi::api::core::v1::Service;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Service, namespace = ["staging", "production"], filter = is_ours, timeout = "30s")]
impl Web {
    fn is_ours(service: &Service) -> bool {
        service.metadata.annotations.as_ref().is_some_and(|all| all.contains_key("example.com/web"))
    }

    async fn add(&self, ctx: Context, _service: Service) -> kooper::Result {
        println!("{} is served", ctx.key());
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        println!("{key} is gone");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
