//! Text that can be shown: nothing in it moves the cursor, changes colours, or turns the direction of writing.

use std::borrow::Cow;

/// `text` with each letter that `bad` refuses, or that can harm, written as an escape: `\n`, `\u{1b}`.
pub(crate) fn escape(text: &str, bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    let bad = |char: char| char.is_control() || is_invisible(char) || bad(char);
    if !text.chars().any(&bad) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        if bad(char) { out.extend(char.escape_default()) } else { out.push(char) }
    }
    out.into()
}

/// Letters that show nothing but change how others are shown.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_can_change_the_terminal() {
        assert_eq!(escape("a\x1b[31mb\r\nc", |_| false), "a\\u{1b}[31mb\\r\\nc");
        assert_eq!(escape("\u{202e}drow\u{9b}", |_| false), "\\u{202e}drow\\u{9b}");
        assert_eq!(escape("kube-été", |_| false), "kube-été");
        assert_eq!(escape("kube-été", |char| !char.is_ascii()), "kube-\\u{e9}t\\u{e9}");
    }
}
