use kooper::controller;

#[controller(resource = k8s_openapi::api::core::v1::Pod)]
mod web {}

fn main() {
}
