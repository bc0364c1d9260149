//! What is meant by code that is not as it should be: the texts that stand in an answer to it.

/// The kinds that most controllers watch.
const KINDS: [&str; 22] = [
    "Pod",
    "ConfigMap",
    "Secret",
    "Service",
    "ServiceAccount",
    "Namespace",
    "Node",
    "Event",
    "Endpoints",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "ReplicationController",
    "ResourceQuota",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "Ingress",
    "NetworkPolicy",
    "HorizontalPodAutoscaler",
];

/// Whether a text is names, parted by `::`.
fn is_path(text: &str) -> bool {
    text.split("::").all(|part| {
        part.starts_with(char::is_alphabetic) && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}

/// The type that is meant by a text: itself, if it may be one, the kind of `pods`, `deployments.apps` or `v1/configmap`, else a pod.
pub fn ty(text: &str) -> &str {
    if text.contains(char::is_uppercase) && is_path(text) {
        return text;
    }
    let text = text.rsplit('/').next().unwrap_or(text).split('.').next().unwrap_or(text).to_lowercase();
    let known = KINDS.into_iter().find(|kind| {
        let kind = kind.to_lowercase();
        let plural = match kind.strip_suffix('y') {
            Some(stem) => format!("{stem}ies"),
            None if kind.ends_with("ss") => format!("{kind}es"),
            None => format!("{kind}s"),
        };
        text == kind || text == plural
    });
    known.unwrap_or("Pod")
}

/// What a written type leads to: `Pod` of `Arc<Pod>`, `Vec<Pod>` and `&Pod`.
pub fn pointee(ty: &str) -> Option<&str> {
    let around = ["Arc<", "Box<", "Rc<", "Option<", "Vec<"].iter().find_map(|start| ty.split_once(start));
    let inner = around.and_then(|(_, inner)| inner.strip_suffix('>'));
    inner.or_else(|| ty.strip_prefix('&').map(|inner| inner.trim_start_matches("mut ")))
}

/// Whether a written type is a context, perhaps behind a pointer.
pub fn is_context(ty: &str) -> bool {
    pointee(ty).unwrap_or(ty).rsplit("::").next() == Some("Context")
}

/// The text of what stands without quotes: of `{ "app" : "web" }` and `app = web` it is `app=web`.
pub fn text(code: &str) -> String {
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
    let tight = [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
        (" - ", "-"),
        (" : ", ": "),
    ];
    tight.iter().fold(tokens.to_owned(), |text, (from, to)| text.replace(from, to))
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

/// What to write for a count that is none.
pub fn count(setting: &str, code: &str, example: &str) -> String {
    match code.trim_matches('"').parse::<u32>() {
        Ok(count) if code.starts_with('"') => {
            format!("takes an integer, not a string: write `{setting} = {count}`")
        }
        _ if code.starts_with('-') => {
            format!("cannot be negative; for no limit write `{setting} = u32::MAX`")
        }
        _ => format!("takes an integer or a path to a `u32` constant, such as `{example}`"),
    }
}

/// What to do without an argument that no handler is given.
pub fn argument(name: &str, ty: &str) -> &'static str {
    match name.trim_start_matches('_') {
        _ if ty.ends_with("Client") => "remove it: `ctx.client()` is the client",
        "name" | "namespace" | "key" => "remove it: `ctx.key()` has the name and the namespace",
        _ => "keep other state in the struct and reach it through `self`",
    }
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
    fn a_type_is_known_by_its_resource_too() {
        for (text, meant) in [
            ("pods", "Pod"),
            ("deployments.apps", "Deployment"),
            ("apps/v1/Deployment", "Deployment"),
            ("configmap", "ConfigMap"),
            ("ingresses", "Ingress"),
            ("networkpolicies", "NetworkPolicy"),
            ("core::v1::Pod", "core::v1::Pod"),
            ("gadgets", "Pod"),
            ("", "Pod"),
        ] {
            assert_eq!(ty(text), meant, "{text}");
        }
    }

    #[test]
    fn what_stands_without_quotes_is_put_together() {
        for (code, meant) in [
            (r#"{ "app" : "web" , "tier" : "db" }"#, "app=web,tier=db"),
            (r#"["app=web", "tier=db"]"#, "app=web,tier=db"),
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
