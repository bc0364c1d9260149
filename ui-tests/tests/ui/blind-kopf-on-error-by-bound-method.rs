use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, OnError, controller};
use std::time::Duration;

struct Web {
    pause: Duration,
}

#[controller(resource = Pod, on_error = self.on_error)]
impl Web {
    fn on_error(&self, error: &kooper::Error, ctx: &Context) -> OnError {
        println!("{}: {error}", ctx.key());
        OnError::RetryAfter(self.pause)
    }

    async fn add(&self, pod: Pod) -> kooper::Result {
        let port: u16 = pod.metadata.name.unwrap_or_default().parse()?;
        println!("port {port}");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { pause: Duration::from_secs(30) });
}
