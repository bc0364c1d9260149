use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

struct Web;

#[controller(resource = Pod, on_error = Self::on_error)]
impl Web {
    async fn add(&self, _: Context, _: Pod) -> kooper::Result {
        Ok(())
    }

    fn on_error(_: &kooper::Error) -> kooper::OnError {
        kooper::OnError::GiveUp
    }
}

fn main() {
    let _ = kooper::run(Web);
}
