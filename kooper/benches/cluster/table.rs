//! The table: a line for each measure, with its median, its worst run and its bar as a picture.

use crate::measure::Figure;
use std::fmt;

/// Columns of a picture; the bar stands in the middle.
const WIDTH: usize = 24;

/// What a measure has to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bar {
    AtMost(f64, &'static str),
    AtLeast(f64, &'static str),
}

/// A measure with its runs.
#[derive(Debug)]
pub(crate) struct Row {
    title: &'static str,
    bar: Bar,
    /// From the best to the worst.
    runs: Vec<f64>,
    by_cpu: Option<f64>,
}

impl Row {
    pub(crate) fn new(title: &'static str, bar: Bar, figures: &[Figure]) -> Self {
        let mut runs: Vec<f64> = figures.iter().map(|figure| figure.value).collect();
        let mut by_cpu: Vec<f64> = figures.iter().filter_map(|figure| figure.by_cpu).collect();
        by_cpu.sort_by(f64::total_cmp);
        runs.sort_by(f64::total_cmp);
        if matches!(bar, Bar::AtLeast(..)) {
            runs.reverse();
        }
        let by_cpu = by_cpu.get(by_cpu.len() / 2).copied();
        Self { title, bar, runs, by_cpu }
    }

    fn median(&self) -> f64 {
        self.runs[self.runs.len() / 2]
    }

    fn worst(&self) -> f64 {
        *self.runs.last().expect("there is at least one run")
    }

    /// Whether the median is within the bar.
    pub(crate) fn holds(&self) -> bool {
        match self.bar {
            Bar::AtMost(bar, _) => self.median() <= bar,
            Bar::AtLeast(bar, _) => self.median() >= bar,
        }
    }
}

pub(crate) fn heading(runs: usize) -> String {
    let of = format!("{runs} runs each");
    format!("{of:<30}{:>12}{:>12}{:>12}  {:<13}", "median", "worst", "by CPU", "bar")
}

/// A number with as many digits as matter.
fn number(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, bar, unit) = match self.bar {
            Bar::AtMost(bar, unit) => ("≤", bar, unit),
            Bar::AtLeast(bar, unit) => ("≥", bar, unit),
        };
        let cell = |value: f64| format!("{} {unit}", number(value));
        let limit = format!("{sign} {bar} {unit}");
        let half = WIDTH / 2;
        // A picture shows no more than its columns.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let filled = ((self.median() / bar * half as f64).round() as usize).min(WIDTH);
        let picture: String = (0..WIDTH)
            .map(|at| match (at < filled, at + 1 == half) {
                (true, false) => '█',
                (true, true) => '▉',
                (false, true) => '│',
                (false, false) => '·',
            })
            .collect();
        let verdict = if self.holds() { "ok" } else { "BEYOND" };
        let (median, worst) = (cell(self.median()), cell(self.worst()));
        let by_cpu = self.by_cpu.map(cell).unwrap_or_default();
        write!(f, "{:<30}{median:>12}{worst:>12}{by_cpu:>12}  {limit:<13}{picture} {verdict}", self.title)
    }
}
