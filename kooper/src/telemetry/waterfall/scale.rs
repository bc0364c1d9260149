//! Time to columns, and time to text.

use std::{
    ops::Range,
    time::{Duration, SystemTime},
};

/// Columns from one mark of the ruler to the next.
const MARK: usize = 8;
/// Columns before the first mark, and the mark.
const HEAD: usize = 3;

/// How a stretch of time lies on a row of columns.
#[derive(Debug)]
pub(super) struct Scale {
    start: SystemTime,
    total: Duration,
    columns: usize,
}

impl Scale {
    /// As many whole marks as fit into `room` columns, one at least.
    pub(super) fn new(start: SystemTime, end: SystemTime, room: usize) -> Self {
        let marks = (room.saturating_sub(HEAD) / MARK).max(1);
        Self { start, total: between(start, end), columns: HEAD + marks * MARK }
    }

    /// From the first start to the last end.
    pub(super) fn total(&self) -> Duration {
        self.total
    }

    /// The columns of a bar: never none, and never beyond the scale, whatever the clocks said.
    pub(super) fn place(&self, from: SystemTime, to: SystemTime) -> Range<usize> {
        let start = self.column(from).min(self.columns - 1);
        start..self.column(to).clamp(start + 1, self.columns)
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a fraction of 1 times a few hundred columns"
    )]
    fn column(&self, time: SystemTime) -> usize {
        if self.total.is_zero() {
            return if time > self.start { self.columns } else { 0 };
        }
        let fraction = between(self.start, time).as_secs_f64() / self.total.as_secs_f64();
        (fraction.min(1.0) * self.columns as f64).round() as usize
    }

    /// The ruler above the bars: `––|–––––––|–––––––|`.
    pub(super) fn ruler(&self, dash: char) -> String {
        let mark = |column: usize| if (column + MARK - HEAD + 1).is_multiple_of(MARK) { '|' } else { dash };
        (0..self.columns).map(mark).collect()
    }
}

/// From one time to another; nothing where the clock went back in between.
pub(super) fn between(from: SystemTime, to: SystemTime) -> Duration {
    to.duration_since(from).unwrap_or_default()
}

/// A duration as people read it in a trace: `0.03ms`, `214.09ms`, `1.32s`, `2m 05.3s`.
pub(super) fn text(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 0.999_995 {
        format!("{:.2}ms", seconds * 1e3)
    } else if seconds < 59.995 {
        format!("{seconds:.2}s")
    } else {
        let tenths = (duration.as_millis() + 50) / 100;
        format!("{}m {:02}.{}s", tenths / 600, tenths % 600 / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    fn at(micros: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(micros)
    }

    #[test]
    fn the_ruler_is_as_long_as_the_longest_bar() {
        let scale = Scale::new(at(0), at(1000), 60);
        assert_eq!(scale.ruler('-'), "--|-------|-------|-------|-------|-------|-------|-------|");
        assert_eq!(scale.place(at(0), at(1000)), 0..scale.columns);
        assert_eq!(scale.ruler('-').len(), scale.columns);
    }

    #[test]
    fn one_span_begins_where_the_one_before_it_ended() {
        let scale = Scale::new(at(0), at(1000), 60);
        assert_eq!(scale.place(at(0), at(333)).end, scale.place(at(333), at(700)).start);
    }

    #[test]
    fn a_bar_is_never_empty_and_never_off_the_scale() {
        let scale = Scale::new(at(1000), at(2000), 60);
        assert_eq!(scale.place(at(2000), at(2000)), 58..59);
        assert_eq!(scale.place(at(500), at(400)), 0..1, "a clock that went back");
        assert_eq!(scale.place(at(1500), at(9000)).end, 59);
        let nothing = Scale::new(at(1000), at(1000), 60);
        assert_eq!(nothing.place(at(1000), at(1000)), 0..1);
    }

    #[test]
    fn durations_read_as_in_the_pictures() {
        let all = [10, 214_090, 999_994, 999_996, 1_320_000, 59_999_000, 125_300_000];
        let all = all.map(|micros| text(Duration::from_micros(micros)));
        assert_eq!(all, ["0.01ms", "214.09ms", "999.99ms", "1.00s", "1.32s", "1m 00.0s", "2m 05.3s"]);
    }
}
