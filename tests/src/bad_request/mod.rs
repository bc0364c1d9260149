//! Requests that are nearly right.

mod body;
mod words;

use body::body;
use fastrand::Rng;
use serde_json::Value;
use std::fmt;
use words::{ACCEPTS, CONTENT_TYPES, METHODS, NAMES, PARTS, PLURALS, QUERY, RESOURCES, ROOTS};

/// Tokens, versions and names of earlier answers that are kept to be sent again.
const LEARNT: usize = 64;

/// A request of words that mean something to an API server, broken here and there.
#[derive(Debug, Clone)]
pub struct BadRequest {
    /// The method, maybe no HTTP one.
    pub method: String,
    /// Path and query, maybe no URI.
    pub uri: String,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Display for BadRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |text: &str| text.chars().take(2_000).collect::<String>();
        writeln!(f, "{} {}", self.method, short(&self.uri))?;
        self.headers.iter().try_for_each(|(name, value)| writeln!(f, "{name}: {value}"))?;
        write!(f, "\n{}", short(&String::from_utf8_lossy(&self.body)))
    }
}

fn pick<'a, T: ?Sized>(rng: &mut Rng, of: &[&'a T]) -> &'a T {
    of[rng.usize(..of.len())]
}

/// Once in so many times.
fn once_in(rng: &mut Rng, times: u32) -> bool {
    rng.u32(..times) == 0
}

impl BadRequest {
    /// A request by chance; `seen` is what earlier answers taught.
    pub fn draw(rng: &mut Rng, seen: &[String]) -> Self {
        let method = pick(rng, METHODS).to_owned();
        let mut uri = path(rng, &method) + &query(rng, seen);
        if once_in(rng, 200) {
            uri.push_str(&"x".repeat(rng.usize(..30_000)));
        }
        let mut headers = Vec::new();
        if once_in(rng, 3) {
            headers.push(("accept", pick(rng, ACCEPTS).to_owned()));
        }
        let body = if method == "GET" && !once_in(rng, 10) {
            Vec::new()
        } else {
            let fitting = if method == "PATCH" { &CONTENT_TYPES[6..10] } else { &CONTENT_TYPES[..2] };
            let of = if once_in(rng, 5) { CONTENT_TYPES } else { fitting };
            headers.push(("content-type", pick(rng, of).to_owned()));
            body(rng, &uri, seen)
        };
        Self { method, uri, headers, body }
    }

    /// The same, but so that no object is stored by it, whatever it says.
    #[must_use]
    pub fn that_leaves_nothing(mut self) -> Self {
        if self.method != "GET" && self.method != "HEAD" {
            // The first word of a name counts.
            let path = self.uri.split('?').next().unwrap_or_default();
            self.uri = format!("{path}?dryRun=All");
        }
        self
    }

    /// Whether the answer may be a stream of events.
    pub fn is_watch(&self) -> bool {
        self.uri.contains("watch=")
    }

    /// Keeps what an answer has that may be sent again: tokens, versions, uids.
    pub fn learn(seen: &mut Vec<String>, answer: &[u8]) {
        let Ok(Value::Object(answer)) = serde_json::from_slice(answer) else { return };
        let metadata = &answer.get("metadata").cloned().unwrap_or_default();
        for field in ["continue", "resourceVersion", "uid"] {
            if let Some(text) = metadata[field].as_str().filter(|text| !text.is_empty()) {
                if seen.len() >= LEARNT {
                    seen.remove(0);
                }
                seen.push(text.to_owned());
            }
        }
    }
}

/// A path that fits the method, mostly.
fn path(rng: &mut Rng, method: &str) -> String {
    if once_in(rng, 8) {
        return any_path(rng);
    }
    let (root, plural, namespaced, name) = RESOURCES[rng.usize(..RESOURCES.len())];
    let mut path = root.to_owned();
    let everywhere = namespaced && method == "GET" && once_in(rng, 4);
    if namespaced && !everywhere {
        path.push_str("/namespaces/default");
    }
    path = path + "/" + plural;
    let named = match method {
        "POST" => once_in(rng, 10),
        "PUT" | "PATCH" => !once_in(rng, 20),
        _ => rng.bool(),
    };
    if named && !everywhere {
        path = path + "/" + if once_in(rng, 6) { pick(rng, NAMES) } else { name };
        if once_in(rng, 5) {
            path = path + "/" + pick(rng, PARTS);
        }
    }
    path
}

/// A path of words in an order that may make sense.
fn any_path(rng: &mut Rng) -> String {
    let mut path = pick(rng, ROOTS).to_owned();
    if once_in(rng, 6) {
        return path;
    }
    if rng.bool() {
        path = path + "/namespaces/" + if rng.bool() { pick(rng, NAMES) } else { "default" };
    }
    path = path + "/" + pick(rng, PLURALS);
    if rng.bool() {
        path = path + "/" + pick(rng, NAMES);
        if once_in(rng, 4) {
            path = path + "/" + pick(rng, PARTS);
        }
    }
    if once_in(rng, 20) {
        path = path + "/" + pick(rng, PARTS);
    }
    path
}

fn query(rng: &mut Rng, seen: &[String]) -> String {
    let count = rng.usize(..4);
    let pairs: Vec<String> = (0..count)
        .map(|_| {
            let (name, values) = QUERY[rng.usize(..QUERY.len())];
            let value = match seen {
                [_, ..] if once_in(rng, 3) => &seen[rng.usize(..seen.len())],
                _ => pick(rng, values),
            };
            format!("{name}={}", escaped(value))
        })
        .collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// What no URI may have is escaped; what is an escape already, good or bad, stays.
fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z'
        | b'A'..=b'Z'
        | b'0'..=b'9'
        | b'-'
        | b'.'
        | b'_'
        | b'~'
        | b'%'
        | b'!'
        | b'('
        | b')'
        | b',' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}
