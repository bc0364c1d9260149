//! The table: the medians of both sides, the ratios of the rounds, and the bars.

use crate::measure::Round;

/// The width of the first column.
const NAME: usize = 48;

/// A unit of figures: how many of what was measured it holds, its name, and how many decimals are of interest.
#[derive(Clone, Copy)]
pub(crate) struct Unit {
    pub(crate) size: f64,
    pub(crate) name: &'static str,
    pub(crate) decimals: usize,
}

pub(crate) const SECONDS: Unit = Unit { size: 1.0, name: " s", decimals: 2 };
pub(crate) const MILLISECONDS: Unit = Unit { size: 1e-3, name: " ms", decimals: 2 };
/// Of figures in KiB, as the kernel tells them.
pub(crate) const MEGABYTES: Unit = Unit { size: 1000.0 / 1.024, name: " MB", decimals: 0 };
pub(crate) const A_SECOND: Unit = Unit { size: 1.0, name: "/s", decimals: 2 };
pub(crate) const COUNT: Unit = Unit { size: 1.0, name: "", decimals: 0 };
pub(crate) const PERCENT: Unit = Unit { size: 0.01, name: " %", decimals: 1 };
pub(crate) const TIMES: Unit = Unit { size: 1.0, name: "×", decimals: 2 };

impl Unit {
    pub(crate) fn show(self, figure: f64) -> String {
        let shown = format!("{:.*}{}", self.decimals, figure / self.size, self.name);
        // A growth of nothing at all may come out below it by a rounding.
        if shown.starts_with("-0") { shown[1..].to_owned() } else { shown }
    }
}

/// The head of the table.
pub(crate) fn head() {
    println!("{:NAME$}{:>10}{:>10}{:>10}{:>9}{:>9}", "", "kooper", "kube-rs", "ratio", "worst", "bar");
}

/// What the rows that follow are about.
pub(crate) fn heading(text: &str) {
    println!("{text}");
}

/// A row: the median of each side, the median and the worst of the rounds' ratios, and whether the bar was met.
///
/// `bar` is the most that Kooper may need of what the peer needs.
pub(crate) fn row(name: &str, unit: Unit, rounds: &[Round<f64>], bar: Option<f64>) -> bool {
    let ratios: Vec<f64> = rounds.iter().map(|round| round.kooper / round.kube_rs).collect();
    let worst = ratios.iter().copied().fold(0.0, f64::max);
    let ratio = median(ratios);
    let met = bar.is_none_or(|bar| ratio <= bar);
    let (name, sides) = (format!("  {name}"), medians(unit, rounds));
    let bar = bar.map_or_else(String::new, |bar| format!("{bar:>8.2}×  {}", verdict(met)));
    println!("{name:NAME$}{sides}{ratio:>9.2}×{worst:>8.2}×{bar}");
    met
}

/// A row with a bar that is no ratio: the most that Kooper's own median may be.
pub(crate) fn absolute_row(name: &str, unit: Unit, rounds: &[Round<f64>], bar: f64) -> bool {
    let met = median(rounds.iter().map(|round| round.kooper).collect()) <= bar;
    let (name, sides) = (format!("  {name}"), medians(unit, rounds));
    println!("{name:NAME$}{sides}{:>10}{:>9}{:>9}  {}", "", "", unit.show(bar), verdict(met));
    met
}

fn medians(unit: Unit, rounds: &[Round<f64>]) -> String {
    let of = |figure: fn(&Round<f64>) -> f64| unit.show(median(rounds.iter().map(figure).collect()));
    format!("{:>10}{:>10}", of(|round| round.kooper), of(|round| round.kube_rs))
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

/// The middle of some figures; the mean of the middle two of an even number.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    let middle = figures.len() / 2;
    if figures.len().is_multiple_of(2) {
        f64::midpoint(figures[middle - 1], figures[middle])
    } else {
        figures[middle]
    }
}

/// A number as it is read: `20,000`.
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).expect("digits are ASCII"))
        .collect();
    groups.join(",")
}
