//! The table: the medians of both sides, the ratios of the rounds, and the bars.

use crate::measure::Round;

/// The width of the first column.
const NAME: usize = 14;

/// A unit of figures: how many of what was measured it holds, its name, and how many decimals are of interest.
#[derive(Clone, Copy)]
pub(crate) struct Unit {
    pub(crate) size: f64,
    pub(crate) name: &'static str,
    pub(crate) decimals: usize,
}

pub(crate) const SECONDS: Unit = Unit { size: 1.0, name: "s", decimals: 2 };
pub(crate) const MILLISECONDS: Unit = Unit { size: 1e-3, name: "ms", decimals: 2 };
/// Of figures in KiB, as the kernel tells them.
pub(crate) const MEGABYTES: Unit = Unit { size: 1000.0 / 1.024, name: "MB", decimals: 0 };
pub(crate) const A_SECOND: Unit = Unit { size: 1.0, name: "/s", decimals: 2 };

impl Unit {
    fn show(self, figure: f64) -> String {
        format!("{:.*} {}", self.decimals, figure / self.size, self.name)
    }
}

/// The head of a table of [`row`]s.
pub(crate) fn head() {
    println!("{:NAME$}{:>10}{:>10}{:>10}{:>9}{:>8}", "", "kooper", "kube-rs", "ratio", "worst", "bar");
}

/// The head of a table of [`absolute_row`]s.
pub(crate) fn absolute_head() {
    println!("{:NAME$}{:>10}{:>10}{:>10}", "", "kooper", "kube-rs", "bar");
}

/// A row: the median of each side, the median and the worst of the rounds' ratios, and whether the bar was met.
///
/// `bar` is the most that Kooper may need of what the peer needs.
pub(crate) fn row(name: &str, unit: Unit, rounds: &[Round<f64>], bar: Option<f64>) -> bool {
    let median_of = |figure: fn(&Round<f64>) -> f64| median(rounds.iter().map(figure).collect());
    let ratios: Vec<f64> = rounds.iter().map(|round| round.kooper / round.kube_rs).collect();
    let worst = ratios.iter().copied().fold(0.0, f64::max);
    let ratio = median(ratios);
    let met = bar.is_none_or(|bar| ratio <= bar);
    println!(
        "{name:NAME$}{:>10}{:>10}{ratio:>9.2}×{worst:>8.2}×{}",
        unit.show(median_of(|round| round.kooper)),
        unit.show(median_of(|round| round.kube_rs)),
        bar.map_or_else(String::new, |bar| format!("{bar:>7.2}×  {}", verdict(met))),
    );
    met
}

/// A row of figures with a bar that is no ratio: the most that Kooper's own may be.
pub(crate) fn absolute_row(name: &str, unit: Unit, figures: Round<f64>, bar: f64) -> bool {
    let met = figures.kooper <= bar;
    println!(
        "{name:NAME$}{:>10}{:>10}{:>10}  {}",
        unit.show(figures.kooper),
        unit.show(figures.kube_rs),
        unit.show(bar),
        verdict(met),
    );
    met
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

/// The middle of some figures; the mean of the middle two of an even number.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    let middle = figures.len() / 2;
    if figures.len().is_multiple_of(2) {
        f64::midpoint(figures[middle - 1], figures[middle])
    } else {
        figures[middle]
    }
}
