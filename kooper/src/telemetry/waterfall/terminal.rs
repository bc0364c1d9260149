//! What the place that a picture goes to can show: columns, colour, letters.

use crate::telemetry::plain;
use std::{borrow::Cow, io::IsTerminal as _};
use unicode_width::UnicodeWidthStr as _;

/// How a picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) columns: usize,
    pub(crate) color: bool,
    pub(crate) ascii: bool,
}

/// Columns where neither `COLUMNS` nor a terminal says how many.
const COLUMNS: usize = 80;
/// A picture has at least these columns; below them there is nothing to see.
const LEAST: usize = 24;

impl Style {
    /// For text that is not shown on a terminal.
    pub(crate) fn plain() -> Self {
        Self { columns: COLUMNS, color: false, ascii: false }
    }

    /// For standard output as it is now: a terminal may be resized at any time.
    pub(crate) fn stdout() -> Self {
        let terminal = std::io::stdout().is_terminal();
        // Only standard output counts: a picture in a file must not have the width of the terminal beside it.
        let columns = if terminal { terminal_size::terminal_size_of(std::io::stdout()) } else { None };
        let columns = columns.map(|(columns, _rows)| usize::from(columns.0));
        Self::of(|name| std::env::var(name).ok(), terminal, columns)
    }

    fn of(var: impl Fn(&str) -> Option<String>, terminal: bool, columns: Option<usize>) -> Self {
        let var = |name: &str| var(name).filter(|value| !value.is_empty());
        let told = var("COLUMNS").and_then(|columns| columns.parse().ok());
        let dumb = var("TERM").is_some_and(|term| term == "dumb");
        Self {
            columns: told.or(columns).filter(|columns| *columns > 0).unwrap_or(COLUMNS).max(LEAST),
            color: terminal && !dumb && var("NO_COLOR").is_none(),
            ascii: var("LC_ALL")
                .or_else(|| var("LC_CTYPE"))
                .or_else(|| var("LANG"))
                .is_some_and(|locale| is_narrow(&locale)),
        }
    }

    /// Text for this place: nothing that moves the cursor, changes colours or turns the direction of writing, and in
    /// ASCII nothing else.
    pub(crate) fn clean(self, text: &str) -> Cow<'_, str> {
        plain::escape(text, |char| self.ascii && !char.is_ascii())
    }

    /// `text` in the colour of an SGR code, where colours are shown.
    pub(crate) fn paint(self, code: &str, text: &str) -> String {
        if self.color && !code.is_empty() && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Whether a locale says that its encoding is not UTF-8. Where no locale is set at all, as in most containers, nothing
/// is said.
fn is_narrow(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    !locale.contains("utf-8") && !locale.contains("utf8")
}

/// The columns that clean text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(vars: &[(&str, &str)], terminal: Option<usize>) -> Style {
        let var =
            |name: &str| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Style::of(var, terminal.is_some(), terminal)
    }

    #[test]
    fn the_width_is_that_of_the_terminal_unless_columns_says_another() {
        assert_eq!(style(&[], Some(132)).columns, 132);
        assert_eq!(style(&[("COLUMNS", "60")], Some(132)).columns, 60);
        assert_eq!(style(&[("COLUMNS", "wide")], None).columns, 80);
        assert_eq!(style(&[("COLUMNS", "3")], None).columns, LEAST);
    }

    #[test]
    fn colour_needs_a_terminal_that_is_not_told_otherwise() {
        assert!(style(&[("NO_COLOR", "")], Some(80)).color, "an empty NO_COLOR says nothing");
        assert!(!style(&[("NO_COLOR", "1")], Some(80)).color);
        assert!(!style(&[("TERM", "dumb")], Some(80)).color);
        assert!(!style(&[], None).color);
    }

    #[test]
    fn the_first_locale_variable_that_is_set_decides_on_ascii() {
        assert!(style(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")], None).ascii);
        assert!(!style(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")], None).ascii);
        assert!(style(&[("LANG", "de_DE.ISO-8859-1")], None).ascii);
        assert!(!style(&[], None).ascii);
    }
}
