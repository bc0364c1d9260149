//! What Kooper, as it is without any setting, may need at most of what kube-rs needs on the same server.

use crate::{
    report::{Figure, Round, figures, median, ratios},
    side::Side,
};

struct Bar {
    what: &'static str,
    side: Side,
    figure: Figure,
    /// Of the rounds that have changes, or of those on a server that was filled and no more.
    changed: bool,
    /// The most that it may be.
    most: Most,
}

enum Most {
    /// Of what `Side::KubeRs` needs in the same round.
    Times(f64),
    /// Of so many of a unit, in which the figure is shown: its name, and how many of the figure's own it holds.
    Of(f64, &'static str, f64),
}

const BARS: [Bar; 6] = [
    Bar {
        what: "from the start until all are handled",
        side: Side::Kooper,
        figure: |of| Some(of.all),
        changed: false,
        most: Most::Times(0.25),
    },
    Bar {
        what: "peak memory of that",
        side: Side::Kooper,
        figure: |of| Some(of.peak),
        changed: false,
        most: Most::Times(0.08),
    },
    Bar {
        what: "the same",
        side: Side::Kooper,
        figure: |of| Some(of.peak),
        changed: false,
        most: Most::Of(80.0, "MB", 1.0),
    },
    Bar {
        what: "from the start until the first is handled",
        side: Side::Kooper,
        figure: |of| Some(of.first),
        changed: false,
        most: Most::Of(150.0, "ms", 1e-3),
    },
    Bar {
        what: "metadata alone, until all are handled",
        side: Side::KooperMetadata,
        figure: |of| Some(of.all),
        changed: false,
        most: Most::Times(0.12),
    },
    Bar {
        what: "processor time of the changes",
        side: Side::Kooper,
        figure: |of| of.changes,
        changed: true,
        most: Most::Times(0.6),
    },
];

/// Prints each bar with the median and the worst of the rounds. Gives whether the medians are within all of them.
pub(crate) fn print(filled: &[Round], after_changes: &[Round]) -> bool {
    println!("\n{:<44}{:>10}{:>10}{:>10}", "kooper to kube-rs", "median", "worst", "bar");
    let mut all_met = true;
    for Bar { what, side, figure, changed, most } in BARS {
        let rounds = if changed { after_changes } else { filled };
        let (figures, unit, most) = match most {
            Most::Times(most) => (ratios(rounds, side, Side::KubeRs, figure), "×", most),
            Most::Of(most, unit, size) => {
                (figures(rounds, side, figure).into_iter().map(|figure| figure / size).collect(), unit, most)
            }
        };
        let worst = figures.iter().copied().fold(f64::NAN, f64::max);
        // Where nothing was measured, nothing was met.
        let median = median(figures).unwrap_or(f64::NAN);
        let met = median <= most;
        all_met &= met;
        let decimals = if unit == "×" { 3 } else { 0 };
        let shown = |figure: f64| format!("{figure:.decimals$} {unit}");
        let verdict = if met { "met" } else { "MISSED" };
        println!("{what:<44}{:>10}{:>10}{:>10}  {verdict}", shown(median), shown(worst), shown(most));
    }
    all_met
}
