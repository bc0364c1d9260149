//! Quantities, such as `500m` and `1Gi`, in the form that a server writes them.

use serde_json::Value;

const WRONG: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/// The suffixes of powers of 1000, from the greatest on.
const DECIMAL: [(&str, i32); 10] =
    [("E", 18), ("P", 15), ("T", 12), ("G", 9), ("M", 6), ("k", 3), ("", 0), ("m", -3), ("u", -6), ("n", -9)];
/// The suffixes of powers of 1024, from the greatest on.
const BINARY: [(&str, u32); 6] = [("Ei", 60), ("Pi", 50), ("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10)];

/// The canonical form: no fraction, the greatest suffix of its family.
pub(super) fn canonical(value: &Value) -> Result<String, String> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let (negative, bare) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let end = bare.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(bare.len());
    let (digits, suffix) = bare.split_at(end);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if digits.is_empty() || digits == "." || fraction.contains('.') {
        return Err(WRONG.into());
    }
    let mantissa: i128 = format!("{whole}{fraction}").parse().map_err(|_| WRONG)?;
    let places = i32::try_from(fraction.len()).map_err(|_| WRONG)?;
    let sign = if negative && mantissa != 0 { "-" } else { "" };
    if let Some((_, shift)) = BINARY.iter().find(|(known, _)| *known == suffix) {
        let scale = 10_i128.checked_pow(fraction.len().try_into().map_err(|_| WRONG)?).ok_or(WRONG)?;
        let value = mantissa.checked_mul(1 << shift).ok_or(WRONG)?;
        if value % scale != 0 {
            return Ok(format!(
                "{sign}{}",
                decimal(value.checked_mul(1000).ok_or(WRONG)?.div_euclid(scale), -3)
            ));
        }
        return Ok(format!("{sign}{}", binary(value / scale)));
    }
    let exponent = if let Some((_, exponent)) = DECIMAL.iter().find(|(known, _)| *known == suffix) {
        *exponent
    } else {
        let exponent: i32 =
            suffix.strip_prefix(['e', 'E']).and_then(|text| text.parse().ok()).ok_or(WRONG)?;
        let written = mantissa.to_string();
        return Ok(if places == 0 { format!("{sign}{written}e{exponent}") } else { text });
    };
    Ok(format!("{sign}{}", decimal(mantissa, exponent - places)))
}

fn decimal(mut mantissa: i128, mut exponent: i32) -> String {
    if mantissa == 0 {
        return "0".into();
    }
    while mantissa % 10 == 0 {
        mantissa /= 10;
        exponent += 1;
    }
    // What is below a billionth is rounded up.
    while exponent < -9 {
        mantissa = mantissa / 10 + i128::from(mantissa % 10 != 0);
        exponent += 1;
    }
    let (suffix, power) = DECIMAL.iter().find(|(_, power)| *power <= exponent).unwrap_or(&("n", -9));
    for _ in 0..exponent - power {
        mantissa *= 10;
    }
    format!("{mantissa}{suffix}")
}

fn binary(value: i128) -> String {
    let fitting = BINARY.iter().find(|(_, shift)| value != 0 && value % (1_i128 << shift) == 0);
    match fitting {
        Some((suffix, shift)) => format!("{}{suffix}", value >> shift),
        None => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quantities_are_written_in_their_canonical_form() {
        for (given, wanted) in [
            (json!("1"), "1"),
            (json!(1), "1"),
            (json!(0.5), "500m"),
            (json!("0.5"), "500m"),
            (json!("1000m"), "1"),
            (json!("1500m"), "1500m"),
            (json!("1Gi"), "1Gi"),
            (json!("1024Mi"), "1Gi"),
            (json!("1.5Gi"), "1536Mi"),
            (json!("1000k"), "1M"),
            (json!("0"), "0"),
            (json!("100"), "100"),
            (json!("-2"), "-2"),
            (json!("1e3"), "1e3"),
        ] {
            assert_eq!(canonical(&given).as_deref(), Ok(wanted), "{given}");
        }
        for wrong in ["", "a", "1x", "1.2.3", "."] {
            assert!(canonical(&json!(wrong)).is_err(), "{wrong}");
        }
    }
}
