//! What stands around an object is read or refused, and a refusal in any of its forms.
#![no_main]

use kooper::testing::protobuf::{decode_answer, parts, refusal};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((_, _, raw)) = parts(bytes) {
        assert!(raw.len() <= bytes.len());
    }
    let _ = decode_answer::<serde_json::Value>(bytes);
    let _ = refusal(410, bytes);
});
