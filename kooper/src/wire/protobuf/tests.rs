//! Lists, watches and objects, whole and broken, made by hand.

use super::{
    ListSplitter, Table, WatchSplitter, decode,
    reader::{put_bytes, put_varint},
    status,
};
use crate::wire::{Encoding, Envelope, Limits, Object, Status, WatchEvent, WireError, metadata::SpecVersion};
use k8s_openapi::{
    api::core::v1::{ConfigMap, Pod},
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kube::core::PartialObjectMeta;

const MAX_OBJECT: usize = 16 << 20;
const OVERSIZED: WireError = WireError::Oversized { limit: MAX_OBJECT };

/// A message of fields that are bytes.
fn message(fields: &[(u32, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, bytes) in fields {
        put_bytes(&mut out, *number, bytes);
    }
    out
}

fn envelope(api_version: &str, kind: &str, raw: &[u8]) -> Vec<u8> {
    let types = message(&[(1, api_version.as_bytes()), (2, kind.as_bytes())]);
    let unknown = message(&[(1, &types), (2, raw), (3, b""), (4, b"")]);
    [&b"k8s\0"[..], &unknown].concat()
}

fn metadata(name: &str, version: &str) -> Vec<u8> {
    message(&[
        (1, name.as_bytes()),
        (3, b"default"),
        (5, b"u1"),
        (6, version.as_bytes()),
        (17, b"\x0a\x03me1"),
        (17, b""),
    ])
}

fn config_map(name: &str, version: &str, value: &str) -> Vec<u8> {
    let entry = message(&[(1, b"key"), (2, value.as_bytes())]);
    message(&[(1, &metadata(name, version)), (2, &entry)])
}

/// Three config maps, with a field that no table knows.
fn list() -> Vec<u8> {
    let (a, b, c) =
        (config_map("a", "3", "x"), config_map("b", "4", "y"), config_map("c", "5", &"z".repeat(300)));
    let list =
        message(&[(1, &message(&[(2, b"12"), (3, b"next")])), (2, &a), (2, &b), (900, b"new"), (2, &c)]);
    envelope("v1", "ConfigMapList", &list)
}

fn split(bytes: &[u8], size: usize) -> Result<(Vec<Object>, Envelope), WireError> {
    let (mut splitter, mut objects) =
        (Encoding::Protobuf.list(Table::builtin(), Limits::default()), Vec::new());
    for chunk in bytes.chunks(size) {
        splitter.feed(chunk, |object| objects.push(object))?;
    }
    Ok((objects, splitter.finish()?))
}

fn event(name: &str, object: &[u8]) -> Vec<u8> {
    let frame = message(&[(1, name.as_bytes()), (2, &message(&[(1, object)]))]);
    let length = u32::try_from(frame.len()).expect("short");
    [&length.to_be_bytes()[..], &frame].concat()
}

fn watch(bytes: &[u8], size: usize) -> Result<Vec<WatchEvent>, WireError> {
    let (mut splitter, mut events) = (WatchSplitter::new(Table::builtin(), Limits::default()), Vec::new());
    for chunk in bytes.chunks(size) {
        splitter.feed(chunk, |event| {
            events.push(event);
            Ok(())
        })?;
    }
    splitter.finish().map(|()| events)
}

fn read(bytes: &[u8], kind: &str) -> Result<Object, WireError> {
    super::object::read(bytes, Table::builtin().kind("v1", kind).expect("a built-in kind"), Limits::default())
}

#[test]
fn a_list_falls_into_the_same_objects_however_its_chunks_are_cut() {
    let list = list();
    for size in 1..list.len() {
        let (objects, envelope) = split(&list, size).expect("a list");
        let names: Vec<_> = objects.iter().map(|object| object.meta.key.to_string()).collect();
        assert_eq!(names, ["default/a", "default/b", "default/c"], "chunks of {size}");
        let wanted = Envelope { resource_version: "12".into(), next: Some("next".into()), status: None };
        assert_eq!(envelope, wanted, "chunks of {size}");
        let last: ConfigMap = objects[2].body.decode().expect("a config map");
        assert_eq!(last.data.expect("data")["key"], "z".repeat(300));
        assert_eq!(last.metadata.managed_fields, None);
    }
}

#[test]
fn an_empty_list_holds_nothing() {
    let list = envelope("v1", "PodList", &message(&[(1, &message(&[(2, b"7")]))]));
    let (objects, envelope) = split(&list, 3).expect("a list");
    assert!(objects.is_empty());
    assert_eq!((&*envelope.resource_version, envelope.next), ("7", None));
}

#[test]
fn a_list_that_breaks_off_is_cut_wherever_it_does() {
    let list = list();
    // The last two fields of the envelope are empty, and nothing is lost with them.
    for length in 0..list.len() - 4 {
        let cut = split(&list[..length], 16).err();
        assert!(
            matches!(cut, Some(WireError::Cut { at, .. }) if at == length),
            "after {length} bytes: {cut:?}"
        );
    }
}

#[test]
fn a_status_in_place_of_a_list_is_told() {
    let mut raw = message(&[(2, b"Failure"), (3, b"too old"), (4, b"Expired")]);
    raw.extend([0x30, 0x9a, 0x03]);
    let bytes = envelope("v1", "Status", &raw);
    let wanted = Status { code: 410, reason: "Expired".into(), message: "too old".into(), retry_after: None };
    for size in [1, 7, 500] {
        assert_eq!(split(&bytes, size).expect("well formed").1.status, Some(wanted.clone()));
    }
    assert_eq!(status(&bytes), Some(wanted.clone()));
    assert_eq!(Status::read(410, &bytes), wanted);
    assert_eq!(status(&list()), None);
}

#[test]
fn a_watch_falls_into_the_same_events_however_its_chunks_are_cut() {
    let object = envelope("v1", "ConfigMap", &config_map("a", "3", "x"));
    let bookmark = envelope("v1", "ConfigMap", &message(&[(1, &message(&[(6, b"9")]))]));
    let end = message(&[(1, b"k8s.io/initial-events-end"), (2, b"true")]);
    let end = envelope("v1", "ConfigMap", &message(&[(1, &message(&[(6, b"10"), (12, &end)]))]));
    let error = envelope("v1", "Status", &[0x30, 0x9a, 0x03]);
    let stream = [
        event("ADDED", &object),
        event("BOOKMARK", &bookmark),
        event("BOOKMARK", &end),
        event("DELETED", &object),
        event("ERROR", &error),
    ];
    let stream = stream.concat();
    for size in 1..stream.len() {
        let seen: Vec<_> = watch(&stream, size)
            .expect("a watch")
            .into_iter()
            .map(|event| match event {
                WatchEvent::Applied(object) => format!("+{}", object.meta.key),
                WatchEvent::Deleted(object) => format!("-{}", object.meta.key),
                WatchEvent::Bookmark { version, initial_end } => format!("@{version} {initial_end}"),
                WatchEvent::Error(status) => format!("!{}", status.code),
            })
            .collect();
        assert_eq!(seen, ["+default/a", "@9 false", "@10 true", "-default/a", "!410"], "chunks of {size}");
    }
    let at = stream.len() - 1;
    let cut = WireError::Cut { what: "an event in protobuf", at };
    assert_eq!(watch(&stream[..at], 64).err(), Some(cut));
}

#[test]
fn events_that_are_none_are_garbled() {
    let object = envelope("v1", "ConfigMap", &config_map("a", "3", "x"));
    let unknown = envelope("example.com/v1", "Cron", b"");
    let nameless = envelope("v1", "ConfigMap", b"");
    for stream in [
        event("MOVED", &object),
        event("ADDED", &unknown),
        event("ADDED", &nameless),
        event("ADDED", b"{}"),
        event("ERROR", &object),
        vec![0, 0, 0, 0],
    ] {
        assert!(matches!(watch(&stream, 5), Err(WireError::Garbled(_))), "{stream:?}");
    }
}

#[test]
fn without_a_generation_the_spec_is_what_stands_outside_of_metadata_and_status() {
    let meta = |version, value| read(&config_map("a", version, value), "ConfigMap").expect("an object").meta;
    let (one, same, other) = (meta("1", "x"), meta("2", "x"), meta("3", "y"));
    assert!(!same.spec_changed_since(&one));
    assert!(other.spec_changed_since(&same));

    let pod = |status: &[u8]| {
        read(&message(&[(1, &metadata("a", "1")), (2, b""), (3, status)]), "Pod").expect("a pod").meta
    };
    assert_eq!(pod(b"").spec, pod(b"\x0a\x01x").spec, "the status does not count");
}

#[test]
fn generation_and_deletion_are_read() {
    let mut meta = metadata("a", "1");
    put_varint(&mut meta, 7 << 3);
    put_varint(&mut meta, 4);
    put_bytes(&mut meta, 9, &[0x08, 1]);
    let object = read(&message(&[(1, &meta)]), "Pod").expect("a pod");
    assert_eq!((object.meta.spec, object.meta.deleting), (SpecVersion::Generation(4), true));
    assert_eq!((&*object.meta.uid, &*object.meta.resource_version), ("u1", "1"));
}

#[test]
fn announced_lengths_are_not_believed() {
    let mut announced = b"k8s\0".to_vec();
    announced.extend(message(&[(1, &message(&[(1, b"v1"), (2, b"PodList")]))]));
    put_varint(&mut announced, 2 << 3 | 2);
    put_varint(&mut announced, 1 << 40);
    let mut splitter = ListSplitter::new(Table::builtin(), Limits::default());
    assert_eq!(splitter.feed(&announced, |_| ()), Ok(()), "a list may be of any length");
    put_varint(&mut announced, 2 << 3 | 2);
    put_varint(&mut announced, (MAX_OBJECT + 17) as u64);
    assert_eq!(split(&announced, 7).err(), Some(OVERSIZED), "an object may not");

    let mut splitter = WatchSplitter::new(Table::builtin(), Limits::default());
    assert_eq!(splitter.feed(&[0xff; 4], |_| Ok(())), Err(OVERSIZED));
}

#[test]
fn fields_in_any_order_are_read_alike() {
    let container = |name: &[u8]| message(&[(2, b"image"), (1, name)]);
    let spec = message(&[
        (3, b"Never"),
        (2, &container(b"one")),
        (10, b"node"),
        (2, &container(b"two")),
        (3, b"Always"),
    ]);
    let pod: Pod = decode(
        &message(&[(2, &spec), (1, &metadata("a", "1"))]),
        Table::builtin().kind("v1", "Pod").expect("pods"),
        100,
    )
    .expect("a pod");
    let spec = pod.spec.expect("a spec");
    let names: Vec<_> = spec.containers.iter().map(|container| &*container.name).collect();
    assert_eq!(
        (names, spec.restart_policy.as_deref()),
        (vec!["one", "two"], Some("Always")),
        "the last of two counts"
    );
}

#[test]
fn metadata_alone_can_be_taken_from_any_object() {
    let pod = message(&[(1, &metadata("a", "1")), (2, b"")]);
    let object = read(&pod, "Pod").expect("a pod");
    let partial: PartialObjectMeta<Pod> = object.body.decode().expect("its metadata");
    assert_eq!(partial.metadata.name.as_deref(), Some("a"));
}

#[test]
fn a_type_that_takes_whatever_comes_gets_all_or_an_error() {
    let known = config_map("a", "1", "x");
    let value: serde_json::Value =
        read(&known, "ConfigMap").expect("an object").body.decode().expect("all known");
    assert_eq!(value["data"]["key"], "x");
    let newer = [known, message(&[(77, b"new")])].concat();
    let body = read(&newer, "ConfigMap").expect("an object").body;
    let error = body.decode::<serde_json::Value>().expect_err("a field is missing").to_string();
    assert!(error.contains("newer server") && error.contains("core.v1.ConfigMap"), "{error}");
    assert!(body.decode::<ConfigMap>().is_ok(), "a type that knows its fields has no use for it");
}

#[test]
fn a_type_that_wants_what_the_table_lacks_is_refused() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Newer {
        #[expect(dead_code, reason = "read by serde alone")]
        warp_drive: Option<bool>,
    }
    let body = read(&config_map("a", "1", "x"), "ConfigMap").expect("an object").body;
    let error = body.decode::<Newer>().expect_err("it cannot be had").to_string();
    assert!(error.contains("`warpDrive` of `Newer`") && error.contains("Encoding::Json"), "{error}");
    assert!(body.decode::<ConfigMap>().is_ok() && body.decode::<Newer>().is_err(), "each time anew");
}

#[test]
fn an_error_names_the_message_the_field_and_the_byte() {
    let kind = Table::builtin().kind("v1", "Pod").expect("pods");
    let mut pod = message(&[(1, b"\x0a\x01a")]);
    pod.extend(message(&[(2, &message(&[(3, b"Always"), (10, &[0x0a])]))]));
    pod.extend(message(&[(3, b"\x08\x01")]));
    let error = decode::<Pod>(&pod, kind, 100).expect_err("a phase is no number").to_string();
    assert_eq!(
        error,
        "core.v1.PodStatus.phase at byte 20: the value is encoded in another way than its type is"
    );
    let error = decode::<Pod>(&pod[..4], kind, 100).expect_err("broken off").to_string();
    assert_eq!(error, "core.v1.Pod at byte 0: the bytes break off");
}

#[test]
fn messages_may_not_lie_in_each_other_without_end() {
    let kind =
        Table::builtin().kind("apiextensions.k8s.io/v1", "CustomResourceDefinition").expect("built in");
    for levels in [90, 10_000] {
        // `not`, field 28 of a schema, is a schema.
        let mut schema = Vec::new();
        for _ in 0..levels {
            schema = message(&[(28, &schema)]);
        }
        // definition.spec.versions[0].schema.openAPIV3Schema
        let version = message(&[(4, &message(&[(1, &schema)]))]);
        let definition = message(&[(1, &metadata("a", "1")), (2, &message(&[(7, &version)]))]);
        let decoded = decode::<CustomResourceDefinition>(&definition, kind, 100);
        assert_eq!(decoded.is_ok(), levels == 90, "{levels} levels");
        if let Err(error) = decoded {
            assert!(error.to_string().contains("max_object_depth"), "{error}");
        }
    }
}

#[test]
fn bytes_that_were_tampered_with_are_an_error_or_an_object_and_never_a_panic() {
    let mut random = fastrand::Rng::with_seed(8);
    let whole = list();
    let stream =
        [event("ADDED", &envelope("v1", "ConfigMap", &config_map("a", "3", "x"))), event("BOOKMARK", b"")]
            .concat();
    let (mut read, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let mut tamper = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            for _ in 0..random.usize(1..5) {
                let at = random.usize(..bytes.len());
                bytes[at] = random.u8(..);
            }
            bytes.truncate(random.usize(bytes.len() / 2..=bytes.len()));
            bytes
        };
        let (list, stream) = (tamper(&whole), tamper(&stream));
        let mut splitter = ListSplitter::new(Table::builtin(), Limits::default());
        let mut decoded = 0;
        for chunk in list.chunks(40) {
            let fed = splitter
                .feed(chunk, |object| decoded += usize::from(object.body.decode::<ConfigMap>().is_ok()));
            if fed.is_err() {
                refused += 1;
                break;
            }
        }
        read += decoded;
        refused += usize::from(watch(&stream, 40).is_err());
    }
    assert!(read > 1000 && refused > 1000, "{read} read, {refused} refused");
}
