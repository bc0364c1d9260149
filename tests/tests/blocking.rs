//! Handlers that keep their thread, in real time: as many run at once as there are threads, and one that blocks is named once while
//! others go on.

use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, controller, testing::Cluster};
use kooper_tests::{Log, Running, pod};
use kube::{
    Api,
    api::{Patch, PatchParams, PostParams},
};
use serde_json::json;
use std::{
    collections::HashSet,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, ThreadId},
    time::{Duration, Instant},
};
use tokio::sync::mpsc;
use tracing_subscriber::{Registry, layer::SubscriberExt};

/// Never waits, and counts.
struct Busy(Arc<AtomicUsize>);

#[controller(resource = Pod, name = "busy", resync = "never", workers = 3)]
impl Busy {
    async fn add(&self, _pod: Pod) -> kooper::Result {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[tokio::test]
async fn handlers_that_never_wait_leave_other_tasks_of_their_thread_a_turn() {
    const PODS: usize = 1_000;
    let cluster = Cluster::new();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    for number in 0..PODS {
        pods.create(&PostParams::default(), &pod(&format!("pod-{number}"))).await.expect("created");
    }
    let handled = Arc::new(AtomicUsize::new(0));
    let controller = Controller::new(Busy(handled.clone())).client(cluster.client()).streaming_lists(false);
    let running = Running::start(controller);
    let (mut before, mut most) = (0, 0);
    while before < PODS {
        tokio::task::yield_now().await;
        let now = handled.load(Ordering::Relaxed);
        (before, most) = (now, most.max(now - before));
    }
    // Each of three workers ends its turn after 32.
    assert!(most <= 3 * 32, "{most} were handled without a turn for anyone else");
    running.stop().await.expect("drained");
}

/// Keeps its thread until so many threads are kept.
struct Meeting {
    wanted: usize,
    there: Mutex<HashSet<ThreadId>>,
    comes: Condvar,
    met: mpsc::UnboundedSender<bool>,
}

#[controller(resource = Pod, name = "meeting", resync = "never")]
impl Meeting {
    async fn add(&self, _pod: Pod) -> kooper::Result {
        let mut there = self.there.lock().expect("no panic");
        there.insert(thread::current().id());
        self.comes.notify_all();
        let alone = |there: &mut HashSet<_>| there.len() < self.wanted;
        let (_there, waited) =
            self.comes.wait_timeout_while(there, Duration::from_secs(20), alone).expect("no panic");
        self.met.send(!waited.timed_out())?;
        Ok(())
    }
}

#[test]
fn as_many_handlers_run_at_once_as_there_are_threads_and_workers() {
    for threads in [1, 2, 4] {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
        let met = runtime.expect("a runtime").block_on(async {
            let cluster = Cluster::new();
            let pods: Api<Pod> = Api::default_namespaced(cluster.client());
            for number in 0..threads {
                pods.create(&PostParams::default(), &pod(&format!("pod-{number}"))).await.expect("created");
            }
            let (sender, mut met) = mpsc::unbounded_channel();
            let meeting =
                Meeting { wanted: threads, there: Mutex::default(), comes: Condvar::new(), met: sender };
            let workers = u32::try_from(threads).expect("a few");
            let running = Running::start(Controller::new(meeting).client(cluster.client()).workers(workers));
            let mut all = Vec::new();
            while all.len() < threads {
                all.push(met.recv().await.expect("it runs"));
            }
            running.stop().await.expect("drained");
            all
        });
        assert_eq!(met, vec![true; threads], "each kept a thread of its own, all at the same time");
    }
}

/// Blocks for the pod of that name, and tells of each run that is over.
struct Blocking(mpsc::UnboundedSender<String>);

#[controller(resource = Pod, name = "blocking", resync = "never", workers = 3)]
impl Blocking {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        if ctx.key().name() == "blocks" {
            std::thread::sleep(Duration::from_millis(2500));
        }
        self.0.send(ctx.key().name().to_owned())?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_blocks_its_thread_is_named_once_a_key_while_others_go_on() {
    let log = Log::default();
    tracing::subscriber::set_global_default(Registry::default().with(log.layer())).expect("the only one");
    let cluster = Cluster::new();
    let (sender, mut over) = mpsc::unbounded_channel();
    let running = Running::start(Controller::new(Blocking(sender)).client(cluster.client()));
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());

    let began = Instant::now();
    pods.create(&PostParams::default(), &pod("blocks")).await.expect("created");
    for number in 0..10 {
        pods.create(&PostParams::default(), &pod(&format!("pod-{number}"))).await.expect("created");
        assert_eq!(over.recv().await, Some(format!("pod-{number}")), "it went on meanwhile");
    }
    assert!(began.elapsed() < Duration::from_secs(2), "none waited for the one that blocks");
    let warning = log.wait(|line| line.field("key") == "default/blocks" && line.warns()).await;
    assert!(warning.message.starts_with("the handler blocks its thread"), "{warning:?}");
    assert!(warning.field("next_step").contains("spawn_blocking"), "{warning:?}");

    assert_eq!(over.recv().await.as_deref(), Some("blocks"));
    let change = Patch::Merge(json!({ "metadata": { "labels": { "changed": "yes" } } }));
    pods.patch("blocks", &PatchParams::default(), &change).await.expect("changed");
    assert_eq!(over.recv().await.as_deref(), Some("blocks"), "it blocked once more");
    running.stop().await.expect("drained");
    assert_eq!(log.warnings().len(), 1, "{:#?}", log.warnings());
}
