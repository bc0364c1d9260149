//! 1,000 attempts a second to a real Jaeger.

use crate::{Result, checked, told};
use k8s_openapi::api::core::v1::Pod;
use kooper::{
    controller,
    telemetry::{self, Otlp},
    testing::Cluster,
};
use kooper_tests::{Jaeger, jaeger_spans, testbed};
use std::{
    collections::BTreeSet,
    env, fs,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

const PODS: u64 = 1_000;
/// Attempts in each beat, and beats in a second.
const BEAT: (u64, u64) = (10, 100);
const SECONDS: u64 = 5;
const RUNS: usize = 3;
/// How long Jaeger may take to show all that it was sent.
const PATIENCE: Duration = Duration::from_secs(10);
/// What exporting may cost, as a share of the time on the clock.
const BAR: f64 = 0.15;

/// What a run tells.
#[derive(Debug, Clone, Copy)]
struct Told {
    attempts: u64,
    cpu: f64,
    wall: f64,
}

pub(crate) fn table(check: bool) -> Result {
    let Some(folder) = testbed("what exporting to a real Jaeger costs") else { return Ok(()) };
    let jaeger = Jaeger::start(&folder, env!("CARGO_TARGET_TMPDIR"));
    println!("\n{:<5} | {:>10} | {:>10} | {:>10} | {:>8}", "run", "attempts", "with", "without", "share");
    let mut shares = Vec::new();
    let mut sent = 0_usize;
    for run in 1..=RUNS {
        let (without, with) = (run_as("none")?, run_as(jaeger.otlp_http())?);
        sent += usize::try_from(with.attempts)?;
        let share = (with.cpu - without.cpu) / with.wall;
        println!(
            "{run:<5} | {:>10} | {:>8.2} s | {:>8.2} s | {:>6.1} %",
            with.attempts,
            with.cpu,
            without.cpu,
            100.0 * share
        );
        shares.push(share);
    }
    // Jaeger shows what it has taken only when its own batch is full or old.
    let patience = Instant::now() + PATIENCE;
    let (traces, spans) = loop {
        let seen = seen(&jaeger);
        if seen == (sent, 2 * sent) || Instant::now() > patience {
            break seen;
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    println!("\n{traces} of {sent} traces are in Jaeger, with {spans} of {} spans", 2 * sent);
    shares.sort_by(f64::total_cmp);
    let median = shares[RUNS / 2];
    println!("exporting takes {:.1} % of the time on the clock, bar {:.0} %", 100.0 * median, 100.0 * BAR);
    let mut missed = Vec::new();
    if median > BAR {
        missed.push("processor time".to_owned());
    }
    if (traces, spans) != (sent, 2 * sent) {
        missed.push("traces were lost".to_owned());
    }
    checked(check, &missed)
}

/// How many traces and spans Jaeger has.
fn seen(jaeger: &Jaeger) -> (usize, usize) {
    // A trace that came in two parts stands in two places of the answer.
    let spans = jaeger_spans(&jaeger.query("/api/traces?service=bench&limit=100000&lookback=1h"));
    let count = |id: usize| spans.iter().map(|span| &*span.ids[id]).collect::<BTreeSet<_>>().len();
    (count(0), count(1))
}

fn run_as(to: &str) -> Result<Told> {
    let mut command = Command::new(env::current_exe()?);
    for (name, _) in env::vars() {
        if ["OTEL_", "JAEGER_", "KOOPER_", "RUST_LOG"].iter().any(|start| name.starts_with(start)) {
            command.env_remove(name);
        }
    }
    let run = command.args(["rate", to]).output()?;
    let said = String::from_utf8_lossy(&run.stderr);
    if !run.status.success() || said.contains("WARN") {
        return Err(said.into());
    }
    let text = String::from_utf8(run.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [attempts, cpu, wall] = numbers[..] else { return Err("three numbers were wanted".into()) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a count")]
    Ok(Told { attempts: attempts as u64, cpu, wall })
}

/// Counts.
struct Idle(Arc<AtomicU64>);

#[controller(resource = Pod, name = "idle", workers = 8, resync = "never")]
impl Idle {
    async fn add(&self, _pod: Pod) -> kooper::Result {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Handles 1,000 changes a second; prints the attempts, processor time and time on the clock, all to the end of the flush.
pub(crate) fn process(to: &str) -> Result {
    let mut telemetry = telemetry::builder("bench").without_waterfall();
    if to != "none" {
        telemetry = telemetry.otlp(Otlp::http().endpoint(to));
    }
    let telemetry = telemetry.init().map_err(|error| told(&error))?;
    let (started, before) = (Instant::now(), cpu()?);
    let runs = Arc::new(AtomicU64::new(0));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let cluster = Cluster::new();
        let run = cluster.run(Idle(runs.clone()));
        let mut beat = tokio::time::interval(Duration::from_secs(1) / u32::try_from(BEAT.1)?);
        for number in 0..SECONDS * BEAT.1 {
            beat.tick().await;
            for change in number * BEAT.0..(number + 1) * BEAT.0 {
                let pod = change % PODS;
                cluster.put(serde_json::json!({
                    "apiVersion": "v1", "kind": "Pod",
                    // With another uid it would be another pod: a delete and an add.
                    "metadata": {
                        "name": format!("web-{pod}"), "uid": pod.to_string(), "labels": { "change": change.to_string() },
                    },
                }));
            }
        }
        run.settle_within(Duration::from_mins(1)).await;
        run.stop().await.map_err(|error| told(&error))?;
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let wall = started.elapsed().as_secs_f64();
    drop(telemetry);
    println!("{} {} {wall}", runs.load(Ordering::Relaxed), cpu()? - before);
    Ok(())
}

/// The processor time of this process in seconds, its own and the system's for it.
fn cpu() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(") ").ok_or("a name in parentheses")?;
    let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    // Linux tells of hundredths of a second, whatever the clock of its own.
    Ok(ticks / 100.0)
}
