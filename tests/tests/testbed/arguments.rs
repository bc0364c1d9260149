//! Every argument of the attribute, and what comes of it on a real API server.

use crate::{
    cluster::Cluster,
    program::{Program, wait_for},
    traces::{Root, Traces},
};
use std::time::{Duration, Instant};

/// How many config maps fail at once, for the limit of retries.
const FAILING: usize = 6;

#[test]
fn every_argument_of_the_attribute_does_what_it_says() {
    let Some(cluster) = Cluster::get() else { return };
    for namespace in ["args-a", "args-b", "args-c"] {
        cluster.kubectl(["create", "namespace", namespace]);
    }
    cluster.apply(
        &[
            map("args-a", "one", "yes", "succeed"),
            map("args-b", "two", "yes", "succeed"),
            map("args-a", "unlabelled", "no", "succeed"),
            map("args-a", "left-out", "yes", "succeed"),
            map("args-b", "filtered", "yes", "leave out"),
            map("args-c", "elsewhere", "yes", "succeed"),
        ]
        .concat(),
    );
    let traces = Traces::of(cluster.path("arguments.traces"));
    let mut program =
        Program::start_traced("kooper-tests", "arguments", &[], &cluster.kubeconfig(), traces.file());
    // Once for the list, and once since it was given the finalizer: what comes behind that is no part of one run with it.
    program.has_printed("add args-a/one (", 2);
    program.has_printed("add args-b/two (", 2);

    others_lead_to_it(cluster, &program);
    failures(cluster, &traces);
    life_and_end(cluster, &program);
    program.has_printed("add args-a/one (resync", 1);

    cluster.apply(&map("args-a", "stuck", "yes", "succeed"));
    program.has_printed("add args-a/stuck (", 1);
    cluster.kubectl(["delete", "--namespace", "args-a", "configmap", "stuck"]);
    program.has_printed("delete args-a/stuck", 1);
    let asked = Instant::now();
    program.terminate();
    program.ended();
    let took = asked.elapsed();
    assert!(took > Duration::from_millis(900) && took < Duration::from_secs(20), "`shutdown`: {took:?}");

    let roots = traces.roots();
    let stuck = roots.iter().find(|root| root.attribute("kooper.outcome") == "aborted");
    assert!(stuck.is_some_and(|root| root.handler() == "handleDeleteObject"), "{stuck:#?}");
    let printed = program.printed();
    for name in ["args-a/unlabelled", "args-a/left-out", "args-b/filtered", "args-c/elsewhere"] {
        assert!(!printed.contains(&format!("add {name} (")), "{name} is none of its own:\n{printed}");
    }
    what_all_traces_show(&roots);
}

/// `owns` and `watches`, with their selectors.
fn others_lead_to_it(cluster: &Cluster, program: &Program) {
    let uid = ["get", "--namespace", "args-a", "configmap", "one", "--output", "jsonpath={.metadata.uid}"];
    let uid = cluster.printed(uid);
    let owner = format!("{{apiVersion: v1, kind: ConfigMap, name: one, uid: {uid}, controller: true}}");
    cluster.apply(&format!(
        "---
apiVersion: v1
kind: Secret
metadata: {{name: owned, namespace: args-a, labels: {{role: owned}}, ownerReferences: [{owner}]}}
"
    ));
    program.has_printed("add args-a/one (owned", 1);
    cluster.apply(
        "---
apiVersion: v1
kind: Secret
metadata: {name: related, namespace: args-b, labels: {role: related}, annotations: {leads-to: two}}
",
    );
    program.has_printed("add args-b/two (related", 1);
}

/// `retries`, `on_error`, `timeout` and `rate_limit`.
fn failures(cluster: &Cluster, traces: &Traces) {
    let failing: String =
        (0..FAILING).map(|number| map("args-a", &format!("fails-{number}"), "yes", "fail")).collect();
    let others = [map("args-b", "hopeless", "yes", "fail for good"), map("args-b", "hangs", "yes", "hang")];
    cluster.apply(&(failing + &others.concat()));
    let first = |name: &str, count: usize| {
        wait_for(&format!("{count} attempts at {name}"), || {
            let roots = traces.roots();
            let roots: Vec<Root> =
                roots.into_iter().filter(|root| root.attribute("kubernetes.object.name") == name).collect();
            (roots.len() >= count).then_some(roots)
        })
    };
    let outcomes = |roots: &[Root]| -> Vec<String> {
        roots.iter().map(|root| root.attribute("kooper.outcome").to_owned()).collect()
    };
    for number in 0..FAILING {
        let roots = first(&format!("fails-{number}"), 2);
        assert_eq!(outcomes(&roots[..2]), ["retried", "given_up"]);
        assert_eq!(roots[0].error(), "not yet");
    }
    assert_eq!(outcomes(&first("hopeless", 1)[..1]), ["permanent"]);
    let hangs = first("hangs", 2);
    assert_eq!(outcomes(&hangs[..2]), ["retried", "given_up"]);
    assert_eq!(hangs[0].error(), "handler timed out after 1s");
}

/// `finalizer`, `finalize` with retries of its own, `delete`; and many changes for `debounce`.
fn life_and_end(cluster: &Cluster, program: &Program) {
    let finalizers = ["get", "--namespace", "args-b", "configmap", "two", "--output"];
    let finalizers = finalizers.into_iter().chain(["jsonpath={.metadata.finalizers}"]);
    assert_eq!(cluster.printed(finalizers), r#"["example.com/arguments"]"#);
    for change in ["1", "2", "3", "4"] {
        let label = format!("change={change}");
        cluster.kubectl(["label", "--overwrite", "--namespace", "args-a", "configmap", "one", &label]);
    }
    cluster.kubectl(["delete", "--namespace", "args-b", "configmap", "two"]);
    program.has_printed("finalize args-b/two (attempt 3)", 1);
    program.has_printed("delete args-b/two", 1);
    assert!(!program.printed().contains("finalize args-b/two (attempt 4)"));
}

/// `name`, `workers`, `resync`, `retries` and `span`, which stand in each of them; `debounce` and `rate_limit` in their times.
fn what_all_traces_show(roots: &[Root]) {
    for root in roots {
        assert_eq!(root.attribute("kooper.controller"), "all-arguments");
        assert_eq!(root.attribute("controller.cfg.resync_interval"), "5s");
        if root.handler() == "handleAddObject" {
            assert_eq!(root.of_handler("team"), "infra");
            assert_ne!(root.of_handler("act"), "");
        }
    }
    let starts = |chosen: &dyn Fn(&Root) -> bool| {
        let mut starts: Vec<Duration> =
            roots.iter().filter(|root| chosen(root)).map(|root| root.time().start).collect();
        starts.sort_unstable();
        starts
    };
    let of_one = starts(&|root| {
        root.attribute("kubernetes.object.key") == "args-a/one" && root.handler() == "handleAddObject"
    });
    assert!(of_one.len() >= 4, "{of_one:?}");
    for pair in of_one.windows(2) {
        let between = pair[1].checked_sub(pair[0]).expect("they are sorted");
        assert!(between >= Duration::from_millis(299), "`debounce`: {between:?} between two runs");
    }
    // Two at once, which is what the bucket holds, then two a second; two more may have waited for a worker.
    let retries = starts(&|root| root.attribute("kooper.trigger") == "retry");
    assert!(retries.len() >= FAILING + 2, "{retries:?}");
    let time = retries[FAILING + 1].checked_sub(retries[0]).expect("they are sorted");
    let least = Duration::from_millis(500) * u32::try_from(FAILING + 2 - 2 - 2).expect("a few");
    assert!(time >= least, "`rate_limit`: {} retries in {time:?}", FAILING + 2);
    let most = roots
        .iter()
        .map(|root| roots.iter().filter(|other| other.time().contains(&root.time().start)).count());
    assert_eq!(most.max(), Some(2), "`workers`");
}

/// The manifest of a config map.
fn map(namespace: &str, name: &str, watched: &str, act: &str) -> String {
    format!(
        "---
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}, namespace: {namespace}, labels: {{watched: '{watched}'}}}}
data: {{act: {act}}}
"
    )
}
