//! Objects come, change and go under the README's program.

use crate::{
    cluster::Cluster,
    program::{Program, wait_for},
    traces::Traces,
};

const NAMESPACE: &str = "objects";

#[test]
fn every_change_of_a_pod_leaves_exactly_one_trace() {
    let Some(cluster) = Cluster::get() else { return };
    let traces = Traces::of(cluster.path("objects.traces"));
    cluster.kubectl(["create", "namespace", NAMESPACE]);
    let mut program =
        Program::start_traced("examples", "pod-printer", &[], &cluster.kubeconfig(), traces.file());
    // Each step begins once the traces of the one before are there: else changes to a waiting pod would be one run.
    let step = |add: usize, delete: usize| {
        wait_for(&format!("{add} add and {delete} delete"), || {
            let attempts = traces.attempts(NAMESPACE);
            (attempts.add.len() >= add && attempts.delete.len() >= delete).then_some(attempts)
        })
    };

    let pods: Vec<String> = (0..50).map(|number| format!("pod-{number:02}")).collect();
    cluster.apply(&pods.iter().map(|name| pod(name)).collect::<String>());
    let created = step(50, 0);
    assert_eq!(sorted(&created.add), pods);

    let (changed, _) = pods.split_at(20);
    cluster.kubectl(
        ["label", "--namespace", NAMESPACE, "pods"].into_iter().chain(names(changed)).chain(["seen=yes"]),
    );
    let labelled = step(50 + 20, 0);
    assert_eq!(sorted(&labelled.add[50..]), changed);

    let (deleted, _) = pods.split_at(30);
    cluster.kubectl(
        ["delete", "--namespace", NAMESPACE, "--wait=false", "pods"].into_iter().chain(names(deleted)),
    );
    step(50 + 20, 30);
    program.ends_well();
    // Once more, since nothing else may have been on its way.
    let all = traces.attempts(NAMESPACE);
    assert_eq!(sorted(&all.delete), deleted);
    // The server first marks each pod (`deletionTimestamp`, no grace, no finalizers), then removes it: that is one end.
    assert_eq!(all.add.len(), 50 + 20, "more than was created and changed: {:?}", &all.add[50 + 20..]);

    let printed = program.printed();
    assert!(printed.contains("objects/pod-00 is gone"), "{printed}");
}

fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

fn names(pods: &[String]) -> impl Iterator<Item = &str> {
    pods.iter().map(String::as_str)
}

/// The manifest of a pod.
fn pod(name: &str) -> String {
    format!(
        "---
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: {NAMESPACE}}}
spec: {{containers: [{{name: main, image: registry.k8s.io/pause}}]}}
"
    )
}
