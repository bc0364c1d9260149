//! What the generators in Go make, where Go is at hand.

use crate::skipped;
use std::process::Command;

/// How Go says that it cannot have what a program needs: no network, no proxy, or itself too old.
const OUT_OF_REACH: [&str; 4] =
    ["Get \"http", "lookup disabled", "requires go >=", "toolchain not available"];

/// What a generator of `kooper/table` prints: `go run` with these arguments. Where Go or what it must fetch is not at hand, it
/// says loudly what is not tested.
///
/// # Panics
///
/// If the generator fails, or prints what is no text.
pub fn generated(arguments: &[&str], untested: &str) -> Option<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../kooper/table");
    let made = match Command::new("go").arg("run").args(arguments).current_dir(folder).output() {
        Ok(made) => made,
        Err(why) => {
            skipped(&format!("{untested}: there is no Go: {why}"));
            return None;
        }
    };
    let said = String::from_utf8_lossy(&made.stderr);
    if !made.status.success() && OUT_OF_REACH.iter().any(|reason| said.contains(reason)) {
        skipped(&format!(
            "{untested}: Go cannot have what it needs: {}",
            said.lines().last().unwrap_or_default()
        ));
        return None;
    }
    assert!(made.status.success(), "the generator failed: {said}");
    Some(String::from_utf8(made.stdout).expect("text"))
}
