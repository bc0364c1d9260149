//! Names as Kubernetes takes them.

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
    let words: Vec<&str> = kebab.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-")
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
}
