//! The end of a controller: nothing more is handed out, what runs may finish, and what takes too long is cut off.

use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, DrainError, ErrorKind, controller, testing::Cluster};
use kooper_tests::{Act, Running, Script, pod};
use kube::{Api, api::PostParams};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, sleep},
};

const SECOND: Duration = Duration::from_secs(1);

async fn create(cluster: &Cluster, name: &str) {
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod(name)).await.expect("created");
}

#[tokio::test(start_paused = true)]
async fn what_runs_finishes_and_what_waits_is_not_handed_out() {
    let cluster = Cluster::new();
    for name in ["a", "b", "c"] {
        create(&cluster, name).await;
    }
    let (script, calls) = Script::new(|_| Act::Sleep(SECOND * 2));
    let running = Running::start(Controller::new(script).client(cluster.client()).workers(2));
    calls.wait(2).await;
    let began = Instant::now();
    let stopped = tokio::spawn(running.stop());
    sleep(SECOND).await;
    create(&cluster, "late").await;
    stopped.await.expect("no panic").expect("drained");
    assert_eq!(began.elapsed(), SECOND * 2);
    assert_eq!(calls.wait(2).await, ["add default/a", "add default/b"]);
}

#[tokio::test(start_paused = true)]
async fn a_retry_and_a_requeue_that_are_due_later_hold_up_no_shutdown() {
    let cluster = Cluster::new();
    create(&cluster, "fails").await;
    create(&cluster, "again").await;
    let (script, calls) = Script::new(|call| match &*call.key {
        "default/fails" => Act::Fail("wanted"),
        _ => Act::RequeueAfter(SECOND),
    });
    let running = Running::start(Controller::new(script).client(cluster.client()));
    calls.wait(2).await;
    sleep(SECOND / 10).await;
    let began = Instant::now();
    running.stop().await.expect("drained");
    assert_eq!(began.elapsed(), Duration::ZERO);
    sleep(SECOND * 60).await;
    assert_eq!(calls.all().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_idle_controller_and_one_that_waits_for_its_server_stop_at_once() {
    for away in [false, true] {
        let cluster = Cluster::new();
        if away {
            cluster.faults().every().refuse();
        }
        let (script, _) = Script::new(|_| Act::Good);
        let running = Running::start(Controller::new(script).client(cluster.client()));
        sleep(SECOND * 100).await;
        let began = Instant::now();
        running.stop().await.expect("drained");
        assert_eq!(began.elapsed(), Duration::ZERO);
        let asked = cluster.requests().all().len();
        sleep(SECOND * 1000).await;
        assert_eq!(cluster.requests().all().len(), asked, "nobody asks any more");
    }
}

/// Tells when its context says that the end is near, and goes on for ever.
struct Stubborn(mpsc::UnboundedSender<(&'static str, Instant)>);

#[controller(resource = Pod, resync = "never")]
impl Stubborn {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        self.0.send(("runs", Instant::now()))?;
        ctx.shutting_down().cancelled().await;
        self.0.send(("shutting down", Instant::now()))?;
        ctx.cancellation().cancelled().await;
        self.0.send(("cancelled", Instant::now()))?;
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_is_told_at_once_then_shortly_before_the_deadline_and_is_cut_off_at_it() {
    // 5 s before the deadline, or half of it where that is less.
    for (deadline, cancelled) in [(30, 25), (10, 5), (6, 3)] {
        let cluster = Cluster::new();
        create(&cluster, "a").await;
        create(&cluster, "b").await;
        let (sender, mut told) = mpsc::unbounded_channel();
        let controller = Controller::new(Stubborn(sender)).client(cluster.client());
        let running = Running::start(controller.shutdown(SECOND * deadline));
        for _ in 0..2 {
            assert_eq!(told.recv().await.expect("running").0, "runs");
        }
        sleep(SECOND * 50).await;
        let began = Instant::now();
        let error = running.stop().await.expect_err("they never end");
        assert_eq!(began.elapsed().as_secs(), u64::from(deadline));
        assert_eq!(error.kind(), ErrorKind::Drain);
        assert!(error.downcast_ref::<DrainError>().is_some());
        assert!(error.to_string().starts_with("2 running handlers were aborted"), "{error}");
        let mut at = Vec::new();
        while let Some((what, when)) = told.recv().await {
            at.push((what, (when - began).as_secs()));
        }
        let (first, then) = (("shutting down", 0), ("cancelled", cancelled));
        assert_eq!(at, [first, first, then, then]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_controller_whose_future_is_dropped_does_nothing_more() {
    let cluster = Cluster::new();
    create(&cluster, "a").await;
    let (script, calls) = Script::new(|_| Act::Sleep(SECOND));
    let run = Controller::new(script).client(cluster.client()).run_until(std::future::pending::<()>());
    let ended = tokio::time::timeout(SECOND / 2, run).await;
    assert!(ended.is_err(), "it was dropped in the middle of a handler");
    cluster.requests().clear();
    create(&cluster, "b").await;
    sleep(SECOND * 1000).await;
    assert_eq!(calls.wait(1).await, ["add default/a"]);
    assert_eq!(cluster.requests().all().len(), 1, "nobody asks any more");
}

#[tokio::test(start_paused = true)]
async fn a_stop_before_the_first_list_is_a_stop() {
    let cluster = Cluster::new();
    let (script, calls) = Script::new(|_| Act::Good);
    Controller::new(script).client(cluster.client()).run_until(async {}).await.expect("drained");
    assert!(calls.all().is_empty());
}

/// Waits for what never comes; says when it runs, and when it is told of the shutdown.
struct Waits(Arc<Notify>);

#[controller(resource = Pod, resync = "never")]
impl Waits {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        self.0.notify_one();
        ctx.shutting_down().cancelled().await;
        self.0.notify_one();
        std::future::pending().await
    }
}

/// In real time, since signals are.
#[cfg(unix)]
#[tokio::test]
async fn a_signal_begins_the_drain_and_a_second_one_ends_it() {
    let terminate = async || {
        let pid = std::process::id().to_string();
        let sent = tokio::process::Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(sent.expect("kill is there").success());
    };
    let cluster = Cluster::new();
    create(&cluster, "a").await;
    let says = Arc::new(Notify::new());
    let controller = Controller::new(Waits(says.clone())).client(cluster.client());
    let ended = tokio::spawn(controller.shutdown(SECOND * 600).run());
    says.notified().await;
    terminate().await;
    says.notified().await;
    assert!(!ended.is_finished(), "the handler may finish");
    terminate().await;
    let error = ended.await.expect("no panic").expect_err("it was aborted");
    assert_eq!(error.kind(), ErrorKind::Drain);
}
