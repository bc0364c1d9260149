//! A controller under test on the embedded cluster: run in one line, settled, stopped, under a paused clock too.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{Backoff, Context, ErrorKind, Requeue, Trigger, controller, testing::Cluster};
use kube::{
    Api,
    api::{Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// What a handler does with an object.
#[derive(Clone, Copy, PartialEq)]
enum Act {
    Succeed,
    Fail,
    Take(Duration),
    Requeue(Duration),
    Label,
}

/// One run: key, attempt, why, and the second it began in.
type Run = (String, u32, Trigger, u64);

/// A handler of pods that writes down its runs, each with the time of tokio's clock.
#[derive(Clone)]
struct Diary {
    act: Act,
    began: Instant,
    runs: Arc<Mutex<Vec<Run>>>,
}

#[controller(resource = Pod, resync = "3m", retries = 2, backoff = "10s")]
impl Diary {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result<Requeue> {
        let at = self.began.elapsed().as_secs();
        self.runs.lock().unwrap().push((ctx.key().to_string(), ctx.attempt(), ctx.trigger(), at));
        match self.act {
            Act::Succeed => {}
            Act::Fail => return Err(kooper::Error::msg("wanted")),
            Act::Take(time) => sleep(time).await,
            Act::Requeue(after) => return Ok(Requeue::after(after)),
            Act::Label => {
                let pods: Api<Pod> = Api::default_namespaced(ctx.client());
                let label = Patch::Merge(json!({ "metadata": { "labels": { "seen": "yes" } } }));
                pods.patch(ctx.key().name(), &PatchParams::default(), &label).await?;
            }
        }
        Ok(Requeue::none())
    }
}

impl Diary {
    fn new(act: Act) -> Self {
        Self { act, began: Instant::now(), runs: Arc::default() }
    }

    fn runs(&self) -> Vec<Run> {
        self.runs.lock().unwrap().clone()
    }

    fn attempts(&self) -> Vec<(u32, Trigger, u64)> {
        self.runs().into_iter().map(|(_, attempt, trigger, at)| (attempt, trigger, at)).collect()
    }
}

fn pod(name: &str) -> Value {
    let containers = json!([{ "name": "main", "image": "nginx" }]);
    json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name }, "spec": { "containers": containers } })
}

#[tokio::test(start_paused = true)]
async fn a_resync_of_three_minutes_takes_a_moment() {
    let real = std::time::Instant::now();
    let cluster = Cluster::new();
    cluster.put(pod("web"));
    let diary = Diary::new(Act::Succeed);
    let run = cluster.run(diary.clone());
    run.settle().await;
    assert_eq!(diary.attempts(), [(1, Trigger::List, 0)]);
    tokio::time::advance(Duration::from_mins(3)).await;
    run.settle().await;
    assert_eq!(diary.attempts()[1..], [(1, Trigger::Resync, 180)]);
    sleep(Duration::from_hours(1)).await;
    run.settle().await;
    assert_eq!(diary.runs().len(), 2 + 20);
    assert!(real.elapsed() < Duration::from_secs(5), "an hour took {:?}", real.elapsed());
    run.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_time_passes_while_work_is_in_flight() {
    let cluster = Cluster::new();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    for number in 0..200 {
        let pod = serde_json::from_value(pod(&format!("web-{number}"))).unwrap();
        pods.create(&PostParams::default(), &pod).await.unwrap();
    }
    let diary = Diary::new(Act::Label);
    let run = cluster.run(diary.clone());
    run.settle().await;
    // Each was read, written to, told of and handled again: lists, watches and patches in flight all the while.
    let runs = diary.runs();
    assert_eq!(runs.iter().filter(|run| run.2 == Trigger::List).count(), 200);
    let late = runs.iter().find(|run| run.3 > 0);
    assert!(late.is_none(), "the clock moved while there was work: {late:?}");
    // Had it moved, the watch (290 s), its bookmarks (60 s) or the resync (180 s) would show.
    let requests = cluster.requests();
    assert_eq!((requests.count("watch", "pods"), requests.count("list", "pods")), (1, 0));
    assert!(diary.began.elapsed() < Duration::from_millis(10), "{:?}", diary.began.elapsed());
    run.stop().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn settling_sees_what_was_written_just_before() {
    let cluster = Cluster::new();
    let diary = Diary::new(Act::Take(Duration::from_secs(5)));
    let run = cluster.run(diary.clone());
    run.settle().await;
    assert!(diary.runs().is_empty());
    for number in 1..=20 {
        cluster.put(pod(&format!("web-{number}")));
        run.settle().await;
        assert_eq!(diary.runs().len(), number);
    }
    assert!(diary.began.elapsed() >= Duration::from_secs(100), "each run was waited for");
}

#[tokio::test(start_paused = true)]
async fn retries_are_waited_for_until_the_object_is_given_up() {
    let cluster = Cluster::new();
    cluster.put(pod("web"));
    let diary = Diary::new(Act::Fail);
    let run = cluster.run(diary.clone());
    run.settle().await;
    assert_eq!(diary.attempts(), [(1, Trigger::List, 0), (2, Trigger::Retry, 10), (3, Trigger::Retry, 20)]);
}

#[tokio::test(start_paused = true)]
async fn a_requeue_is_not_waited_for_until_it_is_due() {
    let cluster = Cluster::new();
    cluster.put(pod("web"));
    let diary = Diary::new(Act::Requeue(Duration::from_secs(40)));
    let run = cluster.run(diary.clone());
    run.settle().await;
    assert_eq!(diary.attempts(), [(1, Trigger::List, 0)]);
    tokio::time::advance(Duration::from_secs(40)).await;
    run.settle().await;
    assert_eq!(diary.attempts()[1..], [(1, Trigger::Requeue, 40)]);
}

#[tokio::test(start_paused = true)]
async fn settling_outlasts_lost_watches_and_servers_that_are_away() {
    let cluster = Cluster::new();
    let diary = Diary::new(Act::Succeed);
    let run = cluster.run(diary.clone());
    run.settle().await;
    type Lose<'a> = Box<dyn Fn() + 'a>;
    let faults = cluster.faults();
    let losses: [Lose<'_>; 5] = [
        Box::new(|| faults.watches().drop_connections()),
        Box::new(|| faults.watches().cut()),
        Box::new(|| faults.watches().garble()),
        Box::new(|| faults.watches().fail(410)),
        Box::new(|| {
            faults.next(5).resource("pods").status(503);
            faults.watches().end();
        }),
    ];
    for (number, lose) in (1..).zip(&losses) {
        lose();
        cluster.put(pod(&format!("web-{number}")));
        run.settle().await;
        assert_eq!(diary.runs().len(), number, "loss {number}");
    }
}

#[tokio::test(start_paused = true)]
#[should_panic(
    expected = "its watch of pods, which has told of version 4; the newest is 5\nasked last was:\n  watch /api/v1/pods?"
)]
async fn waiting_in_vain_says_what_for() {
    let cluster = Cluster::new();
    let run = cluster.run(Diary::new(Act::Succeed));
    run.settle().await;
    cluster.faults().watches().hang();
    cluster.put(pod("web"));
    run.settle_within(Duration::from_mins(1)).await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "default/web: running, attempt 1")]
async fn a_handler_that_hangs_is_named() {
    let cluster = Cluster::new();
    cluster.put(pod("web"));
    cluster.run(Diary::new(Act::Take(Duration::MAX))).settle().await;
}

#[tokio::test]
#[should_panic(expected = "the controller `Not A Name` has not settled: it has ended: ")]
async fn a_controller_that_cannot_start_is_told_of() {
    let run = Cluster::new().run_with(Diary::new(Act::Succeed), |controller| controller.name("Not A Name"));
    run.settle().await;
}

#[tokio::test(start_paused = true)]
async fn stopping_drains_and_tells_how_it_went() {
    let cluster = Cluster::new();
    cluster.put(pod("web"));
    let adjusted = |takes: u64| {
        let diary = Diary::new(Act::Take(Duration::from_secs(takes)));
        let run = cluster.run_with(diary.clone(), |controller| {
            controller.shutdown(Duration::from_secs(20)).backoff(Backoff::constant(Duration::from_secs(1)))
        });
        (diary, run)
    };
    let (diary, run) = adjusted(15);
    run.ready().await;
    sleep(Duration::from_secs(1)).await;
    run.stop().await.unwrap();
    assert_eq!(diary.began.elapsed().as_secs(), 15, "the run was waited for");

    let (_, run) = adjusted(60);
    run.ready().await;
    sleep(Duration::from_secs(1)).await;
    let error = run.stop().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Drain);

    let misnamed = cluster.run_with(Diary::new(Act::Succeed), |controller| controller.workers(0));
    assert_eq!(misnamed.stop().await.unwrap_err().kind(), ErrorKind::Config);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_ends_where_it_stands() {
    let cluster = Cluster::new();
    let diary = Diary::new(Act::Succeed);
    let run = cluster.run(diary.clone());
    run.settle().await;
    drop(run);
    cluster.faults().watches().closed(0).await;
    cluster.put(pod("web"));
    sleep(Duration::from_hours(1)).await;
    assert!(diary.runs().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_several_threads_and_the_real_clock_it_settles_too() {
    let cluster = Cluster::new();
    for number in 0..50 {
        cluster.put(pod(&format!("web-{number}")));
    }
    let diary = Diary::new(Act::Take(Duration::from_millis(2)));
    let run = cluster.run(diary.clone());
    run.settle().await;
    assert_eq!(diary.runs().len(), 50);
    for number in 50..60 {
        cluster.put(pod(&format!("web-{number}")));
        run.settle().await;
        assert_eq!(diary.runs().len(), number + 1);
    }
    run.stop().await.unwrap();
}

/// A handler of another resource, in two namespaces.
struct Nothing;

#[controller(resource = ConfigMap, namespace = ["default", "kube-system"])]
impl Nothing {
    async fn add(&self, _map: ConfigMap) -> kooper::Result {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn several_controllers_on_one_cluster_settle_each_by_itself() {
    let cluster = Cluster::new();
    let maps = cluster.run(Nothing);
    let diary = Diary::new(Act::Succeed);
    let pods = cluster.run(diary.clone());
    maps.settle().await;
    pods.settle().await;
    assert_eq!(cluster.faults().watches().resource("configmaps").count(), 2);
    cluster.faults().watches().resource("configmaps").hang();
    cluster.put(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" } }));
    cluster.put(pod("web"));
    pods.settle().await;
    assert_eq!(diary.runs().len(), 1);
    cluster.faults().clear();
    maps.settle().await;
}
