//! Variables with a value that must be one of some: what is mistyped is told, and not taken for the default.

use super::InitError;

/// A whole number above 0, or the default.
pub(super) fn number(
    var: impl Fn(&str) -> Option<String>,
    variable: &'static str,
    default: u64,
) -> Result<u64, InitError> {
    let Some(value) = var(variable) else { return Ok(default) };
    match value.trim().parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(InitError::Variable { variable, value, known: "the whole numbers from 1" }),
    }
}

/// Whether the variables of OpenTelemetry's sampler ask for one that takes every root.
///
/// # Errors
///
/// Where its SDK does not know their values; it would sample all.
pub(super) fn takes_roots(var: impl Fn(&str) -> Option<String>) -> Result<bool, InitError> {
    let (variable, argument) = ("OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG");
    let Some(value) = var(variable) else { return Ok(true) };
    match value.as_str() {
        "always_on" | "parentbased_always_on" => Ok(true),
        "always_off" | "parentbased_always_off" => Ok(false),
        "traceidratio" | "parentbased_traceidratio" => match var(argument) {
            Some(value) if !value.parse().is_ok_and(|ratio: f64| (0.0..=1.0).contains(&ratio)) => {
                Err(InitError::Variable { variable: argument, value, known: "the numbers from 0 to 1" })
            }
            _ => Ok(false),
        },
        _ => {
            let known = "`always_on`, `always_off`, `traceidratio`, and each of them behind `parentbased_`";
            Err(InitError::Variable { variable, value, known })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn var<'a>(vars: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn a_number_that_is_none_is_an_error_that_says_what_is() {
        assert_eq!(number(var(&[]), "N", 7).expect("the default"), 7);
        assert_eq!(number(var(&[("N", " 12 ")]), "N", 7).expect("a number"), 12);
        for value in ["0", "-1", "abc", "1.5"] {
            let error = number(var(&[("N", value)]), "N", 7).expect_err("none").to_string();
            assert_eq!(error, format!("N=`{value}` is not known: use one of the whole numbers from 1"));
        }
    }

    #[test]
    fn a_sampler_that_the_sdk_does_not_have_is_an_error_that_names_those_it_has() {
        let of = |kind, ratio| {
            takes_roots(var(&[("OTEL_TRACES_SAMPLER", kind), ("OTEL_TRACES_SAMPLER_ARG", ratio)]))
        };
        for (kind, ratio) in
            [("always_off", "what?"), ("traceidratio", "0.1"), ("parentbased_traceidratio", "1")]
        {
            assert!(!of(kind, ratio).expect(kind), "{kind}");
        }
        takes_roots(var(&[("OTEL_TRACES_SAMPLER", "traceidratio")])).expect("a share of all of them");
        assert!(takes_roots(var(&[])).expect("the default"));
        assert!(of("parentbased_always_on", "").expect("known"));
        for (kind, ratio, said) in [
            (
                "jaeger_remote",
                "1",
                "OTEL_TRACES_SAMPLER=`jaeger_remote` is not known: use one of `always_on`",
            ),
            (
                "traceidratio",
                "10%",
                "OTEL_TRACES_SAMPLER_ARG=`10%` is not known: use one of the numbers from 0 to 1",
            ),
            ("parentbased_traceidratio", "7", "OTEL_TRACES_SAMPLER_ARG=`7`"),
        ] {
            let error = of(kind, ratio).expect_err(kind).to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
