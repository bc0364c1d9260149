use kooper::controller;

#[controller(resource = k8s_openapi::api::core::v1::Pod)]
struct Web;

fn main() {
    let _ = kooper::run(Web);
}
