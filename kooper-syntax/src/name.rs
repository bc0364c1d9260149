//! Names as Kubernetes takes them.

use crate::Checked;

/// Whether `name` is a DNS label: lower-case letters, digits and `-`, at most 63, a letter or digit at each end
/// (RFC 1123; the rule of Kubernetes for namespaces).
pub fn is_dns_label(name: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    bytes.len() <= 63
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

/// The name of a controller by that of its type: `web::Pods<T>` makes `pods`.
pub fn of_type(ty: &str) -> String {
    let path = ty.split('<').next().unwrap_or_default();
    kebab_case(path.rsplit("::").next().unwrap_or_default().trim_start_matches("r#"))
}

/// `PodPrinter`, `pod_printer` and `Pod Printer` as `pod-printer`; `HTTPServer` as `http-server`.
pub fn kebab_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut kebab = String::new();
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            kebab.push('-');
            continue;
        }
        let before = at.checked_sub(1).map(|at| letters[at]);
        let starts_word = before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
            || before.is_some_and(char::is_uppercase)
                && letters.get(at + 1).is_some_and(|after| after.is_lowercase());
        if letter.is_uppercase() && starts_word {
            kebab.push('-');
        }
        kebab.extend(letter.to_lowercase());
    }
    let words: Vec<_> = kebab.split('-').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    words.join("-")
}

/// Whether `name` is a DNS label.
///
/// # Errors
///
/// What is wrong, as the sentence that follows the name of the setting; a name that would do, if there is one.
pub fn check_dns_label(name: &str) -> Checked {
    if is_dns_label(name) {
        return Ok(());
    }
    let rule = "lower-case letters, digits and `-`, at most 63 characters";
    let better = kebab_case(name);
    Err(if is_dns_label(&better) {
        format!("must be a DNS label; try {better:?}\n= help: a DNS label is {rule}")
    } else {
        format!("must be a DNS label: {rule}")
    })
}

/// Whether `name` can be a finalizer of one's own: a domain and a name, such as `example.com/cleanup`.
///
/// # Errors
///
/// What is wrong, as the sentence that follows the name of the setting.
pub fn check_finalizer(name: &str) -> Checked {
    match name.split_once('/') {
        Some((domain, name)) if is_domain(domain) && is_name(name) => Ok(()),
        _ => Err("must be a domain, one `/` and a name, such as \"example.com/cleanup\"".into()),
    }
}

/// Whether `name` can be that of an annotation: a name such as `example.com/traceparent`, or without a domain.
///
/// # Errors
///
/// What is wrong, as the sentence that follows the name of the setting.
pub fn check_annotation(name: &str) -> Checked {
    let (domain, name) = name.split_once('/').map_or((None, name), |(domain, name)| (Some(domain), name));
    if domain.is_none_or(is_domain) && is_name(name) {
        return Ok(());
    }
    Err("must be a qualified name, such as \"example.com/traceparent\"".into())
}

fn is_domain(domain: &str) -> bool {
    domain.len() <= 253 && domain.split('.').all(is_dns_label)
}

/// Whether `name` is what may stand behind a domain.
fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    let ends = letters.next().is_some_and(|first| first.is_ascii_alphanumeric())
        && name.ends_with(|last: char| last.is_ascii_alphanumeric());
    ends && name.len() <= 63 && letters.all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_names_become_kebab_case() {
        for (name, kebab) in [
            ("PodPrinter", "pod-printer"),
            ("Web", "web"),
            ("HTTPServer", "http-server"),
            ("Web2Api", "web2-api"),
            ("PodV2", "pod-v2"),
            ("Pod_Logger", "pod-logger"),
            ("__Pod__", "pod"),
            ("ABC", "abc"),
        ] {
            assert_eq!(kebab_case(name), kebab);
        }
    }

    #[test]
    fn names_are_dns_labels() {
        for good in ["a", "pod-printer", "7seas", &"a".repeat(63)] {
            assert!(is_dns_label(good), "{good}");
        }
        for bad in ["", "-a", "a-", "Pod", "a_b", "a.b", &"a".repeat(64)] {
            assert!(!is_dns_label(bad), "{bad}");
        }
    }

    #[test]
    fn a_name_that_is_no_dns_label_is_answered_with_one_that_is() {
        assert_eq!(check_dns_label("pod-logger"), Ok(()));
        let fault = check_dns_label("Pod_Logger").expect_err("upper case");
        assert!(fault.starts_with("must be a DNS label; try \"pod-logger\""), "{fault}");
        let fault = check_dns_label(&"a".repeat(64)).expect_err("too long");
        assert!(fault.ends_with("at most 63 characters"), "{fault}");
    }

    #[test]
    fn annotations_have_a_name_and_may_have_a_domain() {
        for good in ["kooper.dev/traceparent", "tracing.k8s.io/traceparent", "traceparent"] {
            assert!(check_annotation(good).is_ok(), "{good}");
        }
        for bad in ["", "/traceparent", "kooper.dev/", "a/b/c", "no name", "Kooper.dev/a"] {
            assert!(check_annotation(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn finalizers_have_a_domain_and_a_name() {
        for good in ["example.com/cleanup", "a/b", "kooper.example.com/Clean_up.v1"] {
            assert!(check_finalizer(good).is_ok(), "{good}");
        }
        for bad in
            ["cleanup", "", "example.com/", "/cleanup", "Example.com/cleanup", "a/b/c", "a/-b", "a..b/c"]
        {
            assert!(check_finalizer(bad).is_err(), "{bad}");
        }
    }
}
