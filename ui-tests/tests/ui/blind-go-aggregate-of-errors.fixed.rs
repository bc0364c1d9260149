use k8s_openapi::api::core::v1::ConfigMap;
use kooper::controller;

struct Web;

#[controller(resource = ConfigMap)]
impl Web {
    async fn add(&self, config: ConfigMap) -> kooper::Result {
        let errors: Vec<kooper::Error> = config
            .data
            .unwrap_or_default()
            .values()
            .filter_map(|port| port.parse::<u16>().err())
            .map(kooper::Error::from)
            .collect();
        errors.into_iter().next().map_or(Ok(()), Err)
    }
}

fn main() {
    let _ = kooper::run(Web);
}
