//! What Go says of a text that is not the JSON it should be.

use serde_json::{Value, error::Category};

/// The text as JSON, or Go's words for what is wrong with it.
pub(super) fn parse(text: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(text).map_err(|error| {
        if text.iter().all(u8::is_ascii_whitespace) || error.classify() == Category::Eof {
            return "unexpected end of JSON input".into();
        }
        let line = text.split(|byte| *byte == b'\n').take(error.line().saturating_sub(1));
        let before: usize = line.map(|line| line.len() + 1).sum();
        let at = before + error.column().saturating_sub(1);
        let found = text.get(at).copied().map_or(' ', char::from);
        let told = error.to_string();
        let place = if told.starts_with("key must be a string") {
            "looking for beginning of object key string".to_owned()
        } else if told.starts_with("expected `:`") {
            "after object key".into()
        } else if told.starts_with("expected `,` or `}`") {
            "after object key:value pair".into()
        } else if told.starts_with("expected `,` or `]`") {
            "after array element".into()
        } else if told.starts_with("trailing characters") {
            "after top-level value".into()
        } else if told.starts_with("expected ident") {
            literal(text, at)
        } else {
            "looking for beginning of value".into()
        };
        format!("invalid character '{found}' {place}")
    })
}

/// `in literal null (expecting 'u')`.
fn literal(text: &[u8], at: usize) -> String {
    for literal in ["null", "true", "false"] {
        for length in (1..literal.len()).rev() {
            if text[..at].ends_with(&literal.as_bytes()[..length]) {
                return format!("in literal {literal} (expecting '{}')", &literal[length..=length]);
            }
        }
    }
    "looking for beginning of value".into()
}

/// What a value is called in an error.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The beginning of a body, as an error shows it: in hex where it is no object.
pub(super) fn summary(body: &[u8]) -> String {
    const LONGEST: usize = 30;
    let shown = &body[..body.len().min(LONGEST)];
    let more = if body.len() > LONGEST { " ..." } else { "" };
    match body.first() {
        None => "<empty>".into(),
        Some(b'{') => format!("{}{more}", String::from_utf8_lossy(shown)),
        Some(_) => {
            let hex: Vec<String> = shown.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{}{more}", hex.concat())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_the_words_of_go() {
        for (text, why) in [
            ("", "unexpected end of JSON input"),
            ("{\"a\":", "unexpected end of JSON input"),
            ("nonsense", "invalid character 'o' in literal null (expecting 'u')"),
            ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
            ("[1 2]", "invalid character '2' after array element"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{} x", "invalid character 'x' after top-level value"),
            ("x", "invalid character 'x' looking for beginning of value"),
        ] {
            assert_eq!(parse(text.as_bytes()), Err(why.to_owned()), "{text}");
        }
    }
}
