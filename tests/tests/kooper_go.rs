//! What Kooper's own tests, those in Go, ask of a controller.

use k8s_openapi::api::core::v1::{Namespace, Pod, Service};
use kooper::{Context, Controller, ObjectKey, controller, testing::Cluster};
use kooper_tests::{Act, Calls, Running, Script, pod};
use kube::{
    Api,
    api::{DeleteParams, Patch, PatchParams, PostParams},
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::sync::mpsc;

const WORK: Duration = Duration::from_millis(10);

/// A cluster with pods, and a controller of them.
async fn pods(
    count: usize,
    act: impl Fn(&kooper_tests::Call) -> Act + Send + Sync + 'static,
    set: impl FnOnce(Controller<Script>) -> Controller<Script>,
) -> (Running, Arc<Calls>) {
    let cluster = Cluster::new();
    let api: Api<Pod> = Api::default_namespaced(cluster.client());
    for number in 0..count {
        api.create(&PostParams::default(), &pod(&format!("pod-{number:03}"))).await.expect("created");
    }
    let (script, calls) = Script::new(act);
    (Running::start(set(Controller::new(script).client(cluster.client()))), calls)
}

/// The time from the first call of 100 to the end of the last, where each takes 10 ms.
async fn time_of_100(workers: u32) -> Duration {
    let (running, calls) = pods(100, |_| Act::Sleep(WORK), |controller| controller.workers(workers)).await;
    let keys = calls.wait(100).await;
    running.stop().await.expect("drained");
    assert_eq!(keys.len(), 100);
    let calls = calls.all();
    let first = calls.iter().map(|call| call.at).min().expect("some");
    let last = calls.iter().map(|call| call.at).max().expect("some");
    last - first + WORK
}

#[tokio::test(start_paused = true)]
async fn a_hundred_objects_take_one_worker_a_hundred_times_as_long_as_one_object() {
    assert_eq!(time_of_100(1).await, WORK * 100);
}

#[tokio::test(start_paused = true)]
async fn five_workers_take_a_fifth_of_the_time() {
    assert_eq!(time_of_100(5).await, WORK * 20);
}

#[tokio::test(start_paused = true)]
async fn objects_that_always_fail_are_handled_once_and_once_for_each_retry() {
    for (objects, retries) in [(1, 3), (10, 0), (7, 4), (100, 2)] {
        let act = |_: &kooper_tests::Call| Act::Fail("wanted");
        let (running, calls) =
            pods(objects, act, |controller| controller.retries(u32::try_from(retries).expect("few"))).await;
        calls.wait(objects + objects * retries).await;
        // A day later there was none more.
        tokio::time::sleep(Duration::from_hours(24)).await;
        running.stop().await.expect("drained");
        let mut attempts: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for call in calls.all() {
            attempts.entry(call.key).or_default().push(call.attempt);
        }
        assert_eq!(attempts.len(), objects);
        let each: Vec<u32> = (1..=u32::try_from(retries).expect("few") + 1).collect();
        assert!(attempts.values().all(|attempts| *attempts == each), "{attempts:?}");
    }
}

/// Sends the name of each service it is given, and of each that is gone.
struct Services(mpsc::UnboundedSender<String>);

#[controller(resource = Service, name = "services", workers = 1, resync = "never")]
impl Services {
    async fn add(&self, service: Service) -> kooper::Result {
        let port = service.spec.and_then(|spec| Some(spec.ports?.first()?.port)).unwrap_or_default();
        self.0.send(format!("add {} {port}", service.metadata.name.unwrap_or_default()))?;
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        self.0.send(format!("delete {}", key.name()))?;
        Ok(())
    }
}

fn service(name: &str, port: i32) -> Service {
    let service = json!({ "metadata": { "name": name }, "spec": { "ports": [{ "port": port }] } });
    serde_json::from_value(service).expect("a service")
}

#[tokio::test(start_paused = true)]
async fn services_that_are_created_changed_and_deleted_are_handled_in_order() {
    let cluster = Cluster::new();
    let (sender, mut seen) = mpsc::unbounded_channel();
    let running = Running::start(Controller::new(Services(sender)).client(cluster.client()));
    cluster.faults().watches().resource("services").opened(1).await;

    let services: Api<Service> = Api::default_namespaced(cluster.client());
    let mut next = async || seen.recv().await.expect("the controller runs");
    services.create(&PostParams::default(), &service("svc1", 80)).await.expect("created");
    services.create(&PostParams::default(), &service("svc2", 80)).await.expect("created");
    assert_eq!([next().await, next().await], ["add svc1 80", "add svc2 80"]);
    let change = Patch::Merge(json!({ "spec": { "ports": [{ "port": 8080 }] } }));
    services.patch("svc1", &PatchParams::default(), &change).await.expect("changed");
    assert_eq!(next().await, "add svc1 8080");
    for name in ["svc1", "svc2"] {
        services.delete(name, &DeleteParams::default()).await.expect("deleted");
    }
    assert_eq!([next().await, next().await], ["delete svc1", "delete svc2"]);
    running.stop().await.expect("drained");
    assert!(seen.recv().await.is_none(), "nothing else was handled");
}

/// Sends the name of each namespace it is given.
struct Namespaces(mpsc::UnboundedSender<String>);

#[controller(resource = Namespace, name = "namespaces", workers = 1, resync = "never")]
impl Namespaces {
    async fn add(&self, ctx: Context, namespace: Namespace) -> kooper::Result {
        assert_eq!(ctx.key().namespace(), None, "a namespace is in none");
        self.0.send(namespace.metadata.name.unwrap_or_default())?;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_there_at_the_start_is_handled_in_the_order_of_the_list() {
    let cluster = Cluster::new();
    let (sender, mut seen) = mpsc::unbounded_channel();
    let _running = Running::start(Controller::new(Namespaces(sender)).client(cluster.client()));
    for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
        assert_eq!(seen.recv().await.as_deref(), Some(name));
    }
}
