use k8s_openapi::api::core::v1::{Pod, Secret};
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(resource = Pod, labels = "app=web")]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("pod {}", ctx.key());
        Ok(())
    }
}

struct Certificates;

#[controller(resource = Secret, labels = "kind=certificate")]
impl Certificates {
    async fn add(&self, ctx: Context, _secret: Secret) -> kooper::Result {
        println!("certificate {}", ctx.key());
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        println!("certificate {key} is gone");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
