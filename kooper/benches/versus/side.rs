//! One side of the comparison, in a process of its own: it runs a controller and prints what that cost.

use crate::{kooper_side, peer, tally::Tally};
use kube::{Client, Config};
use std::{error::Error, fmt, fs, io, str::FromStr, sync::Arc, time::Duration, time::Instant};

/// Whose controller runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    Kooper,
    KubeRs,
}

/// What a side has to do.
pub(crate) struct Task {
    pub(crate) side: Side,
    /// The stub server.
    pub(crate) server: String,
    pub(crate) pods: usize,
    /// How many events to await once all pods are handled.
    pub(crate) events: usize,
    /// The start of the process.
    pub(crate) start: Instant,
}

/// What it cost to handle all pods once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) time: Duration,
    /// Of all threads, in user and kernel.
    pub(crate) cpu: Duration,
    /// The most memory that was resident at once, in KiB.
    pub(crate) peak: u32,
    /// What the handlers have added up: the proof that they read the pods.
    pub(crate) restarts: u32,
}

/// How long events took from the server to the handler.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delays {
    pub(crate) median: Duration,
    pub(crate) p99: Duration,
}

/// Does the task: prints a [`Cost`], then [`Delays`] if events are awaited, and runs on until its input ends.
pub(crate) fn run(task: &Task) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let client = Client::try_from(Config::new(task.server.parse()?))?;
        let tally = Arc::new(Tally::new(task.pods, task.events));
        match task.side {
            Side::Kooper => drop(tokio::spawn(kooper_side::run(client, Arc::clone(&tally)))),
            Side::KubeRs => drop(tokio::spawn(peer::run(client, Arc::clone(&tally)))),
        }
        let restarts = tally.all_pods().await;
        println!("{}", Cost { time: task.start.elapsed(), cpu: cpu_time()?, peak: peak_memory()?, restarts });
        if task.events > 0 {
            println!("{}", Delays::of(&tally.all_events().await));
        }
        // Neither side is stopped in order, which is not what is measured: the process ends with its input.
        std::future::pending().await
    })
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kooper => "kooper",
            Self::KubeRs => "kube-rs",
        })
    }
}

impl FromStr for Side {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        [Self::Kooper, Self::KubeRs]
            .into_iter()
            .find(|side| side.to_string() == name)
            .ok_or_else(|| format!("`{name}` is neither `kooper` nor `kube-rs`"))
    }
}

// A side prints a line of numbers, and the process that measures reads it back.

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.time.as_micros(), self.cpu.as_micros(), self.peak, self.restarts)
    }
}

impl FromStr for Cost {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let [time, cpu, peak, restarts] = numbers(line)?;
        Ok(Self { time: micros(time), cpu: micros(cpu), peak, restarts })
    }
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.median.as_micros(), self.p99.as_micros())
    }
}

impl FromStr for Delays {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let [median, p99] = numbers(line)?.map(micros);
        Ok(Self { median, p99 })
    }
}

/// The `N` numbers of a line.
fn numbers<const N: usize>(line: &str) -> Result<[u32; N], String> {
    let numbers: Vec<u32> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().map_err(|_| format!("expected {N} numbers, found `{line}`"))
}

fn micros(number: u32) -> Duration {
    Duration::from_micros(number.into())
}

impl Delays {
    /// Of delays in ascending order.
    fn of(sorted: &[Duration]) -> Self {
        let at = |percent: usize| sorted[(sorted.len() - 1) * percent / 100];
        Self { median: at(50), p99: at(99) }
    }
}

/// The CPU time of this process so far.
fn cpu_time() -> io::Result<Duration> {
    /// Ticks a second: fixed at 100 in what Linux tells programs.
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field, the name, may hold anything, but ends at the last parenthesis.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks: u32 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok()).sum();
    Ok(TICK * ticks)
}

/// The most memory that this process has had resident, in KiB.
fn peak_memory() -> io::Result<u32> {
    let status = fs::read_to_string("/proc/self/status")?;
    status_field(&status, "VmHWM").ok_or_else(|| io::Error::other("/proc/self/status has no VmHWM"))
}

/// The number in a line `NAME:  123 kB` of a `/proc/…/status`.
pub(crate) fn status_field(status: &str, name: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}
