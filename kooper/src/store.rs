//! The store: every known object as the bytes it came in, and what became of it since a handler saw it.
//!
//! # Invariants
//!
//! * An entry has a current object, a tombstone, or both. A tombstone is the last state of an object that a handler has
//!   seen and whose `delete` has not been settled.
//! * While there is a tombstone the current object, if any, is of another uid and no handler has seen it: [`Store::take`]
//!   gives the tombstone first.
//! * An object is never replaced by an older state of itself.

use crate::{
    ObjectKey, Trigger,
    wire::{Metadata, Object},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The objects of one controller. Cheap to lock: nothing is decoded or dropped at length below the lock.
#[derive(Default)]
pub(crate) struct Store {
    entries: Mutex<HashMap<ObjectKey, Entry>>,
}

#[derive(Default)]
struct Entry {
    current: Option<Arc<Object>>,
    tombstone: Option<Arc<Object>>,
    /// Whether a handler has been given the current object, in this state or an earlier one.
    started: bool,
    /// Whether the current state cannot be decoded, so that nothing but a change can mend it.
    spoiled: bool,
    /// The stream that brought the object, and the list that last held it.
    seen_by: (StreamId, Epoch),
}

/// A stream of the retriever: its place among the controller's namespaces.
pub(crate) type StreamId = u16;

/// The count of lists of a stream.
pub(crate) type Epoch = u32;

/// What the queue needs to know of a change in the store.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) key: ObjectKey,
    /// What told of it.
    pub(crate) trigger: Trigger,
    /// Whether it is a change of spec or a delete, which ends a backoff.
    pub(crate) spec: bool,
}

/// What there is to do for a key.
#[derive(Debug)]
pub(crate) enum Job {
    /// The object exists. `first` where no handler has seen it before.
    Add { object: Arc<Object>, first: bool },
    /// The object is gone; its last state.
    Delete(Arc<Object>),
}

impl Job {
    /// The metadata of the object at hand.
    pub(crate) fn meta(&self) -> &Metadata {
        match self {
            Self::Add { object, .. } | Self::Delete(object) => &object.meta,
        }
    }
}

impl Store {
    fn lock(&self) -> MutexGuard<'_, HashMap<ObjectKey, Entry>> {
        // Every change below the lock is whole before the next thing that could panic.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an object that a list or a watch has told of. `None` where nothing is new.
    pub(crate) fn apply(
        &self,
        object: Object,
        seen_by: (StreamId, Epoch),
        trigger: Trigger,
    ) -> Option<Change> {
        let mut entries = self.lock();
        let key = match entries.get_key_value(&object.meta.key) {
            // One allocation of the key serves all who hold it.
            Some((key, _)) => key.clone(),
            None => object.meta.key.clone(),
        };
        let entry = entries.entry(key.clone()).or_default();
        entry.seen_by = seen_by;
        let mut object = object;
        object.meta.key = key.clone();
        // A `delete` that is to come has its own backoff, and what waits behind it does not end that.
        let waits = entry.tombstone.is_some();
        let spec = match &entry.current {
            None => true,
            Some(before) if before.meta.uid != object.meta.uid => {
                if entry.started {
                    entry.tombstone = entry.current.take();
                    entry.started = false;
                }
                true
            }
            Some(before)
                if before.meta.resource_version == object.meta.resource_version
                    || object.meta.is_older_than(&before.meta) =>
            {
                return None;
            }
            Some(before) => object.meta.spec_changed_since(&before.meta),
        };
        // Its end is told in the next moment, and a run in between would be of no use to anyone.
        let ending = object.meta.ending && entry.started;
        entry.current = Some(Arc::new(object));
        entry.spoiled = false;
        (!ending).then_some(Change { key, trigger, spec: spec && !waits })
    }

    /// Takes the end of an object, with its last state. `None` where no handler has seen it.
    pub(crate) fn delete(&self, last: Object, trigger: Trigger) -> Option<Change> {
        let mut entries = self.lock();
        let entry = entries.get_mut(&last.meta.key)?;
        let current = entry.current.as_ref()?;
        if current.meta.uid != last.meta.uid {
            // The end of one that was replaced long since.
            return None;
        }
        bury(&mut entries, &last.meta.key.clone(), Some(last), trigger)
    }

    /// Takes the end of a list: what this stream knew and the list did not hold is gone.
    pub(crate) fn sweep(&self, stream: StreamId, epoch: Epoch, mut told: impl FnMut(Change)) {
        let mut entries = self.lock();
        let gone =
            |entry: &Entry| entry.current.is_some() && entry.seen_by.0 == stream && entry.seen_by.1 != epoch;
        let mut vanished: Vec<ObjectKey> =
            entries.iter().filter(|(_, entry)| gone(entry)).map(|(key, _)| key.clone()).collect();
        // In an order that does not differ from run to run.
        vanished.sort_unstable();
        for key in vanished {
            if let Some(change) = bury(&mut entries, &key, None, Trigger::List) {
                told(change);
            }
        }
    }

    /// What there is to do for a key, counted as seen by a handler; `None` if it came and went.
    pub(crate) fn take(&self, key: &ObjectKey) -> Option<Job> {
        let mut entries = self.lock();
        let entry = entries.get_mut(key)?;
        if let Some(last) = &entry.tombstone {
            return Some(Job::Delete(Arc::clone(last)));
        }
        let object = Arc::clone(entry.current.as_ref()?);
        let first = !std::mem::replace(&mut entry.started, true);
        Some(Job::Add { object, first })
    }

    /// Takes back that a handler saw the object of this uid: it could not be decoded, so none did.
    pub(crate) fn unstart(&self, key: &ObjectKey, uid: &str) {
        let mut entries = self.lock();
        let Some(entry) = entries.get_mut(key) else { return };
        if entry.tombstone.as_ref().is_some_and(|last| &*last.meta.uid == uid) {
            entry.tombstone = None;
        } else if entry.current.as_ref().is_some_and(|object| &*object.meta.uid == uid) {
            entry.started = false;
        }
        if entry.current.is_none() && entry.tombstone.is_none() {
            entries.remove(key);
        }
    }

    /// Takes note that this state cannot be decoded: until it changes there is no use in another try.
    pub(crate) fn spoil(&self, key: &ObjectKey, state: &Metadata) {
        let mut entries = self.lock();
        let Some(entry) = entries.get_mut(key) else { return };
        let is_state = |object: &Arc<Object>| {
            object.meta.uid == state.uid && object.meta.resource_version == state.resource_version
        };
        entry.spoiled = entry.current.as_ref().is_some_and(is_state);
    }

    /// Frees the tombstone of a key whose `delete` is settled. Gives whether an object of that name exists again.
    pub(crate) fn bury(&self, key: &ObjectKey) -> bool {
        let mut entries = self.lock();
        let Some(entry) = entries.get_mut(key) else { return false };
        entry.tombstone = None;
        if entry.current.is_none() {
            entries.remove(key);
            return false;
        }
        true
    }

    /// The object of a key, if it exists.
    pub(crate) fn get(&self, key: &ObjectKey) -> Option<Arc<Object>> {
        self.lock().get(key)?.current.clone()
    }

    /// Every object whose key is wanted.
    pub(crate) fn objects(&self, wanted: impl Fn(&ObjectKey) -> bool) -> Vec<Arc<Object>> {
        let entries = self.lock();
        entries.iter().filter(|(key, _)| wanted(key)).filter_map(|(_, entry)| entry.current.clone()).collect()
    }

    /// Every key whose object exists and is not known to be one that cannot be decoded.
    pub(crate) fn keys(&self) -> Vec<ObjectKey> {
        let wanted = |entry: &Entry| entry.current.is_some() && !entry.spoiled;
        self.lock().iter().filter(|(_, entry)| wanted(entry)).map(|(key, _)| key.clone()).collect()
    }
}

/// Ends the current object of a key: a tombstone where a handler has seen it, nothing where none has.
fn bury(
    entries: &mut HashMap<ObjectKey, Entry>,
    key: &ObjectKey,
    last: Option<Object>,
    trigger: Trigger,
) -> Option<Change> {
    let (key, entry) = {
        let (key, _) = entries.get_key_value(key)?;
        let key = key.clone();
        let entry = entries.get_mut(&key)?;
        (key, entry)
    };
    let known = entry.current.take();
    if entry.started {
        entry.started = false;
        entry.tombstone = last.map(Arc::new).or(known);
        return Some(Change { key, trigger, spec: true });
    }
    if entry.tombstone.is_none() {
        entries.remove(&key);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Encoding;

    fn object(name: &str, uid: &str, version: u32) -> Object {
        let mut splitter = Encoding::Json.list();
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
            Some(Job::Delete(last)) => format!("delete {}", last.meta.uid),
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
}
