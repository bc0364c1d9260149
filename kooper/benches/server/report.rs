//! The table.

use crate::side::{Cost, Side};
use std::{collections::BTreeMap, time::Duration};

/// What each side came to in one round.
#[derive(Default)]
pub(crate) struct Round(BTreeMap<Side, [f64; 6]>);

/// What stands in a row, in this order.
const FIGURES: [&str; 6] = ["first s", "all s", "cpu s", "peak MB", "server s", "changes s"];

impl Round {
    pub(crate) fn note(&mut self, side: Side, cost: Cost, server: Duration, changes: Duration) {
        let Cost { first, all, cpu, peak } = cost;
        let seconds = Duration::as_secs_f64;
        #[expect(clippy::cast_precision_loss, reason = "no memory is that large")]
        let peak = peak as f64 / 1024.0;
        let figures =
            [seconds(&first), seconds(&all), seconds(&cpu), peak, seconds(&server), seconds(&changes)];
        self.0.insert(side, figures);
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Medians of all rounds: each side's own figures, and beside them the ratio to the first side in the same round.
pub(crate) fn print(rounds: &[Round], sides: &[Side], changes: usize) {
    let Some(&peer) = sides.first() else { return };
    let of = |side: Side, at: usize| rounds.iter().map(move |round| round.0[&side][at]);
    println!(
        "medians of {} rounds; in brackets the median of the ratios to {} in the same round",
        rounds.len(),
        peer.name()
    );
    println!(
        "server: CPU time of the API server until all was handled; changes: CPU time of the side for {changes} changes\n"
    );
    print!("{:<22}", "");
    for name in FIGURES {
        print!("{name:>18}");
    }
    println!();
    for &side in sides {
        print!("{:<22}", side.name());
        for at in 0..FIGURES.len() {
            let ratios = of(side, at).zip(of(peer, at)).map(|(this, peer)| this / peer);
            print!(
                "{:>18}",
                format!("{:.2} ({:.2})", median(of(side, at).collect()), median(ratios.collect()))
            );
        }
        println!();
    }
    if peer != Side::KubeRs {
        return;
    }
    let worst = of(Side::Kooper, 1).zip(of(peer, 1)).map(|(this, peer)| this / peer).fold(0.0, f64::max);
    println!("\nkooper to kube-rs, time until all was handled: {worst:.2} in the worst round");
}
