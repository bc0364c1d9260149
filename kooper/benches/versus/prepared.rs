//! The bytes that the stub server sends, rendered before anyone asks for them.

use crate::pods::Pods;
use std::ops::Range;

/// Lists and events of pods, and of their metadata alone.
pub(crate) struct Prepared {
    pub(crate) pods: Pods,
    whole: Items,
    metadata: Items,
}

/// The JSON of all objects, separated by commas.
struct Items {
    list_kind: &'static str,
    api_version: &'static str,
    /// What each object begins with in an event, where it has a kind.
    head: &'static str,
    bytes: Vec<u8>,
    /// Where each begins, and where the last ends.
    starts: Vec<usize>,
    /// Where version and time stand in each: all have the same layout.
    version: Range<usize>,
    sent: Range<usize>,
}

impl Prepared {
    pub(crate) fn new(pods: Pods) -> Self {
        let (mut whole, mut metadata) = (Vec::new(), Vec::new());
        let (mut whole_starts, mut metadata_starts) = (vec![0], vec![0]);
        for index in 0..pods.count() {
            let pod = pods.items(index..index + 1);
            let end = find(&pod, b",\"spec\":");
            whole.extend_from_slice(&pod);
            whole.push(b',');
            whole_starts.push(whole.len());
            metadata
                .extend_from_slice(b"{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",");
            metadata.extend_from_slice(&pod[1..end]);
            metadata.extend_from_slice(b"},");
            metadata_starts.push(metadata.len());
        }
        Self {
            pods,
            whole: Items::new(
                "PodList",
                "v1",
                "\"kind\":\"Pod\",\"apiVersion\":\"v1\",",
                whole,
                whole_starts,
            ),
            metadata: Items::new(
                "PartialObjectMetadataList",
                "meta.k8s.io/v1",
                "",
                metadata,
                metadata_starts,
            ),
        }
    }

    fn items(&self, metadata: bool) -> &Items {
        if metadata { &self.metadata } else { &self.whole }
    }

    /// A page of the list: its head, its items and its tail. `first` is the first object in it.
    pub(crate) fn page(&self, metadata: bool, first: usize, limit: Option<usize>) -> (String, &[u8], &[u8]) {
        let (items, count) = (self.items(metadata), self.pods.count());
        let first = first.min(count);
        let end = limit.map_or(count, |limit| (first + limit).min(count));
        let more = if end < count {
            format!(r#","continue":"{end}","remainingItemCount":{}"#, count - end)
        } else {
            String::new()
        };
        let head = format!(
            r#"{{"kind":"{}","apiVersion":"{}","metadata":{{"resourceVersion":"{}"{more}}},"items":["#,
            items.list_kind,
            items.api_version,
            self.pods.list_version(),
        );
        let bytes = &items.bytes[items.starts[first]..items.starts[end]];
        (head, bytes.strip_suffix(b",").unwrap_or_default(), b"]}\n")
    }

    /// One pod, with or without its `managedFields`.
    pub(crate) fn item(&self, index: usize, without: bool) -> Vec<u8> {
        let item = &self.whole.bytes[self.whole.starts[index]..self.whole.starts[index + 1] - 1];
        if !without {
            return item.to_vec();
        }
        // They are the last of the metadata.
        let (begin, end) = (find(item, b",\"managedFields\":"), find(item, b"},\"spec\":"));
        [&item[..begin], &item[end..]].concat()
    }

    /// Writes event `number` with its line end; `sent` is the time of day in nanoseconds.
    pub(crate) fn event(&self, metadata: bool, number: usize, sent: u128, out: &mut Vec<u8>) {
        let (items, index) = (self.items(metadata), number % self.pods.count());
        out.extend_from_slice(br#"{"type":"MODIFIED","object":{"#);
        out.extend_from_slice(items.head.as_bytes());
        // Its opening brace stands in the head already; a comma follows it.
        let start = items.starts[index] + 1;
        let at = out.len();
        out.extend_from_slice(&items.bytes[start..items.starts[index + 1] - 1]);
        let mut put = |place: &Range<usize>, text: String| {
            out[at + place.start - 1..at + place.end - 1].copy_from_slice(text.as_bytes());
        };
        put(&items.version, self.pods.event_version(number).to_string());
        put(&items.sent, format!("{sent:020}"));
        out.extend_from_slice(b"}\n");
    }
}

impl Items {
    fn new(
        list_kind: &'static str,
        api_version: &'static str,
        head: &'static str,
        bytes: Vec<u8>,
        starts: Vec<usize>,
    ) -> Self {
        let value = |name: &[u8]| {
            let begin = find(&bytes, name) + name.len();
            begin..begin + find(&bytes[begin..], b"\"")
        };
        let (version, sent) = (value(b"\"resourceVersion\":\""), value(b"\"bench/sent\":\""));
        Self { list_kind, api_version, head, bytes, starts, version, sent }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).position(|window| window == what).expect("it stands in pod.json")
}
