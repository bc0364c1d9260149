//! A program for tests to run: a controller of pods whose handler takes its time, or of a resource that no server has.
//!
//!     probe [--namespace NAME] [--takes 2s | --blocks 2s]
//!     probe --unserved

use k8s_openapi::api::{core::v1::Pod, storagemigration::v1beta1::StorageVersionMigration};
use kooper::{Context, Controller, controller};
use std::{env, time::Duration};

/// Says when it begins and when it is done.
struct Slow {
    takes: Duration,
    blocks: Duration,
}

#[controller(resource = Pod)]
impl Slow {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("handling {}", ctx.key());
        tokio::time::sleep(self.takes).await;
        std::thread::sleep(self.blocks);
        println!("handled {}", ctx.key());
        Ok(())
    }
}

/// Watches a resource of a group that a server does not serve unless it is told to.
struct Unserved;

#[controller(resource = StorageVersionMigration)]
impl Unserved {
    async fn add(&self, _migration: StorageVersionMigration) -> kooper::Result {
        Ok(())
    }
}

#[tokio::main]
async fn main() -> kooper::Result {
    let _telemetry = kooper::telemetry::init("probe")?;
    let mut namespace = None;
    let (mut takes, mut blocks) = (Duration::ZERO, Duration::ZERO);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--namespace" => namespace = arguments.next(),
            "--takes" => takes = seconds(arguments.next())?,
            "--blocks" => blocks = seconds(arguments.next())?,
            "--unserved" => return kooper::run(Unserved).await,
            _ => return Err(kooper::Error::msg(format!("there is no `{argument}`"))),
        }
    }
    let controller = Controller::new(Slow { takes, blocks });
    match namespace {
        Some(namespace) => controller.namespaces(namespace.as_str()).run().await,
        None => controller.run().await,
    }
}

fn seconds(argument: Option<String>) -> kooper::Result<Duration> {
    Ok(Duration::from_secs(argument.unwrap_or_default().trim_end_matches('s').parse()?))
}
