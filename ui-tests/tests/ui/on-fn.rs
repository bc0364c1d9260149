use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Result, controller};

#[controller(resource = Pod)]
async fn add(_: Context, _: Pod) -> Result {
    Ok(())
}

fn main() {
    let _ = add;
}
