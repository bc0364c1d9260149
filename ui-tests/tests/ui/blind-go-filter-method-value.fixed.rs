use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, ObjectKey, controller};

struct Web {
    class: String,
}

#[controller(
    resource = ConfigMap,
    namespace = ["staging", "production"],
    filter = Self::is_ours,
    backoff(initial = "100ms", max = "1m"),
)]
impl Web {
    fn is_ours(&self, config: &ConfigMap) -> bool {
        let labels = config.metadata.labels.as_ref();
        labels.and_then(|labels| labels.get("class")) == Some(&self.class)
    }

    async fn add(&self, ctx: Context, _config: ConfigMap) -> kooper::Result {
        println!("{} is of class {}", ctx.key(), self.class);
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        println!("{key} is gone");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { class: "web".to_owned() });
}
