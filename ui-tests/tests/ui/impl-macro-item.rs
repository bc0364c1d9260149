use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

macro_rules! make_handlers {
    () => {};
}

struct Web;

#[controller(resource = Pod)]
impl Web {
    make_handlers!();
}

fn main() {
    let _ = kooper::run(Web);
}
