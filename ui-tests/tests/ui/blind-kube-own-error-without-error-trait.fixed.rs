use k8s_openapi::api::core::v1::ConfigMap;
use kooper::controller;
use std::fmt;

struct Web;

#[derive(Debug)]
enum WebError {
    NoData,
    NoKey(&'static str),
}

impl fmt::Display for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoData => f.write_str("the config map has no data"),
            Self::NoKey(key) => write!(f, "the config map has no key {key}"),
        }
    }
}

impl std::error::Error for WebError {}

#[controller(resource = ConfigMap, labels = "kind=site")]
impl Web {
    async fn add(&self, config: ConfigMap) -> Result<(), WebError> {
        let data = config.data.ok_or(WebError::NoData)?;
        let host = data.get("host").ok_or(WebError::NoKey("host"))?;
        println!("{host}");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web);
}
