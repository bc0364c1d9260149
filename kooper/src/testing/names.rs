//! Names, label keys and label values: which are possible, and what a server says of the others.

use super::resources::Resource;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and \
    must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and \
    end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const NAME_PART: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
    alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
    '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const QUALIFIED: &str = "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end \
    with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
    '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must \
    start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation \
    is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// Whether an object of the resource can have this name.
pub(super) fn check(resource: &Resource, name: &str) -> Result<(), String> {
    if resource.group == "rbac.authorization.k8s.io" {
        return match name {
            "." | ".." => Err(format!("may not be '{name}'")),
            _ if name.contains('/') => Err("may not contain '/'".into()),
            _ if name.contains('%') => Err("may not contain '%'".into()),
            _ => Ok(()),
        };
    }
    if resource.is("", "namespaces") || resource.is("", "services") {
        return match name {
            _ if name.len() > 63 => Err("must be no more than 63 bytes".into()),
            _ if is_label(name) => Ok(()),
            _ if name.contains('.') => Err("must not contain dots".into()),
            _ => Err(LABEL.into()),
        };
    }
    match name {
        _ if name.len() > 253 => Err("must be no more than 253 bytes".into()),
        _ if is_subdomain(name) => Ok(()),
        _ => Err(SUBDOMAIN.into()),
    }
}

/// Whether a label, an annotation or a finalizer can be called so.
pub(super) fn check_label_key(key: &str) -> Result<(), String> {
    let parts: Vec<&str> = key.split('/').collect();
    let name = match parts[..] {
        [name] => name,
        ["", _] => return Err("prefix part must be non-empty".into()),
        [prefix, name] if is_subdomain(prefix) => name,
        [_, _] => return Err(format!("prefix part {SUBDOMAIN}")),
        _ => return Err(QUALIFIED.into()),
    };
    match name {
        "" => Err(format!("name part must be non-empty; {NAME_PART}")),
        _ if name.len() > 63 => Err("name part must be no more than 63 bytes".into()),
        _ if is_name_part(name) => Ok(()),
        _ => Err(NAME_PART.into()),
    }
}

/// Whether a label can have this value.
pub(super) fn check_label_value(value: &str) -> Result<(), String> {
    match value {
        _ if value.len() > 63 => Err("must be no more than 63 bytes".into()),
        _ if value.is_empty() || is_name_part(value) => Ok(()),
        _ => Err(VALUE.into()),
    }
}

fn is_label(text: &str) -> bool {
    let ends =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = text.as_bytes();
    let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    ends(bytes.first()) && ends(bytes.last()) && bytes.iter().all(inner)
}

fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

fn is_name_part(text: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    ends(bytes.first()) && ends(bytes.last()) && bytes.iter().all(inner)
}
