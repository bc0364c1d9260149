//! Bodies in YAML, of which JSON is a part.

use serde_json::Value;

/// The value that a text in YAML says, or what is wrong with it. With `strict`, a key that stands twice is wrong.
pub(super) fn parse(text: &[u8], strict: bool) -> Result<Value, String> {
    if !strict && let Ok(value) = serde_json::from_slice(text) {
        return Ok(value);
    }
    if text.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    serde_saphyr::from_slice(text).map_err(|error| format!("error converting YAML to JSON: yaml: {error}"))
}
