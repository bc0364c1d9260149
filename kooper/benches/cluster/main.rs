//! What the embedded cluster costs: how soon it answers, how fast it writes, lists and tells, and what it holds.
//!
//! ```sh
//! cargo bench -p kooper --bench cluster                # a table with the bar of each measure
//! cargo bench -p kooper --bench cluster -- --check     # the same, and fails where a median is beyond its bar
//! cargo bench -p kooper --bench cluster -- --runs 9    # as many runs of each as are asked for; 5 unless set
//! ```
//!
//! Each run of a measure is a process of its own, so that all that is made once counts. Everything goes through a
//! `kube::Client` in the process, on one thread. Memory is what the process has more after than before. `by CPU` is what the
//! median would be if the thread had had a core to itself: on a busy machine that is the figure to look at.

mod measure;
mod pods;
mod table;

use measure::Figure;
use std::{
    env,
    process::{Command, ExitCode, Stdio},
};
use table::{Bar, Row};

/// Each measure with its bar.
const MEASURES: [(&str, &str, Bar); 5] = [
    ("start", "start to first answer", Bar::AtMost(5.0, "ms")),
    ("create", "20,000 pods of 5 kB created", Bar::AtLeast(5_000.0, "/s")),
    ("hold", "memory that holds them", Bar::AtMost(250.0, "MB")),
    ("watch", "a write to 100 watchers", Bar::AtMost(5.0, "ms")),
    ("list", "20,000 pods by pages of 500", Bar::AtLeast(300.0, "MB/s")),
];

fn main() -> ExitCode {
    // cargo adds `--bench`.
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["measure", name] => {
            println!("{}", measure::run(name));
            ExitCode::SUCCESS
        }
        [] => report(5, false),
        ["--check"] => report(5, true),
        ["--runs", runs] | ["--check", "--runs", runs] | ["--runs", runs, "--check"] => match runs.parse() {
            Ok(runs @ 1..) => report(runs, words.contains(&"--check")),
            _ => usage(&format!("`{runs}` is no number of runs")),
        },
        _ => usage(&format!("`{}` is not known", words.join(" "))),
    }
}

fn usage(why: &str) -> ExitCode {
    eprintln!("{why}; usage: cargo bench -p kooper --bench cluster [-- [--check] [--runs N]]");
    ExitCode::from(2)
}

/// Measures all, shows them, and tells whether they are within their bars where that is asked for.
fn report(runs: usize, check: bool) -> ExitCode {
    let rows: Vec<Row> = MEASURES
        .iter()
        .map(|(name, title, bar)| {
            Row::new(title, *bar, &(0..runs).map(|_| in_a_process(name)).collect::<Vec<_>>())
        })
        .collect();
    println!("{}", table::heading(runs));
    for row in &rows {
        println!("{row}");
    }
    let beyond = rows.iter().filter(|row| !row.holds()).count();
    if check && beyond > 0 {
        eprintln!("{beyond} of {} measures are beyond their bar", rows.len());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// One run of a measure.
fn in_a_process(name: &str) -> Figure {
    let this = env::current_exe().expect("the path of this program");
    let output = Command::new(this).args(["measure", name]).stderr(Stdio::inherit()).output();
    let output = output.expect("this program can be started again");
    assert!(output.status.success(), "the measure `{name}` failed");
    let printed = String::from_utf8_lossy(&output.stdout);
    let mut numbers =
        printed.split_whitespace().map(|number| number.parse().expect("a measure prints numbers"));
    let value = numbers.next().expect("a measure prints two");
    Figure { value, by_cpu: numbers.next().filter(|cpu: &f64| !cpu.is_nan()) }
}
