//! Durations as they are written: `"500ms"`, `"30s"`, `"1h30m"`.

use std::time::Duration;

/// The units, largest first, with their milliseconds.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// The duration that `text` says.
///
/// # Errors
///
/// What is wrong, as the end of a sentence that begins with "is not a valid duration: ".
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    if text.trim().is_empty() {
        return Err("it is empty".into());
    }
    if let Some(meant) = meant(text) {
        return Err(format!("write {meant:?}"));
    }
    let mut rest = text;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (digits, tail) = split(rest, |c| c.is_ascii_digit());
        let (unit, tail) = split(tail, char::is_alphabetic);
        let count = match digits.parse::<u64>() {
            Ok(count) => count,
            Err(_) if digits.is_empty() => return Err(format!("`{rest}` does not begin with a number")),
            Err(_) => return Err(format!("`{digits}` is too large")),
        };
        let part = count.checked_mul(millis(digits, unit)?);
        total = part
            .and_then(|part| total.checked_add(part))
            .ok_or_else(|| format!("`{digits}` is too large"))?;
        rest = tail;
    }
    Ok(Duration::from_millis(total))
}

/// How many milliseconds a unit has.
fn millis(digits: &str, unit: &str) -> Result<u64, String> {
    if let Some((_, millis)) = UNITS.iter().find(|(name, _)| *name == unit) {
        return Ok(*millis);
    }
    let fault = match unit {
        "" => format!("`{digits}` has no unit"),
        _ => format!("`{unit}` is not a unit"),
    };
    Err(format!("{fault}; the units are `ms`, `s`, `m` and `h`"))
}

/// A number and a word, such as `5 minutes`, `5min` or `5 S`, as it is to be written.
fn meant(text: &str) -> Option<String> {
    let (digits, tail) = split(text.trim(), |c| c.is_ascii_digit() || c == '.');
    let word = tail.trim().to_ascii_lowercase();
    let unit = match word.as_str() {
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => {
            return digits.parse::<u64>().ok()?.checked_mul(24).map(|hours| format!("{hours}h"));
        }
        _ => return None,
    };
    if digits.contains('.') {
        let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let share = Duration::from_millis(*millis).as_secs_f64() * digits.parse::<f64>().ok()?;
        return Duration::try_from_secs_f64(share).ok().map(show);
    }
    let better = format!("{digits}{unit}");
    (!digits.is_empty() && better != text).then_some(better)
}

/// The longest start of `text` whose letters all are `of` a kind, and the rest.
fn split(text: &str, of: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !of(c)).unwrap_or(text.len()))
}

/// A duration as it would be written: `1h30m`.
pub(crate) fn show(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, millis) in UNITS {
        if rest >= millis {
            text.push_str(&format!("{}{unit}", rest / millis));
            rest %= millis;
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_shown() {
        for (text, millis) in [
            ("500ms", 500),
            ("30s", 30_000),
            ("3m", 180_000),
            ("1h30m", 5_400_000),
            ("0s", 0),
            ("1s1ms", 1001),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
            assert_eq!(show(Duration::from_millis(millis)), text);
        }
        assert_eq!(parse("2m0s"), Ok(Duration::from_secs(120)));
    }

    #[test]
    fn what_is_no_duration_is_answered_with_what_is_wrong() {
        for (text, fault) in [
            ("", "it is empty"),
            ("30", "`30` has no unit; the units are `ms`, `s`, `m` and `h`"),
            ("3d", "`d` is not a unit; the units are `ms`, `s`, `m` and `h`"),
            ("5 minutes", "write \"5m\""),
            ("5min", "write \"5m\""),
            ("10S", "write \"10s\""),
            ("2 days", "write \"48h\""),
            ("fast", "`fast` does not begin with a number"),
            ("1.5s", "write \"1s500ms\""),
            ("0.5 hours", "write \"30m\""),
            ("-1s", "`-1s` does not begin with a number"),
            ("99999999999999999999s", "`99999999999999999999` is too large"),
            ("9999999999999999h", "`9999999999999999` is too large"),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error, fault, "{text}");
        }
    }
}
