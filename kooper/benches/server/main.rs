//! Kooper beside kube-rs' `Controller` on a real kube-apiserver: `cargo bench -p kooper --bench server`, and `-- --help`
//! for more.
//!
//! The API server and etcd of the testbed are started and filled with pods; then each side runs in a process of its own,
//! one after the other in every round, with the same client, TLS, allocator, two worker threads and a handler that reads
//! each pod. What the API server itself spends meanwhile stands beside it. All share the machine, so only ratios of one
//! round mean anything.
//!
//! Rounds in which pods are changed come last: the API server has more to do for a list when it has just taken thousands of
//! changes, and collects their garbage meanwhile.

mod bars;
mod filler;
mod report;
mod side;
mod testbed;

use report::Round;
use side::Side;
use std::{env, error::Error, process::ExitCode, time::Instant};
use testbed::Testbed;

type Result<T = (), E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

const HELP: &str = "\
Kooper beside kube-rs' Controller on the testbed's kube-apiserver, each run in a process of its own.

Usage: cargo bench -p kooper --bench server -- [lists] [OPTIONS]

  lists         the ways to list everything beside each other, without kube-rs

Options:
  --runs N      how many rounds (default 7)
  --pods N      how many pods of about 6 kB the server is filled with (default 20000)
  --changes N   how many of them are changed afterwards (default 5000)
  --check       fail where a bar is missed
  --help        this text

The testbed is a folder that TESTBED names, or ../shared/testbed. Without one nothing is measured.
";

struct Arguments {
    sides: &'static [Side],
    /// Those that see changes.
    changed: &'static [Side],
    runs: usize,
    pods: usize,
    changes: usize,
    check: bool,
}

fn main() -> ExitCode {
    let start = Instant::now();
    match run(start) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("server: {error}");
            ExitCode::from(2)
        }
    }
}

/// Gives whether all was as it should be, if that is to be checked.
fn run(start: Instant) -> Result<bool> {
    let mut arguments = env::args().skip(1);
    let mut asked = Arguments {
        sides: &Side::ALL,
        changed: &Side::CHANGED,
        runs: 7,
        pods: 20_000,
        changes: 5_000,
        check: false,
    };
    if !env::args().any(|argument| argument == "--bench" || argument == "side") {
        // Not by `cargo bench`: only to see that it works.
        asked = Arguments { runs: 1, pods: 100, changes: 20, ..asked };
    }
    while let Some(argument) = arguments.next() {
        let mut number = || -> Result<usize> {
            let value = arguments.next().ok_or_else(|| format!("`{argument}` needs a number"))?;
            Ok(value.parse().map_err(|_| format!("`{argument}` takes a number, not `{value}`"))?)
        };
        match argument.as_str() {
            "--runs" => asked.runs = number()?,
            "--pods" => asked.pods = number()?,
            "--changes" => asked.changes = number()?,
            "lists" => (asked.sides, asked.changed) = (&Side::LISTS, &Side::LISTS),
            "--check" => asked.check = true,
            "--bench" => {}
            "--help" => {
                print!("{HELP}");
                return Ok(true);
            }
            "side" => {
                let mut word = || arguments.next().ok_or("a side has its words");
                let (side, kubeconfig, pods) = (word()?.parse()?, word()?, word()?.parse()?);
                let changes = word()?.parse()?;
                return side::run(start, side, &kubeconfig, pods, changes).map(|()| true);
            }
            _ => return Err(format!("there is no `{argument}`: see `--help`").into()),
        }
    }
    let Some(testbed) = Testbed::start()? else {
        println!("SKIPPED: nothing was measured: neither TESTBED nor ../shared/testbed has an API server");
        return Ok(true);
    };
    let runtime = tokio::runtime::Runtime::new()?;
    let server = Server { client: runtime.block_on(testbed.client())?, testbed, runtime };
    let sizes = server.runtime.block_on(filler::fill(&server.client, asked.pods))?;
    println!("{} pods of {} bytes in JSON, {} in protobuf", asked.pods, sizes.json, sizes.protobuf);
    println!(
        "medians of {} rounds; in brackets the median of the ratios to the first in the same round",
        asked.runs
    );
    println!("server: CPU time of the API server until all was handled\n");
    let filled = server.rounds(asked.sides, (asked.runs, asked.pods, 0))?;
    report::print(&filled, asked.sides);
    if asked.changes == 0 {
        return Ok(true);
    }
    let changed = server.rounds(asked.changed, (asked.runs, asked.pods, asked.changes))?;
    println!("\nthe same, each right after the changes that the one before has seen");
    println!("changes: CPU time of the side for {} changes\n", asked.changes);
    report::print(&changed, asked.changed);
    // The ways to list are compared with each other, and not with a peer.
    let met = asked.sides.first() != Some(&Side::KubeRs) || bars::print(&filled, &changed);
    Ok(met || !asked.check)
}

/// The API server, filled.
struct Server {
    testbed: Testbed,
    client: kube::Client,
    runtime: tokio::runtime::Runtime,
}

impl Server {
    /// Runs all sides, one after another in each round; so many rounds, on so many pods, of which so many are changed then.
    fn rounds(&self, sides: &[Side], (runs, pods, changes): (usize, usize, usize)) -> Result<Vec<Round>> {
        let mut rounds = Vec::new();
        for number in 0..runs {
            let mut round = Round::default();
            for at in 0..sides.len() {
                // Another side begins each round.
                let side = sides[(at + number) % sides.len()];
                let began = self.testbed.server_cpu()?;
                let running = side::Process::start(side, self.testbed.kubeconfig(), pods, changes)?;
                let cost = running.start_up()?;
                let server = self.testbed.server_cpu()?.saturating_sub(began);
                let mut changed = None;
                if changes > 0 {
                    self.runtime.block_on(filler::change(&self.client, changes, &running.mark()))?;
                    changed = Some(running.changes()?);
                }
                round.note(side, cost, server, changed);
            }
            eprintln!("round {} of {runs} is over", number + 1);
            rounds.push(round);
        }
        Ok(rounds)
    }
}
