//! How long ago something was, in few characters.

use jiff::Timestamp;

/// The time since `then` as kubectl shows it: `45s`, `5m30s`, `3h`, `12d`.
pub(super) fn age(then: &str, now: Timestamp) -> String {
    let Ok(then) = then.parse::<Timestamp>() else { return "<unknown>".into() };
    let seconds = now.duration_since(then).as_secs();
    match seconds {
        ..-1 => "<invalid>".into(),
        _ => span(seconds.max(0)),
    }
}

fn span(seconds: i64) -> String {
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let days = hours / 24;
    let two = |first: i64, one: char, second: i64, other: char| {
        if second == 0 { format!("{first}{one}") } else { format!("{first}{one}{second}{other}") }
    };
    match seconds {
        0..120 => format!("{seconds}s"),
        _ if minutes < 10 => two(minutes, 'm', seconds % 60, 's'),
        _ if minutes < 180 => format!("{minutes}m"),
        _ if hours < 8 => two(hours, 'h', minutes % 60, 'm'),
        _ if hours < 48 => format!("{hours}h"),
        _ if hours < 192 => two(days, 'd', hours % 24, 'h'),
        _ if days < 730 => format!("{days}d"),
        _ if days < 2920 => two(days / 365, 'y', days % 365, 'd'),
        _ => format!("{}y", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_spans_are_told_in_coarser_units() {
        for (seconds, shown) in [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (330, "5m30s"),
            (3600, "60m"),
            (14_400, "4h"),
            (15_060, "4h11m"),
            (90_000, "25h"),
            (200_000, "2d7h"),
            (864_000, "10d"),
            (70_000_000, "2y80d"),
            (300_000_000, "9y"),
        ] {
            assert_eq!(span(seconds), shown, "{seconds}");
        }
    }
}
