use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

struct Web;

#[controller(
    resource = Pod,
    fields = "status.phase=Running",
    span(
        target = "ops::web",
        err = "debug",
        fields(team = "infra"),
    ),
)]
impl Web {
    #[handler(timeout = "1m", span(fields(node = ?pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()))))]
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|status| status.phase));
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        println!("{key} runs no more");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
