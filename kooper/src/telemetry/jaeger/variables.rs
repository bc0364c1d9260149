//! The variables of `jaeger-client-go` that are not about the agent.

use super::sampler::Sampler;
use crate::telemetry::InitError;
use opentelemetry::KeyValue;

/// The attributes that `JAEGER_TAGS` adds to the resource.
pub(in crate::telemetry) fn tags(var: impl Fn(&str) -> Option<String>) -> Vec<KeyValue> {
    let Some(tags) = var("JAEGER_TAGS") else {
        return Vec::new();
    };
    let tags = tags.split(',').filter_map(|tag| tag.split_once('='));
    tags.map(|(key, value)| KeyValue::new(key.trim().to_owned(), value_of(value.trim(), &var))).collect()
}

/// A value, or that of the variable in `${VARIABLE:default}`.
fn value_of(value: &str, var: impl Fn(&str) -> Option<String>) -> String {
    let Some(inside) = value.strip_prefix("${").and_then(|value| value.strip_suffix('}')) else {
        return value.to_owned();
    };
    let (name, default) = inside.split_once(':').unwrap_or((inside, ""));
    var(name).unwrap_or_else(|| default.to_owned())
}

/// The sampler of `JAEGER_SAMPLER_TYPE`, if OpenTelemetry's own variable names none.
pub(in crate::telemetry) fn sampler(
    var: impl Fn(&str) -> Option<String>,
) -> Result<Option<Sampler>, InitError> {
    if var("OTEL_TRACES_SAMPLER").is_some() {
        return Ok(None);
    }
    let Some(kind) = var("JAEGER_SAMPLER_TYPE") else {
        return Ok(None);
    };
    let param = var("JAEGER_SAMPLER_PARAM").unwrap_or_default();
    let number = param.trim().parse().ok().filter(|number: &f64| *number >= 0.0);
    let sampler = match (kind.to_ascii_lowercase().as_str(), number) {
        ("const", Some(number)) if number.fract() == 0.0 => Sampler::constant(number != 0.0),
        ("probabilistic", Some(share)) if share <= 1.0 => Sampler::probabilistic(share),
        ("ratelimiting", Some(rate)) => Sampler::rate_limiting(rate),
        ("const" | "probabilistic" | "ratelimiting", _) => {
            return Err(InitError::Variable {
                variable: "JAEGER_SAMPLER_PARAM",
                value: param,
                known: "0 or 1 for `const`, a share from 0 to 1 for `probabilistic`, traces a second for `ratelimiting`",
            });
        }
        _ => {
            return Err(InitError::Variable {
                variable: "JAEGER_SAMPLER_TYPE",
                value: kind,
                known: "`const`, `probabilistic`, `ratelimiting`; `remote` is not supported",
            });
        }
    };
    Ok(Some(sampler))
}
