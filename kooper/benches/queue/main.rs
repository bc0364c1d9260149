//! What an item costs in the queue: told, handed out and settled, by how many keys wait and how many run.
//!
//! ```sh
//! cargo bench -p kooper --bench queue                 # CPU time
//! cargo bench -p kooper --bench queue -- --callgrind  # instructions instead, where valgrind is installed
//! ```
//!
//! The program ends with an error where a bar is missed: 3 µs an item, and no more than 1.5 times as much with many keys as with few.
//! Time is told best by a machine that does nothing else: where many keys wait, what others do to the caches that the cores share is
//! told with it.
//!
//! It compiles the queue's own source, since that is no part of Kooper's API.

#[path = "../../src/queue/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports, clippy::all, clippy::pedantic)]
mod queue;
mod store;
mod sync;
mod trace;

use kooper::{ConfigError, ObjectKey};
use queue::{Queue, Verdict, WorkQueue};
use std::{collections::VecDeque, env, error::Error, fs, process::Command};
use store::{Change, Trigger};
use trace::Link;

type Result<T = (), E = Box<dyn Error>> = std::result::Result<T, E>;

const PENDING: [usize; 4] = [10_000, 50_000, 100_000, 400_000];
const RUNNING: [usize; 3] = [16, 256, 4_000];

/// Items that are measured, and under callgrind, which is some fifty times as slow.
const ITEMS: usize = 1_000_000;
const COUNTED: usize = 20_000;

const TIME: &str = "ns of CPU";

/// The bars: what an item may cost in nanoseconds, and how many times as much where it costs most as where it costs least.
const DEAR: f64 = 3_000.0;
const FLAT: f64 = 1.5;

/// The least of so many runs stands in the table: what else the machine does only adds to it.
const RUNS: usize = 7;

fn main() -> Result {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => table(TIME, time),
        ["--callgrind"] => table("instructions", instructions),
        // One run, for callgrind to look at.
        ["once", pending, running, items] => {
            cost(pending.parse()?, running.parse()?, items.parse()?)?;
            Ok(())
        }
        _ => Err("usage: cargo bench -p kooper --bench queue [-- --callgrind]".into()),
    }
}

fn table(unit: &str, measure: impl Fn(usize, usize) -> Result<f64>) -> Result {
    println!("\n{unit} an item (told, handed out, settled)");
    println!("{:>10} | {}", "pending", RUNNING.map(|running| format!("{running:>5} running")).join(" | "));
    let mut all = Vec::new();
    for pending in PENDING {
        let row = RUNNING.map(|running| measure(pending, running));
        let row: Vec<f64> = row.into_iter().collect::<Result<_>>()?;
        let cells: Vec<String> = row.iter().map(|cost| format!("{cost:>13.0}")).collect();
        println!("{pending:>10} | {}", cells.join(" | "));
        all.extend(row);
    }
    let (least, most) =
        all.iter().fold((f64::MAX, 0.0_f64), |(least, most), cost| (least.min(*cost), most.max(*cost)));
    println!("most / least: {:.2}, of {FLAT} that are allowed", most / least);
    if unit == TIME && most > DEAR {
        return Err(format!("an item costs more than {DEAR} ns").into());
    }
    if most / least > FLAT {
        return Err("what an item costs depends on how many keys wait or run".into());
    }
    Ok(())
}

fn time(pending: usize, running: usize) -> Result<f64> {
    (0..RUNS).try_fold(f64::MAX, |least, _| Ok(least.min(cost(pending, running, ITEMS)?)))
}

/// The CPU time of an item in nanoseconds, with so many keys waiting and so many running at any time.
fn cost(pending: usize, running: usize, items: usize) -> Result<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let queue = WorkQueue::new(Queue::new());
    let tell = |key| queue.changed(Change { key, trigger: Trigger::Watch, spec: false });
    for number in 0..pending + running {
        tell(ObjectKey::namespaced("default", &format!("object-{number}")));
    }
    runtime.block_on(async {
        let mut handed_out = VecDeque::with_capacity(running);
        for _ in 0..running {
            handed_out.push_back(queue.take().await.ok_or("open")?);
        }
        let began = cpu_time()?;
        for _ in 0..items {
            let handout = handed_out.pop_front().ok_or("as many run as are to")?;
            let settlement = queue.decide(&handout, Verdict::Done, None);
            queue.settle(handout.slot, &settlement, Link);
            tell(handout.key);
            handed_out.push_back(queue.take().await.ok_or("open")?);
        }
        #[allow(clippy::cast_precision_loss)]
        Ok((cpu_time()? - began) as f64 / items.max(1) as f64)
    })
}

/// The time that this thread, which is the only one, has been on a CPU, in nanoseconds: what the kernel's scheduler counts.
fn cpu_time() -> Result<u64> {
    let times = fs::read_to_string("/proc/self/schedstat")?;
    Ok(times.split(' ').next().ok_or("schedstat is empty")?.parse()?)
}

/// The instructions of an item: those of a run with items less those of one without.
fn instructions(pending: usize, running: usize) -> Result<f64> {
    let counted = |items: usize| -> Result<f64> {
        let out = env::temp_dir().join(format!("kooper-queue-{}.callgrind", std::process::id()));
        let run = Command::new("valgrind")
            .args(["--tool=callgrind".into(), format!("--callgrind-out-file={}", out.display())])
            .arg(env::current_exe()?)
            .args(["once".into(), pending.to_string(), running.to_string(), items.to_string()])
            .output()
            .map_err(|error| format!("valgrind cannot be run: {error}"))?;
        let _ = fs::remove_file(out);
        let said = String::from_utf8_lossy(&run.stderr);
        let count = said
            .lines()
            .find_map(|line| line.split_once("Collected :"))
            .ok_or("callgrind counted nothing")?;
        Ok(count.1.trim().parse()?)
    };
    #[allow(clippy::cast_precision_loss)]
    Ok((counted(COUNTED)? - counted(0)?) / COUNTED as f64)
}
