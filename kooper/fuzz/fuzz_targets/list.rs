//! A list falls into the same objects however its chunks are cut.
#![no_main]

use kooper::{Encoding, testing::protobuf::List};
use libfuzzer_sys::fuzz_target;

/// The keys that come before an error, if there is one, and the list's version.
fn split(encoding: Encoding, bytes: &[u8], size: usize) -> (Vec<String>, Option<String>) {
    let (mut list, mut keys) = (List::new(encoding), Vec::new());
    for chunk in bytes.chunks(size) {
        if list.feed(chunk, |object| keys.push(object.key())).is_err() {
            return (keys, None);
        }
    }
    (keys, list.finish().ok())
}

fuzz_target!(|bytes: &[u8]| {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let encoding = if which % 2 == 0 { Encoding::Protobuf } else { Encoding::Json };
    let whole = split(encoding, bytes, bytes.len().max(1));
    let cut = split(encoding, bytes, 1 + usize::from(which / 2));
    assert_eq!(whole.1, cut.1);
    if whole.1.is_some() {
        assert_eq!(whole.0, cut.0);
    }
});
