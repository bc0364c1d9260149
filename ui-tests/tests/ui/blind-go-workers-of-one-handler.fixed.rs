use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=backup", workers = 1, finalizer = "example.com/backup")]
impl Web {
    async fn add(&self, ctx: Context, _backup: ConfigMap) -> kooper::Result {
        println!("back up {}", ctx.key());
        Ok(())
    }

    #[handler(timeout = "10m")]
    async fn finalize(&self, ctx: Context, _backup: ConfigMap) -> kooper::Result {
        println!("remove the backups of {}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
