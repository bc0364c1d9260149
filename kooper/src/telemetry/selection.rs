//! Which exporters there are: what the program sets and what variables ask for.

use super::InitError;

/// The exporters that `OTEL_TRACES_EXPORTER` and the variables of each exporter ask for.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Selection {
    pub(super) otlp: Choice,
    pub(super) jaeger: Choice,
    pub(super) console: Console,
}

/// Whether there is an exporter.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) enum Choice {
    /// If the program sets it.
    #[default]
    Program,
    /// Whatever the program says.
    Yes,
    /// Whatever the program says.
    No,
}

/// Whether traces are drawn.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) enum Console {
    /// As the program says, else if there is no exporter.
    #[default]
    Program,
    Yes,
    No,
}

const EXPORTER: &str = "OTEL_TRACES_EXPORTER";
const KNOWN: &str = "`otlp`, `jaeger`, `console`, `none`, or several of them with commas between";

impl Selection {
    /// By the variables.
    pub(super) fn of(var: impl Fn(&str) -> Option<String>) -> Result<Self, InitError> {
        let Some(value) = var(EXPORTER) else {
            let any = |names: &[&str]| {
                if names.iter().any(|name| var(name).is_some()) { Choice::Yes } else { Choice::Program }
            };
            let otlp = any(&["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]);
            let jaeger = any(&["JAEGER_AGENT_HOST", "JAEGER_AGENT_PORT", "JAEGER_ENDPOINT"]);
            let jaeger_off = var("JAEGER_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
            let jaeger = if jaeger_off { Choice::No } else { jaeger };
            return Ok(Self { otlp, jaeger, console: Console::Program });
        };
        let mut selection = Self { otlp: Choice::No, jaeger: Choice::No, console: Console::No };
        for name in value.split(',').map(str::trim) {
            let needs = match name {
                "otlp" => {
                    selection.otlp = Choice::Yes;
                    (!cfg!(feature = "otlp")).then_some("otlp")
                }
                "jaeger" => {
                    selection.jaeger = Choice::Yes;
                    (!cfg!(feature = "jaeger")).then_some("jaeger")
                }
                "console" => {
                    selection.console = Console::Yes;
                    (!cfg!(feature = "waterfall")).then_some("waterfall")
                }
                "none" => None,
                _ => return Err(InitError::Variable { variable: EXPORTER, value, known: KNOWN }),
            };
            if let Some(feature) = needs {
                return Err(InitError::Feature { variable: EXPORTER, value, feature });
            }
        }
        Ok(selection)
    }
}

impl Choice {
    /// The exporters that there are, by those that the program sets.
    #[cfg(any(feature = "otlp", feature = "jaeger"))]
    pub(super) fn of<T: Default>(self, program: Vec<T>) -> Vec<T> {
        match self {
            Self::No => Vec::new(),
            Self::Yes if program.is_empty() => vec![T::default()],
            Self::Yes | Self::Program => program,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(vars: &[(&str, &str)]) -> Result<Selection, InitError> {
        let find = |name: &str| vars.iter().find(|(key, _)| *key == name);
        Selection::of(|name| find(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn an_address_is_enough_for_an_exporter_and_nothing_at_all_leaves_it_to_the_program() {
        assert_eq!(of(&[]).expect("nothing wrong"), Selection::default());
        let both = of(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318"), ("JAEGER_AGENT_HOST", "b")]);
        let both = both.expect("nothing wrong");
        assert_eq!((both.otlp, both.jaeger, both.console), (Choice::Yes, Choice::Yes, Console::Program));
        let disabled = of(&[("JAEGER_DISABLED", "true"), ("JAEGER_AGENT_HOST", "b")]).expect("nothing wrong");
        assert_eq!(disabled.jaeger, Choice::No);
        let collector = of(&[("JAEGER_ENDPOINT", "http://a:14268/api/traces")]).expect("nothing wrong");
        assert_eq!(collector.jaeger, Choice::Yes);
    }

    #[test]
    fn none_means_none_even_of_those_of_the_program() {
        let none = of(&[(EXPORTER, "none"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a")]).expect("known");
        assert_eq!(none, Selection { otlp: Choice::No, jaeger: Choice::No, console: Console::No });
    }

    #[test]
    #[cfg(all(feature = "otlp", feature = "jaeger", feature = "waterfall"))]
    fn the_variable_names_all_that_there_are() {
        let all = of(&[(EXPORTER, "otlp, jaeger,console")]).expect("known");
        assert_eq!(all, Selection { otlp: Choice::Yes, jaeger: Choice::Yes, console: Console::Yes });
        assert_eq!(Choice::Yes.of(vec![7]), [7]);
        assert_eq!(Choice::Yes.of::<i32>(vec![]), [0]);
        assert!(Choice::No.of(vec![7]).is_empty());
    }

    #[test]
    fn an_unknown_exporter_is_an_error_that_names_the_known_ones() {
        let error = of(&[(EXPORTER, "otlp2")]).expect_err("unknown").to_string();
        assert!(error.contains("OTEL_TRACES_EXPORTER=`otlp2`") && error.contains("`console`"), "{error}");
    }

    #[test]
    #[cfg(not(feature = "jaeger"))]
    fn an_exporter_that_is_not_compiled_in_is_an_error_that_names_the_feature() {
        let error = of(&[(EXPORTER, "jaeger")]).expect_err("not there").to_string();
        assert!(error.contains("feature `jaeger`"), "{error}");
    }
}
