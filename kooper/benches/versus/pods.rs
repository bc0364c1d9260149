//! The pods that the stub server serves: prepared JSON, every pod different, a third of the bytes `managedFields`.

use crate::report::thousands;
use std::{fmt, iter, ops::Range};

/// One pod, readable; `%name%` stands where pods differ. Fields have a fixed width, so that all pods have one size.
const POD: &str = include_str!("pod.json");

/// The first resource version. Seven digits are left before the width changes.
const FIRST_VERSION: u64 = 10_000_000;

/// How many teams share the pods.
const TEAMS: usize = 50;

/// A number of different pods, rendered on demand. The same index and version always give the same bytes.
pub(crate) struct Pods {
    pieces: Vec<Piece>,
    count: usize,
}

/// A part of the template.
enum Piece {
    Text(String),
    /// The pod's number, six digits.
    Index,
    /// One of the teams: a namespace of its own each.
    Team,
    Version,
    /// When the event with this state was sent, in nanoseconds since the epoch; zero in a list.
    Sent,
    /// How often the container restarted. A handler adds them up, which proves that it read each pod.
    Restarts,
    /// A part of an IP address, three digits.
    Octet,
    /// So many random hex digits.
    Hex(usize),
}

impl Pods {
    /// So many pods.
    pub(crate) fn new(count: usize) -> Self {
        // What is readable in the file is dense on the wire, as the API server writes it.
        let dense: String = POD.lines().map(str::trim).collect();
        let dense = dense.replace("\": ", "\":").replace(", \"", ",\"").replace(", {", ",{");
        let pieces = dense.split('%').enumerate().map(|(at, part)| Piece::parse(at % 2 == 1, part)).collect();
        Self { pieces, count }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The resource version of the list of all pods.
    pub(crate) fn list_version(&self) -> u64 {
        FIRST_VERSION + self.count as u64
    }

    /// The pods of `range`, separated by commas, as they stand in the `items` of a list.
    pub(crate) fn items(&self, range: Range<usize>) -> Vec<u8> {
        let mut items = Vec::new();
        for index in range {
            if !items.is_empty() {
                items.push(b',');
            }
            self.render(index, &mut items);
        }
        items
    }

    /// The version of event `number`, from 0, of those that go around all pods.
    pub(crate) fn event_version(&self, number: usize) -> u64 {
        self.list_version() + 1 + number as u64
    }

    /// The last version of each pod that changes in the course of so many events.
    pub(crate) fn last_versions(&self, events: usize) -> Vec<u64> {
        let changed = self.count.min(events);
        let mut last = vec![0; changed];
        for number in events - changed..events {
            last[number % self.count] = self.event_version(number);
        }
        last
    }

    /// How often the containers of so many pods restarted, all together.
    pub(crate) fn restarts_of_all(count: usize) -> u32 {
        (0..count).map(restarts).sum()
    }

    /// The numbers of the teams of so many pods, added up.
    pub(crate) fn teams_of_all(count: usize) -> u32 {
        (0..count).map(team).sum()
    }

    /// The size of one pod in bytes.
    pub(crate) fn size(&self) -> usize {
        self.items(0..1).len()
    }

    fn render(&self, index: usize, out: &mut Vec<u8>) {
        let mut random = random(index as u64);
        let mut draw = |below: usize| random.next().map_or(0, |value| value as usize % below);
        for piece in &self.pieces {
            let text = match piece {
                Piece::Text(text) => {
                    out.extend_from_slice(text.as_bytes());
                    continue;
                }
                Piece::Index => format!("{index:06}"),
                Piece::Team => format!("{:02}", team(index)),
                Piece::Version => (FIRST_VERSION + index as u64).to_string(),
                Piece::Sent => "0".repeat(20),
                Piece::Restarts => restarts(index).to_string(),
                Piece::Octet => (100 + draw(150)).to_string(),
                Piece::Hex(digits) => {
                    out.extend((0..*digits).map(|_| b"0123456789abcdef"[draw(16)]));
                    continue;
                }
            };
            out.extend_from_slice(text.as_bytes());
        }
    }
}

impl fmt::Display for Pods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} different pods of {} bytes", thousands(self.count), thousands(self.size()))
    }
}

impl Piece {
    fn parse(is_field: bool, part: &str) -> Self {
        if !is_field {
            return Self::Text(part.to_owned());
        }
        match part {
            "index" => Self::Index,
            "team" => Self::Team,
            "version" => Self::Version,
            "sent" => Self::Sent,
            "restarts" => Self::Restarts,
            "octet" => Self::Octet,
            _ => {
                let digits = part.strip_prefix("hex").and_then(|digits| digits.parse().ok());
                Self::Hex(digits.expect("pod.json has no other fields"))
            }
        }
    }
}

/// How often the container of a pod restarted: one digit.
fn restarts(index: usize) -> u32 {
    u32::try_from(index % 10).expect("a digit fits")
}

/// Which team a pod belongs to: two digits.
fn team(index: usize) -> u32 {
    u32::try_from(index % TEAMS).expect("two digits fit")
}

/// An endless row of random numbers (`SplitMix64`), the same for the same seed.
fn random(seed: u64) -> impl Iterator<Item = u32> {
    let mut state = seed.wrapping_mul(0xd134_2543_de82_ef95);
    iter::from_fn(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Some(((mixed ^ (mixed >> 31)) >> 32) as u32)
    })
}
