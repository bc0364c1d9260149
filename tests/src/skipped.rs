//! What is not tested here, said so that nobody misses it.

use std::io::Write as _;

/// Says what is not tested, and why. `.ci/run` repeats it at its end.
pub fn skipped(what: &str) {
    // Not `eprintln`, which the test harness catches.
    let _ = std::io::stderr().write_all(format!("\nSKIPPED: {what}\n").as_bytes());
}
