//! Real programs to test against, where the folder with them is there.

use crate::skipped as say_skipped;
use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

/// The folder with the real programs: `TESTBED`, else `../shared/testbed` beside the workspace. Where there is none, it says
/// loudly what is not tested.
///
/// # Panics
///
/// If `TESTBED` names a folder that is not there.
pub fn testbed(skipped: &str) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("TESTBED") {
        let named = PathBuf::from(named);
        assert!(named.is_dir(), "TESTBED={} is no folder", named.display());
        return Some(named);
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/testbed");
    if beside.is_dir() {
        return Some(beside);
    }
    say_skipped(&format!("{skipped}: there is no testbed; set TESTBED to its folder"));
    None
}

/// The folder with the testbed's programs (`kubectl` among them), unpacked where they are not yet. `scratch` is where they go:
/// `CARGO_TARGET_TMPDIR`.
///
/// # Panics
///
/// If they can't be unpacked.
pub fn programs(testbed: &Path, scratch: &str) -> PathBuf {
    let programs = Path::new(scratch).join("testbed");
    fs::create_dir_all(&programs).expect("a folder for programs");
    let lock = File::create(programs.join("lock")).expect("a lock file");
    lock.lock().expect("only one unpacks");
    run(Command::new(testbed.join("testbed")).arg("install").arg(&programs));
    programs
}

/// A real kube-apiserver with nothing in it, that lives as long as this.
pub struct ApiServer {
    script: PathBuf,
    state: PathBuf,
    kubeconfig: PathBuf,
    /// It was there before the test, and stays.
    borrowed: bool,
}

impl ApiServer {
    /// The one of the environment (`testbed up DIR api && . DIR/env`), else one of the testbed's, started now. Where there is
    /// none of either, it says loudly what is not tested.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn find(skipped: &str, scratch: &str) -> Option<Self> {
        let known =
            std::env::var_os("KUBECONFIG").filter(|_| std::env::var_os("KUBEBUILDER_ASSETS").is_some());
        if let Some(kubeconfig) = known {
            let none = PathBuf::new();
            return Some(Self {
                script: none.clone(),
                state: none,
                kubeconfig: kubeconfig.into(),
                borrowed: true,
            });
        }
        testbed(skipped).map(|testbed| Self::start(&testbed, scratch))
    }

    /// One of the testbed's, for the caller alone. `scratch` is where its programs and its state go: `CARGO_TARGET_TMPDIR`.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start(testbed: &Path, scratch: &str) -> Self {
        Self::start_with(testbed, scratch, &[])
    }

    /// The same with more flags, which have no white space in them.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start_with(testbed: &Path, scratch: &str, flags: &[&str]) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let script = testbed.join("testbed");
        let programs = programs(testbed, scratch);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let state = Path::new(scratch).join(format!("api-{}-{number}", std::process::id()));
        run(Command::new(&script)
            .arg("up")
            .arg(&state)
            .arg("api")
            .env("KUBEBUILDER_ASSETS", &programs)
            .env("APISERVER_ARGS", flags.join(" ")));
        let kubeconfig = state.join("kubeconfig");
        Self { script, state, kubeconfig, borrowed: false }
    }

    /// The kubeconfig of its administrator.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// A client of its administrator, which tells every refusal and tries nothing again.
    ///
    /// # Panics
    ///
    /// If its kubeconfig is none.
    pub async fn client(&self) -> Client {
        self.client_by(KubeConfigOptions::default()).await
    }

    /// A client of a user, by the name of the context: `admin`, or `plain`, who may do nothing unless a role is bound.
    ///
    /// # Panics
    ///
    /// If its kubeconfig is none.
    pub async fn client_of(&self, user: &str) -> Client {
        self.client_by(KubeConfigOptions { context: Some(user.into()), ..KubeConfigOptions::default() }).await
    }

    async fn client_by(&self, context: KubeConfigOptions) -> Client {
        let kubeconfig = Kubeconfig::read_from(&self.kubeconfig).expect("the testbed writes a kubeconfig");
        let config = Config::from_custom_kubeconfig(kubeconfig, &context).await;
        let mut config = config.expect("the kubeconfig has a context");
        config.default_retry = false;
        Client::try_from(config).expect("the testbed's certificates are sound")
    }
}

/// A kube-apiserver that was killed.
#[must_use = "it is away until it is started again"]
pub struct Killed<'a> {
    server: &'a ApiServer,
    command: Vec<String>,
}

impl ApiServer {
    /// Kills the API server, as a crash does; etcd stays.
    ///
    /// # Panics
    ///
    /// If it does not run, or is not the test's own.
    pub fn kill(&self) -> Killed<'_> {
        assert!(!self.borrowed, "the server of others is left alone");
        let pid = fs::read_to_string(self.state.join("kube-apiserver.pid")).expect("the testbed keeps it");
        let pid = pid.trim();
        let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).expect("the server runs");
        let command = line.split_terminator('\0').map(str::to_owned).collect();
        run(Command::new("kill").args(["-KILL", pid]));
        // Waits for its end.
        run(Command::new("tail").arg(format!("--pid={pid}")).args(["-f", "/dev/null"]));
        Killed { server: self, command }
    }
}

impl Killed<'_> {
    /// Starts it again as it was, on its port. It answers after some seconds.
    ///
    /// # Panics
    ///
    /// If there is no shell.
    pub fn start_again(self) {
        // By a shell that ends, so that it is no child of the test and the testbed finds it as its own.
        let script =
            r#"cd "$0"; "$@" >> kube-apiserver.log 2>&1 < /dev/null & echo $! > "$0/kube-apiserver.pid""#;
        let started =
            Command::new("sh").args(["-c", script]).arg(&self.server.state).args(&self.command).status();
        assert!(started.expect("there is a shell").success());
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        if !self.borrowed {
            run(Command::new(&self.script).arg("down").arg(&self.state));
            // What is left are logs and settings, of no use after a test that ended.
            let _ = fs::remove_dir_all(&self.state);
        }
    }
}

/// A real Jaeger with nothing in it, that lives as long as this.
pub struct Jaeger {
    script: PathBuf,
    state: PathBuf,
    /// The testbed's script, beside settings of our own.
    settings: PathBuf,
    collector: String,
    vars: HashMap<String, String>,
}

impl Jaeger {
    /// Starts one of the testbed's. `scratch` is where its programs and its state go: `CARGO_TARGET_TMPDIR`.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start(testbed: &Path, scratch: &str) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let programs = programs(testbed, scratch);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let state = Path::new(scratch).join(format!("jaeger-{}-{number}", std::process::id()));
        let settings = state.with_extension("settings");
        let collector = with_collector(testbed, &settings);
        let script = settings.join("testbed");
        let out = run(Command::new(&script)
            .arg("up")
            .arg(&state)
            .arg("jaeger")
            .env("KUBEBUILDER_ASSETS", &programs));
        let words = out.split_whitespace().filter_map(|word| word.split_once('='));
        let vars = words.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { script, state, settings, collector, vars }
    }

    /// The URL of its collector, for thrift over HTTP.
    pub fn collector(&self) -> String {
        format!("http://{}/api/traces", self.collector)
    }

    /// The address of its agent.
    pub fn agent(&self) -> String {
        format!("127.0.0.1:{}", self.vars["JAEGER_AGENT_PORT"])
    }

    /// The address for OTLP over HTTP.
    pub fn otlp_http(&self) -> &str {
        &self.vars["JAEGER_OTLP_HTTP"]
    }

    /// The address for OTLP over gRPC.
    pub fn otlp_grpc(&self) -> &str {
        &self.vars["JAEGER_OTLP_GRPC"]
    }

    /// What its query API has in `data` at a path; null where it has nothing.
    ///
    /// # Panics
    ///
    /// If it does not answer.
    pub fn query(&self, path: &str) -> Value {
        let address = self.vars["JAEGER_QUERY"].trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("Jaeger is there");
        write!(stream, "GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n").expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer in text");
        let (_, body) = answer.split_once("\r\n\r\n").expect("an answer with a body");
        let mut body: Value = serde_json::from_str(body).expect("an answer in JSON");
        body["data"].take()
    }
}

impl Drop for Jaeger {
    fn drop(&mut self) {
        run(Command::new(&self.script).arg("down").arg(&self.state));
        // What is left are logs and settings, of no use after a test that ended.
        let _ = fs::remove_dir_all(&self.state);
        let _ = fs::remove_dir_all(&self.settings);
    }
}

/// Makes a folder with the testbed's script and its settings of Jaeger, to which the collector for thrift is added; gives its
/// address. The script takes the settings that stand beside it.
fn with_collector(testbed: &Path, folder: &Path) -> String {
    let port = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = port.local_addr().expect("bound").to_string();
    let settings = fs::read_to_string(testbed.join("jaeger.yaml")).expect("the testbed has settings");
    let (before, after) = settings.split_once("      thrift_compact:").expect("it takes thrift");
    fs::create_dir_all(folder).expect("a folder for settings");
    let more =
        format!("{before}      thrift_http: {{endpoint: \"{address}\"}}\n      thrift_compact:{after}");
    fs::write(folder.join("jaeger.yaml"), more).expect("a file");
    let script = fs::canonicalize(testbed.join("testbed")).expect("the testbed has a script");
    std::os::unix::fs::symlink(script, folder.join("testbed")).expect("a link");
    address
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect("the testbed can be run");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
