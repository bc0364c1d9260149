//! Rates as they are written: `"10/s"`, `"100/1m"`.

use crate::duration;
use std::time::Duration;

/// The count, and the time that it is for.
///
/// # Errors
///
/// What is wrong, as the end of "is not a valid rate: ".
pub fn parse(text: &str) -> Result<(u32, Duration), String> {
    let tight = text.replace(' ', "");
    if tight != text && parse(&tight).is_ok() {
        return Err(format!("write {tight:?}"));
    }
    let Some((count, per)) = text.split_once('/') else {
        return Err("it is a count per duration, as \"10/s\" is".into());
    };
    let Ok(count) = count.parse::<u32>() else {
        return Err(format!("`{count}` is not a count, as the 10 of \"10/s\" is"));
    };
    // `10/s` is `10/1s`.
    let one = if per.starts_with(char::is_alphabetic) { "1" } else { "" };
    let per =
        duration::parse(&[one, per].concat()).map_err(|fault| match fault.strip_prefix("write \"") {
            Some(meant) => format!("write \"{count}/{meant}"),
            None => fault,
        })?;
    if count == 0 {
        return Err("it lets nothing through; give at least 1".into());
    }
    if per.is_zero() {
        return Err("its duration must be longer than zero".into());
    }
    Ok((count, per))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        for (text, count, secs) in
            [("10/s", 10, 1), ("100/1m", 100, 60), ("1/1h30m", 1, 5400), ("5/m", 5, 60)]
        {
            assert_eq!(parse(text), Ok((count, Duration::from_secs(secs))), "{text}");
        }
    }

    #[test]
    fn what_is_no_rate_is_answered_with_what_is_wrong() {
        for (text, fault) in [
            ("", "it is a count per duration, as \"10/s\" is"),
            ("10", "it is a count per duration, as \"10/s\" is"),
            ("ten/s", "`ten` is not a count, as the 10 of \"10/s\" is"),
            ("-1/s", "`-1` is not a count, as the 10 of \"10/s\" is"),
            ("0/s", "it lets nothing through; give at least 1"),
            ("10/0s", "its duration must be longer than zero"),
            ("10/second", "write \"10/1s\""),
            ("10/5", "`5` has no unit; the units are `ms`, `s`, `m` and `h`"),
        ] {
            assert_eq!(parse(text).expect_err(text), fault, "{text}");
        }
    }
}
