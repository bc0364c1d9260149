//! The syntax of selectors, checked before a server is asked, since a server would refuse a bad one for ever.
//!
//! The rules are those of `k8s.io/apimachinery/pkg/labels` and `pkg/fields`.

use crate::Checked;

/// Whether `selector` is a label selector.
///
/// # Errors
///
/// What is wrong with it, as the end of "is not a label selector: ".
pub fn check_labels(selector: &str) -> Checked {
    if selector.trim().is_empty() {
        return Err("it is empty; leave it out".into());
    }
    let meant = selector.replace(" && ", ",").replace("&&", ",").replace("; ", ",").replace(';', ",");
    if meant != selector && check_labels(&meant).is_ok() {
        return Err(format!("a comma stands between requirements; write {meant:?}"));
    }
    requirements(selector)?.into_iter().try_for_each(|requirement| check_label(requirement.trim()))
}

/// Whether `selector` is a field selector.
///
/// # Errors
///
/// What is wrong with it, as the end of "is not a field selector: ".
pub fn check_fields(selector: &str) -> Checked {
    if selector.trim().is_empty() {
        return Err("it is empty; leave it out".into());
    }
    for requirement in selector.split(',').map(str::trim) {
        let Some((path, _)) = requirement.split_once('=') else {
            return Err(match requirement {
                "" => "nothing between the commas; remove one".into(),
                path if path.chars().all(is_of_field) => {
                    format!("`{path}` has no value; write \"{path}=value\"")
                }
                _ => match one_value(requirement) {
                    Some(meant) => format!("only `=`, `==` and `!=` are possible; write {meant:?}"),
                    None => "only `=`, `==` and `!=` are possible".into(),
                },
            });
        };
        let path = path.trim_end_matches('!').trim();
        if path.is_empty() || !path.chars().all(is_of_field) {
            return Err(format!("`{path}` is not a field; write its path, such as `metadata.name`"));
        }
    }
    Ok(())
}

/// Whether it may stand in the path of a field.
fn is_of_field(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._-/[]'\"".contains(c)
}

/// What is meant by `key: value` and `key in (value)`: `key=value`.
fn one_value(requirement: &str) -> Option<String> {
    let (key, value) = requirement.split_once(" in ").or_else(|| requirement.split_once(':'))?;
    let (key, value) = (key.trim(), value.trim().trim_start_matches('(').trim_end_matches(')'));
    let is_one = !key.is_empty() && key.chars().all(is_of_field) && is_qualified(value);
    is_one.then(|| format!("{key}={value}"))
}

/// The parts between the commas that stand outside of parentheses.
fn requirements(selector: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let (mut start, mut open) = (0, false);
    for (at, c) in selector.char_indices() {
        match c {
            '(' if open => return Err("`(` stands inside of parentheses".into()),
            '(' => open = true,
            ')' if !open => return Err("`)` without `(`".into()),
            ')' => open = false,
            ',' if !open => {
                parts.push(&selector[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if open {
        return Err("`(` is not closed".into());
    }
    parts.push(&selector[start..]);
    Ok(parts)
}

fn check_label(requirement: &str) -> Checked {
    if requirement.is_empty() {
        return Err("nothing between the commas; remove one".into());
    }
    if let Some(key) = requirement.strip_prefix('!') {
        return check_key(key.trim());
    }
    if let Some((head, values)) = requirement.split_once('(') {
        return check_set(head.trim(), values);
    }
    if let Some((key, value)) = requirement.split_once("!=").or_else(|| requirement.split_once("==")) {
        return check_key(key.trim()).and_then(|()| check_value(value.trim()));
    }
    if let Some((key, value)) = requirement.split_once('=') {
        return check_key(key.trim()).and_then(|()| check_value(value.trim()));
    }
    if let Some(meant) = one_value(requirement).filter(|meant| check_label(meant).is_ok()) {
        let operator =
            if requirement.contains(':') { "`:` is not an operator" } else { "`in` takes parentheses" };
        return Err(format!("{operator}; write {meant:?}"));
    }
    if let Some(operator) = requirement.chars().find(|c| "<>~:".contains(*c)) {
        return Err(format!(
            "`{operator}` is not an operator; use `=`, `!=`, `in (...)`, `notin (...)`, `key` or `!key`"
        ));
    }
    check_key(requirement)
}

/// `key in (a, b)`, cut at the parenthesis.
fn check_set(head: &str, values: &str) -> Checked {
    let Some((key, operator)) = head.rsplit_once(char::is_whitespace) else {
        return Err(format!("`{head} (...)` needs `in` or `notin` before the parenthesis"));
    };
    if !matches!(operator, "in" | "notin") {
        return Err(format!("`{operator}` is not an operator; use `in` or `notin`"));
    }
    if let Some(key) = key.trim().strip_suffix(" not") {
        return Err(format!("`notin` is one word; write `{} notin ({values}`", key.trim()));
    }
    check_key(key.trim())?;
    let Some((values, "")) = values.trim_end().split_once(')') else {
        return Err("a comma is missing after `)`".into());
    };
    values.split(',').try_for_each(|value| check_value(value.trim()))
}

/// An optional DNS subdomain and `/`, then a name of at most 63 letters, digits, `-`, `_` and `.`.
fn check_key(key: &str) -> Checked {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let prefix_fits =
        prefix.is_none_or(|prefix| prefix.len() <= 253 && prefix.split('.').all(crate::name::is_dns_label));
    if prefix_fits && !name.is_empty() && is_qualified(name) {
        Ok(())
    } else {
        Err(format!(
            "`{key}` is not a label key; write one requirement between two commas, such as `app in (a, b)`"
        ))
    }
}

fn check_value(value: &str) -> Checked {
    if value.is_empty() || is_qualified(value) {
        Ok(())
    } else if value.contains('*') {
        Err(format!(
            "`{value}` is a pattern, which no server takes; write the key alone for any value, or each value, such as `app in (a, b)`"
        ))
    } else {
        Err(format!(
            "`{value}` is not a label value; write one requirement between two commas, such as `app=web`"
        ))
    }
}

fn is_qualified(text: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_selectors_of_every_form_pass() {
        for good in [
            "app=web",
            "app==web",
            "app!=web",
            "app",
            "!app",
            "app in (a, b),tier notin (c)",
            "example.com/app = web",
            "a=",
            "a in ()",
        ] {
            assert_eq!(check_labels(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_label_selector_is_said() {
        for (bad, why) in [
            ("", "empty"),
            ("app=web,,tier=db", "nothing between the commas; remove one"),
            ("cpu>3", "`>` is not an operator"),
            ("app: web", "`:` is not an operator; write \"app=web\""),
            ("app in web", "`in` takes parentheses; write \"app=web\""),
            ("app=web*", "`web*` is a pattern"),
            ("app=web && tier=db", "a comma stands between requirements; write \"app=web,tier=db\""),
            ("app=web;tier=db", "write \"app=web,tier=db\""),
            (
                "a b=c",
                "`a b` is not a label key; write one requirement between two commas, such as `app in (a, b)`",
            ),
            ("a=b c", "`b c` is not a label value"),
            ("a in (b", "not closed"),
            ("a of (b)", "`of` is not an operator"),
            ("a in (b) c=d", "a comma is missing"),
            ("Bad.Prefix_/a=b", "not a label key"),
        ] {
            let error = check_labels(bad).expect_err(bad);
            assert!(error.contains(why), "{bad}: {error}");
        }
    }

    #[test]
    fn field_selectors_know_three_operators() {
        for good in ["metadata.name=web", "status.phase!=Running", "a==b,c=d", "spec.nodeName="] {
            assert_eq!(check_fields(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("metadata.name in (a)", "only `=`, `==` and `!=` are possible; write \"metadata.name=a\""),
            ("metadata.name in (a, b)", "only `=`"),
            ("spec.nodeName", "`spec.nodeName` has no value; write \"spec.nodeName=value\""),
            ("=x", "not a field"),
            ("a=b,,c=d", "commas"),
            (" ", "empty"),
        ] {
            let error = check_fields(bad).expect_err(bad);
            assert!(error.contains(why), "{bad}: {error}");
        }
    }
}
