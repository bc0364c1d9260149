//! What is held of bytes as they come. A test of its own program, and one alone: it counts what all of it allocates.

use kooper::{
    Encoding,
    testing::protobuf::{List, Watch, answer_of, decode, event_of, list_of, parts},
};
use peak_alloc::PeakAlloc;
use serde_json::{Value, json};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const ENCODINGS: [Encoding; 2] = [Encoding::Protobuf, Encoding::Json];
const CHUNK: usize = 16 << 10;
/// An object of the lists and the watches here.
const OBJECT: usize = 1 << 20;
/// For the room that is made in advance (96 KiB), metadata, errors.
const SLACK: usize = 160 << 10;

/// The most that was allocated during something, beyond what was before.
fn most(does: impl FnOnce()) -> usize {
    HEAP.reset_peak_usage();
    let before = HEAP.current_usage();
    does();
    HEAP.peak_usage().saturating_sub(before)
}

fn config_map(number: usize) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": format!("map-{number}"), "namespace": "default", "resourceVersion": "7" },
        "data": { "key": "x".repeat(OBJECT) },
    })
}

fn list(encoding: Encoding) -> Vec<u8> {
    let objects: Vec<_> = (0..4).map(config_map).collect();
    if encoding == Encoding::Json {
        let list =
            json!({ "kind": "ConfigMapList", "metadata": { "resourceVersion": "12" }, "items": objects });
        return list.to_string().into_bytes();
    }
    let answers: Vec<_> = objects.iter().map(|object| answer_of(object).expect("a built-in kind")).collect();
    let raws: Vec<_> = answers.iter().map(|answer| parts(answer).expect("an answer").2).collect();
    list_of("v1", "ConfigMap", "12", &raws)
}

fn watch(encoding: Encoding) -> Vec<u8> {
    let event = |number| match encoding {
        Encoding::Json => {
            format!("{}\n", json!({ "type": "ADDED", "object": config_map(number) })).into_bytes()
        }
        _ => event_of("ADDED", &answer_of(&config_map(number)).expect("a built-in kind")),
    };
    (0..4).flat_map(event).collect()
}

/// A field of bytes whose length is announced, with ten bytes of it.
fn announced(tag: u8, mut length: u64) -> Vec<u8> {
    let mut bytes = vec![tag];
    while length >= 0x80 {
        bytes.push(length.to_le_bytes()[0] | 0x80);
        length >>= 7;
    }
    bytes.push(length.to_le_bytes()[0]);
    bytes.extend([b'x'; 10]);
    bytes
}

#[test]
fn no_more_is_held_than_an_object_and_a_chunk_and_nothing_is_allocated_by_an_announced_length() {
    for encoding in ENCODINGS {
        // Beside the one that is held until its end has come, the one that is handed out: that is what is kept.
        let allowed = 2 * OBJECT + CHUNK + SLACK;
        let (list, watch) = (list(encoding), watch(encoding));
        let mut objects = 0;
        let of_list = most(|| {
            let mut splitter = List::new(encoding);
            for chunk in list.chunks(CHUNK) {
                splitter
                    .feed(chunk, |object| objects += usize::from(object.length() >= OBJECT))
                    .expect("a list");
            }
            assert_eq!(splitter.finish().as_deref(), Ok("12"));
        });
        let of_watch = most(|| {
            let mut splitter = Watch::new(encoding);
            for chunk in watch.chunks(CHUNK) {
                let mut count = |object: kooper::testing::protobuf::Taken| {
                    objects += usize::from(object.length() >= OBJECT);
                };
                splitter.feed(chunk, |_, object| object.into_iter().for_each(&mut count)).expect("a watch");
            }
            splitter.finish().expect("whole events");
        });
        assert_eq!(objects, 8, "{encoding:?}");
        assert!(of_list >= OBJECT && of_watch >= OBJECT, "the heap is not counted: {of_list}, {of_watch}");
        assert!(of_list <= allowed, "{encoding:?}: a list of {OBJECT} bytes an object held {of_list}");
        assert!(of_watch <= allowed, "{encoding:?}: a watch of {OBJECT} bytes an object held {of_watch}");
    }

    let start = list_of("v1", "ConfigMap", "12", &[]);
    for power in 0..64 {
        for tag in [0x0a, 0x12, 0x1a, 0x22] {
            let field = announced(tag, 1 << power);
            // Around a list, within one, of an event, and in an object.
            let [around, within] =
                [&b"k8s\0"[..], &start[..start.len() - 4]].map(|start| [start, &field].concat());
            for body in [around, within] {
                let held = most(|| drop(List::new(Encoding::Protobuf).feed(&body, |_| ())));
                assert!(held <= SLACK, "{held} bytes for an announced length of 2 to the {power}");
            }
            let length = u32::try_from(1_u64 << power).unwrap_or(u32::MAX);
            let frame = [&length.to_be_bytes()[..], &field].concat();
            let held = most(|| drop(Watch::new(Encoding::Protobuf).feed(&frame, |_, _| ())));
            assert!(held <= SLACK, "{held} bytes for an event of 2 to the {power}");
            let held = most(|| drop(decode::<Value>("v1", "ConfigMap", &field)));
            assert!(held <= SLACK, "{held} bytes for a field of 2 to the {power}");
        }
    }
}
