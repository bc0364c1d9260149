//! What Go writes in protobuf is read as what it writes in JSON, for every kind.

#[path = "protobuf/kinds.rs"]
#[macro_use]
mod kinds;

use kooper::testing::protobuf::{covered, decode_answer};
use kooper_tests::{Sample, generated};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
    fs,
    path::Path,
    process::Command,
};

/// What came of a sample.
enum Seen {
    Equal,
    /// `k8s_openapi` cannot read Go's JSON, for what stands in `UNREADABLE` alone.
    JsonUnreadable,
}

fn compare<T: DeserializeOwned + PartialEq + Debug>(sample: &Sample<'_>) -> Seen {
    let Sample { api_version, kind, protobuf, json } = sample;
    let read = decode_answer::<T>(protobuf);
    let why = match (serde_json::from_str::<T>(json), &read) {
        (Ok(wanted), Ok(read)) if wanted == *read => return Seen::Equal,
        (Ok(wanted), read) => panic!("{api_version} {kind}: protobuf is\n{read:#?}\nJSON is\n{wanted:#?}"),
        (Err(why), _) => why,
    };
    let unreadable = UNREADABLE.iter().find(|known| known.kind == format!("{api_version} {kind}"));
    let Some(Unreadable { field, null, .. }) = unreadable else {
        panic!("{api_version} {kind}: its JSON cannot be read: {why}\n{json}");
    };
    // Without those nulls it can be, so that nothing else is wrong.
    let mut json: Value = serde_json::from_str(json).expect("JSON");
    without_nulls(json.pointer_mut(&format!("/{}", field.replace('.', "/"))).expect(field), *null);
    let wanted: T = serde_json::from_value(json).expect(field);
    match (null, read) {
        (Null::List, Ok(read)) => assert_eq!(read, wanted, "{api_version} {kind}"),
        // It is null in protobuf as well.
        (Null::Time, Err(why)) => {
            let name = field.rsplit('.').next().unwrap_or(field);
            assert!(why.contains(&format!(".{name} at byte")), "{why}");
        }
        (_, read) => panic!("{api_version} {kind}: protobuf is\n{read:#?}"),
    }
    Seen::JsonUnreadable
}

/// A kind of which `k8s_openapi` cannot read all of Go's JSON, since an entry of a map may be `null` there.
struct Unreadable {
    kind: &'static str,
    /// The map.
    field: &'static str,
    null: Null,
}

#[derive(Clone, Copy)]
enum Null {
    /// A list that has nothing in it: protobuf has no null in place of it, and can be read.
    List,
    /// A time that is zero: the type takes none, from protobuf neither.
    Time,
}

/// All of them.
const UNREADABLE: [Unreadable; 7] = [
    Unreadable {
        kind: "authentication.k8s.io/v1 SelfSubjectReview",
        field: "status.userInfo.extra",
        null: Null::List,
    },
    Unreadable {
        kind: "authentication.k8s.io/v1 TokenRequest",
        field: "spec.attestations",
        null: Null::List,
    },
    Unreadable { kind: "authentication.k8s.io/v1 TokenReview", field: "status.user.extra", null: Null::List },
    Unreadable {
        kind: "authorization.k8s.io/v1 LocalSubjectAccessReview",
        field: "spec.extra",
        null: Null::List,
    },
    Unreadable { kind: "authorization.k8s.io/v1 SubjectAccessReview", field: "spec.extra", null: Null::List },
    Unreadable {
        kind: "certificates.k8s.io/v1 CertificateSigningRequest",
        field: "spec.extra",
        null: Null::List,
    },
    Unreadable { kind: "policy/v1 PodDisruptionBudget", field: "status.disruptedPods", null: Null::Time },
];

fn without_nulls(map: &mut Value, null: Null) {
    let entries = map.as_object_mut().expect("a map");
    match null {
        Null::List => entries
            .values_mut()
            .filter(|value| value.is_null())
            .for_each(|value| *value = Value::Array(Vec::new())),
        Null::Time => entries.retain(|_, value| !value.is_null()),
    }
}

/// Kinds that `k8s_openapi` does not have are compared as JSON values, in which null, empty and missing are one.
fn compare_values(sample: &Sample<'_>) -> Seen {
    let Sample { api_version, kind, protobuf, json } = sample;
    let read = decode_answer::<Value>(protobuf)
        .unwrap_or_else(|error| panic!("{api_version} {kind}: {error}\n{json}"));
    let mut wanted: Value = serde_json::from_str(json).expect("JSON");
    if let Some(object) = wanted.as_object_mut() {
        object.remove("apiVersion");
        object.remove("kind");
    }
    assert_eq!(pruned(read), pruned(wanted), "{api_version} {kind}");
    Seen::Equal
}

fn pruned(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            let entries = entries.into_iter().map(|(name, value)| (name, pruned(value)));
            // Kubernetes 1.35 had `workloadRef` of pods as an alpha field, and newer ones do not.
            let kept = entries.filter(|(name, value)| !value.is_null() && name != "workloadRef");
            let entries: serde_json::Map<String, Value> = kept.collect();
            if entries.is_empty() { Value::Null } else { Value::Object(entries) }
        }
        Value::Array(values) if values.is_empty() => Value::Null,
        Value::Array(values) => Value::Array(values.into_iter().map(pruned).collect()),
        // Go writes 1 for a float that is whole.
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        other => other,
    }
}

macro_rules! by_kind {
    ($($api_version:literal $kind:literal => $type:ty,)*) => {
        fn compare_as_its_type(sample: &Sample<'_>) -> Seen {
            match (sample.api_version, sample.kind) {
                $(($api_version, $kind) => compare::<$type>(sample),)*
                _ => compare_values(sample),
            }
        }

        /// All kinds.
        const KINDS: &[&str] = &[$(concat!($api_version, " ", $kind)),*];

        /// The kinds that can be watched, and what the table does not name of them.
        fn uncovered() -> BTreeMap<String, String> {
            let watched = |kind: &str| !kind.ends_with("Review") && !kind.ends_with("List") && kind != "Eviction";
            let kinds = [$(($api_version, $kind, covered::<$type> as fn(&str, &str) -> Result<(), String>)),*];
            let gaps = kinds.into_iter().filter(|(_, kind, _)| watched(kind)).filter_map(|(api_version, kind, covered)| {
                Some((format!("{api_version} {kind}"), covered(api_version, kind).err()?))
            });
            gaps.collect()
        }
    };
}
kinds!(by_kind);

/// What came of many samples.
#[derive(Default)]
struct Compared<'a> {
    equal: usize,
    /// Those of equal ones.
    kinds: BTreeSet<String>,
    /// Those of which some JSON could not be read.
    unreadable: BTreeSet<&'a str>,
}

/// Compares all, part by part: each begins with its name, `# HEAD`.
fn compare_all(lines: &str) -> BTreeMap<&str, Compared<'static>> {
    let (mut parts, mut part) = (BTreeMap::<_, Compared<'_>>::new(), "");
    for line in lines.lines() {
        if let Some(name) = line.strip_prefix("# ") {
            part = name;
            continue;
        }
        let (sample, compared) = (Sample::parse(line), parts.entry(part).or_default());
        let kind = format!("{} {}", sample.api_version, sample.kind);
        match compare_as_its_type(&sample) {
            Seen::Equal => {
                compared.equal += 1;
                compared.kinds.insert(kind);
            }
            Seen::JsonUnreadable => {
                compared
                    .unreadable
                    .extend(UNREADABLE.iter().map(|known| known.kind).filter(|known| *known == kind));
            }
        }
    }
    parts
}

#[test]
fn the_table_names_every_field_of_every_type() {
    let known = [
        // No metadata: nobody can list or watch it.
        ("v1 APIGroup", "the kind is none of the built-in ones"),
        ("v1 APIVersions", "the kind is none of the built-in ones"),
        ("v1 Status", "the kind is none of the built-in ones"),
    ];
    let known: BTreeMap<String, String> =
        known.into_iter().map(|(kind, why)| (kind.to_owned(), why.to_owned())).collect();
    assert_eq!(uncovered(), known);
}

#[test]
fn the_committed_samples_are_read_alike_from_protobuf_and_json() {
    let parts = compare_all(include_str!("protobuf/samples.txt"));
    let compared = &parts[""];
    assert!(compared.equal > 150, "{}", compared.equal);
    assert_eq!(compared.unreadable, ["authorization.k8s.io/v1 SubjectAccessReview"].into());
}

#[test]
fn the_committed_samples_are_what_the_generator_makes() {
    let Some(made) = generated(&["./samples"], "whether the samples of protobuf are out of date") else {
        return;
    };
    assert!(
        made == include_str!("protobuf/samples.txt"),
        "protobuf/samples.txt is out of date: kooper/table/README.md says how to renew it"
    );
}

#[test]
fn the_committed_table_is_what_the_generator_makes() {
    let Some(made) = generated(&["."], "whether the table of protobuf is out of date") else { return };
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/../kooper/src/wire/protobuf/table.txt");
    assert!(
        made == fs::read_to_string(table).expect("the table"),
        "kooper/src/wire/protobuf/table.txt is out of date: kooper/table/README.md says how to renew it"
    );
}

#[test]
fn all_that_go_has_and_makes_is_read_alike_from_protobuf_and_json() {
    let Some(made) = generated(&["./samples", "all"], "no objects that Go has and makes were read") else {
        return;
    };
    let mut parts = compare_all(&made);
    let told: Vec<_> = parts.iter().map(|(name, compared)| format!("{name}: {}", compared.equal)).collect();
    println!("{}", told.join(", "));
    let unreadable: BTreeSet<_> = parts.values().flat_map(|compared| &compared.unreadable).copied().collect();
    assert_eq!(
        unreadable,
        UNREADABLE.iter().map(|known| known.kind).collect(),
        "no other, and each is needed"
    );

    let made = ["zero", "random"].map(|name| parts.remove(name).expect("the generator makes it"));
    assert!(made.iter().map(|compared| compared.equal).sum::<usize>() >= 2000);
    for Compared { kinds, .. } in &made {
        let missing: Vec<_> = KINDS.iter().filter(|kind| !kinds.contains(**kind)).collect();
        assert!(missing.is_empty(), "no objects of {missing:?}");
    }
    // What is left is Go's own test data, of four minors at least.
    assert!(parts.contains_key("HEAD") && parts.len() > 4, "{:?}", parts.keys());
    for (minor, compared) in parts {
        assert!(compared.equal > 140, "{minor}: {}", compared.equal);
    }
}

/// The `apiVersion` and the kind of each type in the source of `k8s_openapi`, of its newest version of Kubernetes.
fn kinds_of_k8s_openapi() -> BTreeSet<String> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .output();
    let metadata: Value = serde_json::from_slice(&metadata.expect("cargo runs").stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|package| package["name"] == "k8s-openapi").expect("a dependency");
    let source = Path::new(package["manifest_path"].as_str().expect("a path")).with_file_name("src");
    let versions = fs::read_dir(source).expect("its source").map(|entry| entry.expect("an entry").path());
    let newest = versions.filter(|path| path.is_dir()).max().expect("v1_37, or a newer one");
    let (mut kinds, mut open) = (BTreeSet::new(), vec![newest]);
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let inner = fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path());
            open.extend(inner);
            continue;
        }
        let text = fs::read_to_string(path).expect("text");
        for implementation in text.split("impl crate::Resource for ").skip(1) {
            let constant = |name: &str| {
                let (_, value) =
                    implementation.split_once(&format!("const {name}: &'static str = \"")).expect(name);
                value.split_once('"').expect("its end").0
            };
            kinds.insert(format!("{} {}", constant("API_VERSION"), constant("KIND")));
        }
    }
    kinds
}

#[test]
fn the_kinds_that_are_compared_are_all_that_k8s_openapi_has() {
    assert_eq!(KINDS.iter().map(|kind| (*kind).to_owned()).collect::<BTreeSet<_>>(), kinds_of_k8s_openapi());
}
