//! SIGTERM in the middle of a handler.

use crate::{cluster::Cluster, program::Program, traces::Traces};

#[test]
fn a_handler_that_runs_at_sigterm_ends_first_then_the_program_exits_with_0() {
    let Some(cluster) = Cluster::get() else { return };
    let traces = Traces::of(cluster.path("shutdown.traces"));
    cluster.kubectl(["create", "namespace", "shutdown"]);
    cluster.kubectl([
        "run",
        "slow",
        "--namespace",
        "shutdown",
        "--image=registry.k8s.io/pause",
        "--restart=Never",
    ]);
    let arguments = ["--namespace", "shutdown", "--takes", "2s"];
    let mut program =
        Program::start_traced("kooper-tests", "probe", &arguments, &cluster.kubeconfig(), traces.file());

    program.has_printed("handling shutdown/slow", 1);
    assert!(!program.printed().contains("handled shutdown/slow"), "SIGTERM comes in the middle");
    program.ends_well();

    let printed = program.printed();
    assert!(printed.contains("handled shutdown/slow"), "the handler was cut off:\n{printed}");
    assert_eq!(traces.attempts("shutdown").add, ["slow"]);
}
