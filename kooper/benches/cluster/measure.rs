//! The measures, one run each.

use crate::pods::pod;
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::BodyExt;
use kooper::testing::Cluster;
use kube::{Client, client::Body};
use std::{
    fmt, fs,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinSet};

const PODS: usize = 20_000;
const PAGE: usize = 500;
const WATCHERS: usize = 100;
/// Writes that the watchers are told of.
const WRITES: usize = 200;
const PATH: &str = "/api/v1/namespaces/default/pods";

/// One run of a measure, in the unit of its bar.
pub(crate) fn run(name: &str) -> Figure {
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        match name {
            "start" => start(began).await,
            "create" => create().await.0,
            "hold" => create().await.1,
            "watch" => watch().await,
            "list" => list().await,
            other => panic!("no measure is called {other}"),
        }
    })
}

/// What a run gives.
pub(crate) struct Figure {
    pub(crate) value: f64,
    /// The same as if this process had had a core to itself.
    pub(crate) by_cpu: Option<f64>,
}

/// `VALUE BY_CPU`, as the process that asked for the run reads it.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value, self.by_cpu.unwrap_or(f64::NAN))
    }
}

/// The time that something takes, and the time that the thread is on a core meanwhile.
#[derive(Default)]
struct Stopwatch {
    began: Option<(Instant, Duration)>,
    took: Duration,
    on_cpu: Duration,
}

impl Stopwatch {
    fn start(&mut self) {
        self.began = Some((Instant::now(), on_cpu()));
    }

    fn stop(&mut self) {
        let (began, cpu) = self.began.take().expect("it was started");
        self.took += began.elapsed();
        self.on_cpu += on_cpu() - cpu;
    }

    /// How many a second.
    #[allow(clippy::cast_precision_loss, reason = "a measure is shown in three digits")]
    fn rate(&self, count: usize, unit: f64) -> Figure {
        let per = |time: Duration| count as f64 / time.as_secs_f64() / unit;
        Figure { value: per(self.took), by_cpu: Some(per(self.on_cpu)) }
    }
}

/// The time that this thread has been on a core.
fn on_cpu() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("time is measured on Linux");
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.expect("the kernel counts it"))
}

/// Asks, and gives the whole answer.
async fn ask(client: &Client, method: Method, path: &str, body: Vec<u8>) -> Bytes {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let request = request.body(Body::from(body)).expect("a request");
    let response = client.send(request).await.expect("an answer");
    assert!(response.status().is_success(), "{}", response.status());
    response.into_body().collect().await.expect("a whole answer").to_bytes()
}

/// Milliseconds from nothing to the first answer, the runtime among them.
async fn start(began: Instant) -> Figure {
    let client = Cluster::new().client();
    let answer = ask(&client, Method::POST, PATH, pod(0)).await;
    let took = began.elapsed();
    assert!(answer.len() > 5_000);
    Figure { value: took.as_secs_f64() * 1e3, by_cpu: Some(on_cpu().as_secs_f64() * 1e3) }
}

/// Pods created each second, and the megabytes that hold them.
async fn create() -> (Figure, Figure) {
    let cluster = Cluster::new();
    let client = cluster.client();
    let before = resident();
    let stopwatch = fill(&client).await;
    // What was sent is gone by now, what was made of it is held.
    let held = resident() - before;
    drop(cluster);
    (stopwatch.rate(PODS, 1.0), Figure { value: held, by_cpu: None })
}

/// Creates all pods; the time that this took, without that of making what is sent.
async fn fill(client: &Client) -> Stopwatch {
    let mut stopwatch = Stopwatch::default();
    for first in (0..PODS).step_by(PAGE) {
        let bodies: Vec<_> = (first..first + PAGE).map(pod).collect();
        stopwatch.start();
        for body in bodies {
            ask(client, Method::POST, PATH, body).await;
        }
        stopwatch.stop();
    }
    stopwatch
}

/// Milliseconds from a write's beginning until the last of the watchers has its event; the median of the writes.
async fn watch() -> Figure {
    let cluster = Cluster::new();
    let client = cluster.client();
    let (told, mut heard) = mpsc::unbounded_channel();
    let mut watchers = JoinSet::new();
    for _ in 0..WATCHERS {
        let (client, told) = (client.clone(), told.clone());
        watchers.spawn(async move {
            let request = Request::get(format!("{PATH}?watch=1&resourceVersion=1")).body(Body::empty());
            let mut body = client.send(request.expect("a request")).await.expect("an answer").into_body();
            while let Some(frame) = body.frame().await {
                let lines = frame.expect("a frame").into_data().expect("data");
                for _ in 0..lines.split_inclusive(|byte| *byte == b'\n').count() {
                    told.send(Instant::now()).expect("somebody listens");
                }
            }
        });
    }
    cluster.faults().watches().opened(WATCHERS).await;
    let mut latencies = Vec::with_capacity(WRITES);
    for number in 0..WRITES {
        let body = pod(number);
        let began = Instant::now();
        ask(&client, Method::POST, PATH, body).await;
        let mut last = began;
        for _ in 0..WATCHERS {
            last = heard.recv().await.expect("the watchers go on");
        }
        latencies.push((last - began).as_secs_f64() * 1e3);
    }
    latencies.sort_by(f64::total_cmp);
    Figure { value: latencies[WRITES / 2], by_cpu: None }
}

/// Megabytes a second of a list of all pods by pages.
async fn list() -> Figure {
    let cluster = Cluster::new();
    let client = cluster.client();
    fill(&client).await;
    let mut stopwatch = Stopwatch::default();
    stopwatch.start();
    let mut bytes = 0;
    let mut next = String::new();
    loop {
        let path = format!("{PATH}?limit={PAGE}{next}");
        let page = ask(&client, Method::GET, &path, Vec::new()).await;
        bytes += page.len();
        match continued(&page) {
            Some(token) => next = format!("&continue={token}"),
            None => break,
        }
    }
    stopwatch.stop();
    assert!(bytes > PODS * crate::pods::BYTES, "{bytes} bytes are less than all pods");
    stopwatch.rate(bytes, 1e6)
}

/// The token of the next page, which stands before the objects.
fn continued(page: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&page[..page.len().min(1_000)]).into_owned();
    let (_, token) = head.split_once("\"continue\":\"")?;
    Some(token.split_once('"')?.0.to_owned()).filter(|token| !token.is_empty())
}

/// Megabytes of memory that the process has now.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("memory is measured on Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel tells it");
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().expect("a number");
    kilobytes * 1024.0 / 1e6
}
