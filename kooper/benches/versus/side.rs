//! One side of the comparison, in a process of its own: it runs controllers and prints what that cost.

use crate::{
    figures::{Cost, Delays, cpu_time, peak_memory},
    handler::Kind,
    kooper_side, peer,
    pods::Pods,
    tally::Tally,
};
use kube::{Client, Config};
use std::{
    error::Error,
    fmt, io,
    str::FromStr,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// Whose controller runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    Kooper,
    KubeRs,
}

/// What a side has to do.
#[derive(Clone, Copy)]
pub(crate) struct Task {
    pub(crate) side: Side,
    pub(crate) handler: Kind,
    pub(crate) controllers: usize,
    pub(crate) pods: usize,
    /// How many events to await once all pods are handled.
    pub(crate) events: usize,
    /// How many events come at full speed once all pods are handled.
    pub(crate) burst: usize,
}

/// Does the task on the stub server: prints a [`Cost`] once all pods are handled, then [`Delays`] if events are awaited, then
/// how long the burst took in microseconds, if there is one. Prints the [`Cost`] so far for each line of its input, and ends
/// with it.
pub(crate) fn run(task: &Task, server: &str, start: Instant) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let client = Client::try_from(Config::new(server.parse()?))?;
        let last = if task.burst > 0 { Pods::new(task.pods).last_versions(task.burst) } else { Vec::new() };
        let tallies: Arc<[Arc<Tally>]> = (0..task.controllers)
            .map(|_| Arc::new(Tally::new(task.pods, task.events, last.clone())))
            .collect();
        drop(last);
        tell_cost_when_asked(start, Arc::clone(&tallies));
        for tally in &*tallies {
            let (client, tally) = (client.clone(), Arc::clone(tally));
            match task.side {
                Side::Kooper => drop(tokio::spawn(kooper_side::run(task.handler, client, tally))),
                Side::KubeRs => drop(tokio::spawn(peer::run(task.handler, client, tally))),
            }
        }
        for tally in &*tallies {
            tally.all_pods().await;
        }
        println!("{}", cost(start, &tallies)?);
        if task.events > 0 {
            println!("{}", Delays::of(&tallies[0].all_events().await));
        }
        if task.burst > 0 {
            println!("{}", tallies[0].all_last().await.as_micros());
        }
        // Neither side is stopped in order, which is not what is measured: the process ends with its input.
        std::future::pending().await
    })
}

fn tell_cost_when_asked(start: Instant, tallies: Arc<[Arc<Tally>]>) {
    thread::spawn(move || {
        for _ in io::stdin().lines().map_while(Result::ok) {
            match cost(start, &tallies) {
                Ok(cost) => println!("{cost}"),
                Err(error) => eprintln!("a side cannot tell its cost: {error}"),
            }
        }
        std::process::exit(0)
    });
}

fn cost(start: Instant, tallies: &[Arc<Tally>]) -> io::Result<Cost> {
    let time = start.elapsed();
    let (runs, proofs): (Vec<u32>, Vec<u32>) = tallies.iter().map(|tally| tally.so_far()).unzip();
    let (runs, proof) = (runs.iter().sum(), proofs.iter().sum());
    Ok(Cost { time, cpu: cpu_time()?, peak: peak_memory()?, runs, proof })
}

/// What the proofs of every pod come to.
pub(crate) fn proof_of_all(task: &Task) -> u32 {
    let each = match task.handler {
        Kind::Pod => Pods::restarts_of_all(task.pods),
        Kind::Metadata => Pods::teams_of_all(task.pods),
    };
    u32::try_from(task.controllers).map_or(0, |controllers| each * controllers)
}

/// The longest that a side may take before it counts as hung.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

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
