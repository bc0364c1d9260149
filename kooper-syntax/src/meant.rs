//! What is meant by code that is not as it should be: the texts that stand in an answer to it.

use crate::{
    duration,
    kind::{inner, ty},
    selector::check_labels,
};

/// Whether a text is names, parted by `::`.
pub(crate) fn is_path(text: &str) -> bool {
    text.split("::").all(|part| {
        part.starts_with(char::is_alphabetic) && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}

/// The texts that stand in quotes: `100` and `1m` of `("100", per = "1m")`.
pub(crate) fn quoted(code: &str) -> impl Iterator<Item = &str> {
    code.split('"').skip(1).step_by(2)
}

/// What stands outside of quotes: `(, per = )` of `("100", per = "1m")`.
pub(crate) fn outside(code: &str) -> String {
    code.split('"').step_by(2).collect()
}

/// What a written type leads to: `Pod` of `Arc<Pod>`, `Vec<Pod>` and `&Pod`.
pub fn pointee(ty: &str) -> Option<&str> {
    let around = ["Arc<", "Box<", "Rc<", "Option<", "Vec<"].iter().find_map(|start| ty.split_once(start));
    let inner = around.and_then(|(_, inner)| inner.strip_suffix('>'));
    inner.or_else(|| ty.strip_prefix('&').map(|inner| inner.trim_start_matches("mut ")))
}

/// Whether a written type is `&Self`, perhaps with a lifetime.
pub fn is_shared_self(ty: &str) -> bool {
    ty.starts_with('&') && ty.ends_with("Self") && !mentions(ty, "mut")
}

/// Whether a written type is a context, perhaps behind a pointer.
pub fn is_context(ty: &str) -> bool {
    pointee(ty).unwrap_or(ty).rsplit("::").next() == Some("Context")
}

/// Which argument of those within another is meant by a value without a name, and how an answer goes on that says what to write:
/// `labels` and ": write `labels = \"a=b\"`" of `"a=b"`. Where it is not clear, it is the `first`, as in the `example`.
pub fn named(
    inside: &str,
    code: &str,
    (first, is_given): (&'static str, bool),
    example: &str,
) -> (&'static str, String) {
    let quoted = quoted(code).next().unwrap_or_default();
    let (is_text, is_call) = (code.starts_with('"'), |name: &str| code.contains(&format!("{name}(\"")));
    let is_field = ["metadata.", "spec.", "status."].iter().any(|start| quoted.starts_with(start));
    let (name, value) = match inside {
        "" if code.starts_with(char::is_alphabetic) => ("resource", inner(code).unwrap_or(code).to_owned()),
        "" if is_text && ty(quoted) != "Pod" => ("resource", ty(quoted).to_owned()),
        "owns" | "watches" if is_call("fields") || is_text && is_field => ("fields", format!("{quoted:?}")),
        "owns" | "watches" if is_call("labels") || is_text && check_labels(quoted).is_ok() => {
            ("labels", format!("{quoted:?}"))
        }
        "watches" if !is_text && path(code).is_some() => ("map", path(code).unwrap_or_default()),
        "backoff" if is_text && duration::parse(quoted).is_ok() => {
            (if is_given { "max" } else { "initial" }, code.to_owned())
        }
        _ => return (first, format!(", such as `{example}`")),
    };
    (name, format!(": write `{name} = {value}`"))
}

/// The text of what stands without quotes: of `{ "app" : "web" }` and `app = web` it is `app=web`.
pub fn text(code: &str) -> String {
    if code.starts_with("[\"") {
        return quoted(code).collect::<Vec<_>>().join(",");
    }
    let code =
        if code.starts_with('{') { code.replace("=>", "=").replace(':', "=") } else { code.to_owned() };
    let code = code.trim_start_matches(['{', '[']).trim_end_matches(['}', ']']);
    code.chars().filter(|c| !matches!(c, '"' | ' ')).collect::<String>().trim_end_matches(',').to_owned()
}

/// The path of a function that is named by a text, called, or taken from a value: `Self::users` of `"users"` and `self.users`.
pub fn path(code: &str) -> Option<String> {
    let name = code.trim_matches('"').trim_start_matches('&').replace(' ', "");
    let name = name.trim_end_matches("()").replace("self.", "Self::").replace("Self.", "Self::");
    let within = if name.contains("::") { "" } else { "Self::" };
    let is_function = is_path(&name) && !matches!(&*name, "true" | "false" | "None");
    is_function.then(|| format!("{within}{name}"))
}

/// Tokens, which blanks part, as they would be written.
pub fn tight(tokens: &str) -> String {
    // Most are a single word, and this is asked often.
    if !tokens.contains([' ', '\n']) {
        return tokens.to_owned();
    }
    // A long line is broken, but not within a text.
    let tokens = &if tokens.contains('\n') && !tokens.contains('"') {
        tokens.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ")
    } else {
        tokens.replace('\n', " ")
    };
    let tight = [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        ("::< ", "::<"),
        (" <", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
        (" - ", "-"),
        (" : ", ": "),
    ];
    tight.iter().fold(tokens.to_owned(), |text, (from, to)| text.replace(*from, to))
}

/// An example of a list with the types of `code` in place of its own, once for each: `owns(ConfigMap), owns(Secret)`.
pub fn each(example: &str, code: &str) -> String {
    let own = example.split(['(', ',', ')']).nth(1).unwrap_or(example);
    let is_type = |ty: &&str| ty.starts_with(|c: char| c.is_alphabetic());
    let types =
        code.trim_start_matches('[').trim_end_matches(']').split(',').map(|ty| ty.trim().trim_matches('"'));
    let each: Vec<_> = types.filter(is_type).map(|ty| example.replace(own, ty)).collect();
    if each.is_empty() { example.to_owned() } else { each.join(", ") }
}

/// What to write for a field whose name stands in quotes: `team = "infra"` for `"team" = "infra"` and `"team", "infra"`.
pub fn field(code: &str) -> String {
    let parts = code.strip_prefix('"').and_then(|code| code.split_once('"'));
    let name = parts.map_or("name", |(name, _)| name);
    let value = parts.map_or("", |(_, rest)| rest.trim_start_matches([' ', '=', '>', ':', ',']));
    format!("{name} = {}", if value.is_empty() { "%value" } else { value })
}

/// Whether `word` stands anywhere in `code`.
pub fn mentions(code: &str, word: &str) -> bool {
    code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|other| other == word)
}

/// The variable that a value begins with, unless it is known everywhere.
pub fn variable(value: &str) -> Option<&str> {
    let (root, rest) =
        value.split_at(value.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(value.len()));
    let is_variable = root.starts_with(char::is_lowercase) && !rest.trim_start().starts_with(['(', ':', '!']);
    (is_variable && !["self", "true", "false"].contains(&root)).then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_without_a_name_is_given_the_one_that_fits() {
        for (inside, code, meant) in [
            ("owns", "\"a=b\"", ": write `labels = \"a=b\"`"),
            ("owns", "\"metadata.name=a\"", ": write `fields = \"metadata.name=a\"`"),
            ("owns", "ListParams::default().labels(\"a=b\")", ": write `labels = \"a=b\"`"),
            ("owns", "Self::users", ", such as `labels = \"app=web\"`"),
            ("watches", "Self::users", ": write `map = Self::users`"),
            ("backoff", "\"1s\"", ": write `initial = \"1s\"`"),
            ("", "Pod", ": write `resource = Pod`"),
            ("", "\"deployments\"", ": write `resource = Deployment`"),
        ] {
            assert_eq!(named(inside, code, ("labels", false), "labels = \"app=web\"").1, meant, "{code}");
        }
    }

    #[test]
    fn what_stands_without_quotes_is_put_together() {
        for (code, meant) in [
            (r#"{ "app" : "web" , "tier" : "db" }"#, "app=web,tier=db"),
            (r#"["app=web", "tier=db"]"#, "app=web,tier=db"),
            (r#"["app=web", "tier in (a, b)"]"#, "app=web,tier in (a, b)"),
            (r#"{ "app" => "web", }"#, "app=web"),
            ("app = web", "app=web"),
            ("ops::pods", "ops::pods"),
            ("example.com / cleanup", "example.com/cleanup"),
        ] {
            assert_eq!(text(code), meant, "{code}");
        }
    }

    #[test]
    fn a_field_is_known_by_its_quotes() {
        for (code, meant) in [
            (r#""team" = "infra""#, r#"team = "infra""#),
            (r#""team", "infra""#, r#"team = "infra""#),
            (r#""team""#, "team = %value"),
            ("%pod.name", "name = %value"),
        ] {
            assert_eq!(field(code), meant, "{code}");
        }
    }

    #[test]
    fn a_function_is_known_by_its_name() {
        for (code, meant) in [
            ("\"is_ours\"", Some("Self::is_ours")),
            ("\"Self::is_ours\"", Some("Self::is_ours")),
            ("Self::is_ours ()", Some("Self::is_ours")),
            ("self . is_ours", Some("Self::is_ours")),
            ("& Self::is_ours", Some("Self::is_ours")),
            ("&Self::is_ours", Some("Self::is_ours")),
            ("true", None),
            ("3", None),
            ("|x| y", None),
        ] {
            assert_eq!(path(code).as_deref(), meant, "{code}");
        }
    }

    #[test]
    fn a_variable_is_told_from_functions_and_constants() {
        assert_eq!(variable("pod.metadata.name"), Some("pod"));
        for known in
            ["self.zone", "Self::ZONE", "zone()", "crate::ZONE", "env!(\"ZONE\")", "true", "3", "\"a\""]
        {
            assert_eq!(variable(known), None, "{known}");
        }
    }
}
