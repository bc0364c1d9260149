//! What is measured, each in rounds of both sides.

use crate::{
    Result,
    figures::{Cost, Delays, status_field},
    handler::Kind,
    pods::Pods,
    process::Process,
    side::{PATIENCE, Side, Task, proof_of_all},
};
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

/// How long after the last pod a controller is left alone before its idleness, or what follows, is measured.
const SETTLING: Duration = Duration::from_secs(5);

/// How often a controller that settles is looked at.
const LOOK: Duration = Duration::from_millis(500);

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

    fn runs(runs: usize, mut run: impl FnMut(Side) -> Result<T>) -> Result<Vec<Self>> {
        (0..runs).map(|number| Self::run(number, &mut run)).collect()
    }

    /// The same figure of both sides.
    pub(crate) fn map<U>(self, mut figure: impl FnMut(T) -> U) -> Round<U> {
        Round { kooper: figure(self.kooper), kube_rs: figure(self.kube_rs) }
    }
}

/// The stub server, running.
pub(crate) struct Server {
    pub(crate) url: String,
    pods: usize,
    _process: Process,
}

impl Server {
    pub(crate) fn start(pods: &Pods) -> Result<Self> {
        let process = Process::start(["stub", "--pods", &pods.count().to_string()])?;
        Ok(Self { url: process.next()?, pods: pods.count(), _process: process })
    }

    /// What a side does, unless something else is said.
    fn task(&self, side: Side) -> Task {
        Task { side, handler: Kind::Pod, controllers: 1, pods: self.pods, events: 0, burst: 0 }
    }

    /// One side at its task on this server, and what it cost it to handle all pods once.
    fn side(&self, task: &Task) -> Result<(Process, Cost)> {
        let (side, handler) = (task.side.to_string(), task.handler.to_string());
        let numbers = [task.controllers, task.pods, task.events, task.burst].map(|number| number.to_string());
        let [controllers, pods, events, burst] = &numbers;
        let process = Process::start([
            "side",
            &side,
            "--server",
            &self.url,
            "--handler",
            &handler,
            "--controllers",
            controllers,
            "--pods",
            pods,
            "--events",
            events,
            "--burst",
            burst,
        ])?;
        let cost: Cost = process.next()?;
        if cost.proof != proof_of_all(task) {
            return Err(format!("{side} has not read every pod: {cost:?}").into());
        }
        Ok((process, cost))
    }

    /// From the start of the process until every pod is handled once.
    pub(crate) fn start_up(
        &self,
        runs: usize,
        handler: Kind,
        controllers: usize,
    ) -> Result<Vec<Round<Cost>>> {
        Round::runs(runs, |side| Ok(self.side(&Task { handler, controllers, ..self.task(side) })?.1))
    }

    /// Everything listed once more, with nothing changed.
    pub(crate) fn relist(&self, runs: usize) -> Result<Vec<Round<Relist>>> {
        Round::runs(runs, |side| {
            let (mut process, _) = self.side(&self.task(side))?;
            let before = settled(&mut process)?;
            self.post("/expire")?;
            let after = settled(&mut process)?;
            Ok(Relist {
                handled: after.runs - before.runs,
                growth: f64::from(after.peak) / f64::from(before.peak) - 1.0,
                cpu: after.cpu.saturating_sub(before.cpu),
            })
        })
    }

    /// From the server's write of an event to the handler, at a steady rate.
    pub(crate) fn events(&self, runs: usize, events: usize, rate: usize) -> Result<Vec<Round<Delays>>> {
        Round::runs(runs, |side| {
            let (process, _) = self.side(&Task { events, ..self.task(side) })?;
            self.post(&format!("/events?count={events}&rate={rate}"))?;
            process.next()
        })
    }

    /// As many events as go through.
    pub(crate) fn drain(&self, runs: usize, burst: usize) -> Result<Vec<Round<Drain>>> {
        Round::runs(runs, |side| {
            let (mut process, _) = self.side(&Task { burst, ..self.task(side) })?;
            let before = settled(&mut process)?;
            self.post(&format!("/burst?count={burst}"))?;
            let time = Duration::from_micros(process.next()?);
            let after: Cost = process.ask()?;
            Ok(Drain { time, cpu: after.cpu.saturating_sub(before.cpu) })
        })
    }

    /// With nothing to do, for so long.
    pub(crate) fn idle(&self, time: Duration) -> Result<Round<Idleness>> {
        // Both at once, since what the kernel counts for one does not depend on the other.
        let (kooper, _) = self.side(&self.task(Side::Kooper))?;
        let (kube_rs, _) = self.side(&self.task(Side::KubeRs))?;
        thread::sleep(SETTLING);
        let before = [wake_ups(&kooper)?, wake_ups(&kube_rs)?];
        thread::sleep(time);
        let idleness = |process: &Process, before: u32| -> Result<Idleness> {
            let wake_ups = f64::from(wake_ups(process)?.saturating_sub(before)) / time.as_secs_f64();
            Ok(Idleness { wake_ups, resident: resident(process)? })
        };
        Ok(Round { kooper: idleness(&kooper, before[0])?, kube_rs: idleness(&kube_rs, before[1])? })
    }

    /// Asks the server for something, and waits until it has accepted.
    fn post(&self, what: &str) -> Result {
        let address = self.url.strip_prefix("http://").ok_or("the stub server has an address")?;
        let mut connection = TcpStream::connect(address)?;
        connection.set_read_timeout(Some(PATIENCE))?;
        write!(connection, "POST {what} HTTP/1.1\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        connection.take(12).read_to_string(&mut answer)?;
        if answer == "HTTP/1.1 202" { Ok(()) } else { Err(format!("the stub server said {answer}").into()) }
    }
}

/// What a second list cost.
#[derive(Clone, Copy)]
pub(crate) struct Relist {
    /// How often handlers ran for it.
    pub(crate) handled: u32,
    /// By how much the peak of memory grew, as a part of what it was.
    pub(crate) growth: f64,
    pub(crate) cpu: Duration,
}

/// What many events cost.
#[derive(Clone, Copy)]
pub(crate) struct Drain {
    /// From the first byte sent until the last state of each pod was handled.
    pub(crate) time: Duration,
    pub(crate) cpu: Duration,
}

/// What a process with nothing to do still does and holds.
#[derive(Clone, Copy)]
pub(crate) struct Idleness {
    /// A second, of all threads together.
    pub(crate) wake_ups: f64,
    /// In KiB.
    pub(crate) resident: u32,
}

/// What a side has cost once it does nothing any more.
fn settled(process: &mut Process) -> Result<Cost> {
    let mut last: Cost = process.ask()?;
    loop {
        thread::sleep(LOOK);
        let cost: Cost = process.ask()?;
        if cost.runs == last.runs && cost.cpu.saturating_sub(last.cpu) < LOOK / 50 {
            return Ok(cost);
        }
        last = cost;
    }
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
