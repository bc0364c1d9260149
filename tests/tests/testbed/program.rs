//! Programs under test, as processes.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant, SystemTime},
};

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A running program and all that it has printed.
pub(crate) struct Program {
    child: Child,
    output: Arc<Output>,
    /// What reads its two streams.
    readers: Vec<thread::JoinHandle<()>>,
}

#[derive(Default)]
struct Output {
    text: Mutex<String>,
    grown: Condvar,
}

impl Program {
    /// Starts an example of a package of this workspace, with a kubeconfig.
    pub(crate) fn start(package: &str, example: &str, arguments: &[&str], kubeconfig: &Path) -> Self {
        Self::spawn(Command::new(executable(package, example)).args(arguments), kubeconfig)
    }

    /// The same, with its ended spans written to a file.
    pub(crate) fn start_traced(
        package: &str,
        example: &str,
        arguments: &[&str],
        kubeconfig: &Path,
        traces: &Path,
    ) -> Self {
        let mut command = Command::new(executable(package, example));
        Self::spawn(command.args(arguments).env("KOOPER_TRACE_FILE", traces), kubeconfig)
    }

    fn spawn(command: &mut Command, kubeconfig: &Path) -> Self {
        let mut child = command
            .env("KUBECONFIG", kubeconfig)
            // With each further try, which is no warning.
            .env("RUST_LOG", "info,kooper=debug")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program can be started");
        let output = Arc::new(Output::default());
        let readers = vec![
            collect(child.stdout.take().expect("stdout is a pipe"), &output),
            collect(child.stderr.take().expect("stderr is a pipe"), &output),
        ];
        Self { child, output, readers }
    }

    /// Waits until the program has printed a text so often.
    pub(crate) fn has_printed(&self, text: &str, times: usize) {
        let printed = self.output.text.lock().unwrap_or_else(PoisonError::into_inner);
        let (printed, late) = self
            .output
            .grown
            .wait_timeout_while(printed, PATIENCE, |printed| printed.matches(text).count() < times)
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!late.timed_out(), "`{text}` was not printed {times} times:\n{printed}");
    }

    /// All that it has printed so far, on both streams.
    pub(crate) fn printed(&self) -> String {
        self.output.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends SIGTERM, as a cluster does before it ends a pod.
    pub(crate) fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIGTERM could not be sent");
    }

    /// Waits until it has ended by itself, and all that it printed has been read.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let status =
            wait_for("the program to end", || self.child.try_wait().expect("it is a child of this process"));
        for reader in self.readers.drain(..) {
            reader.join().expect("a reader does not panic");
        }
        status
    }

    /// Sends SIGTERM and expects the exit code 0.
    pub(crate) fn ends_well(&mut self) {
        self.terminate();
        let status = self.ended();
        assert!(status.success(), "{status} after SIGTERM:\n{}", self.printed());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Of use only where a test has failed before its end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn collect(stream: impl Read + Send + 'static, output: &Arc<Output>) -> thread::JoinHandle<()> {
    let output = Arc::clone(output);
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut text = output.text.lock().unwrap_or_else(PoisonError::into_inner);
            text.push_str(&line);
            text.push('\n');
            output.grown.notify_all();
        }
    })
}

/// Asks again and again until there is an answer.
pub(crate) fn wait_for<T>(what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = answer() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited {PATIENCE:?} for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// The executable of an example: built by `cargo test --workspace` along with this test, else by a call of cargo now.
pub(crate) fn executable(package: &str, example: &str) -> PathBuf {
    // This test is PROFILE/deps/testbed-HASH, an example is PROFILE/examples/NAME.
    let test = env::current_exe().expect("a test knows where it is");
    let profile = test.ancestors().nth(2).expect("a test is two folders deep");
    let executable = profile.join("examples").join(example);
    if !is_up_to_date(&executable) {
        let target = profile.parent().expect("a profile has a folder of its own in the target folder");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", package, "--example", example, "--target-dir"])
            .arg(target)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .status();
        assert!(built.is_ok_and(|status| status.success()), "the example {example} could not be built");
    }
    executable
}

/// Whether an executable is newer than every source that cargo made it from, which stand in the `.d` file beside it.
fn is_up_to_date(executable: &Path) -> bool {
    let modified = |path: &Path| -> Option<SystemTime> { fs::metadata(path).ok()?.modified().ok() };
    let sources = fs::read_to_string(executable.with_extension("d")).unwrap_or_default();
    let Some((_, sources)) = sources.split_once(": ") else { return false };
    let built = modified(executable);
    built.is_some() && sources.split_whitespace().all(|source| modified(Path::new(source)) <= built)
}
