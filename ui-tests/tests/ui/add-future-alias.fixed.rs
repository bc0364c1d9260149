use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

type Boxed<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type HandlerFuture<'a> = Boxed<'a, kooper::Result>;

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, _: Pod) -> kooper::Result {
        Box::pin(async { Ok(()) }).await
    }
}

fn main() {
    let _ = kooper::run(Web);
}
