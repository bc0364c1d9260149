//! The command line.

use crate::Result;
use std::time::Duration;

pub(crate) const HELP: &str = "\
Kooper beside kube-rs' Controller, on the same stub server, each run in a process of its own.

Usage: cargo bench -p kooper --bench versus -- [MEASURE] [OPTIONS]

Measures:
  start    from the start until every pod is handled once, and the peak memory (default)
  events   from the server's write of an event to the handler
  idle     wake-ups and memory with nothing to do

Options:
  --runs N      how often each side runs, interleaved (default 7; events 3)
  --pods N      how many different pods of 5.4 kB the server has (default 20000; idle 100)
  --events N    events: how many (default 30000)
  --rate N      events: how many a second; 0 is as fast as it goes (default 1000)
  --seconds N   idle: for how long (default 60)
  --check       exit with 1 where a bar is missed
  --help        this text
";

/// What was asked for.
#[derive(Default)]
pub(crate) struct Arguments {
    /// The measure, or the role of a process that this program starts, and the role's own argument.
    pub(crate) words: Vec<String>,
    pub(crate) runs: Option<usize>,
    pub(crate) pods: Option<usize>,
    pub(crate) events: Option<usize>,
    pub(crate) rate: Option<usize>,
    pub(crate) time: Option<Duration>,
    /// The address of the stub server, for a side.
    pub(crate) server: Option<String>,
    pub(crate) check: bool,
    pub(crate) help: bool,
    /// Whether `cargo bench` started it; `cargo test --benches` did otherwise, and wants to see that it works.
    pub(crate) bench: bool,
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
                "--rate" => parsed.rate = Some(number(&argument, &value()?)?),
                "--seconds" => {
                    let seconds = at_least_one(&argument, &value()?)?;
                    parsed.time = Some(Duration::from_secs(seconds as u64));
                }
                "--server" => parsed.server = Some(value()?),
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
