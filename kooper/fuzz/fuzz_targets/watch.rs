//! A watch falls into the same events however its chunks are cut.
#![no_main]

use kooper::{Encoding, testing::protobuf::Watch};
use libfuzzer_sys::fuzz_target;

/// The events that come before an error, if there is one, and whether there was none.
fn split(encoding: Encoding, bytes: &[u8], size: usize) -> (Vec<String>, bool) {
    let (mut watch, mut events) = (Watch::new(encoding), Vec::new());
    for chunk in bytes.chunks(size) {
        if watch.feed(chunk, |event, _| events.push(event)).is_err() {
            return (events, false);
        }
    }
    (events, watch.finish().is_ok())
}

fuzz_target!(|bytes: &[u8]| {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let encoding = if which % 2 == 0 { Encoding::Protobuf } else { Encoding::Json };
    let whole = split(encoding, bytes, bytes.len().max(1));
    let cut = split(encoding, bytes, 1 + usize::from(which / 2));
    assert_eq!(whole, cut);
});
