//! Durations as they are written: `"500ms"`, `"30s"`, `"1h30m"`.

use std::time::Duration;

/// The units, largest first, with their milliseconds.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// The duration that `text` says.
///
/// # Errors
///
/// What is wrong, as the end of "is not a valid duration: ".
pub fn parse(text: &str) -> Result<Duration, String> {
    if let Some(meant) = meant(text) {
        return Err(format!("write {meant:?}"));
    }
    if text.trim().is_empty() {
        return Err("it is empty; leave it out".into());
    }
    let tight = text.replace(' ', "");
    if tight != text && parse(&tight).is_ok() {
        return Err(format!("write {tight:?}"));
    }
    let mut rest = text;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (digits, tail) = split(rest, |c| c.is_ascii_digit());
        let (unit, tail) = split(tail, char::is_alphabetic);
        if digits.is_empty() {
            return Err(format!("`{rest}` does not begin with a number, as \"30s\" does"));
        }
        let Some((_, millis)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            let fault = if unit.is_empty() {
                format!("`{digits}` has no unit")
            } else {
                format!("`{unit}` is not a unit")
            };
            return Err(format!("{fault}; the units are `ms`, `s`, `m` and `h`"));
        };
        let part = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(*millis));
        let sum = part.and_then(|part| total.checked_add(part));
        total = sum.ok_or_else(|| format!("`{digits}` is too large; give a shorter time"))?;
        rest = tail;
    }
    Ok(Duration::from_millis(total))
}

/// A number and a word, such as `5 minutes`, `1.5s` or `10 S`, as it is to be written.
fn meant(text: &str) -> Option<String> {
    let (digits, tail) = split(text.trim(), |c| c.is_ascii_digit() || c == '.');
    let word = tail.trim().to_ascii_lowercase();
    let names = [("ms", 1), ("mil", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("day", 86_400_000)];
    let (_, millis) = names.iter().find(|(name, _)| word.starts_with(name))?;
    let is_one_word = word.chars().all(char::is_alphabetic) && !matches!(tail, "ms" | "s" | "m" | "h");
    if !is_one_word && !digits.contains('.') && text == text.trim() {
        return None;
    }
    let seconds = digits.parse::<f64>().ok()? * Duration::from_millis(*millis).as_secs_f64();
    Duration::try_from_secs_f64(seconds).ok().map(show)
}

/// The duration that is meant by the code `30`, `30s` or `Duration::from_secs(30)`, as it is to be written.
pub fn unquoted(code: &str) -> Option<String> {
    if let Some(inner) = code.strip_prefix("Some(").and_then(|code| code.strip_suffix(')')) {
        let text = inner.trim().trim_matches('"');
        return meant(text).or_else(|| parse(text).ok().map(show)).or_else(|| unquoted(inner));
    }
    let text = match code.rsplit_once("from_").and_then(|(_, call)| call.split_once('(')) {
        Some((unit, number)) => format!("{}{unit}", number.trim_end_matches(')').trim()),
        None if code.chars().all(|c| c.is_ascii_digit()) => format!("{code}s"),
        None if code.chars().all(|c| c.is_ascii_digit() || c == '.') => {
            code.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).map(show)?
        }
        None => product(code).unwrap_or_else(|| code.into()),
    };
    meant(&text).or_else(|| parse(&text).ok().map(show)).filter(|meant| meant != "0s")
}

/// The text of a product such as `30 * time::SECOND`: `30SECOND`.
fn product(code: &str) -> Option<String> {
    let (a, b) = code.split_once('*')?;
    let (a, b) = (a.trim(), b.trim());
    let (count, unit) = if a.ends_with(|c: char| c.is_ascii_digit()) { (a, b) } else { (b, a) };
    let unit = unit.rsplit([':', '.']).next().unwrap_or(unit).trim_end_matches(['s', 'S']);
    Some(format!("{count}{unit}"))
}

/// The longest start of `text` whose letters all are `of` a kind, and the rest.
fn split(text: &str, of: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !of(c)).unwrap_or(text.len()))
}

/// A duration as it would be written: `1h30m`. What is less than a millisecond is left out.
pub fn show(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, millis) in UNITS {
        if rest >= millis {
            text += &(rest / millis).to_string();
            text += unit;
            rest %= millis;
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}

/// The duration in the largest unit that it is a multiple of, and the constructor of `Duration` for that.
pub fn in_unit(duration: Duration) -> (u128, &'static str) {
    let millis = duration.as_millis();
    let units = [("from_hours", 3_600_000), ("from_mins", 60_000), ("from_secs", 1000)];
    let unit = units.into_iter().find(|(_, unit)| millis.is_multiple_of(*unit));
    let (from, unit) = unit.unwrap_or(("from_millis", 1));
    (millis / unit, from)
}

/// What is wrong with delays of which the first is longer than the longest, be that given or the default.
pub fn no_growth(initial: Duration, max: Duration, is_given: bool) -> String {
    let (initial, max) = (show(initial), show(max));
    if is_given {
        format!("`max` ({max}) is shorter than `initial` ({initial}); give a longer one")
    } else {
        format!("`initial` ({initial}) is longer than `max`: give `max`, or it is {max}")
    }
}

/// What is wrong with a setting that must be shorter than another, and is not.
pub fn not_shorter(setting: &str, interval: Duration, than: &str, limit: Duration) -> String {
    let (shown, limit, longer) = (show(interval), show(limit), show(2 * interval));
    let help = format!("= help: give a longer one, such as `{than} = {longer:?}`");
    format!("`{setting}` ({shown}) must be shorter than `{than}` ({limit})\n{help}")
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
        assert_eq!(parse("2m0s"), Ok(Duration::from_mins(2)));
    }

    #[test]
    fn what_is_no_duration_is_answered_with_what_is_wrong() {
        for (text, fault) in [
            ("", "it is empty; leave it out"),
            ("30", "`30` has no unit; the units are `ms`, `s`, `m` and `h`"),
            ("3d", "`d` is not a unit; the units are `ms`, `s`, `m` and `h`"),
            ("5 minutes", "write \"5m\""),
            ("5min", "write \"5m\""),
            ("10S", "write \"10s\""),
            ("2 days", "write \"48h\""),
            ("fast", "`fast` does not begin with a number, as \"30s\" does"),
            ("1.5s", "write \"1s500ms\""),
            ("0.5 hours", "write \"30m\""),
            ("-1s", "`-1s` does not begin with a number, as \"30s\" does"),
            ("99999999999999999999s", "`99999999999999999999` is too large; give a shorter time"),
            ("9999999999999999h", "`9999999999999999` is too large; give a shorter time"),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error, fault, "{text}");
        }
    }

    #[test]
    fn a_duration_in_code_is_answered_with_one_in_quotes() {
        for (code, meant) in [
            ("30", Some("30s")),
            ("90m", Some("1h30m")),
            ("Duration::from_secs (30)", Some("30s")),
            ("Duration::from_millis(500)", Some("500ms")),
            ("Duration::from_mins(2)", Some("2m")),
            ("30 * SECOND", Some("30s")),
            ("time.Minute * 5", Some("5m")),
            ("2 * 3", None),
            ("Some(\"30s\")", Some("30s")),
            ("2.5", Some("2s500ms")),
            ("1.2.3", None),
            ("1 + 2", None),
            ("from_secs(N)", None),
            ("true", None),
        ] {
            assert_eq!(unquoted(code).as_deref(), meant, "{code}");
        }
    }
}
