use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, OnError, controller};

struct Web;

#[controller(resource = Pod, retries = 5, on_error = Self::is_retriable)]
impl Web {
    fn is_retriable(error: &kooper::Error, _ctx: &Context) -> OnError {
        match error.downcast_ref::<std::num::ParseIntError>() {
            Some(_) => OnError::GiveUp,
            None => OnError::Retry,
        }
    }

    async fn add(&self, pod: Pod) -> kooper::Result {
        let port: u16 = pod.metadata.name.unwrap_or_default().parse()?;
        println!("{port}");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
