use k8s_openapi::api::apps::v1::Deployment;
use kooper::{Context, controller};
use serde_json::{Value, json};

struct Web;

#[controller(resource = Deployment, resync = "1m")]
impl Web {
    async fn add(&self, ctx: Context, deployment: Deployment) -> kooper::Result<Value> {
        let ready = deployment.status.and_then(|status| status.ready_replicas).unwrap_or(0);
        println!("{} has {ready} ready replicas", ctx.key());
        Ok(json!({ "ready": ready, "message": "seen" }))
    }
}

fn main() {
    let _ = kooper::run(Web);
}
