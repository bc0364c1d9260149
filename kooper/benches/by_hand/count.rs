//! What valgrind counts of an attempt.

use crate::Result;
use std::{env, fs, process::Command};

/// Attempts that are counted, beside a run with none.
const ATTEMPTS: u32 = 1_000;

/// What one attempt costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) instructions: f64,
    pub(crate) allocations: f64,
}

impl Counted {
    /// Of a kind of attempts.
    pub(crate) fn of(kind: &str, fails: bool) -> Result<Self> {
        let each = |of: fn(&str, bool, u32) -> Result<f64>| -> Result<f64> {
            Ok((of(kind, fails, ATTEMPTS)? - of(kind, fails, 0)?) / f64::from(ATTEMPTS))
        };
        Ok(Self { instructions: each(instructions)?, allocations: each(allocations)? })
    }

    pub(crate) fn less(self, other: Self) -> Self {
        Self {
            instructions: self.instructions - other.instructions,
            allocations: self.allocations - other.allocations,
        }
    }
}

fn instructions(kind: &str, fails: bool, count: u32) -> Result<f64> {
    let out = env::temp_dir().join(format!("kooper-by-hand-{}.callgrind", std::process::id()));
    let file = format!("--callgrind-out-file={}", out.display());
    let said = valgrind(&["--tool=callgrind", &file], kind, fails, count)?;
    let _ = fs::remove_file(out);
    after(&said, "Collected :")
}

fn allocations(kind: &str, fails: bool, count: u32) -> Result<f64> {
    let said = valgrind(&["--tool=memcheck", "--leak-check=no"], kind, fails, count)?;
    after(&said, "total heap usage:")
}

fn valgrind(options: &[&str], kind: &str, fails: bool, count: u32) -> Result<String> {
    let mut command = Command::new("valgrind");
    for (name, _) in env::vars() {
        if ["OTEL_", "JAEGER_", "KOOPER_", "RUST_LOG"].iter().any(|start| name.starts_with(start)) {
            command.env_remove(name);
        }
    }
    let run = command
        .args(options)
        .arg(env::current_exe()?)
        .args(["once", kind, &fails.to_string(), &count.to_string()])
        .output()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    if run.status.success() { Ok(said) } else { Err(said.into()) }
}

/// The number that stands behind a text.
fn after(said: &str, text: &str) -> Result<f64> {
    let (_, rest) = said.split_once(text).ok_or_else(|| format!("valgrind counted nothing: {said}"))?;
    let number = rest.split_whitespace().next().ok_or("no number")?;
    Ok(number.replace(',', "").parse()?)
}
