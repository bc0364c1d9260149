//! An object of a built-in kind is decoded or refused.
#![no_main]

use k8s_openapi::{
    api::core::v1::{Pod, Secret},
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kooper::testing::protobuf::decode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((which, bytes)) = bytes.split_first() else { return };
    // Both all that a type names, and whatever comes.
    let _ = match which % 4 {
        0 => decode::<Pod>("v1", "Pod", bytes).map(drop),
        1 => decode::<Secret>("v1", "Secret", bytes).map(drop),
        2 => decode::<CustomResourceDefinition>("apiextensions.k8s.io/v1", "CustomResourceDefinition", bytes).map(drop),
        _ => decode::<serde_json::Value>("v1", "Pod", bytes).map(drop),
    };
});
