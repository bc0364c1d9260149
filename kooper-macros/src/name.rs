//! Names as Kubernetes takes them.

/// Whether `name` is a DNS label: lower-case letters, digits and `-`, at most 63, a letter or digit at each end.
pub(crate) fn is_dns_label(name: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    bytes.len() <= 63
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

/// `PodPrinter`, `pod_printer` and `Pod Printer` as `pod-printer`; `HTTPServer` as `http-server`.
pub(crate) fn kebab_case(name: &str) -> String {
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
    let words: Vec<&str> = kebab.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// What is wrong with a name that must be a DNS label, and one that would do, if there is one.
pub(crate) fn dns_label_fault(what: &str, name: &str) -> Option<String> {
    if is_dns_label(name) {
        return None;
    }
    let rule = "lower-case letters, digits and `-`, at most 63 characters";
    let better = kebab_case(name);
    Some(if is_dns_label(&better) {
        format!("`{what}` must be a DNS label; try {better:?}\n= help: a DNS label is {rule}")
    } else {
        format!("`{what}` must be a DNS label: {rule}")
    })
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
    fn a_name_that_is_no_dns_label_is_answered_with_one_that_is() {
        assert_eq!(dns_label_fault("name", "pod-logger"), None);
        let fault = dns_label_fault("name", "Pod_Logger").expect("upper case");
        assert!(fault.starts_with("`name` must be a DNS label; try \"pod-logger\""), "{fault}");
        let fault = dns_label_fault("name", &"a".repeat(64)).expect("too long");
        assert!(fault.ends_with("at most 63 characters"), "{fault}");
    }
}
