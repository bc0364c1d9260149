//! The API server of the testbed: one for all tests of this process.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{self, Child, Command, Output, Stdio},
    sync::OnceLock,
};

/// A running kube-apiserver with its etcd.
pub(crate) struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    /// A shell that ends the servers once its input is closed: when this process ends, in whatever way.
    _reaper: Child,
}

impl Cluster {
    /// The cluster, started by the first test that asks; `None`, and said loudly, where there is no testbed.
    pub(crate) fn get() -> Option<&'static Self> {
        static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
        CLUSTER
            .get_or_init(|| {
                let testbed = testbed();
                if testbed.is_none() {
                    // Not by `eprintln!`, which is shown for failing tests only.
                    let line: &[u8] = b"\nSKIPPED: no test ran against a real API server: \
                        neither TESTBED nor ../shared/testbed has one\n\n";
                    io::stderr().write_all(line).expect("stderr is open");
                }
                testbed.map(|testbed| Self::start(&testbed))
            })
            .as_ref()
    }

    fn start(testbed: &Path) -> Self {
        // In the target folder, so that the programs are unpacked once.
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("testbed");
        let programs = kept.join("bin");
        let folder = kept.join(process::id().to_string());
        succeed(Command::new(testbed).arg("install").arg(&programs));
        let reaper = Command::new("sh")
            .args(["-c", r#"cat > /dev/null; "$0" down "$1"; rm -rf "$1""#])
            .args([testbed, &folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("there is a shell");
        succeed(Command::new(testbed).arg("up").arg(&folder).arg("api").env("KUBEBUILDER_ASSETS", &programs));
        Self { folder, programs, _reaper: reaper }
    }

    /// The kubeconfig of the administrator.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    /// A copy of the kubeconfig under another name, with `from` replaced by `to`.
    pub(crate) fn kubeconfig_with(&self, name: &str, from: &str, to: &str) -> PathBuf {
        let text = fs::read_to_string(self.kubeconfig()).expect("the testbed has written a kubeconfig");
        assert!(text.contains(from), "the kubeconfig of the testbed has changed: {text}");
        let path = self.path(name);
        fs::write(&path, text.replace(from, to)).expect("the folder of the testbed can be written");
        path
    }

    /// Where a file can be written that is gone with the cluster.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs kubectl as the administrator.
    pub(crate) fn kubectl<I: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = I>) {
        succeed(&mut self.kubectl_command(arguments));
    }

    /// What kubectl prints.
    pub(crate) fn printed<I: AsRef<std::ffi::OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = I>,
    ) -> String {
        let output = succeed(&mut self.kubectl_command(arguments));
        String::from_utf8(output.stdout).expect("kubectl prints text")
    }

    /// Whether an object is there, by its kind and name.
    pub(crate) fn has(&self, object: [&str; 2]) -> bool {
        let output = self.kubectl_command(["get"].into_iter().chain(object)).output();
        output.expect("kubectl can be run").status.success()
    }

    /// Runs `kubectl apply` with a manifest.
    pub(crate) fn apply(&self, manifest: &str) {
        let mut kubectl = self
            .kubectl_command(["apply", "-f", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("kubectl can be run");
        let mut input = kubectl.stdin.take().expect("the input is a pipe");
        input.write_all(manifest.as_bytes()).expect("kubectl reads its input");
        drop(input);
        assert!(kubectl.wait().expect("kubectl ends").success(), "kubectl apply has failed for\n{manifest}");
    }

    fn kubectl_command<I: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Command {
        let mut command = Command::new(self.programs.join("kubectl"));
        command.arg("--kubeconfig").arg(self.kubeconfig()).args(arguments);
        command
    }
}

/// The script that starts the servers.
fn testbed() -> Option<PathBuf> {
    if let Some(folder) = env::var_os("TESTBED").filter(|folder| !folder.is_empty()) {
        let script = Path::new(&folder).join("testbed");
        assert!(script.is_file(), "TESTBED is {}: there is no `testbed` in it", folder.display());
        return Some(script);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/testbed/testbed");
    script.is_file().then_some(script)
}

/// Runs a command that must not fail.
fn succeed(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).output().expect("the command can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} has failed: {said}");
    output
}
