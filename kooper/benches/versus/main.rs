//! Kooper beside kube-rs' `Controller`: `cargo bench -p kooper --bench versus`, and `-- --help` for more.
//!
//! Every figure is a ratio of two runs that follow each other, each in a process of its own, against one stub server
//! that serves prepared bytes. Both sides use the same allocator, client, encoding (JSON), transport (plain HTTP) and
//! page size, two worker threads, and handlers that do the same with the decoded pod. No side has a tracing subscriber.

mod arguments;
mod kooper_side;
mod measure;
mod peer;
mod pods;
mod process;
mod report;
mod side;
mod stub;
mod tally;

use arguments::Arguments;
use measure::Server;
use pods::Pods;
use report::{A_SECOND, MEGABYTES, MILLISECONDS, SECONDS};
use side::{Cost, Delays, Task};
use std::{
    env,
    error::Error,
    io,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

type Result<T = (), E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    let start = Instant::now();
    let done = Arguments::parse(env::args().skip(1)).and_then(|arguments| run(&arguments, start));
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("versus: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments, start: Instant) -> Result<ExitCode> {
    if arguments.help {
        print!("{}", arguments::HELP);
        return Ok(ExitCode::SUCCESS);
    }
    let met = match *arguments.words().as_slice() {
        ["stub"] => return stub(arguments),
        ["side", name] => return side(name, arguments, start),
        [] | ["start"] => start_up(arguments)?,
        ["events"] => events(arguments)?,
        ["idle"] => idle(arguments)?,
        _ => return Err("there is no such measure: see `--help`".into()),
    };
    Ok(if met || !arguments.check { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn stub(arguments: &Arguments) -> Result<ExitCode> {
    end_with_input();
    stub::serve(Pods::new(arguments.pods.unwrap_or(1)))?;
    Ok(ExitCode::SUCCESS)
}

fn side(name: &str, arguments: &Arguments, start: Instant) -> Result<ExitCode> {
    end_with_input();
    side::run(&Task {
        side: name.parse()?,
        server: arguments.server.clone().ok_or("a side needs `--server`")?,
        pods: arguments.pods.unwrap_or(1),
        events: arguments.events.unwrap_or(0),
        start,
    })?;
    Ok(ExitCode::SUCCESS)
}

/// From the start until every pod is handled once.
fn start_up(arguments: &Arguments) -> Result<bool> {
    // `cargo test --benches` wants to see that it works.
    let (pods, runs) = if arguments.bench { (20_000, 7) } else { (200, 1) };
    let pods = Pods::new(arguments.pods.unwrap_or(pods));
    let runs = arguments.runs.unwrap_or(runs);
    println!("From the start until {pods} are handled once, by a handler of Pod; {runs} runs a side:\n");
    let costs = Server::start(&pods)?.start_up(runs)?;
    let of = |figure: fn(Cost) -> f64| -> Vec<_> { costs.iter().map(|round| round.map(figure)).collect() };
    report::head();
    let fast = report::row("time", SECONDS, &of(|cost| cost.time.as_secs_f64()), Some(0.5));
    let lean = report::row("peak memory", MEGABYTES, &of(|cost| cost.peak.into()), Some(0.2));
    report::row("CPU time", SECONDS, &of(|cost| cost.cpu.as_secs_f64()), None);
    Ok(fast && lean)
}

/// From the server's write of an event to the handler.
fn events(arguments: &Arguments) -> Result<bool> {
    let pods = Pods::new(arguments.pods.unwrap_or(20_000));
    let (runs, events) = (arguments.runs.unwrap_or(3), arguments.events.unwrap_or(30_000));
    let rate = arguments.rate.unwrap_or(1_000);
    println!(
        "From the server to the handler of Pod: {events} events on {pods}, {rate}/s; {runs} runs a side:\n"
    );
    let delays = Server::start(&pods)?.events(runs, events, rate)?;
    let of = |figure: fn(Delays) -> f64| -> Vec<_> { delays.iter().map(|round| round.map(figure)).collect() };
    report::head();
    let median = report::row("p50", MILLISECONDS, &of(|delays| delays.median.as_secs_f64()), Some(0.25));
    let p99 = report::row("p99", MILLISECONDS, &of(|delays| delays.p99.as_secs_f64()), Some(0.25));
    Ok(median && p99)
}

/// What is still done, and held, with nothing to do.
fn idle(arguments: &Arguments) -> Result<bool> {
    let pods = Pods::new(arguments.pods.unwrap_or(100));
    let time = arguments.time.unwrap_or(Duration::from_mins(1));
    println!("With nothing to do for {time:?}, after {pods} were handled:\n");
    let idleness = Server::start(&pods)?.idle(time)?;
    report::absolute_head();
    let quiet = report::absolute_row("wake-ups", A_SECOND, idleness.map(|idle| idle.wake_ups), 2.0);
    let resident = idleness.map(|idle| idle.resident.into());
    let small = report::absolute_row("memory", MEGABYTES, resident, 20.0 * MEGABYTES.size);
    Ok(quiet && small)
}

/// Ends this process once its input ends: once the one that measures has what it wants, or is gone.
fn end_with_input() {
    thread::spawn(|| {
        drop(io::copy(&mut io::stdin(), &mut io::sink()));
        std::process::exit(0)
    });
}
