//! What a side prints, as a line of numbers that the process that measures reads back.

use std::{fmt, fs, io, str::FromStr, time::Duration};

/// What it has cost a side so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Since the start of the process.
    pub(crate) time: Duration,
    /// Of all threads, in user and kernel.
    pub(crate) cpu: Duration,
    /// The most memory that was resident at once, in KiB.
    pub(crate) peak: u32,
    /// How often handlers ran.
    pub(crate) runs: u32,
    /// What the handlers have added up: the proof that they read the pods.
    pub(crate) proof: u32,
}

/// How long events took from the server to the handler.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delays {
    pub(crate) median: Duration,
    pub(crate) p99: Duration,
}

impl Delays {
    /// Of delays in ascending order.
    pub(crate) fn of(sorted: &[Duration]) -> Self {
        let at = |percent: usize| sorted[(sorted.len() - 1) * percent / 100];
        Self { median: at(50), p99: at(99) }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, cpu, peak, runs, proof } = self;
        write!(f, "{} {} {peak} {runs} {proof}", time.as_micros(), cpu.as_micros())
    }
}

impl FromStr for Cost {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let [time, cpu, peak, runs, proof] = numbers(line)?;
        Ok(Self { time: micros(time), cpu: micros(cpu), peak, runs, proof })
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

/// The CPU time of all threads of this process so far, to a tick of the scheduler.
pub(crate) fn cpu_time() -> io::Result<Duration> {
    let mut nanos = None;
    for thread in fs::read_dir("/proc/self/task")? {
        // One that has just ended is not there any more.
        let Ok(stat) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        let ran = stat.split_whitespace().next().and_then(|ran| ran.parse::<u64>().ok());
        nanos = ran.map(|ran| nanos.unwrap_or(0) + ran);
    }
    nanos.map(Duration::from_nanos).ok_or_else(|| {
        io::Error::other("this kernel does not tell the CPU time of threads (CONFIG_SCHED_INFO)")
    })
}

/// The most memory that this process has had resident, in KiB.
pub(crate) fn peak_memory() -> io::Result<u32> {
    let status = fs::read_to_string("/proc/self/status")?;
    status_field(&status, "VmHWM").ok_or_else(|| io::Error::other("/proc/self/status has no VmHWM"))
}

/// The number in a line `NAME:  123 kB` of a `/proc/…/status`.
pub(crate) fn status_field(status: &str, name: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}
