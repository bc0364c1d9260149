use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, controller};

struct Web;

#[controller(resource = ConfigMap, labels = "kind=backup", finalizer = "example.com/backup")]
impl Web {
    async fn add(&self, ctx: Context, _backup: ConfigMap) -> kooper::Result {
        println!("make the backup of {}, unless it is there", ctx.key());
        Ok(())
    }

    #[handler(retries = 10, timeout = "5m")]
    async fn finalize(&self, ctx: Context, _backup: ConfigMap) -> kooper::Result {
        println!("remove the backup of {}", ctx.key());
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
