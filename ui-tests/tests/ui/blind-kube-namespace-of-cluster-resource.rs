use k8s_openapi::api::core::v1::PersistentVolume;
use kooper::{Context, controller};

struct Web;

#[controller(resource = PersistentVolume, namespace = "prod")]
impl Web {
    async fn add(&self, ctx: Context, volume: PersistentVolume) -> kooper::Result {
        let class = volume.spec.and_then(|spec| spec.storage_class_name);
        println!("{} is of class {:?}", ctx.key(), class);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
