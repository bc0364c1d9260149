//! What differs between two answers, but for what is known to.

use std::{cell::Cell, collections::BTreeSet};

use serde_json::Value;

use crate::{scenario::Step, side::Answer};

/// The differences that are known: one rule a line, `VERB path-part json-path reason`; `*` is any.
pub(crate) struct Known(Vec<Rule>);

struct Rule {
    verb: String,
    path: String,
    field: String,
    used: Cell<bool>,
}

impl Known {
    pub(crate) fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        let rules = lines.map(|line| {
            let mut words = line.splitn(4, ' ').map(ToOwned::to_owned);
            let mut word = || words.next().unwrap_or_else(|| panic!("a rule has four parts: {line}"));
            let rule = Rule { verb: word(), path: word(), field: word(), used: Cell::new(false) };
            assert!(!word().is_empty(), "a rule has a reason: {line}");
            rule
        });
        Self(rules.collect())
    }

    pub(crate) fn differences(&mut self, step: &Step, truth: &Answer, answer: &Answer) -> Vec<String> {
        let mut found = Vec::new();
        if truth.code != answer.code {
            let differ = format!("{truth}\n      is {answer}");
            return if self.excuses(step, "code") { Vec::new() } else { vec![differ] };
        }
        if truth.content_type != answer.content_type {
            let told = format!("{} is {}", truth.content_type, answer.content_type);
            found.push(("content-type".into(), told));
        }
        compare("", &normal(&truth.body), &normal(&answer.body), &mut found);
        found.retain(|(field, _)| !self.excuses(step, field));
        found.into_iter().map(|(field, what)| format!("{field}: {what}")).collect()
    }

    fn excuses(&self, step: &Step, field: &str) -> bool {
        let is = |rule: &str, found: &str| rule == "*" || rule == found;
        let matching = self.0.iter().find(|rule| {
            is(&rule.verb, &step.verb)
                && (rule.path == "*" || step.path.contains(&rule.path))
                && matches_glob(&rule.field, field)
        });
        if let Some(rule) = matching {
            rule.used.set(true);
        }
        matching.is_some()
    }

    /// A rule that excuses nothing any more must go.
    pub(crate) fn all_needed(&self) {
        let idle: Vec<_> = self.0.iter().filter(|rule| !rule.used.get()).collect();
        let idle: Vec<_> =
            idle.iter().map(|rule| format!("{} {} {}", rule.verb, rule.path, rule.field)).collect();
        assert!(idle.is_empty(), "these differences are gone, so their rules go too: {idle:?}");
    }
}

/// Whether `text` is as the pattern says, in which `*` is any run of characters.
fn matches_glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    for part in rest.split('*') {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with('*') || left.is_empty()
}

/// The value without what can't be the same on two servers.
pub(crate) fn normal(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let plain = fields.iter().map(|(field, value)| {
                let value = match field.as_str() {
                    // Managers are in the order of their times; who conflicts first is up to chance.
                    "managedFields" | "causes" => sorted(normal(value)),
                    "cells" => without_ages(normal(value)),
                    "uid" | "resourceVersion" | "continue"
                        if value.as_str().is_some_and(|text| !text.is_empty()) =>
                    {
                        format!("<{field}>").into()
                    }
                    // What a server gives to a service.
                    "clusterIP" | "clusterIPs" if value.to_string().contains('.') => "<address>".into(),
                    "nodePort" if value.as_u64().is_some_and(|port| port >= 30_000) => "<port>".into(),
                    _ => normal(value),
                };
                (field.clone(), value)
            });
            Value::Object(plain.collect())
        }
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::String(text) => plain_text(text).into(),
        other => other.clone(),
    }
}

fn sorted(mut value: Value) -> Value {
    if let Some(items) = value.as_array_mut() {
        items.sort_by_cached_key(Value::to_string);
    }
    value
}

/// The cells of a table's row, an age of seconds blanked: a second may end between the two questions.
fn without_ages(mut cells: Value) -> Value {
    let is_age = |cell: &Value| {
        let seconds = cell.as_str().and_then(|text| text.strip_suffix('s'));
        seconds.is_some_and(|seconds| seconds.parse::<u8>().is_ok())
    };
    for cell in cells.as_array_mut().into_iter().flatten().filter(|cell| is_age(cell)) {
        *cell = "<age>".into();
    }
    cells
}

/// Times and uids in texts, blanked.
fn plain_text(text: &str) -> String {
    let digit = |byte: &u8| byte.is_ascii_digit();
    let is_time = |text: &[u8]| {
        text.len() >= 20
            && text[..4].iter().all(digit)
            && text[4] == b'-'
            && text[10] == b'T'
            && text.contains(&b'Z')
    };
    if is_time(text.as_bytes()) && text.len() < 32 {
        return "<time>".into();
    }
    // Go shows the two objects line by line where one may not become the other.
    let shown = text
        .split_once("\n@@")
        .map(|(text, rest)| format!("{text}{}", &rest[rest.len() - usize::from(rest.ends_with(']'))..]));
    let text = shown.as_deref().unwrap_or(text);
    let is_uid = |word: &str| word.len() == 36 && word.matches('-').count() == 4;
    let words = text.split(' ').map(|word| {
        let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_version =
            word.starts_with('(') && !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
        if is_uid(bare) || is_version { word.replace(bare, "<own>") } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What differs between two values: paths, and what there is and should be.
pub(crate) fn compare(path: &str, truth: &Value, answer: &Value, found: &mut Vec<(String, String)>) {
    match (truth, answer) {
        (Value::Object(truth), Value::Object(answer)) => {
            let fields: BTreeSet<&String> = truth.keys().chain(answer.keys()).collect();
            for field in fields {
                let (truth, answer) = (truth.get(field), answer.get(field));
                let at = format!("{path}/{field}");
                match (truth, answer) {
                    (Some(truth), Some(answer)) => compare(&at, truth, answer, found),
                    (Some(truth), None) => found.push((at, format!("missing {truth}"))),
                    (None, answer) => {
                        found.push((at, format!("too much {}", answer.unwrap_or(&Value::Null))));
                    }
                }
            }
        }
        (Value::Array(truth), Value::Array(answer)) if truth.len() == answer.len() => {
            for (at, (truth, answer)) in truth.iter().zip(answer).enumerate() {
                compare(&format!("{path}/{at}"), truth, answer, found);
            }
        }
        _ if truth == answer => {}
        _ => found.push((path.into(), format!("{truth}\n      is {answer}"))),
    }
}
