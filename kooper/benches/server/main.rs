//! Kooper beside kube-rs' `Controller` on a real kube-apiserver: `cargo bench -p kooper --bench server`, and `-- --help`
//! for more.
//!
//! The API server and etcd of the testbed are started and filled with pods; then each side runs in a process of its own,
//! one after the other in every round, with the same client, TLS, allocator, two worker threads and a handler that reads
//! each pod. What the API server itself spends meanwhile stands beside it. All share the machine, so only ratios of one
//! round mean anything.

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
  --runs N      how many rounds (default 5)
  --pods N      how many pods of about 6 kB the server is filled with (default 20000)
  --changes N   how many of them are changed afterwards (default 5000)
  --help        this text

The testbed is a folder that TESTBED names, or ../shared/testbed. Without one nothing is measured.
";

struct Arguments {
    sides: &'static [Side],
    runs: usize,
    pods: usize,
    changes: usize,
}

fn main() -> ExitCode {
    let start = Instant::now();
    match run(start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("server: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(start: Instant) -> Result {
    let mut arguments = env::args().skip(1);
    // Not by `cargo bench`: only to see that it works.
    let mut asked = Arguments { sides: &Side::ALL, runs: 5, pods: 20_000, changes: 5_000 };
    if !env::args().any(|argument| argument == "--bench" || argument == "side") {
        asked = Arguments { sides: &Side::ALL, runs: 1, pods: 100, changes: 20 };
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
            "lists" => asked.sides = &Side::LISTS,
            "--bench" => {}
            "--help" => {
                print!("{HELP}");
                return Ok(());
            }
            "side" => {
                let mut word = || arguments.next().ok_or("a side has its words");
                let (side, kubeconfig, pods) = (word()?.parse()?, word()?, word()?.parse()?);
                let changes = word()?.parse()?;
                return side::run(start, side, &kubeconfig, pods, changes);
            }
            _ => return Err(format!("there is no `{argument}`: see `--help`").into()),
        }
    }
    let Some(testbed) = Testbed::start()? else {
        println!("SKIPPED: nothing was measured: neither TESTBED nor ../shared/testbed has an API server");
        return Ok(());
    };
    let runtime = tokio::runtime::Runtime::new()?;
    let client = runtime.block_on(testbed.client())?;
    let sizes = runtime.block_on(filler::fill(&client, asked.pods))?;
    println!("{} pods of {} bytes in JSON, {} in protobuf\n", asked.pods, sizes.json, sizes.protobuf);
    let mut rounds = Vec::new();
    for number in 0..asked.runs {
        let mut round = Round::default();
        for at in 0..asked.sides.len() {
            // Another side begins each round.
            let side = asked.sides[(at + number) % asked.sides.len()];
            let began = testbed.server_cpu()?;
            let running = side::Process::start(side, testbed.kubeconfig(), asked.pods, asked.changes)?;
            let cost = running.start_up()?;
            let server = testbed.server_cpu()?.saturating_sub(began);
            runtime.block_on(filler::change(&client, asked.changes, &running.mark()))?;
            round.note(side, cost, server, running.changes()?);
        }
        eprintln!("round {} of {} is over", number + 1, asked.runs);
        rounds.push(round);
    }
    report::print(&rounds, asked.sides, asked.changes);
    Ok(())
}
