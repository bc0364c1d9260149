//! How a program ends, as a process: its exit code and what it says, after signals and where it cannot start.

#![cfg(unix)]

use k8s_openapi::api::core::v1::Pod;
use kooper::testing::{Cluster, Server};
use kooper_tests::{example, pod};
use kube::{Api, api::PostParams};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdout, Command},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_mins(1);

/// A running `probe`.
struct Program {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    log: Lines<BufReader<ChildStderr>>,
}

impl Program {
    fn start(kubeconfig: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(example("probe"));
        for (name, _) in env::vars() {
            if ["OTEL_", "KOOPER_", "RUST_LOG"].iter().any(|start| name.starts_with(start)) {
                command.env_remove(name);
            }
        }
        let mut child = command
            .args(arguments)
            .env("KUBECONFIG", kubeconfig)
            // Without it the service account of a pod would be looked for.
            .env_remove("KUBERNETES_SERVICE_HOST")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it can be started");
        let out = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let log = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        Self { child, out, log }
    }

    async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().await;
        assert!(sent.expect("kill is there").success());
    }

    /// The exit code, and what it said from here on.
    async fn ended(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        let rest = async {
            while let Some(line) = self.log.next_line().await.expect("text") {
                said.push_str(&line);
                said.push('\n');
            }
            self.child.wait().await.expect("it is a child of this process").code()
        };
        let code = timeout(PATIENCE, rest).await.expect("it ends");
        (code, said)
    }
}

/// Waits for a line with a text in it. Gives what it said up to there.
async fn says(lines: &mut Lines<BufReader<impl AsyncRead + Unpin>>, text: &str) -> String {
    let mut said = String::new();
    let found = async {
        while let Some(line) = lines.next_line().await.expect("text") {
            said.push_str(&line);
            said.push('\n');
            if line.contains(text) {
                return true;
            }
        }
        false
    };
    let found = timeout(PATIENCE, found).await.is_ok_and(|found| found);
    assert!(found, "it never said `{text}`: {said}");
    said
}

/// A cluster with pods, served, and the path of its kubeconfig.
async fn served(test: &str, pods: &[&str]) -> (Cluster, Server, PathBuf) {
    let cluster = Cluster::new();
    let api: Api<Pod> = Api::default_namespaced(cluster.client());
    for name in pods {
        api.create(&PostParams::default(), &pod(name)).await.expect("created");
    }
    let server = cluster.serve(0).await.expect("a port");
    let kubeconfig = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("exit-{test}.yaml"));
    server.write_kubeconfig(&kubeconfig).expect("written");
    (cluster, server, kubeconfig)
}

#[tokio::test]
async fn a_drain_in_which_all_that_ran_was_finished_is_0() {
    let (_cluster, _server, kubeconfig) = served("drained", &["web"]).await;
    for signal in ["INT", "TERM"] {
        let mut program = Program::start(&kubeconfig, &["--takes", "2s"]);
        says(&mut program.out, "handling default/web").await;
        program.signal(signal).await;
        says(&mut program.log, "shutting down").await;
        says(&mut program.out, "handled default/web").await;
        let (code, said) = program.ended().await;
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("stopped"), "{said}");
    }
}

#[tokio::test]
async fn a_second_signal_cuts_handlers_off_and_is_1_with_how_many_they_were() {
    let (_cluster, _server, kubeconfig) = served("aborted", &["web"]).await;
    let mut program = Program::start(&kubeconfig, &["--takes", "600s"]);
    says(&mut program.out, "handling default/web").await;
    program.signal("INT").await;
    says(&mut program.log, "another signal ends them").await;
    program.signal("INT").await;
    let (code, said) = program.ended().await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("1 running handler was aborted by a second signal"), "{said}");
}

#[tokio::test]
async fn a_third_signal_ends_a_program_whose_handlers_block_all_its_threads_and_is_1() {
    let (_cluster, _server, kubeconfig) = served("blocked", &["a", "b", "c"]).await;
    let mut program = Program::start(&kubeconfig, &["--blocks", "600s"]);
    // The runtime has two threads or more; once one blocks the others soon do.
    says(&mut program.out, "handling").await;
    program.signal("TERM").await;
    says(&mut program.log, "shutting down").await;
    program.signal("TERM").await;
    says(&mut program.log, "another signal ends the program").await;
    program.signal("TERM").await;
    let (code, said) = program.ended().await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("in the middle of what it does"), "{said}");
}

#[tokio::test]
async fn what_can_never_work_is_1_at_once_with_the_next_step() {
    let (_cluster, _server, kubeconfig) = served("config", &[]).await;
    let nowhere = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exit-nowhere.yaml");
    let broken = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exit-broken.yaml");
    fs::write(&broken, "clusters: 7\n").expect("written");
    for (kubeconfig, arguments, message, next_step) in [
        (&nowhere, &[][..], "no way to reach a cluster", "set KUBECONFIG to a kubeconfig that exists"),
        (&broken, &[], "no way to reach a cluster", "set KUBECONFIG to a kubeconfig that exists"),
        (&kubeconfig, &["--namespace", "Prod"], "`Prod` cannot be a namespace", "give a name such as"),
    ] {
        let (code, said) = Program::start(kubeconfig, arguments).ended().await;
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(message) && said.contains(next_step), "{said}");
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_told_of_and_waited_for_and_a_signal_then_is_0() {
    let (cluster, server, kubeconfig) = served("away", &[]).await;
    drop((cluster, server));
    let mut program = Program::start(&kubeconfig, &[]);
    let begin = says(&mut program.log, "cannot be reached").await;
    assert!(!begin.contains("ERROR"), "it is told once: {begin}");
    program.signal("INT").await;
    let (code, said) = program.ended().await;
    assert_eq!(code, Some(0), "{said}");
}
