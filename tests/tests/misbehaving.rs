//! Handlers that misbehave: whatever one does, its attempt ends with a trace, and the other objects go on.

use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Context, Controller, ObjectKey, Requeue, controller,
    testing::{Cluster, Traces},
};
use kooper_tests::{Act, Log, Running, Script, pod, undecodable_pod};
use kube::{
    Api,
    api::{DeleteParams, PostParams},
};
use std::{error::Error, fmt, time::Duration};
use tracing::Level;

#[derive(Debug)]
struct Layer {
    depth: usize,
    cause: Option<Box<Layer>>,
}

impl Layer {
    fn new(depth: usize) -> Self {
        Self { depth, cause: (depth > 1).then(|| Box::new(Self::new(depth - 1))) }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "layer {} broke", self.depth)
    }
}

impl Error for Layer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// An error that cannot even be shown.
#[derive(Debug)]
struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("no words")
    }
}

impl Error for Unspeakable {}

/// Panics when it is dropped.
struct Grenade;

impl Drop for Grenade {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "dropped");
    }
}

/// An error that panics when it is dropped.
#[derive(Debug)]
struct Explosive(#[allow(dead_code)] GrenadeDebug);

#[derive(Debug)]
struct GrenadeDebug;

impl Drop for GrenadeDebug {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "error dropped");
    }
}

impl fmt::Display for Explosive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tick")
    }
}

impl Error for Explosive {}

/// Does something else wrong for each name.
struct Wild;

#[controller(resource = Pod, name = "wild", retries = 0, resync = "never", workers = 1, timeout = "5s")]
impl Wild {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result<Requeue> {
        match ctx.key().name() {
            "chain" => Err(Layer::new(40).into()),
            "unspeakable" => Err(Unspeakable.into()),
            "explosive" => Err(Explosive(GrenadeDebug).into()),
            "grenade" => {
                let _grenade = Grenade;
                std::future::pending().await
            }
            "drops" => {
                let _grenade = Grenade;
                Ok(Requeue::none())
            }
            "payload" => std::panic::panic_any(7_u8),
            "empty" => Err(kooper::Error::msg("")),
            "lines" => Err(kooper::Error::msg("first line\nsecond line\u{1b}[31m")),
            "never" => Ok(Requeue::after(Duration::MAX)),
            "now" if ctx.trigger() != kooper::Trigger::Requeue => Ok(Requeue::after(Duration::ZERO)),
            _ => Ok(Requeue::none()),
        }
    }

    async fn delete(&self, ctx: Context, _key: ObjectKey) -> kooper::Result {
        let last = ctx.last_seen::<Pod>().ok_or_else(|| kooper::Error::msg("no last state"))?;
        assert!(last.metadata.name.is_some());
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_a_handler_does_its_attempt_has_a_trace_and_others_go_on() {
    let cluster = Cluster::new();
    let traces = Traces::new();
    let _recording = traces.install();
    let running = Running::start(Controller::new(Wild).client(cluster.client()));
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    for (name, kind, message, outcome) in [
        ("chain", "handler", "layer 40 broke: layer 39 broke: ", "given_up"),
        ("unspeakable", "handler", "", "given_up"),
        ("explosive", "handler", "tick", "given_up"),
        ("grenade", "timeout", "handler timed out after 5s", "given_up"),
        ("drops", "panic", "handler panicked: dropped", "given_up"),
        ("payload", "panic", "handler panicked: ", "given_up"),
        ("empty", "handler", "", "given_up"),
        ("lines", "handler", "first line\nsecond line", "given_up"),
        ("never", "", "", "requeued"),
        ("now", "", "", "requeued"),
    ] {
        pods.create(&PostParams::default(), &pod(name)).await.expect("created");
        let neighbour = format!("neighbour-{name}");
        pods.create(&PostParams::default(), &pod(&neighbour)).await.expect("created");
        let (key, neighbour) = (format!("default/{name}"), format!("default/{neighbour}"));
        traces.wait(|traces| traces.of(&neighbour).attempts().len() == 1).await;
        traces.wait(|traces| !traces.of(&key).attempts().is_empty()).await;
        let root = traces.of(&key).attempts()[0].root();
        assert_eq!(root.attr("kooper.outcome"), outcome, "{name}");
        let failed = outcome == "given_up";
        assert_eq!(root.attr("error").exists(), failed, "{name}");
        if failed {
            let error = root.error().unwrap_or_default();
            assert_eq!(root.attr("error.type"), kind, "{name}: {error}");
            assert!(error.starts_with(message) && !error.is_empty(), "{name}: {error}");
        }
        if name == "chain" {
            let error = root.error().expect("failed");
            assert!(error.ends_with("layer 2 broke: layer 1 broke"), "{error}");
            assert_eq!(error.matches(": ").count(), 39);
        }
    }
    traces.wait(|traces| traces.of("default/now").attempts().len() == 2).await;
    pods.delete("never", &DeleteParams::default().grace_period(0)).await.expect("deleted");
    traces.wait(|traces| traces.of("default/never").attempts().len() == 2).await;
    running.stop().await.expect("no stage broke");
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_awaits_for_ever_holds_up_its_own_worker_only_until_its_timeout() {
    let cluster = Cluster::new();
    let (log, _guard) = Log::install();
    let (script, calls) = Script::new(|call| if call.key.ends_with("hangs") { Act::Hang } else { Act::Good });
    let controller = Controller::new(script).client(cluster.client()).workers(2).retries(1);
    let running = Running::start(controller);
    cluster.faults().watches().opened(1).await;
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("hangs")).await.expect("created");
    let began = tokio::time::Instant::now();
    for number in 0..20 {
        pods.create(&PostParams::default(), &pod(&format!("pod-{number}"))).await.expect("created");
    }
    assert_eq!(calls.wait(21).await.len(), 21);
    assert!(began.elapsed() < Duration::from_secs(1), "the others went on meanwhile");
    let line = log.wait(|line| line.level == Level::ERROR).await;
    assert_eq!(line.field("outcome"), "given_up");
    assert!(line.field("error").contains("handler timed out after 30s"), "{line:?}");
    // One line for the attempt that is tried again, one for the end; nothing else is wrong.
    let warnings = log.warnings();
    assert_eq!(warnings.len(), 2, "{warnings:#?}");
    running.stop().await.expect("drained");
}

#[tokio::test(start_paused = true)]
async fn an_object_that_cannot_be_decoded_is_not_tried_again_by_a_resync_until_it_changes() {
    let cluster = Cluster::new();
    let traces = Traces::new();
    let _recording = traces.install();
    let (script, calls) = Script::new(|_| Act::Good);
    let controller = Controller::new(script).client(cluster.client()).resync(Duration::from_mins(1));
    let running = Running::start(controller);
    cluster.put(undecodable_pod("wreck"));
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("good")).await.expect("created");
    tokio::time::sleep(Duration::from_secs(630)).await;
    assert_eq!(traces.of("default/wreck").attempts().len(), 1, "once, when it came");
    assert_eq!(calls.all().len(), 11, "the other one at each resync");

    let mut mended = serde_json::to_value(pod("wreck")).expect("JSON");
    mended["apiVersion"] = "v1".into();
    mended["kind"] = "Pod".into();
    cluster.put(mended);
    tokio::time::sleep(Duration::from_mins(5)).await;
    let of_it = calls.all().into_iter().filter(|call| call.key == "default/wreck").count();
    assert!(of_it >= 5, "{of_it}: when it changed, and at each resync from then on");
    running.stop().await.expect("drained");
}
