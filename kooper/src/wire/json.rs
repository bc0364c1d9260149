//! JSON: lists are cut at the braces of their items, watches at their line ends.

use super::{
    Envelope, Limits, Object, Status, WatchEvent, WireError,
    metadata::{read_first_json, read_json},
    room,
    status::in_json as status,
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Follows a list's body byte by byte, far enough to know where an item begins and ends.
#[derive(Default)]
pub(crate) struct ListSplitter {
    /// The body without its items.
    envelope: Vec<u8>,
    /// The beginning of an item whose end has not come yet.
    item: Vec<u8>,
    /// Open braces and brackets.
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Where the last string of the first level began in `envelope`.
    last_string: usize,
    in_items: bool,
    /// How many bytes have come.
    taken: usize,
    limits: Limits,
}

impl ListSplitter {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    pub(super) fn feed(&mut self, chunk: &[u8], mut found: impl FnMut(Object)) -> Result<(), WireError> {
        self.taken += chunk.len();
        let mut at = 0;
        while at < chunk.len() {
            at = if self.in_items && self.depth > 2 {
                self.item(chunk, at, &mut found)?
            } else if let Some(length) = self.whole_item(&chunk[at..], &mut found)? {
                at + length
            } else {
                self.around(chunk[at])?;
                at + 1
            };
        }
        Ok(())
    }

    /// Most items stand whole in a chunk: such a one is read where it stands, in one pass, and not copied. Gives its length,
    /// if one begins here.
    fn whole_item(
        &mut self,
        rest: &[u8],
        found: &mut impl FnMut(Object),
    ) -> Result<Option<usize>, WireError> {
        if !self.in_items || rest[0] != b'{' {
            return Ok(None);
        }
        let Some((object, length)) = read_first_json(rest, self.limits)? else { return Ok(None) };
        found(with_name(object)?);
        Ok(Some(length))
    }

    /// A byte that belongs to no item.
    fn around(&mut self, byte: u8) -> Result<(), WireError> {
        if self.in_items && byte == b'{' {
            self.depth += 1;
            self.item.push(byte);
            return Ok(());
        }
        if self.in_items && byte != b']' {
            // Commas and white space between items are of no use to anyone.
            return Ok(());
        }
        self.limits.check(self.envelope.len() + 1, 0)?;
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_string => self.escaped = true,
            b'"' => {
                if !self.in_string && self.depth == 1 {
                    self.last_string = self.envelope.len();
                }
                self.in_string = !self.in_string;
            }
            _ if self.in_string => {}
            b'{' => self.depth += 1,
            b'[' => {
                self.depth += 1;
                self.in_items = self.depth == 2 && self.after_items_name();
            }
            b'}' | b']' => {
                self.depth =
                    self.depth.checked_sub(1).ok_or(WireError::Garbled("a brace too many".into()))?;
                self.in_items = false;
            }
            _ => {}
        }
        self.envelope.push(byte);
        Ok(())
    }

    fn after_items_name(&self) -> bool {
        let name = self.envelope[self.last_string..].trim_ascii_end();
        name.strip_suffix(b":").is_some_and(|name| name.trim_ascii_end() == b"\"items\"")
    }

    /// The bytes of an item from `at`, up to its end or the chunk's. Gives where it stopped.
    fn item(&mut self, chunk: &[u8], at: usize, found: &mut impl FnMut(Object)) -> Result<usize, WireError> {
        let rest = &chunk[at..];
        let Some(length) = self.end_of_item(rest) else {
            self.limits.check(self.item.len() + rest.len(), 0)?;
            room::keep(&mut self.item, rest);
            return Ok(chunk.len());
        };
        room::keep(&mut self.item, &rest[..length]);
        found(named(&self.item, self.limits)?);
        self.item.clear();
        Ok(at + length)
    }

    /// How many bytes of `rest` belong to the item that is open, if it ends there.
    fn end_of_item(&mut self, rest: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < rest.len() {
            if self.in_string {
                if self.escaped {
                    self.escaped = false;
                    at += 1;
                    continue;
                }
                at += memchr::memchr2(b'"', b'\\', &rest[at..])?;
                self.escaped = rest[at] == b'\\';
                self.in_string = self.escaped;
            } else {
                match rest[at] {
                    b'"' => self.in_string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        self.depth -= 1;
                        if self.depth == 2 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
            }
            at += 1;
        }
        None
    }

    pub(super) fn finish(self) -> Result<Envelope, WireError> {
        if self.depth > 0 || self.envelope.is_empty() {
            return Err(WireError::Cut { what: "a list in JSON", at: self.taken });
        }
        let list: List = parse(&self.envelope)?;
        if list.kind == "Status" {
            return Ok(Envelope { status: status(&self.envelope), ..Envelope::default() });
        }
        let meta = list.metadata.ok_or_else(|| WireError::Garbled("a list without metadata".into()))?;
        Ok(Envelope {
            resource_version: meta.resource_version,
            next: meta.next.filter(|next| !next.is_empty()),
            status: None,
        })
    }
}

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, WireError> {
    serde_json::from_slice(bytes).map_err(|error| WireError::Garbled(error.to_string()))
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    kind: String,
    metadata: Option<ListMetadata>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListMetadata {
    #[serde(default)]
    resource_version: String,
    #[serde(rename = "continue")]
    next: Option<String>,
}

/// An object of a list or a watch: one without a name has no key.
fn named(bytes: &[u8], limits: Limits) -> Result<Object, WireError> {
    with_name(read_json(bytes, limits)?)
}

fn with_name(object: Object) -> Result<Object, WireError> {
    if object.meta.key.name().is_empty() {
        return Err(WireError::Garbled("an object without a name".into()));
    }
    Ok(object)
}

/// Follows a watch's stream, an event a line.
#[derive(Default)]
pub(crate) struct WatchSplitter {
    /// The beginning of a line whose end has not come yet.
    line: Vec<u8>,
    /// How many bytes have come.
    taken: usize,
    limits: Limits,
}

impl WatchSplitter {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    pub(super) fn feed(
        &mut self,
        chunk: &[u8],
        mut found: impl FnMut(WatchEvent) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        self.taken += chunk.len();
        let mut rest = chunk;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let line = if self.line.is_empty() {
                &rest[..end]
            } else {
                room::keep(&mut self.line, &rest[..end]);
                &self.line
            };
            if !line.trim_ascii().is_empty() {
                found(event(line, self.limits)?)?;
            }
            self.line.clear();
            rest = &rest[end + 1..];
        }
        self.limits.check(self.line.len() + rest.len(), 0)?;
        room::keep(&mut self.line, rest);
        Ok(())
    }

    /// The `Status` that stood at the end without the end of a line, as one does that takes the place of a watch.
    pub(super) fn finish(self) -> Result<Option<Status>, WireError> {
        let line = self.line.trim_ascii();
        if line.is_empty() {
            Ok(None)
        } else {
            status(line).map(Some).ok_or(WireError::Cut { what: "an event in JSON", at: self.taken })
        }
    }
}

#[derive(Deserialize)]
struct Frame<'a> {
    r#type: &'a str,
    #[serde(borrow)]
    object: &'a RawValue,
}

/// An event that is written as the API server writes it, read in one pass; `None` for any other.
fn plain_event(line: &[u8], limits: Limits) -> Option<WatchEvent> {
    let rest = line.strip_prefix(b"{\"type\":\"")?;
    let (kind, rest) = rest.split_at(memchr::memchr(b'"', rest)?);
    let event = match kind {
        b"ADDED" | b"MODIFIED" => WatchEvent::Applied,
        b"DELETED" => WatchEvent::Deleted,
        _ => return None,
    };
    let rest = rest.strip_prefix(b"\",\"object\":")?;
    let (object, length) = read_first_json(rest, limits).ok()??;
    (rest[length..].trim_ascii() == b"}").then_some(event(with_name(object).ok()?))
}

fn event(line: &[u8], limits: Limits) -> Result<WatchEvent, WireError> {
    if let Some(event) = plain_event(line, limits) {
        return Ok(event);
    }
    let frame: Frame<'_> = match parse(line) {
        Ok(frame) => frame,
        // Some servers and proxies answer a watch with 200 and a `Status` alone.
        Err(garbled) => return status(line).map(WatchEvent::Error).ok_or(garbled),
    };
    let object = frame.object.get().as_bytes();
    match frame.r#type {
        "ADDED" | "MODIFIED" => Ok(WatchEvent::Applied(named(object, limits)?)),
        "DELETED" => Ok(WatchEvent::Deleted(named(object, limits)?)),
        "BOOKMARK" => bookmark(object),
        "ERROR" => status(object)
            .map(WatchEvent::Error)
            .ok_or_else(|| WireError::Garbled("an error without a status".into())),
        other => Err(WireError::Garbled(format!("`{other}` is no type of event"))),
    }
}

#[derive(Deserialize)]
struct Bookmark {
    metadata: BookmarkMetadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BookmarkMetadata {
    resource_version: String,
    #[serde(default)]
    annotations: BookmarkAnnotations,
}

#[derive(Deserialize, Default)]
struct BookmarkAnnotations {
    #[serde(rename = "k8s.io/initial-events-end", default)]
    initial_end: String,
}

fn bookmark(object: &[u8]) -> Result<WatchEvent, WireError> {
    let Bookmark { metadata } = parse(object)?;
    let initial_end = metadata.annotations.initial_end == "true";
    Ok(WatchEvent::Bookmark { version: metadata.resource_version, initial_end })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"{"kind":"PodList","note":"items: [ {","other":{"items":[{"metadata":{"name":"no"}}]},
        "metadata":{"resourceVersion":"12","continue":"next"},
        "items":[ {"metadata":{"name":"a","labels":{"x":"}\"]{\\"}}}, {"metadata":{"name":"b"}} ,{"metadata":{"name":"c"}}],"tail":[1]}"#;

    fn split(list: &str, size: usize) -> (Vec<String>, Result<Envelope, WireError>) {
        let (mut splitter, mut names) = (ListSplitter::default(), Vec::new());
        for chunk in list.as_bytes().chunks(size) {
            splitter.feed(chunk, |object| names.push(object.meta.key.to_string())).expect(list);
        }
        (names, splitter.finish())
    }

    #[test]
    fn a_list_falls_into_the_same_objects_however_its_chunks_are_cut() {
        for size in 1..=LIST.len() {
            let (names, envelope) = split(LIST, size);
            assert_eq!(names, ["a", "b", "c"], "chunks of {size}");
            let wanted = Envelope { resource_version: "12".into(), next: Some("next".into()), status: None };
            assert_eq!(envelope, Ok(wanted), "chunks of {size}");
        }
    }

    #[test]
    fn an_empty_list_and_a_null_one_hold_nothing() {
        for list in [
            r#"{"metadata":{"resourceVersion":"1"},"items":[]}"#,
            r#"{"items":null,"metadata":{"resourceVersion":"1"}}"#,
        ] {
            let (names, envelope) = split(list, 7);
            assert!(names.is_empty());
            assert_eq!(envelope.map(|envelope| envelope.resource_version), Ok("1".into()));
        }
    }

    #[test]
    fn a_list_that_breaks_off_is_cut_wherever_it_does() {
        for length in 0..LIST.len() {
            let (_, envelope) = split(&LIST[..length], 16);
            let cut = WireError::Cut { what: "a list in JSON", at: length };
            assert_eq!(envelope, Err(cut), "after {length} bytes");
        }
    }

    #[test]
    fn a_status_in_place_of_a_list_is_told() {
        let (_, envelope) =
            split(r#"{"kind":"Status","code":410,"reason":"Expired","message":"too old","metadata":{}}"#, 64);
        let status = envelope.expect("well formed").status.expect("a status");
        assert_eq!((status.code, &*status.reason), (410, "Expired"));
    }

    #[test]
    fn a_watch_falls_into_the_same_events_however_its_chunks_are_cut() {
        let stream = concat!(
            "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\"}}}\n",
            "\n{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"9\"}}}\n",
            "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"10\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}}\n",
            "{\"type\":\"DELETED\",\"object\":{\"metadata\":{\"name\":\"a\\n\"}}}\n",
            " { \"object\" : {\"metadata\":{\"name\":\"b\"}} , \"type\" : \"MODIFIED\" } \r\n",
            "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410}}\n",
        );
        for size in 1..=stream.len() {
            let (mut splitter, mut seen) = (WatchSplitter::default(), Vec::new());
            for chunk in stream.as_bytes().chunks(size) {
                splitter
                    .feed(chunk, |event| {
                        seen.push(match event {
                            WatchEvent::Applied(object) => format!("+{}", object.meta.key),
                            WatchEvent::Deleted(object) => format!("-{}", object.meta.key),
                            WatchEvent::Bookmark { version, initial_end } => {
                                format!("@{version} {initial_end}")
                            }
                            WatchEvent::Error(status) => format!("!{}", status.code),
                        });
                        Ok(())
                    })
                    .expect(stream);
            }
            assert_eq!(seen, ["+a", "@9 false", "@10 true", "-a\n", "+b", "!410"], "chunks of {size}");
            assert_eq!(splitter.finish(), Ok(None));
        }
    }

    #[test]
    fn a_status_in_place_of_an_event_ends_the_watch_as_one() {
        let mut seen = Vec::new();
        let feed = WatchSplitter::default().feed(b"{\"kind\":\"Status\",\"code\":410}\n", |event| {
            seen.push(event);
            Ok(())
        });
        assert_eq!(feed, Ok(()));
        assert!(matches!(&seen[..], [WatchEvent::Error(status)] if status.code == 410), "{seen:?}");
    }

    #[test]
    fn a_garbled_line_and_one_that_breaks_off_are_errors() {
        let mut splitter = WatchSplitter::default();
        assert!(matches!(splitter.feed(b"{\"type\":\"ADD\n", |_| Ok(())), Err(WireError::Garbled(_))));
        let mut splitter = WatchSplitter::default();
        let nameless = b"{\"type\":\"ADDED\",\"object\":{\"metadata\":{}}}\n";
        assert!(matches!(splitter.feed(nameless, |_| Ok(())), Err(WireError::Garbled(_))));
        let mut splitter = WatchSplitter::default();
        assert_eq!(splitter.feed(b"{\"type\":", |_| Ok(())), Ok(()));
        assert_eq!(splitter.finish(), Err(WireError::Cut { what: "an event in JSON", at: 8 }));
    }
}
