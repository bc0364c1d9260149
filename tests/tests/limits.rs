//! The limits of a controller: the shortest time between two runs of one object, how many retries there may be in a time, and
//! of one object.

use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{Context, Controller, RateLimit, controller, testing::Cluster};
use kooper_tests::{Act, Running, Script, pod};
use kube::{
    Api,
    api::{DeleteParams, Patch, PatchParams, PostParams},
};
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

const SECOND: Duration = Duration::from_secs(1);

/// Tells when it was given which state.
struct Clocked(mpsc::UnboundedSender<(Instant, String)>);

#[controller(resource = ConfigMap, resync = "never", debounce = "2s")]
impl Clocked {
    async fn add(&self, _ctx: Context, map: ConfigMap) -> kooper::Result {
        self.0.send((Instant::now(), map.data.unwrap_or_default().remove("write").unwrap_or_default()))?;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_that_changes_all_the_time_is_handled_once_an_interval_and_in_its_last_state() {
    let cluster = Cluster::new();
    let (sender, mut runs) = mpsc::unbounded_channel();
    let running = Running::start(Controller::new(Clocked(sender)).client(cluster.client()));
    cluster.faults().watches().opened(1).await;
    let began = Instant::now();
    for write in 0..100 {
        cluster.put(json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "busy", "uid": "u" },
            "data": { "write": write.to_string() },
        }));
        sleep(SECOND / 10).await;
    }
    sleep(SECOND * 10).await;
    running.stop().await.expect("drained");
    let mut told = Vec::new();
    while let Some((at, write)) = runs.recv().await {
        told.push((at, write));
    }
    assert!((told[0].0 - began) < SECOND / 10, "the first change is handled at once");
    assert_eq!(told.len(), 6, "at 0, 2, 4, 6, 8 and 10 s: {told:?}");
    assert!(told.windows(2).all(|pair| pair[1].0 - pair[0].0 >= SECOND * 2), "{told:?}");
    assert_eq!(told.last().map(|(_, write)| &**write), Some("99"), "the last state is not lost");
}

#[tokio::test(start_paused = true)]
async fn a_delete_within_the_interval_is_handled_at_its_end() {
    let cluster = Cluster::new();
    let (script, calls) = Script::new(|_| Act::Good);
    let controller = Controller::new(script).client(cluster.client()).debounce(SECOND * 5);
    let _running = Running::start(controller);
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    calls.wait(1).await;
    pods.delete("web", &DeleteParams::default().grace_period(0)).await.expect("deleted");
    assert_eq!(calls.wait(2).await, ["add default/web", "delete default/web"]);
    let at: Vec<_> = calls.all().iter().map(|call| call.at).collect();
    assert_eq!((at[1] - at[0]).as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn retries_of_all_objects_share_the_limit_and_first_runs_do_not_wait_for_it() {
    let cluster = Cluster::new();
    let (script, calls) =
        Script::new(|call| if call.attempt == 1 { Act::Fail("not yet") } else { Act::Good });
    let controller = Controller::new(script)
        .client(cluster.client())
        .rate_limit(RateLimit::new(5, SECOND * 10))
        .workers(8);
    let _running = Running::start(controller);
    cluster.faults().watches().opened(1).await;
    let began = Instant::now();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    for number in 0..20 {
        pods.create(&PostParams::default(), &pod(&format!("pod-{number:02}"))).await.expect("created");
    }
    calls.wait(40).await;
    let (mut firsts, mut retries) = (Vec::new(), BTreeMap::<u64, u32>::new());
    for call in calls.all() {
        let after = call.at - began;
        match call.attempt {
            1 => firsts.push(after),
            _ => *retries.entry(after.as_secs()).or_default() += 1,
        }
    }
    assert!(firsts.iter().all(|after| *after < SECOND), "{firsts:?}");
    // After the backoff of a second a full bucket of five, then one each two seconds.
    let wanted: BTreeMap<u64, u32> = [(1, 5)].into_iter().chain((1..=15).map(|n| (1 + 2 * n, 1))).collect();
    assert_eq!(retries, wanted);
}

/// Fails each delete of the first object, so that it is given up while an object of the same name keeps changing.
#[tokio::test(start_paused = true)]
async fn a_delete_that_keeps_failing_is_given_up_though_its_successor_keeps_changing() {
    let cluster = Cluster::new();
    let (script, calls) = Script::new(|call| match call.handler {
        "delete" => Act::Fail("still in use"),
        _ => Act::Good,
    });
    let _running = Running::start(Controller::new(script).client(cluster.client()));
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    calls.wait(1).await;
    pods.delete("web", &DeleteParams::default().grace_period(0)).await.expect("deleted");
    calls.wait(2).await;
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    for number in 0..100 {
        let image =
            json!({ "name": "main", "image": format!("nginx:{number}"), "imagePullPolicy": "Always" });
        let image = json!({ "spec": { "containers": [image] } });
        pods.patch("web", &PatchParams::default(), &Patch::Merge(image)).await.expect("changed");
        sleep(Duration::from_millis(100)).await;
    }
    let told: Vec<_> =
        calls.wait(6).await.into_iter().zip(calls.all()).map(|(what, call)| (what, call.attempt)).collect();
    let wanted = [("add", 1), ("delete", 1), ("delete", 2), ("delete", 3), ("add", 1)];
    let wanted: Vec<_> =
        wanted.into_iter().map(|(what, attempt)| (format!("{what} default/web"), attempt)).collect();
    assert_eq!(told[..5], wanted);
}
