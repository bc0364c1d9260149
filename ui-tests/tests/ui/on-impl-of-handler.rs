use kooper::controller;

trait Handler {}

struct Web;

#[controller(resource = k8s_openapi::api::core::v1::Pod)]
impl Handler for Web {}

fn main() {
    let _ = kooper::run(Web);
}
