//! Rates as they are written: `"10/s"`, `"100/1m"`.

use crate::{duration, meant};
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
        if let (Ok(share), Ok((_, per))) = (count.parse::<f64>(), parse(&format!("1/{per}")))
            && share > 0.0
            && share < 1.0
        {
            return Err(format!("write \"1/{}\"", duration::show(per.div_f64(share))));
        }
        return Err(format!("`{count}` is not a count, as the 10 of \"10/s\" is"));
    };
    // `10/s` is `10/1s`.
    let one = if per.starts_with(char::is_alphabetic) { "1" } else { "" };
    let per =
        duration::parse(&format!("{one}{per}")).map_err(|fault| match fault.strip_prefix("write \"") {
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

/// The text of a rate that stands as a list of options, as in `(count = 100, per = "1m")`: the first number, by the first duration.
pub(crate) fn listed(code: &str) -> Option<String> {
    let outside = meant::outside(code);
    let count = outside.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty())?;
    let per = meant::quoted(code).find(|text| duration::parse(text).is_ok()).unwrap_or("s");
    let text = format!("{count}/{per}");
    parse(&text).is_ok().then_some(text)
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
    fn a_list_is_a_rate_by_its_first_number() {
        for (code, rate) in [
            ("(count = 100, per = \"1m\")", Some("100/1m")),
            ("(qps = 10, burst = 100)", Some("10/s")),
            ("(\"1m\", 5)", Some("5/1m")),
            ("(fast)", None),
            ("(0)", None),
        ] {
            assert_eq!(listed(code).as_deref(), rate, "{code}");
        }
    }

    #[test]
    fn what_is_no_rate_is_answered_with_what_is_wrong() {
        for (text, fault) in [
            ("", "it is a count per duration, as \"10/s\" is"),
            ("10", "it is a count per duration, as \"10/s\" is"),
            ("0.5/s", "write \"1/2s\""),
            ("0/s", "it lets nothing through; give at least 1"),
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
