//! The table: what each side came to.

use crate::side::{Cost, Side};
use std::{collections::BTreeMap, time::Duration};

/// What each side came to in one round.
#[derive(Default)]
pub(crate) struct Round(BTreeMap<Side, Figures>);

/// Seconds, and the peak in MB.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) first: f64,
    pub(crate) all: f64,
    pub(crate) cpu: f64,
    pub(crate) peak: f64,
    pub(crate) server: f64,
    /// In the rounds that have changes.
    pub(crate) changes: Option<f64>,
}

/// One of the figures.
pub(crate) type Figure = fn(&Figures) -> Option<f64>;

/// What stands in a row, in this order.
const COLUMNS: [(&str, Figure); 6] = [
    ("first s", |of| Some(of.first)),
    ("all s", |of| Some(of.all)),
    ("cpu s", |of| Some(of.cpu)),
    ("peak MB", |of| Some(of.peak)),
    ("server s", |of| Some(of.server)),
    ("changes s", |of| of.changes),
];

impl Round {
    pub(crate) fn note(&mut self, side: Side, cost: Cost, server: Duration, changes: Option<Duration>) {
        let Cost { first, all, cpu, peak } = cost;
        #[expect(clippy::cast_precision_loss, reason = "no memory is that large")]
        let peak = peak as f64 * 1.024e-3;
        let figures = Figures {
            first: first.as_secs_f64(),
            all: all.as_secs_f64(),
            cpu: cpu.as_secs_f64(),
            peak,
            server: server.as_secs_f64(),
            changes: changes.map(|changes| changes.as_secs_f64()),
        };
        self.0.insert(side, figures);
    }

    pub(crate) fn of(&self, side: Side) -> Option<&Figures> {
        self.0.get(&side)
    }
}

/// A side's figure in each round that has it.
pub(crate) fn figures(rounds: &[Round], side: Side, figure: Figure) -> Vec<f64> {
    rounds.iter().filter_map(|round| figure(round.of(side)?)).collect()
}

/// The ratios of a figure to the peer's in the same round.
pub(crate) fn ratios(rounds: &[Round], side: Side, peer: Side, figure: Figure) -> Vec<f64> {
    rounds.iter().filter_map(|round| Some(figure(round.of(side)?)? / figure(round.of(peer)?)?)).collect()
}

/// The middle of some figures; the mean of the middle two of an even number.
pub(crate) fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_unstable_by(f64::total_cmp);
    let (below, above) = (figures.len().checked_sub(1)? / 2, figures.len() / 2);
    Some(f64::midpoint(figures[below], figures[above]))
}

/// Medians of all rounds: each side's own figures, and beside them the ratio to the first side in the same round.
pub(crate) fn print(rounds: &[Round], sides: &[Side]) {
    let Some(&peer) = sides.first() else { return };
    let columns = || COLUMNS.into_iter().filter(|(_, figure)| !figures(rounds, peer, *figure).is_empty());
    print!("{:<22}", "");
    columns().for_each(|(name, _)| print!("{name:>18}"));
    println!();
    for &side in sides {
        print!("{:<22}", side.name());
        for (_, figure) in columns() {
            let own = median(figures(rounds, side, figure)).unwrap_or(f64::NAN);
            let ratio = median(ratios(rounds, side, peer, figure)).unwrap_or(f64::NAN);
            print!("{:>18}", format!("{own:.2} ({ratio:.2})"));
        }
        println!();
    }
}
