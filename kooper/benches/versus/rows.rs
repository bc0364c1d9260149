//! The rows of the table: each measure with its bars.

use crate::{
    Result,
    arguments::Arguments,
    figures::{Cost, Delays},
    handler::Kind,
    measure::{Drain, Idleness, Relist, Round, Server},
    pods::Pods,
    report::{
        A_SECOND, COUNT, MEGABYTES, MILLISECONDS, PERCENT, SECONDS, TIMES, absolute_row, heading, row,
        thousands,
    },
};
use std::time::Duration;

/// A measure prints its rows, and tells whether every bar was met.
pub(crate) type Measure = fn(&Arguments) -> Result<bool>;

/// All of them, as they are named on the command line.
pub(crate) const ALL: [(&str, Measure); 8] = [
    ("pods", pods),
    ("metadata", metadata),
    ("relist", relist),
    ("events", events),
    ("drain", drain),
    ("many", many),
    ("growth", growth),
    ("idle", idle),
];

/// Controllers of the measure `many`.
const CONTROLLERS: usize = 8;

/// How many times as many pods `growth` has.
const GROWTH: u32 = 5;

/// How many, or a few where it only has to be seen that it works.
fn how_many(arguments: &Arguments, asked: Option<usize>, number: usize, few: usize) -> usize {
    asked.unwrap_or(if arguments.bench { number } else { few })
}

fn how_many_pods(arguments: &Arguments, number: usize) -> Pods {
    Pods::new(how_many(arguments, arguments.pods, number, 200))
}

fn how_many_runs(arguments: &Arguments) -> usize {
    how_many(arguments, arguments.runs, 7, 1)
}

/// One figure of all rounds.
fn of<T: Copy>(rounds: &[Round<T>], figure: fn(T) -> f64) -> Vec<Round<f64>> {
    rounds.iter().map(|round| round.map(figure)).collect()
}

fn time(cost: Cost) -> f64 {
    cost.time.as_secs_f64()
}

fn peak(cost: Cost) -> f64 {
    cost.peak.into()
}

fn cpu(cost: Cost) -> f64 {
    cost.cpu.as_secs_f64()
}

fn pods(arguments: &Arguments) -> Result<bool> {
    let pods = how_many_pods(arguments, 20_000);
    let costs = Server::start(&pods)?.start_up(how_many_runs(arguments), Kind::Pod, 1)?;
    heading(&format!("{pods}, from the start until each is handled once"));
    let fast = row("time", SECONDS, &of(&costs, time), Some(0.5));
    let lean = row("peak memory", MEGABYTES, &of(&costs, peak), Some(0.2));
    row("CPU time", SECONDS, &of(&costs, cpu), None);
    Ok(fast && lean)
}

fn metadata(arguments: &Arguments) -> Result<bool> {
    let pods = how_many_pods(arguments, 20_000);
    let costs = Server::start(&pods)?.start_up(how_many_runs(arguments), Kind::Metadata, 1)?;
    heading(&format!(
        "the same, by a handler of metadata alone, on either side ({} pods)",
        thousands(pods.count())
    ));
    let fast = row("time", SECONDS, &of(&costs, time), Some(0.25));
    row("peak memory", MEGABYTES, &of(&costs, peak), None);
    row("CPU time", SECONDS, &of(&costs, cpu), None);
    Ok(fast)
}

fn relist(arguments: &Arguments) -> Result<bool> {
    let pods = how_many_pods(arguments, 20_000);
    let relists = Server::start(&pods)?.relist(how_many_runs(arguments))?;
    heading(&format!("{} pods listed again, nothing changed", thousands(pods.count())));
    let quiet =
        absolute_row("handler runs", COUNT, &of(&relists, |relist: Relist| relist.handled.into()), 0.0);
    let flat = absolute_row("growth of the peak memory", PERCENT, &of(&relists, |relist| relist.growth), 0.1);
    let cheap = row("CPU time", SECONDS, &of(&relists, |relist| relist.cpu.as_secs_f64()), Some(0.3));
    Ok(quiet && flat && cheap)
}

fn events(arguments: &Arguments) -> Result<bool> {
    let pods = how_many_pods(arguments, 20_000);
    let events = how_many(arguments, arguments.events, 30_000, 200);
    let rate = arguments.rate.unwrap_or(1_000);
    let delays = Server::start(&pods)?.events(how_many_runs(arguments), events, rate)?;
    heading(&format!(
        "{} events at {}/s, from the server to the handler",
        thousands(events),
        thousands(rate)
    ));
    let median = of(&delays, |delays: Delays| delays.median.as_secs_f64());
    let p99 = of(&delays, |delays| delays.p99.as_secs_f64());
    let median = row("p50", MILLISECONDS, &median, Some(0.25));
    let p99 = row("p99", MILLISECONDS, &p99, Some(0.25));
    Ok(median && p99)
}

fn drain(arguments: &Arguments) -> Result<bool> {
    let pods = how_many_pods(arguments, 5_000);
    let events = how_many(arguments, arguments.events, 50_000, 1_000);
    let drains = Server::start(&pods)?.drain(how_many_runs(arguments), events)?;
    heading(&format!(
        "{} events on {} pods at full speed, until the last state of each is handled",
        thousands(events),
        thousands(pods.count())
    ));
    let fast = row("time", SECONDS, &of(&drains, |drain: Drain| drain.time.as_secs_f64()), Some(0.35));
    row("CPU time", SECONDS, &of(&drains, |drain| drain.cpu.as_secs_f64()), None);
    Ok(fast)
}

fn many(arguments: &Arguments) -> Result<bool> {
    let pods = how_many_pods(arguments, 5_000);
    let costs = Server::start(&pods)?.start_up(how_many_runs(arguments), Kind::Pod, CONTROLLERS)?;
    heading(&format!("{CONTROLLERS} controllers in one process, each over {} pods", thousands(pods.count())));
    let lean = row("peak memory", MEGABYTES, &of(&costs, peak), Some(0.3));
    row("time", SECONDS, &of(&costs, time), None);
    Ok(lean)
}

/// The bars are those of `pods`, and that Kooper's own cost of a pod stays what it was.
fn growth(arguments: &Arguments) -> Result<bool> {
    let pods = how_many_pods(arguments, 20_000);
    let more = Pods::new(pods.count() * GROWTH as usize);
    let (server, larger) = (Server::start(&pods)?, Server::start(&more)?);
    let rounds = (0..how_many_runs(arguments)).map(|_| -> Result<_> {
        // One right after the other.
        let [few] = server.start_up(1, Kind::Pod, 1)?[..] else { return Err("there is one round".into()) };
        let [many] = larger.start_up(1, Kind::Pod, 1)?[..] else { return Err("there is one round".into()) };
        Ok((few, many))
    });
    let rounds = rounds.collect::<Result<Vec<_>>>()?;
    heading(&format!("{} pods, from the start until each is handled once", thousands(more.count())));
    let costs: Vec<_> = rounds.iter().map(|(_, many)| *many).collect();
    let fast = row("time", SECONDS, &of(&costs, time), Some(0.5));
    let lean = row("peak memory", MEGABYTES, &of(&costs, peak), Some(0.2));
    let grown = |figure: fn(Cost) -> f64| -> Vec<_> {
        let of = |few: Cost, many: Cost| figure(many) / figure(few) / f64::from(GROWTH);
        let round = |(few, many): &(Round<Cost>, Round<Cost>)| Round {
            kooper: of(few.kooper, many.kooper),
            kube_rs: of(few.kube_rs, many.kube_rs),
        };
        rounds.iter().map(round).collect()
    };
    let few = thousands(pods.count());
    let time = absolute_row(&format!("time a pod, beside {few}"), TIMES, &grown(time), 1.2);
    let cpu = absolute_row(&format!("CPU time a pod, beside {few}"), TIMES, &grown(cpu), 1.2);
    let peak = absolute_row(&format!("peak memory a pod, beside {few}"), TIMES, &grown(peak), 1.2);
    Ok(fast && lean && time && cpu && peak)
}

fn idle(arguments: &Arguments) -> Result<bool> {
    let pods = how_many_pods(arguments, 100);
    let time = Duration::from_secs(if arguments.bench { 60 } else { 1 });
    let time = arguments.time.unwrap_or(time);
    let idleness = [Server::start(&pods)?.idle(time)?];
    heading(&format!("nothing to do for {time:?}, after {} pods", thousands(pods.count())));
    let quiet = absolute_row("wake-ups", A_SECOND, &of(&idleness, |idle: Idleness| idle.wake_ups), 2.0);
    let memory = of(&idleness, |idle| idle.resident.into());
    let small = absolute_row("memory", MEGABYTES, &memory, 20.0 * MEGABYTES.size);
    Ok(quiet && small)
}
