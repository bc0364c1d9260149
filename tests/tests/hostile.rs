//! Bytes that no API server sends: each ends in an error that says where, or in a whole object; never in a panic.

use k8s_openapi::{
    api::{
        apps::v1::Deployment,
        core::v1::{ConfigMap, Pod, Secret},
    },
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kooper::{
    Encoding,
    testing::protobuf::{List, Taken, Watch, answer_of, decode, event_of, list_of, parts},
};
use kooper_tests::{Sample, Way, World};
use serde_json::{Value, json};
use std::time::Duration;

/// Objects of all kinds, made by Go.
const SAMPLES: &str = include_str!("protobuf/samples.txt");

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (place, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(u32::try_from(7 * place).ok()?)?;
        if byte & 0x80 == 0 {
            return Some((value, place + 1));
        }
    }
    None
}

/// A field of bytes.
fn field(number: u64, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put_varint(&mut out, number << 3 | 2);
    put_varint(&mut out, bytes.len() as u64);
    out.extend_from_slice(bytes);
    out
}

/// The fields of a sound message, one by one.
fn fields(message: &[u8]) -> Vec<&[u8]> {
    let (mut fields, mut rest) = (Vec::new(), message);
    while !rest.is_empty() {
        let (tag, size) = varint(rest).expect("a tag");
        let length = match tag & 7 {
            0 => size + varint(&rest[size..]).expect("a number").1,
            1 => size + 8,
            2 => {
                let (length, more) = varint(&rest[size..]).expect("a length");
                size + more + usize::try_from(length).expect("short")
            }
            _ => size + 4,
        };
        let (field, later) = rest.split_at(length);
        fields.push(field);
        rest = later;
    }
    fields
}

/// Decodes an object as a handler is given it. An error must say in which message and at which byte.
fn decoded(api_version: &str, kind: &str, bytes: &[u8]) -> Result<(), String> {
    let decoded = match kind {
        "Pod" => decode::<Pod>(api_version, kind, bytes).map(drop),
        "Secret" => decode::<Secret>(api_version, kind, bytes).map(drop),
        "Deployment" => decode::<Deployment>(api_version, kind, bytes).map(drop),
        "CustomResourceDefinition" => decode::<CustomResourceDefinition>(api_version, kind, bytes).map(drop),
        _ => decode::<Value>(api_version, kind, bytes).map(drop),
    };
    decoded.inspect_err(|error| {
        let (place, _) = error.split_once(": ").unwrap_or_else(|| panic!("no place: {error}"));
        let (message, at) = place.split_once(" at byte ").unwrap_or_else(|| panic!("no byte: {error}"));
        assert!(message.contains(".v") && at.parse::<usize>().is_ok(), "{error}");
    })
}

/// One of the ways in which bytes go bad.
fn spoil(random: &mut fastrand::Rng, bytes: &mut Vec<u8>) {
    let at = random.usize(..=bytes.len());
    match random.u8(..8) {
        // Cut, at either end.
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(..at)),
        // Flipped.
        2 | 3 if at < bytes.len() => bytes[at] ^= 1 << random.u8(..8),
        // A length of up to 2⁶³.
        4 => {
            let mut length = Vec::new();
            put_varint(&mut length, 1 << random.u32(..64));
            bytes.splice(at..at, length);
        }
        // Repeated.
        5 => {
            let again = bytes[at..].to_vec();
            bytes.extend(again);
        }
        // Unknown, of any type of encoding.
        6 => {
            let mut tag = Vec::new();
            put_varint(&mut tag, random.u64(..4000) << 3 | random.u64(..8));
            bytes.splice(at..at, tag);
        }
        // Within each other.
        _ => {
            for _ in 0..random.usize(1..200) {
                *bytes = field(random.u64(1..30), bytes);
            }
        }
    }
}

#[test]
fn whatever_was_done_to_an_object_it_is_decoded_or_refused_with_message_and_byte() {
    let mut random = fastrand::Rng::with_seed(8);
    let samples: Vec<_> = SAMPLES.lines().map(Sample::parse).collect();
    let (mut read, mut refused) = (0, 0);
    for _ in 0..40_000 {
        let sample = &samples[random.usize(..samples.len())];
        let (api_version, kind, raw) = parts(&sample.protobuf).expect("an answer");
        let mut bytes = raw.to_vec();
        for _ in 0..random.usize(1..4) {
            spoil(&mut random, &mut bytes);
        }
        match decoded(api_version, kind, &bytes) {
            Ok(()) => read += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(read > 1000 && refused > 10_000, "{read} read, {refused} refused");
}

fn config_map(number: usize) -> Value {
    let name = format!("map-{number}");
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name, "namespace": "default", "resourceVersion": "7",
            "managedFields": [{ "manager": "me", "fieldsV1": { "f:data": {} } }] },
        "data": { "key": "x".repeat(30 * number), "name": name },
    })
}

/// A list of config maps in an encoding, and what they are.
fn list(encoding: Encoding) -> (Vec<u8>, Vec<ConfigMap>) {
    let objects: Vec<_> = (0..4).map(config_map).collect();
    let bytes = match encoding {
        Encoding::Protobuf => {
            let answers: Vec<_> =
                objects.iter().map(|object| answer_of(object).expect("a built-in kind")).collect();
            let raws: Vec<_> = answers.iter().map(|answer| parts(answer).expect("an answer").2).collect();
            list_of("v1", "ConfigMap", "12", &raws)
        }
        _ => json!({ "kind": "ConfigMapList", "metadata": { "resourceVersion": "12" }, "items": objects })
            .to_string()
            .into_bytes(),
    };
    let wanted = objects.into_iter().map(|object| {
        let mut map: ConfigMap = serde_json::from_value(object).expect("a config map");
        map.metadata.managed_fields = None;
        map
    });
    (bytes, wanted.collect())
}

/// What a list gives up to its end, or an error, and its version.
fn split(
    encoding: Encoding,
    bytes: &[u8],
    size: usize,
    mut found: impl FnMut(Taken),
) -> Result<String, String> {
    let mut list = List::new(encoding);
    for chunk in bytes.chunks(size.max(1)) {
        list.feed(chunk, &mut found)?;
    }
    list.finish()
}

#[test]
fn a_list_that_breaks_off_anywhere_gives_whole_objects_and_no_version() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let (bytes, wanted) = list(encoding);
        // What ends the envelope of protobuf is empty, and nothing is lost with it.
        let end = if encoding == Encoding::Protobuf { bytes.len() - 4 } else { bytes.len() };
        for length in 0..end {
            for size in [1, 7, 64, length] {
                let mut maps = Vec::new();
                let ended = split(encoding, &bytes[..length], size, |object| {
                    maps.push(object.decode::<ConfigMap>().expect("it is whole"));
                });
                let error = ended.expect_err("it is not whole");
                assert!(error.ends_with(&format!("ends at byte {length}")), "{error}");
                assert_eq!(maps, wanted[..maps.len()], "{length} bytes in chunks of {size}");
            }
        }
        let mut maps = 0;
        assert_eq!(split(encoding, &bytes, 64, |_| maps += 1).as_deref(), Ok("12"));
        assert_eq!(maps, wanted.len());
    }
}

#[test]
fn whatever_was_done_to_a_list_or_a_watch_it_is_read_or_refused() {
    let mut random = fastrand::Rng::with_seed(9);
    let answer = answer_of(&config_map(3)).expect("a built-in kind");
    let json_event = format!("{}\n", json!({ "type": "ADDED", "object": config_map(3) }));
    let (mut objects, mut refused) = (0, [0, 0]);
    for _ in 0..10_000 {
        for encoding in [Encoding::Protobuf, Encoding::Json] {
            let size = random.usize(1..300);
            let (mut bytes, _) = list(encoding);
            spoil(&mut random, &mut bytes);
            let ended = split(encoding, &bytes, size, |object| {
                objects += usize::from(object.decode::<ConfigMap>().is_ok());
            });
            let mut stream = match encoding {
                Encoding::Protobuf => event_of("ADDED", &answer),
                _ => json_event.clone().into_bytes(),
            };
            stream.extend_from_within(..);
            spoil(&mut random, &mut stream);
            let mut watch = Watch::new(encoding);
            let fed = stream.chunks(size).try_for_each(|chunk| {
                watch.feed(chunk, |_, object| {
                    objects += object.map_or(0, |object| usize::from(object.decode::<ConfigMap>().is_ok()));
                })
            });
            for (of, error) in [ended.err(), fed.and_then(|()| watch.finish()).err()].into_iter().enumerate()
            {
                let Some(error) = error else { continue };
                refused[of] += 1;
                let says_where = error.contains(" byte") || encoding == Encoding::Json;
                assert!(says_where, "{error}");
            }
        }
    }
    assert!(
        objects > 10_000 && refused.iter().all(|count| *count > 1000),
        "{objects} objects, {refused:?} refused"
    );
}

#[test]
fn what_lies_ten_thousand_levels_deep_is_refused_in_both_encodings() {
    let name = field(1, b"deep");
    let (mut schema, mut nested) = (Vec::new(), String::from("{}"));
    for _ in 0..10_000 {
        schema = field(28, &schema);
        nested = format!(r#"{{"not":{nested}}}"#);
    }
    let version = field(4, &field(1, &schema));
    let definition = [field(1, &name), field(2, &field(7, &version))].concat();
    let (group, kind) = ("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    let error = decode::<CustomResourceDefinition>(group, kind, &definition).expect_err("too deep");
    assert!(error.contains("max_object_depth") && error.contains("JSONSchemaProps"), "{error}");
    // As JSON within protobuf: the default of a schema.
    let schema = field(8, &field(1, nested.as_bytes()));
    let version = field(4, &field(1, &schema));
    let definition = [field(1, &name), field(2, &field(7, &version))].concat();
    let error = decode::<CustomResourceDefinition>(group, kind, &definition).expect_err("too deep");
    assert!(error.contains("recursion limit") && error.contains("at byte"), "{error}");
    // As JSON: it is parted and its metadata are read, without a level on the stack for each of its own.
    let item = format!(r#"{{"metadata":{{"name":"deep"}},"spec":{nested}}}"#);
    let list = format!(r#"{{"metadata":{{"resourceVersion":"12"}},"items":[{item}]}}"#);
    let mut errors = Vec::new();
    let version = split(Encoding::Json, list.as_bytes(), 64, |object| {
        errors.push(object.decode::<Value>().expect_err("too deep"));
    });
    assert_eq!(version.as_deref(), Ok("12"), "its neighbours are not held up");
    assert!(matches!(&*errors, [error] if error.contains("recursion limit")), "{errors:?}");
}

#[test]
fn a_length_of_up_to_two_to_the_63rd_is_waited_for_or_refused_wherever_it_stands() {
    for power in 1..64 {
        for length in [1_u64 << power, (1 << power) - 1, (1 << power) + 1] {
            for tag in [0x0a, 0x12, 0x1a, 0x22] {
                let mut announced = vec![tag];
                put_varint(&mut announced, length);
                // Of an object, of the envelope around a list, of a list's fields, and of an event.
                decoded("v1", "Pod", &announced).expect_err("it breaks off");
                let around = [b"k8s\0", &*announced].concat();
                assert!(split(Encoding::Protobuf, &around, 5, |_| ()).is_err(), "{length}");
                let (list, _) = list(Encoding::Protobuf);
                let items = list.len() - 4;
                let within = [&list[..items], &announced].concat();
                assert!(split(Encoding::Protobuf, &within, 5, |_| ()).is_err(), "{length}");
                let mut watch = Watch::new(Encoding::Protobuf);
                let frame =
                    [&u32::try_from(announced.len()).expect("short").to_be_bytes()[..], &announced].concat();
                assert!(watch.feed(&frame, |_, _| ()).is_err(), "{length}");
            }
        }
    }
}

#[test]
fn fields_out_of_order_and_repeated_give_the_same_object_for_every_kind() {
    for sample in SAMPLES.lines().map(Sample::parse) {
        let (api_version, kind, raw) = parts(&sample.protobuf).expect("an answer");
        let Ok(wanted) = decode::<Value>(api_version, kind, raw) else { continue };
        let fields = fields(raw);
        let mut runs: Vec<Vec<&[u8]>> = Vec::new();
        for field in &fields {
            match runs.last_mut() {
                // What is an array stays in its order.
                Some(run) if run[0][0] == field[0] => run.push(field),
                _ => runs.push(vec![field]),
            }
        }
        runs.reverse();
        let reversed = runs.concat().concat();
        let is = decode::<Value>(api_version, kind, &reversed).expect(kind);
        assert_eq!(is, wanted, "{api_version} {kind} reversed");
    }
    // Of a field that may stand once the last counts, and messages are merged.
    let name = |name: &[u8]| field(1, &field(1, name));
    let twice = [name(b"first"), field(1, &field(3, b"default")), name(b"last")].concat();
    let map: ConfigMap = decode("v1", "ConfigMap", &twice).expect("a config map");
    assert_eq!(
        (map.metadata.name.as_deref(), map.metadata.namespace.as_deref()),
        (Some("last"), Some("default"))
    );
    // The runtime itself goes by the metadata, and takes no two.
    let list = list_of("v1", "ConfigMap", "12", &[&twice]);
    let error = split(Encoding::Protobuf, &list, 64, |_| ()).expect_err("twice");
    assert!(error.contains("core.v1.ConfigMap at byte") && error.contains("twice"), "{error}");
}

#[test]
fn unknown_fields_are_passed_over_and_unknown_types_of_encoding_are_refused() {
    let map = answer_of(&config_map(1)).expect("a built-in kind");
    let (_, _, raw) = parts(&map).expect("an answer");
    let wanted: ConfigMap = decode("v1", "ConfigMap", raw).expect("a config map");
    for (encoding, value) in [(0, &[1][..]), (1, &[0; 8]), (2, &[2, 0, 0]), (5, &[0; 4])] {
        let mut tag = Vec::new();
        put_varint(&mut tag, 900 << 3 | encoding);
        let newer = [raw, &tag, value].concat();
        assert_eq!(decode::<ConfigMap>("v1", "ConfigMap", &newer).as_ref(), Ok(&wanted), "{encoding}");
        let mut maps = Vec::new();
        let list = list_of("v1", "ConfigMap", "12", &[&newer]);
        split(Encoding::Protobuf, &list, 9, |object| maps.push(object.decode::<ConfigMap>()))
            .expect("a list");
        let [Ok(map)] = &*maps else { panic!("{maps:?}") };
        assert_eq!(map.data, wanted.data, "{encoding}");
    }
    for encoding in [3, 4, 6, 7] {
        let mut tag = Vec::new();
        put_varint(&mut tag, 900 << 3 | encoding);
        let spoiled = [raw, &tag, &[0; 8]].concat();
        let error = decode::<ConfigMap>("v1", "ConfigMap", &spoiled).expect_err("no such type of encoding");
        assert!(error.starts_with(&format!("core.v1.ConfigMap at byte {}: ", raw.len())), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_breaks_off_deletes_nothing_and_its_version_is_not_used() {
    for streaming in [true, false] {
        for bytes in [0, 4, 20, 40, 200, 900, 1500] {
            let way = Way { encoding: Encoding::Protobuf, streaming };
            let world = World::new(way, 20);
            world.watched().await;
            world.at_rest().await;
            let (lists, runs) = (world.lists(), world.ledger.count());
            let asked = world.cluster.requests().all().len();
            world.next_lists(3, |list| list.cut(bytes));
            world.cluster.faults().watches().fail(410);
            // The fourth list is whole, and a watch follows it.
            tokio::time::sleep(Duration::from_mins(3)).await;
            assert_eq!(world.lists(), lists + 4, "cut after {bytes} bytes");
            let all = world.cluster.requests().all();
            let is_list = |query: &str| !query.contains("watch=true") || query.contains("sendInitialEvents");
            let kinds: Vec<_> = all[asked..].iter().map(|request| is_list(&request.query)).collect();
            assert!(
                kinds[..4].iter().all(|list| *list),
                "a watch was asked from a version of half a list: {kinds:?}"
            );
            assert_eq!(world.ledger.count(), runs, "nothing was deleted, and nothing run, by half a list");
            world.verify().await;
        }
    }
}
