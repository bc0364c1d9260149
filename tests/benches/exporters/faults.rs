//! What an attempt costs on its own thread, while an exporter is in trouble.

use crate::{
    Result, attempt, checked,
    peer::{KINDS, Kind},
    told,
};
use kooper::telemetry::{self, Jaeger, Otlp};
use std::{env, fs, net::SocketAddr, path::Path, process::Command, thread, time::Duration};

/// Attempts that are counted, beside a run with none. Their spans are four times what a queue holds.
const ATTEMPTS: u32 = 4_000;
/// How much more an attempt may cost than with the same exporter in good health.
const BAR: f64 = 1.05;

pub(crate) fn table(check: bool) -> Result {
    println!("\n{:<34} | {:>12} | {:>8}", "the exporter", "instructions", "");
    let (mut missed, mut good) = (Vec::new(), f64::NAN);
    for (name, kind) in KINDS {
        let address = kind.start()?;
        let each = (counted(name, address, ATTEMPTS)? - counted(name, address, 0)?) / f64::from(ATTEMPTS);
        if kind.is_good() {
            good = each;
        }
        println!("{:<34} | {each:>12.0} | {:>7.3}×", kind.label(), each / good);
        if each / good > BAR {
            missed.push(kind.label().to_owned());
        }
    }
    println!("\nbar: {BAR}× of the same in good health");
    checked(check, &missed)
}

/// The instructions of so many attempts on the thread that makes them.
fn counted(kind: &str, address: SocketAddr, count: u32) -> Result<f64> {
    let out = env::temp_dir().join(format!("kooper-exporters-{}.callgrind", std::process::id()));
    let mut command = Command::new("valgrind");
    for (name, _) in env::vars() {
        if ["OTEL_", "JAEGER_", "KOOPER_", "RUST_LOG"].iter().any(|start| name.starts_with(start)) {
            command.env_remove(name);
        }
    }
    let run = command
        .args(["--tool=callgrind", "--separate-threads=yes", "--fair-sched=yes"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(env::current_exe()?)
        .args(["once", kind, &address.to_string(), &count.to_string()])
        .output()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    if !run.status.success() {
        return Err(String::from_utf8_lossy(&run.stderr).into());
    }
    let first = fs::read_to_string(format!("{}-01", out.display()))?;
    sweep(&out)?;
    let total = first.lines().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.ok_or("callgrind counted nothing")?.trim().parse()?)
}

/// Removes what callgrind wrote, a file for each thread.
fn sweep(out: &Path) -> Result {
    let (folder, name) = (out.parent().ok_or("a folder")?, out.file_name().ok_or("a name")?);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&*name.to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Makes so many attempts on this thread.
pub(crate) fn attempts(kind: Kind, address: &str, count: u32) -> Result {
    let telemetry = telemetry::builder("bench").logs("off").without_waterfall();
    let telemetry = if kind.is_agent() {
        telemetry.jaeger(Jaeger::new().agent(address))
    } else {
        telemetry.otlp(Otlp::http().endpoint(format!("http://{address}")))
    };
    let telemetry = telemetry.init().map_err(|error| told(&error))?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let mut kooper = attempt::by_kooper().await.map_err(|error| told(&error))?;
        // The first one of a process registers its callsites.
        for number in 0..=count {
            kooper.one(std::future::ready(()), false).await;
            // Valgrind runs one thread at a time: this lets the exporter have its turn.
            if number % 500 == 499 {
                thread::sleep(Duration::from_millis(100));
            }
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    drop(telemetry);
    Ok(())
}
