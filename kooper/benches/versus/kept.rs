//! What an object takes as it is kept, how much of that stands in other objects too, and what it would cost to keep it once:
//! for the pods of the other measures, which are all different, and for pods as deployments make them.

use crate::{Result, arguments::Arguments, pods::Pods, prepared::Prepared, report::thousands};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    hint::black_box,
    time::{Duration, Instant},
};

/// Pods of a deployment.
const REPLICAS: usize = 50;

/// Parts that are shorter are not worth a reference.
const LEAST: usize = 48;

/// A reference to a part: pointer, length, place in the object.
const REFERENCE: usize = 24;

/// Of a part that is kept once: its counts of references, its entry in a table.
const SHARED: usize = 40;

/// What a replica has of its own, beside its times.
const OWN: [&str; 11] = [
    "/metadata/name",
    "/metadata/uid",
    "/metadata/resourceVersion",
    "/spec/nodeName",
    "/spec/volumes/1/name",
    "/spec/containers/0/volumeMounts/1/name",
    "/status/hostIP",
    "/status/podIP",
    "/status/podIPs/0/ip",
    "/status/containerStatuses/0/containerID",
    "/status/containerStatuses/0/restartCount",
];

const TIMES: [&str; 7] = [
    "/metadata/creationTimestamp",
    "/status/startTime",
    "/status/conditions/0/lastTransitionTime",
    "/status/conditions/1/lastTransitionTime",
    "/status/conditions/2/lastTransitionTime",
    "/status/conditions/3/lastTransitionTime",
    "/status/containerStatuses/0/state/running/startedAt",
];

/// Prints the table.
pub(crate) fn run(arguments: &Arguments) -> Result {
    let count = arguments.pods.unwrap_or(if arguments.bench { 20_000 } else { 200 });
    let prepared = Prepared::new(Pods::new(count));
    let pod = |index| serde_json::from_slice::<Value>(&prepared.item(index, true));
    let different = (0..count).map(pod).collect::<Result<Vec<_>, _>>()?;
    let replica = |index: usize| {
        let mut like = different[index - index % REPLICAS].clone();
        for pointer in OWN {
            if let (Some(place), Some(own)) = (like.pointer_mut(pointer), different[index].pointer(pointer)) {
                *place = own.clone();
            }
        }
        let time =
            format!("2026-03-{:02}T{:02}:{:02}:{:02}Z", index % 28 + 1, index % 24, index % 59, index % 60);
        for pointer in TIMES {
            if let Some(place) = like.pointer_mut(pointer) {
                *place = json!(time);
            }
        }
        like
    };
    println!("bytes a pod, of {} pods, as they are kept: without managedFields", thousands(count));
    println!("all different:");
    table(&different);
    println!("as deployments of {REPLICAS} replicas make them:");
    table(&(0..count).map(replica).collect::<Vec<_>>());
    Ok(())
}

#[allow(clippy::cast_precision_loss)]
fn table(pods: &[Value]) {
    let mut seen = HashMap::new();
    for pod in pods {
        parts(pod, &mut |part| {
            *seen.entry(hash(part)).or_insert(0_u32) += 1;
            false
        });
    }
    let (mut whole, mut namespaces) = (0, 0);
    let mut once = HashMap::new();
    let mut shared = Vec::new();
    for pod in pods {
        whole += pod.to_string().len();
        namespaces += pod["metadata"]["namespace"].as_str().map_or(0, str::len);
        let mut of_it = Vec::new();
        parts(pod, &mut |part| {
            let repeats = seen[&hash(part)] > 1;
            if repeats {
                once.insert(hash(part), part.len());
                of_it.push(part.to_owned());
            }
            repeats
        });
        shared.push(of_it);
    }
    let count = pods.len() as f64;
    let references: usize = shared.iter().map(Vec::len).sum();
    let repeated: usize = shared.iter().flatten().map(String::len).sum();
    let kept_once: usize = once.values().map(|length| length + SHARED).sum();
    let left = whole - repeated + references * REFERENCE + kept_once;
    let (found, joined) = (timed(&shared, find(&once)), timed(&shared, |parts| parts.concat().len()));
    let row = |what: &str, total: usize| println!("  {what:58}{:>8.0}", total as f64 / count);
    row("whole", whole);
    row("the namespace, which repeats in what is parsed", namespaces);
    row(&format!("parts from {LEAST} bytes on that stand in another pod too"), repeated);
    row("  so many of them", references);
    row("what would be left, with references and what is kept once", left);
    let row =
        |what: &str, time: Duration| println!("  {what:58}{:>8.2} µs", time.as_secs_f64() * 1e6 / count);
    row("to find them as a pod comes in, at least (hash and look)", found);
    row("to put them together for each decoding, at least", joined);
}

fn find(once: &HashMap<u64, usize>) -> impl Fn(&[String]) -> usize {
    |parts| parts.iter().filter_map(|part| once.get(&hash(part))).sum()
}

/// The least of some runs over all pods.
fn timed(pods: &[Vec<String>], work: impl Fn(&[String]) -> usize) -> Duration {
    let run = |_| {
        let began = Instant::now();
        for parts in pods {
            black_box(work(black_box(parts)));
        }
        began.elapsed()
    };
    (0..5).map(run).min().unwrap_or_default()
}

/// Offers the parts of a value, from the largest on; one that is taken is not looked into.
fn parts(value: &Value, take: &mut impl FnMut(&str) -> bool) {
    let text = value.to_string();
    if text.len() < LEAST || take(&text) {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| parts(item, take)),
        Value::Object(fields) => fields.values().for_each(|field| parts(field, take)),
        _ => {}
    }
}

fn hash(part: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    part.hash(&mut hasher);
    hasher.finish()
}
