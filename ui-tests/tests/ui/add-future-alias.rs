use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

type Boxed<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type HandlerFuture<'a> = Boxed<'a, kooper::Result>;

struct Web;

#[controller(resource = Pod)]
impl Web {
    fn add(&self, _: Pod) -> HandlerFuture<'_> {
        Box::pin(async { Ok(()) })
    }
}

fn main() {
    let _ = kooper::run(Web);
}
