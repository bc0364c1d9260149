//! Kooper beside kube-rs' `Controller`: `cargo bench -p kooper --bench versus`, and `-- --help` for more.
//!
//! Every figure is a ratio of two runs that follow each other, each in a process of its own, against one stub server
//! that serves prepared bytes. Both sides use the same allocator, client, encoding (JSON), transport (plain HTTP) and
//! page size, two worker threads, and handlers that do the same with the decoded pod. No side has a tracing subscriber.

mod arguments;
mod figures;
mod handler;
mod kept;
mod kooper_side;
mod measure;
mod peer;
mod pods;
mod prepared;
mod process;
mod profile;
mod report;
mod rows;
mod side;
mod stub;
mod tally;

use arguments::Arguments;
use pods::Pods;
use rows::{ALL, Measure};
use side::Task;
use std::{env, error::Error, io, process::ExitCode, thread, time::Instant};

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
    match *arguments.words().as_slice() {
        ["stub"] => stub(arguments),
        ["side", name] => side(name, arguments, start),
        ["stage", name] => profile::stage(name, arguments).map(|()| ExitCode::SUCCESS),
        ["profile"] => profile::run(arguments).map(|()| ExitCode::SUCCESS),
        ["kept"] => kept::run(arguments).map(|()| ExitCode::SUCCESS),
        ref measures => table(measures, arguments),
    }
}

/// Prints the table of these measures; of all where there are none.
fn table(names: &[&str], arguments: &Arguments) -> Result<ExitCode> {
    let mut measures: Vec<Measure> = ALL.iter().map(|(_, measure)| *measure).collect();
    if !names.is_empty() {
        let of = |name: &&str| ALL.iter().find(|(known, _)| known == name).map(|(_, measure)| *measure);
        let known: Option<Vec<Measure>> = names.iter().map(of).collect();
        measures = known.ok_or("there is no such measure: see `--help`")?;
    }
    if !arguments.bench {
        println!("A few pods, to see that it works: `cargo bench` measures.\n");
    }
    report::head();
    let mut met = true;
    for measure in measures {
        met &= measure(arguments)?;
    }
    Ok(if met || !arguments.check { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn stub(arguments: &Arguments) -> Result<ExitCode> {
    thread::spawn(|| {
        // It ends with its input: once the one that measures has what it wants, or is gone.
        drop(io::copy(&mut io::stdin(), &mut io::sink()));
        std::process::exit(0)
    });
    stub::serve(Pods::new(arguments.pods.unwrap_or(1)))?;
    Ok(ExitCode::SUCCESS)
}

fn side(name: &str, arguments: &Arguments, start: Instant) -> Result<ExitCode> {
    let task = Task {
        side: name.parse()?,
        handler: arguments.handler,
        controllers: arguments.controllers.unwrap_or(1),
        pods: arguments.pods.unwrap_or(1),
        events: arguments.events.unwrap_or(0),
        burst: arguments.burst.unwrap_or(0),
    };
    side::run(&task, arguments.server.as_deref().ok_or("a side needs `--server`")?, start)?;
    Ok(ExitCode::SUCCESS)
}
