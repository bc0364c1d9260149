//! A package with one file, that an editor opens.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
};

/// It stands outside of every target folder, since rust-analyzer leaves out what is in one, and is removed at the end.
pub(crate) struct Package(PathBuf);

impl Package {
    /// A package of its own, since this whole workspace would take rust-analyzer long.
    pub(crate) fn new(text: &str) -> Self {
        let package = Self(env::temp_dir().join(format!("kooper-editor-{}", process::id())));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        fs::create_dir_all(package.0.join("src")).expect("the folder can be made");
        let manifest = format!(
            "[package]\nname = \"editor\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
             k8s-openapi = {{ version = \"*\", features = [\"latest\"] }}\n\
             kooper = {{ path = '{}', default-features = false }}\n",
            root.join("kooper").display()
        );
        fs::write(package.0.join("Cargo.toml"), manifest).expect("the manifest can be written");
        // The versions of the workspace, so that nothing is fetched.
        fs::copy(root.join("Cargo.lock"), package.0.join("Cargo.lock")).expect("the lock file can be copied");
        fs::write(package.file(), text).expect("the text can be written");
        package
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("src/lib.rs")
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        // What is left where it fails is no more than a few files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
