//! A pod controller that calls three services for each pod: redis, github and aws. They are faked, take as long as real
//! ones would, and fail at random; what is real is the traces, which are drawn as they end.
//!
//! ```sh
//! cargo run --example traced-controller
//! ```
//!
//! It runs on a cluster of its own, inside the process, in which pods come, change and go. `--cluster` watches the pods
//! of yours instead. Ctrl-C ends it, once what runs has been finished.

mod backend;
mod chance;
mod flags;
mod handler;
mod pods;
mod stop;

use crate::{backend::Backend, chance::Chance, flags::Flags, handler::PodController, stop::Countdown};
use clap::Parser as _;
use kooper::{Controller, testing::Cluster};

#[tokio::main]
async fn main() -> kooper::Result {
    let flags = Flags::parse();
    // A failed attempt is drawn: a log line for each would only stand between the pictures.
    let mut telemetry =
        kooper::telemetry::builder("traced-pod-controller").logs("info,traced_controller=error");
    if let Some(file) = &flags.trace_file {
        telemetry = telemetry.trace_file(file);
    }
    let _telemetry = telemetry.init()?;
    let seed = flags.seed.unwrap_or_else(chance::any_seed);
    eprintln!("failures are drawn from the seed {seed}: --seed {seed} draws them again");

    let (countdown, enough) = Countdown::new(flags.traces);
    let backend = Backend::new(Chance::new(seed, flags.fail), flags.speed);
    let mut controller = Controller::new(PodController::new(backend, countdown));
    if let Some(name) = &flags.controller_name {
        controller = controller.name(name);
    }
    if let Some(namespace) = &flags.namespace {
        controller = controller.namespaces(namespace.as_str());
    }
    if let Some(interval) = flags.resync_interval {
        controller = controller.resync(interval.0);
    }

    let controller = controller.stop_when(async move { enough.notified().await });
    if flags.cluster {
        return controller.run().await;
    }
    let cluster = Cluster::new();
    let life = pods::live(cluster.client(), flags.namespace, flags.speed);
    let controller = controller.client(cluster.client()).run();
    tokio::select! {
        result = controller => result,
        Err(error) = life => Err(error.into()),
    }
}
