//! What is measured: the start with many pods, the way of an event, and idleness.

use crate::{
    Result,
    pods::{self, Pods},
    process::Process,
    side::{Cost, Delays, Side, status_field},
};
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

/// How long after the last pod a controller is left alone before its idleness is measured.
const SETTLING: Duration = Duration::from_secs(5);

/// What both sides came to in one round, one right after the other.
#[derive(Clone, Copy)]
pub(crate) struct Round<T> {
    pub(crate) kooper: T,
    pub(crate) kube_rs: T,
}

impl<T> Round<T> {
    /// Runs both sides; each goes first in every other round, so that neither has the warmer machine.
    fn run(number: usize, mut run: impl FnMut(Side) -> Result<T>) -> Result<Self> {
        if number.is_multiple_of(2) {
            let kooper = run(Side::Kooper)?;
            Ok(Self { kooper, kube_rs: run(Side::KubeRs)? })
        } else {
            let kube_rs = run(Side::KubeRs)?;
            Ok(Self { kooper: run(Side::Kooper)?, kube_rs })
        }
    }

    /// The same figure of both sides.
    pub(crate) fn map<U>(self, mut figure: impl FnMut(T) -> U) -> Round<U> {
        Round { kooper: figure(self.kooper), kube_rs: figure(self.kube_rs) }
    }
}

/// The stub server, running.
pub(crate) struct Server {
    url: String,
    pods: usize,
    _process: Process,
}

impl Server {
    pub(crate) fn start(pods: &Pods) -> Result<Self> {
        let process = Process::start(["stub", "--pods", &pods.count().to_string()])?;
        Ok(Self { url: process.next()?, pods: pods.count(), _process: process })
    }

    /// One side on this server, and what it cost it to handle all pods once.
    fn side(&self, side: Side, events: usize) -> Result<(Process, Cost)> {
        let (pods, events) = (self.pods.to_string(), events.to_string());
        let arguments =
            ["side", &side.to_string(), "--server", &self.url, "--pods", &pods, "--events", &events];
        let process = Process::start(arguments)?;
        let cost: Cost = process.next()?;
        if cost.restarts != pods::restarts_of_all(self.pods) {
            return Err(format!("{side} has not read every pod: {cost:?}").into());
        }
        Ok((process, cost))
    }

    /// From the start of the process until every pod is handled once.
    pub(crate) fn start_up(&self, runs: usize) -> Result<Vec<Round<Cost>>> {
        (0..runs).map(|number| Round::run(number, |side| Ok(self.side(side, 0)?.1))).collect()
    }

    /// From the server's write of an event to the handler, at a steady rate.
    pub(crate) fn events(&self, runs: usize, events: usize, rate: usize) -> Result<Vec<Round<Delays>>> {
        let run = |side| {
            let (process, _) = self.side(side, events)?;
            self.send_events(events, rate)?;
            process.next()
        };
        (0..runs).map(|number| Round::run(number, run)).collect()
    }

    /// With nothing to do, for so long.
    pub(crate) fn idle(&self, time: Duration) -> Result<Round<Idleness>> {
        // Both at once, since what the kernel counts for one does not depend on the other.
        let (kooper, _) = self.side(Side::Kooper, 0)?;
        let (kube_rs, _) = self.side(Side::KubeRs, 0)?;
        thread::sleep(SETTLING);
        let before = [wake_ups(&kooper)?, wake_ups(&kube_rs)?];
        thread::sleep(time);
        let idleness = |process: &Process, before: u32| -> Result<Idleness> {
            let wake_ups = f64::from(wake_ups(process)?.saturating_sub(before)) / time.as_secs_f64();
            Ok(Idleness { wake_ups, resident: resident(process)? })
        };
        Ok(Round { kooper: idleness(&kooper, before[0])?, kube_rs: idleness(&kube_rs, before[1])? })
    }

    /// Asks the server for changes, which it sends to all watches.
    fn send_events(&self, events: usize, rate: usize) -> Result {
        let address = self.url.strip_prefix("http://").ok_or("the stub server has an address")?;
        let mut connection = TcpStream::connect(address)?;
        write!(connection, "POST /events?count={events}&rate={rate} HTTP/1.1\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        // The server begins as soon as it has answered.
        connection.take(12).read_to_string(&mut answer)?;
        if answer == "HTTP/1.1 202" { Ok(()) } else { Err(format!("the stub server said {answer}").into()) }
    }
}

/// What a process with nothing to do still does and holds.
#[derive(Clone, Copy)]
pub(crate) struct Idleness {
    /// A second, of all threads together.
    pub(crate) wake_ups: f64,
    /// In KiB.
    pub(crate) resident: u32,
}

/// How often the threads of a process have slept and been woken: their voluntary context switches.
fn wake_ups(process: &Process) -> Result<u32> {
    let mut sum = 0;
    for thread in fs::read_dir(format!("/proc/{}/task", process.id()))? {
        let status = fs::read_to_string(thread?.path().join("status"))?;
        sum +=
            status_field(&status, "voluntary_ctxt_switches").ok_or("a thread's status tells its switches")?;
    }
    Ok(sum)
}

fn resident(process: &Process) -> Result<u32> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id()))?;
    status_field(&status, "VmRSS").ok_or_else(|| "a process's status tells its memory".into())
}
