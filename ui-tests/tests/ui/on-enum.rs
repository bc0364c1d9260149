use kooper::controller;

#[controller(resource = k8s_openapi::api::core::v1::Pod)]
enum Web {
    One,
}

fn main() {
    let _ = kooper::run(Web::One);
}
