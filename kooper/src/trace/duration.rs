//! Durations as Go's `time.Duration.String` writes them, which is how Kooper's traces show them.

use std::{fmt, time::Duration};

/// Displays a duration in Go's form: `2m0s`, `1h0m0.5s`, `5ms`, `0s`.
pub(crate) struct Go(pub(crate) Duration);

impl fmt::Display for Go {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (nanos, seconds) = (self.0.subsec_nanos(), self.0.as_secs());
        if seconds == 0 {
            return match nanos {
                0 => f.write_str("0s"),
                1..1_000 => write!(f, "{nanos}ns"),
                1_000..1_000_000 => write!(f, "{}µs", decimal(nanos.into(), 1_000)),
                _ => write!(f, "{}ms", decimal(nanos.into(), 1_000_000)),
            };
        }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        if seconds >= 60 {
            write!(f, "{minutes}m")?;
        }
        write!(f, "{}s", decimal(seconds % 60 * 1_000_000_000 + u64::from(nanos), 1_000_000_000))
    }
}

/// `value / unit` without trailing zeros.
fn decimal(value: u64, unit: u64) -> String {
    let (whole, part) = (value / unit, value % unit);
    if part == 0 {
        return whole.to_string();
    }
    let digits = unit.ilog10() as usize;
    format!("{whole}.{part:0digits$}").trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_in_go() {
        for (nanos, text) in [
            (0, "0s"),
            (7, "7ns"),
            (1_500, "1.5µs"),
            (5_000_000, "5ms"),
            (5_250_000, "5.25ms"),
            (1_000_000_000, "1s"),
            (1_050_000_000, "1.05s"),
            (120_000_000_000, "2m0s"),
            (5_400_000_000_000, "1h30m0s"),
            (3_600_500_000_000, "1h0m0.5s"),
        ] {
            assert_eq!(Go(Duration::from_nanos(nanos)).to_string(), text);
        }
    }
}
