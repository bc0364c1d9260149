//! What a user gets wrong, as the user meets it: one clear message with the next step.

use crate::{cluster::Cluster, program::Program};
use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};

/// One that names a server, for tests that need none.
const KUBECONFIG: &str = "
apiVersion: v1
kind: Config
current-context: it
clusters: [{name: it, cluster: {server: 'SERVER'}}]
users: [{name: it, user: {}}]
contexts: [{name: it, context: {cluster: it, user: it}}]
";

/// How a message about a server that cannot be read begins; the log names each further try otherwise.
const CANNOT_READ: &str = "cannot read";
const TRYING_AGAIN: &str = ": trying again controller";

/// A kubeconfig of this text.
fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.kubeconfig"));
    fs::write(&path, text).expect("the folder of the tests can be written");
    path
}

/// Runs the README's program with a configuration that may work one day: it goes on trying, has told the cause once,
/// with the next step, and ends well.
fn goes_on_trying(kubeconfig: &Path, cause: &str, next_step: &str) {
    let mut program = Program::start("examples", "pod-printer", &[], kubeconfig);
    tells_once(&mut program, cause, next_step);
}

fn tells_once(program: &mut Program, cause: &str, next_step: &str) {
    program.has_printed(TRYING_AGAIN, 2);
    program.ends_well();
    let printed = program.printed();
    let told: Vec<&str> = printed.lines().filter(|line| line.contains(CANNOT_READ)).collect();
    let [told] = told[..] else { panic!("told {} times:\n{printed}", told.len()) };
    assert!(told.contains(cause) && told.contains(next_step), "{told}");
}

/// Runs the README's program with a configuration that can never work: it ends at once with 1, and says why and what to
/// do.
fn ends_at_once(kubeconfig: &Path, cause: &str) {
    let mut program = Program::start("examples", "pod-printer", &[], kubeconfig);
    let status = program.ended();
    let printed = program.printed();
    assert_eq!(status.code(), Some(1), "{printed}");
    assert!(printed.contains(cause) && printed.contains("what to do:"), "{printed}");
}

#[test]
fn without_a_cluster_the_program_goes_on_trying() {
    // A port that was free a moment ago, and where nobody listens.
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let server = listener.local_addr().expect("it has an address");
    drop(listener);
    let text = KUBECONFIG.replace("SERVER", &format!("https://{server}"));
    goes_on_trying(&file("nobody", &text), "cannot be reached", "kubectl cluster-info");
}

#[test]
fn a_kubeconfig_that_is_not_yaml_ends_the_program() {
    ends_at_once(&file("garbled", "clusters: [{{\n\t- what"), "no way to reach a cluster");
}

#[test]
fn a_kubeconfig_that_does_not_exist_ends_the_program() {
    ends_at_once(Path::new("/nowhere/kubeconfig"), "/nowhere/kubeconfig");
}

#[test]
fn a_context_that_does_not_exist_ends_the_program() {
    let text = KUBECONFIG.replace("current-context: it", "current-context: staging");
    ends_at_once(&file("context", &text), "staging");
}

#[test]
fn a_wrong_token_is_told_and_tried_again() {
    let Some(cluster) = Cluster::get() else { return };
    let kubeconfig = cluster.kubeconfig_with("token.kubeconfig", "token: admin-token", "token: expired");
    goes_on_trying(&kubeconfig, "401", "renew the token");
}

#[test]
fn a_missing_permission_is_told_and_tried_again() {
    let Some(cluster) = Cluster::get() else { return };
    let kubeconfig =
        cluster.kubeconfig_with("plain.kubeconfig", "current-context: admin", "current-context: plain");
    goes_on_trying(&kubeconfig, "403", "kubectl auth can-i watch pods");
}

#[test]
fn a_resource_that_the_server_does_not_know_is_told_and_tried_again() {
    let Some(cluster) = Cluster::get() else { return };
    let mut program = Program::start("kooper-tests", "probe", &["--unserved"], &cluster.kubeconfig());
    tells_once(&mut program, "404", "CustomResourceDefinition");
}

#[test]
fn a_namespace_that_does_not_exist_is_a_warning_and_said_once() {
    let Some(cluster) = Cluster::get() else { return };
    let mut program =
        Program::start("kooper-tests", "probe", &["--namespace", "nowhere"], &cluster.kubeconfig());
    program.has_printed("the namespace does not exist", 1);
    // It is handled once it exists: the warning was no end.
    cluster.kubectl(["create", "namespace", "nowhere"]);
    cluster.kubectl([
        "run",
        "late",
        "--namespace",
        "nowhere",
        "--image=registry.k8s.io/pause",
        "--restart=Never",
    ]);
    program.has_printed("handled nowhere/late", 1);
    program.ends_well();
    let printed = program.printed();
    assert_eq!(printed.matches("the namespace does not exist").count(), 1, "{printed}");
    assert!(printed.contains("kubectl create namespace nowhere"), "{printed}");
}
