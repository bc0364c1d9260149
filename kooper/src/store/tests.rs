//! What the store promises, change by change.

use super::*;
use crate::wire::{Encoding, Table};

fn object(name: &str, uid: &str, version: u32) -> Object {
    let mut splitter = Encoding::Json.list(Table::builtin(), crate::wire::Limits::default());
    let text = format!(
        r#"{{"items":[{{"metadata":{{"name":"{name}","uid":"{uid}","resourceVersion":"{version}","generation":{version}}}}}]}}"#
    );
    let mut found = None;
    splitter.feed(text.as_bytes(), |object| found = Some(object)).expect("a list");
    found.expect("an object")
}

fn key() -> ObjectKey {
    ObjectKey::cluster("a")
}

fn apply(store: &Store, uid: &str, version: u32) -> Option<bool> {
    store.apply(object("a", uid, version), (0, 1), Trigger::Watch).map(|change| change.spec)
}

fn delete(store: &Store, uid: &str) -> bool {
    store.delete(object("a", uid, 9), Trigger::Watch).is_some()
}

fn take(store: &Store) -> String {
    match store.take(&key()) {
        Some(Job::Add { object, .. }) => format!("add {}", object.meta.uid),
        Some(Job::Delete { last, .. }) => format!("delete {}", last.meta.uid),
        None => "nothing".into(),
    }
}

#[test]
fn an_unchanged_or_older_state_is_no_change() {
    let store = Store::default();
    assert_eq!(apply(&store, "u", 5), Some(true));
    assert_eq!(apply(&store, "u", 5), None);
    assert_eq!(apply(&store, "u", 4), None);
    assert_eq!(apply(&store, "u", 6), Some(true));
}

/// A state that was written in a trace.
#[cfg(feature = "otel")]
fn written(uid: &str, version: u32, trace: u32) -> Object {
    let mut object = object("a", uid, version);
    let value = format!("00-{trace:032x}-00000000000000aa-01");
    object.meta.traceparent = Traceparent::read("", &value, &key());
    object
}

/// The traces of what there is to do: of the state at hand, and of those before it.
#[cfg(feature = "otel")]
fn traces(store: &Store) -> (String, Vec<String>) {
    let of = |traceparent: &Traceparent| {
        traceparent.place().trace_id().to_string().trim_start_matches('0').to_owned()
    };
    let job = store.take(&key()).expect("there is something");
    let (at_hand, before) = job.traceparents();
    (at_hand.map(of).unwrap_or_default(), before.map(of).collect())
}

#[test]
#[cfg(feature = "otel")]
fn the_traces_of_states_that_no_handler_was_given_are_told_once_and_of_their_own_object_alone() {
    let store = Store::default();
    let apply = |object: Object| store.apply(object, (0, 1), Trigger::Watch);
    apply(written("gone", 1, 9));
    apply(written("u", 1, 1));
    apply(written("u", 2, 2));
    apply(object("a", "u", 3));
    assert_eq!(traces(&store), (String::new(), vec!["2".into(), "1".into()]));
    assert_eq!(traces(&store), (String::new(), Vec::new()), "a retry covers nothing new");
    apply(written("u", 4, 4));
    apply(written("u", 4, 5));
    apply(written("u", 2, 6));
    assert_eq!(traces(&store), ("4".into(), Vec::new()), "neither the same state nor an older one");

    apply(written("u", 5, 5));
    apply(written("v", 6, 6));
    apply(written("v", 7, 7));
    assert_eq!(traces(&store), ("5".into(), Vec::new()), "the delete of the first");
    assert!(store.bury(&key()));
    assert_eq!(traces(&store), ("7".into(), vec!["6".into()]), "the second");
    apply(written("v", 8, 8));
    assert!(store.delete(written("v", 9, 9), Trigger::Watch).is_some());
    assert_eq!(traces(&store), ("9".into(), vec!["8".into()]), "the delete of the second");
}

#[test]
fn the_moment_before_the_end_is_no_change() {
    let store = Store::default();
    apply(&store, "u", 1);
    take(&store);
    let mut ending = object("a", "u", 2);
    ending.meta.ending = true;
    assert_eq!(store.apply(ending, (0, 1), Trigger::Watch), None);
    assert!(delete(&store, "u"));
    assert_eq!(take(&store), "delete u");
}

#[test]
fn an_object_that_came_and_went_before_any_run_leaves_nothing() {
    let store = Store::default();
    apply(&store, "u", 1);
    assert!(!delete(&store, "u"));
    assert_eq!(take(&store), "nothing");
    assert!(store.lock().is_empty());
}

#[test]
fn a_deleted_object_is_kept_until_its_delete_is_settled() {
    let store = Store::default();
    apply(&store, "u", 1);
    assert_eq!(take(&store), "add u");
    assert!(delete(&store, "u"));
    assert_eq!(take(&store), "delete u");
    assert!(!store.bury(&key()));
    assert!(store.lock().is_empty());
}

#[test]
fn under_a_new_uid_the_old_one_is_deleted_first() {
    let store = Store::default();
    apply(&store, "old", 1);
    assert_eq!(take(&store), "add old");
    assert_eq!(apply(&store, "new", 2), Some(true));
    assert_eq!(take(&store), "delete old");
    // Another one in between was seen by no handler, and leaves no trace.
    assert_eq!(apply(&store, "newer", 3), Some(false), "the backoff of the delete goes on");
    assert_eq!(take(&store), "delete old");
    assert!(store.bury(&key()));
    assert_eq!(take(&store), "add newer");
    assert!(!delete(&store, "new"), "the end of one that was replaced");
}

#[test]
fn what_a_list_does_not_hold_is_gone() {
    let store = Store::default();
    for name in ["a", "b", "c"] {
        store.apply(object(name, name, 1), (0, 1), Trigger::List);
        store.take(&ObjectKey::cluster(name));
    }
    store.apply(object("other", "o", 1), (1, 1), Trigger::List);
    store.apply(object("b", "b", 1), (0, 2), Trigger::List);
    let mut gone = Vec::new();
    store.sweep(0, 2, |change| gone.push(change.key.to_string()));
    gone.sort();
    assert_eq!(gone, ["a", "c"]);
}

#[test]
fn an_object_that_no_handler_could_be_given_needs_no_delete() {
    let store = Store::default();
    apply(&store, "u", 1);
    store.take(&key());
    store.unstart(&key(), "u");
    assert!(!delete(&store, "u"));
    apply(&store, "v", 2);
    store.take(&key());
    delete(&store, "v");
    store.unstart(&key(), "v");
    assert!(store.lock().is_empty());
}

/// A store of so many objects, `ns-0/…` and `ns-1/…` by turns, and one of no namespace.
fn many(count: u32) -> Store {
    let store = Store::default();
    for number in 0..count {
        let mut object = object("a", "u", 1);
        let namespace = format!("ns-{}", number % 2);
        object.meta.key = ObjectKey::namespaced(&namespace, &format!("{number:05}"));
        store.apply(object, (0, 1), Trigger::List);
    }
    apply(&store, "u", 1);
    store
}

fn read(store: &Store, namespace: Option<&str>, mut between: impl FnMut()) -> Vec<String> {
    let first = namespace.map(|namespace| ObjectKey::namespaced(namespace, ""));
    let mut from = first.map_or(Bound::Unbounded, Bound::Included);
    let mut objects = Vec::new();
    while let Some(last) = store.slice(from.as_ref(), namespace, &mut objects) {
        from = Bound::Excluded(last);
        between();
    }
    objects.iter().map(|object| object.meta.key.to_string()).collect()
}

#[test]
fn a_read_takes_a_slice_at_a_time_and_lets_the_writer_in_between() {
    let store = many(2_000);
    let mut slices = 0;
    let keys = read(&store, None, || {
        slices += 1;
        // It would wait for ever for a lock that the read holds.
        apply(&store, "u", 1 + slices);
    });
    assert_eq!((keys.len(), slices), (2_001, 7), "2,001 objects in slices of {SLICE}");
    assert!(keys.is_sorted());
    assert_eq!(keys, store.keys().iter().map(ToString::to_string).collect::<Vec<_>>());
}

#[test]
fn a_namespace_is_read_without_a_look_at_the_others() {
    let store = many(2_000);
    let mut slices = 0;
    let keys = read(&store, Some("ns-0"), || slices += 1);
    assert_eq!((keys.len(), slices), (1_000, 3));
    assert!(keys.iter().all(|key| key.starts_with("ns-0/")));
    assert!(read(&store, Some("ns"), || {}).is_empty());
    assert!(read(&store, Some(""), || {}).is_empty());
    store.apply(object("a", "u", 1), (0, 1), Trigger::List);
    assert_eq!(read(&store, None, || {}).len(), 2_001);
}

#[test]
fn a_list_without_changes_holds_no_object_twice() {
    let store = Store::default();
    let bytes =
        |store: &Store| store.lock().values().filter_map(|entry| entry.current.clone()).collect::<Vec<_>>();
    for epoch in 1..=3 {
        for name in ["a", "b", "c"] {
            store.apply(object(name, name, 1), (0, epoch), Trigger::List);
        }
        store.sweep(0, epoch, |change| panic!("{change:?}"));
    }
    let (first, again) = (bytes(&store), bytes(&store));
    assert_eq!(first.len(), 3);
    for (first, again) in first.iter().zip(&again) {
        assert!(Arc::ptr_eq(first, again), "what is unchanged is not replaced");
        assert_eq!(Arc::strong_count(first), 3, "one in the store, two in this test");
    }
}
