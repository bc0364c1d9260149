//! The matrix of faults, on Kooper and on kube-rs' `Controller`: what each makes of them, as a table.
//!
//! ```sh
//! cargo bench -p kooper-tests --bench faults                  # the whole table
//! cargo bench -p kooper-tests --bench faults -- garbled       # the rows with this in their name
//! cargo bench -p kooper-tests --bench faults --profile dev    # the same, without a release build: its clock is paused
//! ```
//!
//! Both are given the same cluster, the same changes and the same handler. After each fault all is well again, and they have
//! half an hour to come to rest, on a clock that is paused: that is no time at all. Then they are made to list once more though nothing has changed. A row that has not ended after
//! five minutes of real time is told so.

mod peer;
mod rows;

use kooper::{Controller, testing::Cluster};
use kooper_tests::{Bookkeeper, Ledger, Outcome, Running, Way, World};
use kube::Client;
use rows::{ROWS, Row};
use std::{
    collections::HashSet,
    env,
    sync::{
        Arc,
        mpsc::{self, Sender},
    },
    thread,
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// How long a controller has to come to rest.
const PATIENCE: Duration = Duration::from_mins(30);

/// How long one side may take for a row, in real time.
const LIMIT: Duration = Duration::from_mins(5);

/// What became of one row on one side.
struct Cell {
    outcome: Outcome,
    over: bool,
    /// How long it took to come to rest, of those 30 minutes.
    rested: Option<Duration>,
    /// Runs that a list which told nothing new gave.
    reruns: usize,
}

fn main() {
    let filter = env::args().skip(1).find(|argument| !argument.starts_with("--")).unwrap_or_default();
    println!("| fault | Kooper, streaming lists | Kooper, pages | kube-rs `Controller` |");
    println!("|---|---|---|---|");
    for row in ROWS.iter().filter(|row| row.name.contains(&filter)) {
        let kooper = |way: Way| {
            within_limit(row, way, move |client, ledger| {
                let handler = Bookkeeper::new(ledger, Duration::from_millis(5), 5);
                let controller = Controller::new(handler).client(client).encoding(way.encoding);
                Running::start(controller.streaming_lists(way.streaming))
            })
        };
        let cells = [kooper(Way::STREAMING), kooper(Way::PAGES), within_limit(row, Way::PAGES, peer::start)];
        println!("| {} | {} |", row.name, cells.join(" | "));
    }
}

/// What becomes of a row on one side, or how far it came within the limit.
fn within_limit(
    row: &'static Row,
    way: Way,
    start: impl FnOnce(Client, Arc<Ledger>) -> Running + Send + 'static,
) -> String {
    let (told, cell) = mpsc::channel();
    let (tell_ledger, ledger) = mpsc::channel();
    // A thread that is not over has to be left alone: nothing ends one from outside. So such a row stands last.
    thread::spawn(move || told.send(run(row, way, &tell_ledger, start)));
    match cell.recv_timeout(LIMIT) {
        Ok(cell) => cell.to_string(),
        Err(mpsc::RecvTimeoutError::Disconnected) => "**panicked**".into(),
        Err(mpsc::RecvTimeoutError::Timeout) => {
            let runs = ledger.recv().map(|ledger: Arc<Ledger>| ledger.runs()).unwrap_or_default();
            let handled: HashSet<_> =
                runs.iter().filter(|run| run.good == Some(true)).map(|run| &run.key).collect();
            format!("**not over within {} s** ({} objects handled)", LIMIT.as_secs(), handled.len())
        }
    }
}

fn run(
    row: &Row,
    way: Way,
    tell_ledger: &Sender<Arc<Ledger>>,
    start: impl FnOnce(Client, Arc<Ledger>) -> Running,
) -> Cell {
    fastrand::seed(7);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let mut world = World::of(way, 20, |cluster: &Cluster| (row.client)(cluster), start);
        // Nobody may be left to hear it.
        let _ = tell_ledger.send(world.ledger.clone());
        rest(&world).await;
        (row.script)(&mut world).await;
        world.cluster.faults().clear();
        let rested = rest(&world).await;
        // Whatever still goes on is over after this.
        sleep(Duration::from_mins(10)).await;
        let (outcome, count) = (world.outcome(), world.ledger.count());
        world.cluster.faults().watches().fail(410);
        sleep(Duration::from_mins(5)).await;
        Cell { outcome, over: world.running.is_over(), rested, reruns: world.ledger.count() - count }
    })
}

/// Waits until all is as it should be, or for as long as a controller has. Gives how long that took.
async fn rest(world: &World) -> Option<Duration> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let outcome = world.outcome();
        if outcome.is_whole() && outcome.exist > 0 {
            return Some(began.elapsed());
        }
        if world.running.is_over() {
            return None;
        }
        // A controller that never tells of deletes need not be waited for any longer.
        if outcome.missed == 0 && outcome.told == 0 && began.elapsed() > PATIENCE / 10 {
            return None;
        }
        sleep(Duration::from_millis(500)).await;
    }
    None
}

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Outcome { exist, missed, gone, told, twice_at_once } = self.outcome;
        let mut said = Vec::new();
        if self.over {
            said.push("**ended**".to_owned());
        }
        if missed > 0 {
            said.push(format!("**{missed} of {exist} last states not handled**"));
        }
        if told != gone {
            said.push(format!("**{told} of {gone} deletes told**"));
        }
        if twice_at_once {
            said.push("**a key run twice at once**".to_owned());
        }
        if self.reruns > 0 {
            said.push(format!("**{} runs for nothing at a list**", self.reruns));
        }
        if said.is_empty() {
            write!(f, "all well")?;
        } else {
            write!(f, "{}", said.join(", "))?;
        }
        match self.rested {
            Some(rested) if self.outcome.is_whole() => write!(f, " ({:.1} s)", rested.as_secs_f64()),
            _ => Ok(()),
        }
    }
}
