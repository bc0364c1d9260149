//! The command line.

use clap::Parser;
use std::{str::FromStr, time::Duration};

/// A pod controller that calls faked services, and draws a trace for each pod that it handles.
#[derive(Parser)]
pub(crate) struct Flags {
    /// Watch the pods of the cluster of your kubeconfig, instead of an own one inside the process
    #[arg(long)]
    pub(crate) cluster: bool,
    /// Draw the same failures as another run that had this seed [default: another one each time]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// The chance of each call to fail, from 0 to 1
    #[arg(long, value_name = "CHANCE", default_value = "0.142857", value_parser = chance)]
    pub(crate) fail: f64,
    /// How much faster than real services the faked ones are
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = speed)]
    pub(crate) speed: f64,
    /// End after this many traces, and what then still runs [default: never]
    #[arg(long, value_name = "N")]
    pub(crate) traces: Option<u64>,
    /// Append each ended span to this file as well, for `cargo run --example waterfall -- FILE`
    #[arg(long, value_name = "FILE")]
    pub(crate) trace_file: Option<std::path::PathBuf>,
    /// The controller's name in its traces [default: traced-pod-controller]
    #[arg(long, value_name = "NAME")]
    pub(crate) controller_name: Option<String>,
    /// Only the pods of this namespace [default: of all]
    #[arg(long)]
    pub(crate) namespace: Option<String>,
    /// The time from one resync to the next, such as 30s or 2m, or never [default: 2m]
    #[arg(long, value_name = "INTERVAL")]
    pub(crate) resync_interval: Option<Interval>,
}

fn chance(text: &str) -> Result<f64, String> {
    let chance = text.parse().ok().filter(|chance| (0.0..=1.0).contains(chance));
    chance.ok_or_else(|| "give a number from 0 to 1".into())
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| (0.01..=1000.0).contains(speed));
    speed.ok_or_else(|| "give a number from 0.01 to 1000".into())
}

/// A resync interval, or none.
#[derive(Clone, Copy)]
pub(crate) struct Interval(pub(crate) Option<Duration>);

impl FromStr for Interval {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const HELP: &str = "give a number with s, m or h, such as 30s, or never";
        if text == "never" {
            return Ok(Self(None));
        }
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(HELP)?;
        let number: u32 = number.parse().ok().filter(|number| *number > 0).ok_or(HELP)?;
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return Err(HELP),
        };
        Ok(Self(Some(Duration::from_secs(unit) * number)))
    }
}
