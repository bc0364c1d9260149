//! Label selectors, with the words of the server where one is wrong.

use std::collections::BTreeSet;

use crate::testing::names;

/// Requirements that must all hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Labels(Vec<Requirement>);

#[derive(Debug, Clone, PartialEq)]
struct Requirement {
    key: String,
    operator: Operator,
}

#[derive(Debug, Clone, PartialEq)]
enum Operator {
    Exists,
    Missing,
    In(BTreeSet<String>),
    NotIn(BTreeSet<String>),
    Greater(i64),
    Less(i64),
}

impl Labels {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Parser { tokens: tokens(text), at: 0 }.selector()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn matches(&self, labels: &[(Box<str>, Box<str>)]) -> bool {
        self.0.iter().all(|requirement| {
            let value = labels.iter().find(|(key, _)| **key == *requirement.key).map(|(_, value)| &**value);
            let number = || value.and_then(|value| value.parse::<i64>().ok());
            match &requirement.operator {
                Operator::Exists => value.is_some(),
                Operator::Missing => value.is_none(),
                Operator::In(values) => value.is_some_and(|value| values.contains(value)),
                Operator::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
                Operator::Greater(bound) => number().is_some_and(|number| number > *bound),
                Operator::Less(bound) => number().is_some_and(|number| number < *bound),
            }
        })
    }
}

/// The words and signs of a selector. Signs: `)` `,` `!` `=` `==` `!=` `(` `>` `<`.
fn tokens(text: &str) -> Vec<&str> {
    const SIGNS: &[char] = &['=', '!', '(', ')', ',', '>', '<'];
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = if rest.starts_with("==") || rest.starts_with("!=") {
            2
        } else if SIGNS.contains(&first) {
            1
        } else {
            rest.find(|c: char| c.is_whitespace() || SIGNS.contains(&c)).unwrap_or(rest.len())
        };
        tokens.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    tokens
}

fn is_word(token: &str) -> bool {
    !matches!(token, "" | ")" | "," | "!" | "=" | "==" | "!=" | "(" | ">" | "<")
}

struct Parser<'a> {
    tokens: Vec<&'a str>,
    at: usize,
}

impl<'a> Parser<'a> {
    /// The token ahead; the empty one is the end.
    fn peek(&self) -> &'a str {
        self.tokens.get(self.at).copied().unwrap_or_default()
    }

    fn next(&mut self) -> &'a str {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn selector(mut self) -> Result<Labels, String> {
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                "" => return Ok(Labels(requirements)),
                token if is_word(token) || token == "!" => {}
                token => return Err(format!("found '{token}', expected: !, identifier, or 'end of string'")),
            }
            let requirement =
                self.requirement().map_err(|why| format!("unable to parse requirement: {why}"))?;
            requirements.push(requirement);
            match self.next() {
                "" => return Ok(Labels(requirements)),
                "," if is_word(self.peek()) || self.peek() == "!" => {}
                "," => return Err(format!("found '{}', expected: identifier after ','", self.peek())),
                token => return Err(format!("found '{token}', expected: ',' or 'end of string'")),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let mut key = self.next();
        let missing = key == "!";
        if missing {
            key = self.next();
        }
        if !is_word(key) {
            return Err(format!("found '{key}', expected: identifier"));
        }
        check_key(key)?;
        let key = key.to_owned();
        if missing {
            return Ok(Requirement { key, operator: Operator::Missing });
        }
        if matches!(self.peek(), "" | ",") {
            return Ok(Requirement { key, operator: Operator::Exists });
        }
        let operator = match self.next() {
            "in" => Operator::In(self.values(&key)?),
            "notin" => Operator::NotIn(self.values(&key)?),
            "=" | "==" => Operator::In([self.value(&key)?].into()),
            "!=" => Operator::NotIn([self.value(&key)?].into()),
            ">" => Operator::Greater(self.bound(&key)?),
            "<" => Operator::Less(self.bound(&key)?),
            token => return Err(format!("found '{token}', expected: in, notin, =, ==, !=, gt, lt")),
        };
        Ok(Requirement { key, operator })
    }

    fn value(&mut self, key: &str) -> Result<String, String> {
        if matches!(self.peek(), "" | ",") {
            return Ok(String::new());
        }
        match self.next() {
            token if is_word(token) => check_value(key, 0, token).map(|()| token.to_owned()),
            token => Err(format!("found '{token}', expected: identifier")),
        }
    }

    fn bound(&mut self, key: &str) -> Result<i64, String> {
        let value = self.value(key)?;
        value.parse().map_err(|_| {
            format!("values[0]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer")
        })
    }

    fn values(&mut self, key: &str) -> Result<BTreeSet<String>, String> {
        match self.next() {
            "(" => {}
            token => return Err(format!("found '{token}' expected: '('")),
        }
        let mut values = BTreeSet::new();
        loop {
            match self.peek() {
                ")" | "," => {
                    values.insert(String::new());
                }
                token if is_word(token) => {
                    values.insert(self.next().to_owned());
                }
                token if values.is_empty() => {
                    return Err(format!("found '{token}', expected: ',', ')' or identifier"));
                }
                token => return Err(format!("found '{token}', expected: ',', or identifier")),
            }
            match self.next() {
                ")" => {
                    let mut checked = values.iter().enumerate();
                    return checked.try_for_each(|(at, value)| check_value(key, at, value)).map(|()| values);
                }
                "," => {}
                token => return Err(format!("found '{token}', expected: ',' or ')'")),
            }
        }
    }
}

fn check_key(key: &str) -> Result<(), String> {
    names::check_label_key(key).map_err(|why| format!("<nil>: Invalid value: \"{key}\": {why}"))
}

fn check_value(key: &str, at: usize, value: &str) -> Result<(), String> {
    names::check_label_value(value)
        .map_err(|why| format!("values[{at}][{key}]: Invalid value: \"{value}\": {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(selector: &str, labels: &[(&str, &str)]) -> bool {
        let labels: Vec<_> = labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        Labels::parse(selector).unwrap_or_else(|why| panic!("{selector}: {why}")).matches(&labels)
    }

    #[test]
    fn each_operator_selects_what_it_says() {
        let web = [("app", "web"), ("n", "7")];
        for selector in [
            "",
            "app",
            "app=web",
            "app==web",
            "app!=db",
            "app in (db, web)",
            "app notin (db)",
            "!tier",
            "tier!=x",
            "tier notin (x)",
            "n>6",
            "n<8",
            "app=web,n=7",
            " app = web , n ",
        ] {
            assert!(matches(selector, &web), "{selector}");
        }
        for selector in
            ["tier", "app=db", "app!=web", "app in (db)", "app notin (web)", "!app", "n>7", "n<7", "app<1"]
        {
            assert!(!matches(selector, &web), "{selector}");
        }
        assert!(matches("app=", &[("app", "")]) && !matches("app=", &[]));
    }

    #[test]
    fn what_is_wrong_is_said_in_the_servers_words() {
        for (selector, why) in [
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            (",a", "found ',', expected: !, identifier, or 'end of string'"),
            ("a=b,", "found '', expected: identifier after ','"),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("a=!!", "unable to parse requirement: found '!', expected: identifier"),
            ("!a=b", "found '=', expected: ',' or 'end of string'"),
            ("!", "unable to parse requirement: found '', expected: identifier"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
        ] {
            assert_eq!(Labels::parse(selector), Err(why.to_owned()), "{selector}");
        }
    }
}
