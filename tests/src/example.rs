//! The examples as programs, with all exporters in them.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// The executable of an example. `cargo test --workspace` has built it along with the tests; else cargo builds it now, with the
/// features that the whole workspace asks for.
///
/// # Panics
///
/// If it can't be built.
pub fn example(name: &str) -> PathBuf {
    // A test is PROFILE/deps/NAME-HASH, an example is PROFILE/examples/NAME.
    let test = env::current_exe().expect("a test knows where it is");
    let profile = test.ancestors().nth(2).expect("a test is two folders deep");
    let target = profile.parent().expect("a profile has a folder of its own in the target folder");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--workspace", "--example", name, "--target-dir"])
        .arg(target)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .status();
    assert!(built.is_ok_and(|status| status.success()), "the example {name} could not be built");
    profile.join("examples").join(name)
}
