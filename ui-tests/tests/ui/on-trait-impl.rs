use kooper::controller;

struct Web;

#[controller(resource = k8s_openapi::api::core::v1::Pod)]
impl Clone for Web {
    fn clone(&self) -> Self {
        Web
    }
}

fn main() {
    let _ = kooper::run(Web);
}
