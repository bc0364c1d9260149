//! What exporters cost the program that they belong to.
//!
//! ```sh
//! cargo bench -p kooper-tests --bench exporters -- faults            # needs valgrind
//! cargo bench -p kooper-tests --bench exporters -- jaeger            # needs the testbed's Jaeger, and a machine with nothing else to do
//! cargo bench -p kooper-tests --bench exporters -- faults --check    # fails where a bar is missed
//! ```
//!
//! `faults`: the instructions of an attempt on the thread that makes it, with a handler that does nothing, at full speed, while an
//! exporter is in trouble; beside those with the same exporter in good health. Counted by callgrind.
//!
//! `jaeger`: 1,000 attempts a second, exported by OTLP to a real Jaeger: the processor time of the whole process, less that of a run
//! with no exporter (which then makes no spans at all), as a share of the time on the clock.

#[allow(dead_code)]
#[path = "../../../kooper/benches/by_hand/attempt.rs"]
mod attempt;
mod faults;
#[allow(dead_code)]
#[path = "../../../kooper/benches/by_hand/hand.rs"]
mod hand;
mod peer;
mod rate;

use peer::Kind;
use std::{env, error::Error};

type Result<T = (), E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> Result {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["faults"] => faults::table(false),
        ["faults", "--check"] => faults::table(true),
        ["jaeger"] => rate::table(false),
        ["jaeger", "--check"] => rate::table(true),
        // Processes of their own, of which the others tell.
        ["once", kind, address, count] => faults::attempts(Kind::named(kind)?, address, count.parse()?),
        ["rate", to] => rate::process(to),
        _ => Err("usage: cargo bench -p kooper-tests --bench exporters -- faults|jaeger [--check]".into()),
    }
}

/// Fails where something was missed, if it is to be checked.
fn checked(check: bool, missed: &[String]) -> Result {
    if check && !missed.is_empty() {
        return Err(format!("missed: {}", missed.join("; ")).into());
    }
    Ok(())
}

fn told(error: &kooper::Error) -> String {
    error.to_string()
}
