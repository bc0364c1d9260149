//! Answers to what stands as the value of a setting: what is wrong with it, and what to write.

use crate::{
    Checked, duration,
    meant::{self, each, path},
    rate,
};
use std::{ops::RangeInclusive, time::Duration};

/// Whether `code` is a count.
///
/// # Errors
///
/// What is wrong.
pub fn count(setting: &str, code: &str, example: &str) -> Checked {
    let digits = code.trim_matches('"').replace('_', "");
    let suffix = digits.find(['u', 'i']).filter(|_| digits.starts_with(|c: char| c.is_ascii_digit()));
    let (digits, suffix) = digits.split_at(suffix.unwrap_or(digits.len()));
    let (radix, start) = match digits.get(..2) {
        Some("0x") => (16, 2),
        Some("0o") => (8, 2),
        Some("0b") => (2, 2),
        _ => (10, 0),
    };
    let count = u128::from_str_radix(&digits[start..], radix).ok();
    Err(match count.map(u32::try_from) {
        Some(Ok(_)) if !code.starts_with('"') && matches!(suffix, "" | "u32") => return Ok(()),
        Some(Ok(count)) if code.starts_with('"') => {
            format!("`{setting}` takes an integer, not a string: write `{setting} = {count}`")
        }
        Some(Ok(count)) => format!("`{setting}` is a `u32`: write `{setting} = {count}`"),
        Some(Err(_)) => format!("`{setting}` must fit in a `u32`; for no limit write `{setting} = u32::MAX`"),
        None if code.starts_with('-') => {
            format!("`{setting}` cannot be negative; for no limit write `{setting} = u32::MAX`")
        }
        None => {
            let fault = format!("`{setting}` takes an integer or a path to a `u32` constant");
            format!("{fault}, such as `{example}`{}", at_run_time(setting, code))
        }
    })
}

/// The time that is the value of a setting, by the text of a literal and by the code.
///
/// # Errors
///
/// What is wrong.
pub fn time(setting: &str, text: Option<&str>, code: &str, example: &str) -> Result<Duration, String> {
    match text.map(duration::parse) {
        Some(Ok(duration)) if setting == "resync" && duration < Duration::from_secs(1) => {
            Err("`resync` must be at least \"1s\": every object is processed again each time".to_owned())
        }
        Some(Ok(duration)) if duration.is_zero() => Err(format!("`{setting}` must be longer than zero")),
        Some(Ok(duration)) => Ok(duration),
        Some(Err(fault)) => Err(format!("`{setting}` is not a valid duration: {fault}")),
        None if setting == "backoff" && code.starts_with('[') && code.matches('"').count() > 3 => {
            let mut texts = meant::quoted(code);
            let (initial, max) = (texts.next().unwrap_or_default(), texts.last().unwrap_or_default());
            Err(format!("`backoff` takes no list: write `backoff(initial = {initial:?}, max = {max:?})`"))
        }
        None => Err(match duration::unquoted(code) {
            Some(meant) => format!("`{setting}` takes a duration with a unit: write `{setting} = {meant:?}`"),
            None => format!(
                "`{setting}` takes a duration or a path to one, such as `{example}`{}",
                at_run_time(setting, code)
            ),
        }),
    }
}

/// The rate that is the value of a setting, by the text of a literal.
///
/// # Errors
///
/// What is wrong.
pub fn rate(setting: &str, text: Option<&str>, example: &str) -> Result<(u32, Duration), String> {
    let Some(text) = text else {
        return Err(format!("`{setting}` takes a count per duration or a path to one, such as `{example}`"));
    };
    rate::parse(text).map_err(|fault| {
        if text.contains('/') {
            format!("`{setting}` is not a valid rate: {fault}")
        } else {
            format!("`{setting}` is a count per duration, such as `{example}`")
        }
    })
}

/// The number that is the value of a setting, which is one of `range`.
///
/// # Errors
///
/// What is wrong.
pub fn number(
    setting: &str,
    code: &str,
    range: &RangeInclusive<f64>,
    fault: &str,
    example: &str,
) -> Result<f64, String> {
    match code.chars().filter(|c| !matches!(c, '_' | ' ')).collect::<String>().parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        Ok(_) => Err(format!("`{setting}` {fault}")),
        Err(_) => Err(format!("`{setting}` takes a number, such as `{example}`")),
    }
}

/// What is wrong with code that is no string where a setting `takes` one; `meant` is the text that it stands for, if it is one.
pub fn no_text(setting: &str, takes: &str, meant: Option<&String>, code: &str, example: &str) -> String {
    let fault = format!("`{setting}` {takes}");
    match meant {
        Some(text) => format!("{fault}: write `{setting} = {text:?}`"),
        None => format!("{fault}, such as `{example}`{}", at_run_time(setting, code)),
    }
}

/// The name of the setter of a controller that does at run time what the setting does.
fn setter(setting: &str) -> &str {
    match setting {
        "namespace" => "namespaces",
        "map" => "watches",
        other => other,
    }
}

/// How an answer goes on about code that runs, where the setting has a setter.
fn at_run_time(setting: &str, code: &str) -> String {
    if matches!(setting, "target" | "level" | "err" | "initial" | "max" | "factor" | "jitter") {
        return String::new();
    }
    let is_run = meant::outside(code).contains('(') && !code.starts_with('(') || code.starts_with("self.");
    if !is_run {
        return String::new();
    }
    let setter = setter(setting);
    let related = match setting {
        "labels" | "fields" | "namespace" => format!(", of a related kind by `Source::{setter}`"),
        _ => String::new(),
    };
    format!("\n= help: what is known at run time alone is set by `Controller::{setter}`{related}")
}

/// Whether a path may be that of a function or of a constant that holds one, as `OnError::GiveUp` is not.
pub fn may_be_function(path: &str) -> bool {
    let last = path.rsplit("::").next().unwrap_or(path);
    !last.starts_with(char::is_uppercase) || !last.contains(char::is_lowercase)
}

/// What is wrong with a value that is not the path of a function.
pub fn no_function(setting: &str, code: &str, example: &str) -> String {
    let fault = format!("`{setting}` takes the path of a function");
    match path(code) {
        Some(path) if may_be_function(&path) => format!("{fault}: write `{setting} = {path}`"),
        _ if code.contains("&&")
            || code.contains("||") && !code.starts_with("||")
            || code.starts_with('[') && code.contains(',') =>
        {
            format!("{fault}, such as `{example}`\n= help: write one that asks the others, and name that")
        }
        _ if code.contains(['|', '(']) => {
            let setter = setter(setting);
            let what = if code.contains('|') { "a closure" } else { "what a call gives" };
            format!(
                "{fault}, such as `{example}`\n= help: {what} is taken at run time, by `Controller::{setter}`"
            )
        }
        _ => {
            let ty = match setting {
                "filter" => "fn(&Pod) -> bool",
                "map" => "fn(&Secret) -> Vec<ObjectKey>",
                _ => "fn(&kooper::Error) -> OnError",
            };
            format!("{fault}, such as `{example}`\n= help: for instance an `{ty}`")
        }
    }
}

/// What to say where the resource is missing, and perhaps all else.
pub fn resource_missing(is_all: bool) -> &'static str {
    if is_all {
        "`#[controller]` needs the resource to watch\n= help: write `#[controller(resource = Pod)]`"
    } else {
        "missing `resource`: name the type this controller watches, such as `resource = Pod`"
    }
}

/// What is wrong with parentheses behind the name of a setting: that they are empty, or that it takes none.
pub fn no_list(setting: &str, example: &str, needs_type: bool, is_list: bool, code: &str) -> String {
    if needs_type {
        format!("`{setting}` needs a type: write `{example}`")
    } else if is_list {
        format!("`{setting}()` is empty; remove it to use the default")
    } else {
        if setting == "fields" && code.split('"').next().is_some_and(|start| start.contains('=')) {
            return "`fields` of spans stand in `span(..)`: write `span(fields(..))` around these".to_owned();
        }
        let rate = if setting == "rate_limit" { rate::listed(code) } else { None };
        let meant = rate.map_or_else(|| example.to_owned(), |rate| format!("{setting} = {rate:?}"));
        format!("`{setting}` takes one value: write `{meant}`")
    }
}

/// What is wrong with a `watches(..)` of this type that has no `map`.
pub fn no_map(example: &str, ty: &str) -> String {
    let written = each(example, ty);
    format!(
        "`watches` needs `map`, a function that gives keys: write `{written}`\n= help: that is an `fn(&{ty}) -> Vec<ObjectKey>`"
    )
}

/// What is wrong with what stands behind the `=` of a setting, as far as it is that: there is nothing, or the setting takes a list, of types
/// or of options.
pub fn no_value(
    setting: &str,
    example: &str,
    takes_types: bool,
    is_list: bool,
    code: &str,
) -> Option<String> {
    if code.is_empty() {
        return Some(format!("`{setting}` has no value after the `=`: write `{example}`"));
    }
    if takes_types || is_list && setting != "backoff" {
        let written = if takes_types { each(example, code) } else { example.to_owned() };
        return Some(format!("`{setting}` takes a list: write `{written}`"));
    }
    let is_listed = is_list && code.starts_with(['(', '{']);
    is_listed.then(|| format!("`{setting}` takes a list without `=`: write `{example}`"))
}

/// What is wrong with a setting that is given once more.
pub fn twice(setting: &str) -> String {
    let fault = format!("`{setting}` is given twice; remove one");
    match setting {
        "filter" | "on_error" => format!("{fault}\n= help: one function can ask the other"),
        "labels" | "fields" => format!("{fault}\n= help: one text can have both, with a comma between"),
        "namespace" => format!("{fault}\n= help: several are a list: `namespace = [\"a\", \"b\"]`"),
        _ => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_and_what_is_none_is_answered() {
        for code in ["3", "3u32", "1_000", "0x1f", "0b11", "0o17", "4294967295"] {
            assert_eq!(count("retries", code, ""), Ok(()), "{code}");
        }
        for (code, fault) in [
            ("\"3\"", "an integer, not a string: write `retries = 3`"),
            ("3usize", "is a `u32`: write `retries = 3`"),
            ("5_000_000_000", "must fit in a `u32`"),
            ("-1", "cannot be negative"),
            ("1 + 2", "such as `retries = 3`"),
            ("cpus()", "set by `Controller::retries`"),
        ] {
            let error = count("retries", code, "retries = 3").expect_err(code);
            assert!(error.contains(fault), "{code}: {error}");
        }
    }

    #[test]
    fn code_that_runs_is_sent_to_the_setter_of_run_time() {
        for (setting, code, setter) in [
            ("labels", "format!(\"app={APP}\")", "labels`, of a related kind by `Source::labels"),
            ("namespace", "env(\"NAMESPACE\")", "namespaces`, of a related kind by `Source::namespaces"),
            ("name", "env!(\"CARGO_PKG_NAME\")", "name"),
            ("finalizer", "self.finalizer", "finalizer"),
        ] {
            let answer = no_text(setting, "takes a string", None, code, "");
            assert!(answer.ends_with(&format!("by `Controller::{setter}`")), "{answer}");
        }
        for (setting, code) in [("labels", "app"), ("target", "module_path!()"), ("labels", "(\"a\", \"b\")")]
        {
            assert_eq!(
                no_text(setting, "takes a string", None, code, "it"),
                format!("`{setting}` takes a string, such as `it`")
            );
        }
        let text = "app=web".to_owned();
        assert_eq!(
            no_text("labels", "takes a string", Some(&text), "app = web", ""),
            "`labels` takes a string: write `labels = \"app=web\"`"
        );
        for (code, said) in [
            ("Self::a && Self::b", "write one that asks the others"),
            ("[Self::a, Self::b]", "write one that asks the others"),
            ("|pod| true", "a closure is taken at run time, by `Controller::filter`"),
            ("|| true", "a closure is taken"),
            ("Self::labelled(\"web\")", "what a call gives is taken at run time, by `Controller::filter`"),
            ("Self::is_ours()", "write `filter = Self::is_ours`"),
        ] {
            let answer = no_function("filter", code, "filter = Self::is_ours");
            assert!(answer.contains(said), "{code}: {answer}");
        }
    }

    #[test]
    fn numbers_are_read_and_what_is_none_is_answered() {
        let number = |code| number("jitter", code, &(0.0..=1.0), "is a share", "jitter = 0.1");
        assert_eq!(number("0.5"), Ok(0.5));
        assert_eq!(number("2"), Err("`jitter` is a share".into()));
        assert_eq!(number("half"), Err("`jitter` takes a number, such as `jitter = 0.1`".into()));
    }
}
