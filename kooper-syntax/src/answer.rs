//! Answers to what stands where something else should: what is wrong, and what to write.

use crate::{
    Checked, duration,
    kind::is_plain,
    meant::{each, is_context, mentions, path, pointee},
    rate,
};
use std::time::Duration;

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
        None if code.contains('(') => {
            let fault =
                format!("`{setting}` takes an integer or a path to a `u32` constant, such as `{example}`");
            format!("{fault}\n= help: what is known at run time alone is set by `Controller::{setting}`")
        }
        None => format!("`{setting}` takes an integer or a path to a `u32` constant, such as `{example}`"),
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
        None => Err(match duration::unquoted(code) {
            Some(meant) => format!("`{setting}` takes a duration with a unit: write `{setting} = {meant:?}`"),
            None => format!("`{setting}` takes a duration or a path to one, such as `{example}`"),
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
        _ if code.contains('|') => {
            let setter = if setting == "map" { "watches" } else { setting };
            format!(
                "{fault}, such as `{example}`\n= help: a closure can be given at run time, by `Controller::{setter}`"
            )
        }
        _ => format!("{fault}, such as `{example}`"),
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
pub fn no_list(setting: &str, example: &str, needs_type: bool, is_list: bool) -> String {
    if needs_type {
        format!("`{setting}` needs a type: write `{example}`")
    } else if is_list {
        format!("`{setting}()` is empty; remove it to use the default")
    } else {
        format!("`{setting}` takes one value: write `{example}`")
    }
}

/// What is wrong with a value of a setting that takes a list, of types or of options.
pub fn list(setting: &str, example: &str, takes_types: bool, code: &str) -> String {
    let written = if takes_types { each(example, code) } else { example.to_owned() };
    format!("`{setting}` takes a list: write `{written}`")
}

/// What to do where the attribute stands on a function of this name.
pub fn around_function(name: &str) -> String {
    let rename = if name == "add" { "" } else { ", and call it `add`" };
    format!(
        "\n= help: write `struct Web;` and `impl Web {{ .. }}` around it, with `&self` before its arguments{rename}"
    )
}

/// What to do where the attribute stands on a type.
pub fn beside_type(ty: &str) -> String {
    format!("\n= help: move it to `impl {ty} {{ .. }}`, which has the handlers")
}

/// Whether a comma must stand behind these arguments, before more.
pub fn comma_behind(arguments: &str) -> bool {
    !arguments.is_empty() && !arguments.ends_with(',')
}

/// Whether the arguments of several attributes can stand in one, and what to say at the second attribute.
pub fn stacked(all: &str) -> (bool, String) {
    let (mut depth, mut quoted, mut each, mut one) = (0_u32, false, Vec::new(), String::new());
    for c in all.chars().chain([',']) {
        quoted ^= c == '"';
        match c {
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                each.push(std::mem::take(&mut one));
                continue;
            }
            _ => {}
        }
        one.push(c);
    }
    let each: Vec<_> =
        each.iter().map(|each| each.trim().to_owned()).filter(|each| !each.is_empty()).collect();
    let name = |argument: &String| argument.split(['=', ' ', '(']).next().unwrap_or_default().to_owned();
    let repeats = |each: &String| each.starts_with("owns") || each.starts_with("watches");
    let names: Vec<String> = each.iter().filter(|each| !repeats(each)).map(name).collect();
    let fault = "an `impl` block takes one `#[controller]`";
    if (1..names.len()).any(|at| names[..at].contains(&names[at])) {
        return (false, format!("{fault}: remove this one"));
    }
    (true, format!("{fault}\n= help: write `#[controller({})]` for all of them", each.join(", ")))
}

/// How an answer goes on about a handler that is not `async`, by what it gives back.
pub fn no_async(output: &str) -> String {
    let ty = output.trim_start_matches("->").trim();
    let is_future = ty.contains("Future") || ty.starts_with("Pin<") || ty.starts_with("Box<");
    if ty.is_empty() {
        return "must be an `async fn` that returns a `Result`".to_owned();
    }
    if !is_future && !mentions(ty, "impl") {
        return "must be an `async fn`".to_owned();
    }
    let (mut depth, alias) = (0_i32, ty.split_once("BoxFuture<").and_then(|(_, of)| of.split_once(", ")));
    let ends = |c: char| {
        depth += i32::from(c == '<') - i32::from(c == '>');
        depth < 0 || depth == 0 && c == '+'
    };
    let start = ty.split_once("Output = ").or(alias).map(|(_, start)| start);
    let output = start.map(|rest| rest[..rest.find(ends).unwrap_or(rest.len())].trim());
    let output = output.map_or("the `Result` that it gives".to_owned(), |output| format!("`{output}`"));
    format!(
        "must be an `async fn`\n= help: write `async fn`, {output} for `{ty}`, and `.await` behind the future"
    )
}

/// How an answer goes on about a parameter of a handler that may have none, where it is given a `ty`.
pub fn no_parameter(param: &str, inputs: &str, output: &str, ty: &str) -> String {
    let name = param.trim_start_matches("const ").split([':', ' ', '=']).next().unwrap_or(param);
    if mentions(inputs, name) {
        let is_last = inputs.rsplit_once(": ").is_some_and(|(_, last)| mentions(last, name));
        let ty = if is_last { ty } else { "Context" };
        format!("cannot be generic: write `{ty}` for `{name}`, and remove this")
    } else if mentions(output, name) {
        format!(
            "cannot be generic\n= help: write `kooper::Result` for `{}`, and remove this",
            output.trim_start_matches("-> ")
        )
    } else {
        "cannot be generic: remove this".to_owned()
    }
}

/// How an answer goes on about an argument of such a type, where one of the type `right` is given.
pub fn no_argument(ty: &str, right: &str) -> Option<String> {
    let is_borrowed = ty.starts_with("&'") && !ty.starts_with("&'_") && !ty.starts_with("&'static");
    if mentions(ty, "impl") {
        return Some(format!("cannot take `impl Trait`: write `{right}`"));
    }
    is_borrowed.then(|| format!("is given what it can keep: write `{right}` for `{ty}`"))
}

/// Whether two types are none of a context and of an object or key, and not by a name that only rustc knows.
pub fn are_neither(first: &str, last: &str, resource: &str) -> bool {
    let is_plain = |ty: &str| is_plain(ty) && ty != resource;
    let is_known =
        |ty: &str| is_context(ty) || ty.ends_with("ObjectKey") || pointee(ty).unwrap_or(ty) == resource;
    is_plain(first) && is_plain(last) || first == last && !is_known(first) && !mentions(first, "impl")
}

/// What to do without an argument that no handler is given.
pub fn argument(name: &str, ty: &str) -> &'static str {
    match name.trim_start_matches('_') {
        _ if ty.ends_with("Client") => "remove it: `ctx.client()` is the client",
        "name" | "namespace" | "key" => "remove it: `ctx.key()` has the name and the namespace",
        _ => "keep other state in the struct and reach it through `self`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_several_attributes_are_put_together_where_no_name_comes_twice() {
        for (all, written) in [
            ("resource = Pod,workers = 4", "resource = Pod, workers = 4"),
            (
                "owns(ConfigMap), resource = Pod, owns(Secret, labels = \"a,b\"),",
                "owns(ConfigMap), resource = Pod, owns(Secret, labels = \"a,b\")",
            ),
            ("", ""),
        ] {
            let (is_sum, fault) = stacked(all);
            assert!(is_sum && fault.contains(&format!("`#[controller({written})]`")), "{fault}");
        }
        let (is_sum, fault) = stacked("resource = Pod, resource = Pod");
        assert!(!is_sum && fault.ends_with("remove this one"), "{fault}");
    }

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
    fn the_result_of_a_future_is_found_in_its_type() {
        for (output, found) in [
            ("-> Pin<Box<dyn Future<Output = Result<(), E>> + Send + '_>>", "`Result<(), E>`"),
            ("-> impl Future<Output = Result>", "`Result`"),
            ("-> BoxFuture<'_, Result<()>>", "`Result<()>`"),
            ("-> ReconcileFuture<'_>", "the `Result` that it gives"),
        ] {
            let said = no_async(output);
            assert!(said.contains(&format!("write `async fn`, {found} for ")), "{said}");
        }
        assert_eq!(no_async("-> kooper::Result"), "must be an `async fn`");
    }

    #[test]
    fn arguments_and_parameters_that_no_handler_can_have_are_answered_with_their_type() {
        assert_eq!(
            no_argument("impl Clone", "Pod").as_deref(),
            Some("cannot take `impl Trait`: write `Pod`")
        );
        assert!(
            no_argument("&'a Pod", "Pod").is_some_and(|fault| fault.ends_with("write `Pod` for `&'a Pod`"))
        );
        assert_eq!(no_argument("&Pod", "Pod"), None);
        for (param, inputs, output, said) in [
            ("K: Send", "&self, object: Arc<K>", "", "write `Pod` for `K`"),
            ("C", "&self, ctx: C, object: Pod", "", "write `Context` for `C`"),
            ("E", "&self, object: Pod", "-> Result<(), E>", "write `kooper::Result` for `Result<(), E>`"),
            ("const N: usize", "&self, object: Pod", "", "cannot be generic: remove this"),
        ] {
            let fault = no_parameter(param, inputs, output, "Pod");
            assert!(fault.contains(said), "{param}: {fault}");
        }
    }

    #[test]
    fn two_arguments_that_are_no_context_and_no_object_are_known() {
        for (first, last) in [("String", "String"), ("&str", "u64"), ("Name", "Name")] {
            assert!(are_neither(first, last, "Pod"), "{first}, {last}");
        }
        for (first, last) in [("Context", "Pod"), ("Ctx", "Object"), ("Pod", "Pod"), ("String", "Pod")] {
            assert!(!are_neither(first, last, "Pod"), "{first}, {last}");
        }
    }
}
