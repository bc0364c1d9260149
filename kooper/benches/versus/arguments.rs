//! The command line.

use crate::{Result, handler::Kind};
use std::time::Duration;

pub(crate) const HELP: &str = "\
Kooper beside kube-rs' Controller, on the same stub server, each run in a process of its own.

Usage: cargo bench -p kooper --bench versus -- [MEASURE…] [OPTIONS]

Measures; without one, the table of all of them but the profile:
  pods       from the start until every pod is handled once, and the peak memory
  metadata   the same, by a handler of the metadata alone
  relist     what it takes to list everything again where nothing has changed
  events     from the server's write of an event to the handler, at a steady rate
  drain      as many events as go through: from the first byte to the last state of each pod
  many       several controllers in one process
  growth     five times as many pods
  idle       wake-ups and memory with nothing to do
  profile    where the time of `pods` goes, and the least that it could be
  kept       what a pod takes as it is kept, and how much of it other pods have too

Options:
  --runs N      how often each side runs, by turns (default 7; idle 1)
  --pods N      how many different pods of 5.4 kB the server has (default 20000; drain, many 5000; idle 100)
  --events N    how many events (default: events 30000, drain 50000)
  --rate N      events: how many a second (default 1000)
  --seconds N   idle: for how long (default 60)
  --check       exit with 1 where a bar is missed
  --help        this text
";

/// What was asked for.
#[derive(Default)]
pub(crate) struct Arguments {
    /// The measures, or the role of a process that this program starts, and the role's own argument.
    pub(crate) words: Vec<String>,
    pub(crate) runs: Option<usize>,
    pub(crate) pods: Option<usize>,
    pub(crate) events: Option<usize>,
    pub(crate) rate: Option<usize>,
    pub(crate) time: Option<Duration>,
    pub(crate) check: bool,
    pub(crate) help: bool,
    /// Whether `cargo bench` started it; `cargo test --benches` did otherwise, and wants to see that it works.
    pub(crate) bench: bool,
    /// For a side: the address of the stub server.
    pub(crate) server: Option<String>,
    /// For a side: what its handlers take.
    pub(crate) handler: Kind,
    /// For a side: how many controllers it runs.
    pub(crate) controllers: Option<usize>,
    /// For a side: how many events it is sent at full speed.
    pub(crate) burst: Option<usize>,
}

impl Arguments {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut parsed = Self::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--runs" => parsed.runs = Some(at_least_one(&argument, &value()?)?),
                "--pods" => parsed.pods = Some(at_least_one(&argument, &value()?)?),
                "--events" => parsed.events = Some(number(&argument, &value()?)?),
                "--rate" => parsed.rate = Some(at_least_one(&argument, &value()?)?),
                "--seconds" => {
                    let seconds = at_least_one(&argument, &value()?)?;
                    parsed.time = Some(Duration::from_secs(seconds as u64));
                }
                "--server" => parsed.server = Some(value()?),
                "--handler" => parsed.handler = value()?.parse()?,
                "--controllers" => parsed.controllers = Some(at_least_one(&argument, &value()?)?),
                "--burst" => parsed.burst = Some(number(&argument, &value()?)?),
                "--check" => parsed.check = true,
                "--help" | "-h" => parsed.help = true,
                "--bench" => parsed.bench = true,
                _ if argument.starts_with('-') => return Err(format!("there is no `{argument}`").into()),
                _ => parsed.words.push(argument),
            }
        }
        Ok(parsed)
    }

    /// The words, so that they can be matched.
    pub(crate) fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }
}

fn number(option: &str, value: &str) -> Result<usize> {
    value.parse().map_err(|_| format!("`{option}` takes a number, not `{value}`").into())
}

fn at_least_one(option: &str, value: &str) -> Result<usize> {
    match number(option, value)? {
        0 => Err(format!("`{option}` takes a number from 1").into()),
        number => Ok(number),
    }
}
