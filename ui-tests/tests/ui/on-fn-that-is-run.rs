use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

#[controller(resource = Pod)]
async fn reconcile(_: Context, _: Pod) -> kooper::Result {
    Ok(())
}

fn main() {
    let _ = kooper::run(reconcile);
}
