//! What Go writes in protobuf is read as what it writes in JSON, for every kind.

#[path = "protobuf/kinds.rs"]
#[macro_use]
mod kinds;

use kooper::testing::protobuf::{covered, decode_answer};
use kooper_tests::Sample;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{collections::BTreeMap, fmt::Debug, process::Command};

/// What came of a sample.
enum Seen {
    Equal,
    /// `k8s_openapi` cannot read Go's JSON, but the protobuf.
    JsonUnreadable(String),
}

fn compare<T: DeserializeOwned + PartialEq + Debug>(sample: &Sample<'_>) -> Seen {
    let Sample { api_version, kind, protobuf, json } = sample;
    match (serde_json::from_str::<T>(json), decode_answer::<T>(protobuf)) {
        (Ok(wanted), Ok(read)) if wanted == read => Seen::Equal,
        (Ok(wanted), read) => panic!("{api_version} {kind}: protobuf is\n{read:#?}\nJSON is\n{wanted:#?}"),
        (Err(_), Ok(_)) => Seen::JsonUnreadable("protobuf can be read".into()),
        (Err(_), Err(protobuf)) => Seen::JsonUnreadable(protobuf),
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

/// The kinds of which `k8s_openapi` cannot read all of Go's JSON, by the field that is `null` in it. All but the last can
/// be read from protobuf, which has nothing in place of a null list.
const UNREADABLE: [(&str, &str); 7] = [
    ("authentication.k8s.io/v1 SelfSubjectReview", "status.userInfo.extra: a null list in a map"),
    ("authentication.k8s.io/v1 TokenRequest", "spec.attestations: a null list in a map"),
    ("authentication.k8s.io/v1 TokenReview", "status.user.extra: a null list in a map"),
    ("authorization.k8s.io/v1 LocalSubjectAccessReview", "spec.extra: a null list in a map"),
    ("authorization.k8s.io/v1 SubjectAccessReview", "spec.extra: a null list in a map"),
    ("certificates.k8s.io/v1 CertificateSigningRequest", "spec.extra: a null list in a map"),
    ("policy/v1 PodDisruptionBudget", "status.disruptedPods: a null time in a map"),
];

/// Compares all. Gives how many were equal, and by kind why `k8s_openapi` could not read Go's JSON of the others.
fn compare_all(lines: &str) -> (usize, BTreeMap<String, String>) {
    let (mut equal, mut unreadable) = (0, BTreeMap::new());
    for sample in lines.lines().map(Sample::parse) {
        match compare_as_its_type(&sample) {
            Seen::Equal => equal += 1,
            Seen::JsonUnreadable(why) => {
                unreadable.insert(format!("{} {}", sample.api_version, sample.kind), why);
            }
        }
    }
    (equal, unreadable)
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
    let (equal, unreadable) = compare_all(include_str!("protobuf/samples.txt"));
    assert!(equal > 150, "{equal}");
    assert_eq!(
        unreadable.keys().collect::<Vec<_>>(),
        ["authorization.k8s.io/v1 SubjectAccessReview"],
        "see `UNREADABLE`"
    );
}

#[test]
fn all_that_go_has_and_makes_is_read_alike_from_protobuf_and_json() {
    let generator = concat!(env!("CARGO_MANIFEST_DIR"), "/../kooper/table");
    let made = match Command::new("go").args(["run", "./samples", "all"]).current_dir(generator).output() {
        Ok(made) if made.status.success() => made,
        Ok(made) => return eprintln!("SKIPPED: no samples: {}", String::from_utf8_lossy(&made.stderr)),
        Err(why) => return eprintln!("SKIPPED: Go is not at hand to make samples: {why}"),
    };
    let (equal, unreadable) = compare_all(&String::from_utf8(made.stdout).expect("base64 and JSON"));
    eprintln!("{equal} objects are equal; JSON that cannot be read: {unreadable:#?}");
    assert!(equal > 4000, "{equal}");
    let known: Vec<&str> = UNREADABLE.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(unreadable.keys().collect::<Vec<_>>(), known, "{unreadable:#?}");
    let protobuf: Vec<&String> = unreadable.values().filter(|why| *why != "protobuf can be read").collect();
    assert!(
        matches!(&*protobuf, [one] if one.contains("PodDisruptionBudgetStatus.disruptedPods")),
        "{protobuf:?}"
    );
}
