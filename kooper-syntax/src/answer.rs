//! Answers to what stands where a controller, a handler or one of its arguments should: what is wrong, and what to write.

use crate::{
    kind::is_plain,
    meant::{is_context, mentions, pointee},
    role::Role,
};

/// What to do with a `#[handler(..)]` that stands on its own.
pub const NO_CONTROLLER: &str = "`#[handler(..)]` goes on a handler of an `impl` block that has `#[controller(..)]`\n= help: remove it, or put that on the block around it";

/// What to do where the attribute stands on a function, or a method, of this name.
pub fn around(name: &str, is_method: bool) -> String {
    let rename = if name == "add" { "" } else { ", call it `add`" };
    if is_method {
        return format!("\n= help: move the attribute to the `impl` block around this{rename}");
    }
    format!(
        "\n= help: write `struct Web;` and `impl Web {{ .. }}` around it, with `&self` before its arguments{rename}, and run `Web`"
    )
}

/// What is wrong with a second block of a type.
pub fn second(ty: &str) -> String {
    format!(
        "`{ty}` is a controller already: give this block a type of its own, such as `Other`\n= help: run both: `tokio::try_join!(kooper::run({ty}), kooper::run(Other))`\n= help: if this is for the same resource, put these handlers in the other block instead"
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

/// How an answer goes on about a handler that is not `async`, by what stands in its place and what it gives back.
pub fn no_async(instead: &str, output: &str) -> String {
    if !instead.is_empty() {
        return format!("must be an `async fn`: write `async` for `{instead}`");
    }
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

/// How an answer goes on about a handler that takes no `&self`, by what it takes.
pub fn no_self(role: &Role, inputs: &str, resource: &str) -> String {
    let written = match inputs.trim_end_matches(',') {
        "" => role.signature(resource),
        inputs => format!("`{}(&self, {inputs})`", role.name),
    };
    format!("must take `&self`\n= help: write {written}")
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
        "retry" | "retries" | "attempt" => "remove it: `ctx.attempt()` is the number of the attempt",
        "spec" | "status" | "meta" | "metadata" | "labels" | "annotations" | "body" | "uid" => {
            "remove it: it is a part of the object"
        }
        "old" | "new" | "diff" | "reason" => {
            "remove it: the object is the newest state, and no other is given"
        }
        "logger" | "log" => "remove it: log by `tracing::info!`, which stands in the handler's span",
        _ => "keep other state in the struct and reach it through `self`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::ADD;

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
    fn the_result_of_a_future_is_found_in_its_type() {
        for (output, found) in [
            ("-> Pin<Box<dyn Future<Output = Result<(), E>> + Send + '_>>", "`Result<(), E>`"),
            ("-> impl Future<Output = Result>", "`Result`"),
            ("-> BoxFuture<'_, Result<()>>", "`Result<()>`"),
            ("-> ReconcileFuture<'_>", "the `Result` that it gives"),
        ] {
            let said = no_async("", output);
            assert!(said.contains(&format!("write `async fn`, {found} for ")), "{said}");
        }
        assert_eq!(no_async("", "-> kooper::Result"), "must be an `async fn`");
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
    fn a_handler_without_a_receiver_is_answered_with_its_own_arguments() {
        let answer = no_self(&ADD, "ctx: Context, pod: Arc<Pod>,", "Pod");
        assert!(answer.ends_with("write `add(&self, ctx: Context, pod: Arc<Pod>)`"), "{answer}");
        let answer = no_self(&ADD, "", "Pod");
        assert!(
            answer.ends_with("`async fn add(&self, ctx: Context, object: Pod) -> kooper::Result`"),
            "{answer}"
        );
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
