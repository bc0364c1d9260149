//! One side: a controller in a process of its own, which prints what it costs.

use crate::{
    Result,
    filler::MARK,
    testbed::{client, cpu_of},
};
use futures_util::StreamExt;
use k8s_openapi::{api::core::v1::Pod, apimachinery::pkg::apis::meta::v1::ObjectMeta};
use kooper::{Controller, Encoding, controller, testing::protobuf::one_piece};
use kube::{
    Api, Client,
    core::PartialObjectMeta,
    runtime::{self, controller::Action, watcher},
};
use std::{
    convert::Infallible,
    env, fs, future,
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    str::FromStr,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Notify;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    KubeRs,
    Kooper,
    KooperCache,
    KooperPages,
    KooperJson,
    KubeRsMetadata,
    KooperMetadata,
    KooperOnePiece,
    MetadataCache,
    MetadataPages,
    MetadataOnePiece,
}

impl Side {
    pub(crate) const ALL: [Self; 7] = [
        Self::KubeRs,
        Self::Kooper,
        Self::KooperCache,
        Self::KooperPages,
        Self::KooperJson,
        Self::KubeRsMetadata,
        Self::KooperMetadata,
    ];

    /// Those of which it is measured what changes cost them.
    pub(crate) const CHANGED: [Self; 3] = [Self::KubeRs, Self::Kooper, Self::KooperMetadata];

    /// The ways to list, of whole objects and of metadata.
    pub(crate) const LISTS: [Self; 8] = [
        Self::Kooper,
        Self::KooperPages,
        Self::KooperOnePiece,
        Self::KooperCache,
        Self::KooperMetadata,
        Self::MetadataPages,
        Self::MetadataOnePiece,
        Self::MetadataCache,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::KubeRs => "kube-rs",
            Self::Kooper => "kooper",
            Self::KooperCache => "kooper, cached list",
            Self::KooperPages => "kooper, pages",
            Self::KooperJson => "kooper, json",
            Self::KubeRsMetadata => "kube-rs, metadata",
            Self::KooperMetadata => "kooper, metadata",
            Self::KooperOnePiece => "kooper, one piece",
            Self::MetadataPages => "metadata, pages",
            Self::MetadataOnePiece => "metadata, one piece",
            Self::MetadataCache => "metadata, cached list",
        }
    }
}

impl FromStr for Side {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .chain(Self::LISTS)
            .find(|side| side.name() == name)
            .ok_or_else(|| format!("there is no side `{name}`"))
    }
}

/// What it cost to handle everything once.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) first: Duration,
    pub(crate) all: Duration,
    pub(crate) cpu: Duration,
    /// In KiB.
    pub(crate) peak: u64,
}

/// What the handlers of all sides do: they read the object, and count.
struct Tally {
    start: Instant,
    pods: usize,
    changes: usize,
    mark: String,
    first: OnceLock<Duration>,
    handled: AtomicUsize,
    changed: AtomicUsize,
    whole: Notify,
}

impl Tally {
    fn pod(&self, pod: &Pod) {
        let containers = pod.spec.as_ref().map_or(0, |spec| spec.containers.len());
        assert_eq!(containers, 1, "a pod was not read");
        self.metadata(&pod.metadata);
    }

    fn metadata(&self, meta: &ObjectMeta) {
        if meta.labels.as_ref().and_then(|labels| labels.get(MARK)) == Some(&self.mark) {
            if self.changed.fetch_add(1, Ordering::Relaxed) + 1 == self.changes {
                self.whole.notify_one();
            }
            return;
        }
        self.first.get_or_init(|| self.start.elapsed());
        if self.handled.fetch_add(1, Ordering::Relaxed) + 1 == self.pods {
            self.whole.notify_one();
        }
    }
}

struct Pods(Arc<Tally>);

#[controller(resource = Pod, resync = "never")]
impl Pods {
    async fn add(&self, pod: Pod) -> Result<(), Infallible> {
        self.0.pod(&pod);
        Ok(())
    }
}

struct Metadata(Arc<Tally>);

#[controller(resource = PartialObjectMeta<Pod>, resync = "never")]
impl Metadata {
    async fn add(&self, pod: PartialObjectMeta<Pod>) -> Result<(), Infallible> {
        self.0.metadata(&pod.metadata);
        Ok(())
    }
}

/// Runs a side in this process, until its input ends.
pub(crate) fn run(start: Instant, side: Side, kubeconfig: &str, pods: usize, changes: usize) -> Result {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let client = client(kubeconfig).await?;
        let mark = format!("run-{}", std::process::id());
        let tally = Arc::new(Tally {
            start,
            pods,
            changes,
            mark,
            first: OnceLock::new(),
            handled: AtomicUsize::new(0),
            changed: AtomicUsize::new(0),
            whole: Notify::new(),
        });
        tokio::spawn(control(side, client, tally.clone()));
        tally.whole.notified().await;
        let (all, cpu) = (start.elapsed(), cpu_of("self")?);
        let first = tally.first.get().copied().unwrap_or_default();
        println!("{} {} {} {}", first.as_micros(), all.as_micros(), cpu.as_micros(), peak()?);
        if changes > 0 {
            tally.whole.notified().await;
            println!("{}", (cpu_of("self")?.saturating_sub(cpu)).as_micros());
        }
        // Not stopped in order, which is not what is measured: the process is ended.
        future::pending().await
    })
}

async fn control(side: Side, client: Client, tally: Arc<Tally>) {
    let pods = || Controller::new(Pods(tally.clone())).client(client.clone());
    let alone = || Controller::new(Metadata(tally.clone())).client(client.clone());
    let ended = match side {
        Side::KubeRs => {
            let config = watcher::Config::default();
            runtime::Controller::new(Api::<Pod>::all(client), config)
                .run(reconcile_pod, retry, tally)
                .for_each(|_| future::ready(()))
                .await;
            Ok(())
        }
        Side::KubeRsMetadata => {
            let config = watcher::Config::default();
            runtime::Controller::new(Api::<PartialObjectMeta<Pod>>::all(client), config)
                .run(reconcile_metadata, retry, tally)
                .for_each(|_| future::ready(()))
                .await;
            Ok(())
        }
        Side::Kooper => pods().run().await,
        Side::KooperCache => pods().cached_lists(true).run().await,
        Side::KooperPages => pods().streaming_lists(false).run().await,
        Side::KooperJson => pods().encoding(Encoding::Json).run().await,
        Side::KooperMetadata => alone().run().await,
        Side::KooperOnePiece => one_piece(pods()).run().await,
        Side::MetadataCache => alone().cached_lists(true).run().await,
        Side::MetadataPages => alone().streaming_lists(false).run().await,
        Side::MetadataOnePiece => one_piece(alone()).run().await,
    };
    eprintln!("{} has ended: {ended:?}", side.name());
}

async fn reconcile_pod(pod: Arc<Pod>, tally: Arc<Tally>) -> Result<Action, Infallible> {
    tally.pod(&pod);
    Ok(Action::await_change())
}

async fn reconcile_metadata(
    pod: Arc<PartialObjectMeta<Pod>>,
    tally: Arc<Tally>,
) -> Result<Action, Infallible> {
    tally.metadata(&pod.metadata);
    Ok(Action::await_change())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "kube-rs asks for it")]
fn retry<K>(_: Arc<K>, _: &Infallible, _: Arc<Tally>) -> Action {
    Action::requeue(Duration::from_secs(1))
}

/// The most memory that this process has had resident, in KiB.
fn peak() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("the kernel tells VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// A side in a process of its own. It is ended when this is dropped.
pub(crate) struct Process {
    child: Child,
    output: Mutex<BufReader<ChildStdout>>,
}

impl Process {
    pub(crate) fn start(side: Side, kubeconfig: &str, pods: usize, changes: usize) -> Result<Self> {
        let (pods, changes) = (pods.to_string(), changes.to_string());
        let mut child = Command::new(env::current_exe()?)
            .args(["side", side.name(), kubeconfig, &pods, &changes])
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("a piped output is there")?;
        Ok(Self { child, output: Mutex::new(BufReader::new(output)) })
    }

    /// What changes are to be marked with.
    pub(crate) fn mark(&self) -> String {
        format!("run-{}", self.child.id())
    }

    pub(crate) fn start_up(&self) -> Result<Cost> {
        let [first, all, cpu, peak] = self.numbers()?;
        let time = Duration::from_micros;
        Ok(Cost { first: time(first), all: time(all), cpu: time(cpu), peak })
    }

    /// The CPU time that all changes took.
    pub(crate) fn changes(&self) -> Result<Duration> {
        self.numbers().map(|[cpu]| Duration::from_micros(cpu))
    }

    fn numbers<const N: usize>(&self) -> Result<[u64; N]> {
        let mut line = String::new();
        self.output.lock().map_err(|_| "a reader has panicked")?.read_line(&mut line)?;
        let numbers: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        numbers.try_into().map_err(|_| format!("a side has ended: it said `{line}`").into())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
