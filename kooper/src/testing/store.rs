//! What the server holds: objects in versions, and the log of their changes.
//!
//! An object is kept as the bytes that are sent. The log shares them: a watcher has a position in it and no copy, and
//! an older state is the newest one with the log undone.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, OnceLock},
};

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;

use super::document::Document;
use crate::ObjectKey;

/// Bytes of replaced objects that a collection's log holds before its oldest entries go.
const HISTORY_BYTES: usize = 32 << 20;
/// Entries that a collection's log holds before its oldest go.
const HISTORY_ENTRIES: usize = 100_000;

/// One version of an object, as it is sent.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) key: ObjectKey,
    pub(super) version: u64,
    pub(super) labels: Box<[(Box<str>, Box<str>)]>,
    /// The uids of its owners.
    pub(super) owners: Box<[Box<str>]>,
    uid: Box<str>,
    /// Whether it waits for its end.
    pub(super) deleting: bool,
    /// `{"kind":…,"apiVersion":…,"metadata":…}`
    pub(super) json: Bytes,
    /// Where `"metadata"` begins.
    metadata: usize,
    /// The same in protobuf, once it was asked for.
    pub(super) protobuf: OnceLock<Bytes>,
}

impl Object {
    /// The object in this version; version 0 is none, of an object that was never stored.
    pub(super) fn new(key: ObjectKey, version: u64, mut document: Document) -> Self {
        if version == 0 {
            document.clear_meta("resourceVersion");
        } else {
            document.set_meta("resourceVersion", version.to_string());
        }
        let labels = document.metadata().and_then(|metadata| metadata.get("labels"));
        let labels = labels.and_then(Value::as_object).into_iter().flatten();
        let labels = labels.map(|(name, value)| (name.as_str().into(), value.as_str().unwrap_or("").into()));
        let labels = labels.collect();
        let owners = document.metadata().and_then(|metadata| metadata.get("ownerReferences"));
        let owners = owners.and_then(Value::as_array).into_iter().flatten();
        let owners = owners.filter_map(|owner| owner["uid"].as_str().map(Into::into)).collect();
        let uid = document.meta("uid").into();
        let deleting = document.is_deleting();
        let mut json = Vec::with_capacity(1024);
        json.push(b'{');
        for field in ["kind", "apiVersion"] {
            if let Some(value) = document.0.remove(field) {
                field_to(&mut json, field, &value);
                json.push(b',');
            }
        }
        let metadata = json.len();
        let rest = document.0.iter().filter(|(field, _)| field.as_str() != "metadata");
        let first = document.0.get_key_value("metadata");
        for (at, (field, value)) in first.into_iter().chain(rest).enumerate() {
            if at > 0 {
                json.push(b',');
            }
            field_to(&mut json, field, value);
        }
        json.push(b'}');
        Self {
            key,
            version,
            labels,
            owners,
            uid,
            deleting,
            json: json.into_boxed_slice().into(),
            metadata,
            protobuf: OnceLock::new(),
        }
    }

    pub(super) fn uid(&self) -> &str {
        &self.uid
    }

    /// The object without its opening brace, kind and version: how it stands in a list of its kind.
    pub(super) fn without_kind(&self) -> &[u8] {
        &self.json[self.metadata..]
    }

    /// The same object in another version.
    pub(super) fn in_version(&self, version: u64) -> Self {
        Self::new(self.key.clone(), version, self.document())
    }

    pub(super) fn document(&self) -> Document {
        let value = serde_json::from_slice(&self.json).expect("the store wrote this JSON");
        Document::new(value).expect("the store writes objects")
    }
}

fn field_to(json: &mut Vec<u8>, field: &str, value: &Value) {
    serde_json::to_writer(&mut *json, field).expect("a vector takes every write");
    json.push(b':');
    serde_json::to_writer(json, value).expect("a vector takes every write");
}

/// One change: what there was before and what is now.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) version: u64,
    pub(super) before: Option<Arc<Object>>,
    /// The object after the change; of a removed one, its last state in the version of the removal.
    pub(super) object: Arc<Object>,
    pub(super) removed: bool,
}

/// All objects of one resource, of all namespaces.
#[derive(Debug)]
pub(super) struct Collection {
    objects: BTreeMap<ObjectKey, Arc<Object>>,
    log: VecDeque<Entry>,
    /// Bytes of the objects that only the log holds.
    history: usize,
    /// The log is whole after this version.
    compacted: u64,
    changed: watch::Sender<u64>,
}

/// What a list asks for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Range<'a> {
    pub(super) namespace: Option<&'a str>,
    /// Begins after the object of this key.
    pub(super) after: Option<&'a ObjectKey>,
}

impl Default for Collection {
    fn default() -> Self {
        let changed = watch::Sender::new(0);
        Self { objects: BTreeMap::new(), log: VecDeque::new(), history: 0, compacted: 0, changed }
    }
}

impl Collection {
    pub(super) fn get(&self, key: &ObjectKey) -> Option<&Arc<Object>> {
        self.objects.get(key)
    }

    /// Tells of every change from now on.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// The version of the newest change.
    pub(super) fn newest(&self) -> u64 {
        *self.changed.borrow()
    }

    /// The oldest version that can still be told.
    pub(super) fn compacted(&self) -> u64 {
        self.compacted
    }

    /// The changes after `version`, oldest first, at most `limit`; `None` where they are forgotten.
    pub(super) fn since(&self, version: u64, limit: usize) -> Option<Vec<Entry>> {
        if version < self.compacted {
            return None;
        }
        let start = self.log.partition_point(|entry| entry.version <= version);
        Some(self.log.range(start..).take(limit).cloned().collect())
    }

    /// The objects of `range` in order of their keys, as they were at `version`; `None` where that is forgotten.
    pub(super) fn at(&self, version: u64, range: Range<'_>) -> Option<BTreeMap<ObjectKey, Arc<Object>>> {
        if version < self.compacted {
            return None;
        }
        let mut objects: BTreeMap<_, _> =
            self.now(range).map(|object| (object.key.clone(), Arc::clone(object))).collect();
        for entry in self.log.iter().rev().take_while(|entry| entry.version > version) {
            let key = &entry.object.key;
            let inside = range.namespace.is_none_or(|namespace| key.namespace() == Some(namespace))
                && range.after.is_none_or(|after| key > after);
            match &entry.before {
                Some(before) if inside => objects.insert(key.clone(), Arc::clone(before)),
                _ => objects.remove(key),
            };
        }
        Some(objects)
    }

    /// Whether nothing has changed since `version`, so that `now` is also what was then.
    pub(super) fn unchanged_since(&self, version: u64) -> bool {
        self.log.back().map_or(self.compacted, |entry| entry.version) <= version
    }

    /// The objects of `range` in order of their keys.
    pub(super) fn now<'a>(&'a self, range: Range<'a>) -> impl Iterator<Item = &'a Arc<Object>> {
        let first = range.namespace.map(|namespace| ObjectKey::namespaced(namespace, ""));
        let start = match (range.after, first) {
            (Some(after), _) => Bound::Excluded(after.clone()),
            (None, Some(first)) => Bound::Included(first),
            (None, None) => Bound::Unbounded,
        };
        let inside =
            move |key: &ObjectKey| range.namespace.is_none_or(|namespace| key.namespace() == Some(namespace));
        self.objects
            .range((start, Bound::Unbounded))
            .take_while(move |(key, _)| inside(key))
            .map(|(_, object)| object)
    }

    fn push(&mut self, entry: Entry) {
        self.history += entry.before.as_ref().map_or(0, |before| before.json.len());
        let version = entry.version;
        self.log.push_back(entry);
        while self.history > HISTORY_BYTES || self.log.len() > HISTORY_ENTRIES {
            let Some(oldest) = self.log.pop_front() else { break };
            self.history -= oldest.before.as_ref().map_or(0, |before| before.json.len());
            self.compacted = oldest.version;
        }
        self.changed.send_replace(version);
    }
}

/// Everything, under one lock: versions are handed out in the order of the writes.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The version of the newest write, over all resources.
    pub(super) version: u64,
    collections: HashMap<String, Collection>,
    /// Who is owned, by the owner's uid.
    owned: HashMap<Box<str>, BTreeSet<(String, ObjectKey)>>,
    /// Who has come to be owned, for the garbage collector to look at.
    adopted: Vec<(String, ObjectKey)>,
}

impl State {
    pub(super) fn collection(&mut self, name: &str) -> &mut Collection {
        if !self.collections.contains_key(name) {
            self.collections.insert(name.into(), Collection::default());
        }
        self.collections.get_mut(name).expect("it was inserted just now")
    }

    pub(super) fn collections(&self) -> impl Iterator<Item = (&String, &Collection)> {
        self.collections.iter()
    }

    /// The objects that name an owner of this uid.
    pub(super) fn owned_by(&self, uid: &str) -> Vec<(String, Arc<Object>)> {
        let places = self.owned.get(uid).into_iter().flatten();
        let found = places.filter_map(|(name, key)| {
            let object = self.collections.get(name)?.get(key)?;
            Some((name.clone(), Arc::clone(object)))
        });
        found.collect()
    }

    fn index(&mut self, collection: &str, before: Option<&Object>, after: Option<&Object>) {
        for owner in before.into_iter().flat_map(|before| &before.owners) {
            if let Some(owned) = self.owned.get_mut(owner) {
                owned.remove(&(collection.to_owned(), before.expect("it has owners").key.clone()));
                if owned.is_empty() {
                    self.owned.remove(owner);
                }
            }
        }
        if let Some(after) = after
            && !after.owners.is_empty()
            && before.is_none_or(|before| before.owners != after.owners)
        {
            self.adopted.push((collection.to_owned(), after.key.clone()));
        }
        for owner in after.into_iter().flat_map(|after| &after.owners) {
            let key = after.expect("it has owners").key.clone();
            self.owned.entry(owner.clone()).or_default().insert((collection.to_owned(), key));
        }
    }

    /// The objects that have come to be owned, or by others, since the last time.
    pub(super) fn take_adopted(&mut self) -> Vec<(String, ObjectKey)> {
        std::mem::take(&mut self.adopted)
    }

    /// Writes the object under `key`, in a version of its own.
    pub(super) fn put(&mut self, collection: &str, key: ObjectKey, document: Document) -> Arc<Object> {
        self.version += 1;
        let version = self.version;
        let object = Arc::new(Object::new(key.clone(), version, document));
        let before = self.collection(collection).objects.insert(key, Arc::clone(&object));
        self.index(collection, before.as_deref(), Some(&object));
        let collection = self.collection(collection);
        collection.push(Entry { version, before, object: Arc::clone(&object), removed: false });
        object
    }

    /// Removes the object; the answer is its last state in the version of the removal.
    pub(super) fn remove(
        &mut self,
        collection: &str,
        key: &ObjectKey,
        last: Document,
    ) -> Option<Arc<Object>> {
        let before = self.collection(collection).objects.remove(key)?;
        self.index(collection, Some(&before), None);
        self.version += 1;
        let version = self.version;
        let object = Arc::new(Object::new(key.clone(), version, last));
        let entry = Entry { version, before: Some(before), object: Arc::clone(&object), removed: true };
        self.collection(collection).push(entry);
        Some(object)
    }

    /// Removes the object with no event: a watcher never hears of it.
    pub(super) fn vanish(&mut self, collection: &str, key: &ObjectKey) -> bool {
        self.collection(collection).objects.remove(key).is_some()
    }

    /// Forgets all that was before the newest version.
    pub(super) fn compact(&mut self) {
        for collection in self.collections.values_mut() {
            collection.log.clear();
            collection.history = 0;
            collection.compacted = self.version;
        }
    }
}

/// The state behind its lock.
#[derive(Debug, Default)]
pub(super) struct Store(Mutex<State>);

impl Store {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no write of the store panics half done")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    fn put(state: &mut State, name: &str, value: u32) -> u64 {
        let document = Document::new(json!({
            "kind": "ConfigMap", "apiVersion": "v1", "metadata": { "name": name }, "data": { "n": value },
        }));
        state.put("configmaps", ObjectKey::namespaced("default", name), document.unwrap()).version
    }

    fn remove(state: &mut State, name: &str) -> u64 {
        let key = ObjectKey::namespaced("default", name);
        let last = state.collection("configmaps").get(&key).unwrap().document();
        state.remove("configmaps", &key, last).unwrap().version
    }

    fn names(objects: &BTreeMap<ObjectKey, Arc<Object>>) -> Vec<&str> {
        objects.keys().map(ObjectKey::name).collect()
    }

    #[test]
    fn an_older_state_is_the_newest_with_the_log_undone() {
        let mut state = State::default();
        put(&mut state, "a", 1);
        put(&mut state, "b", 1);
        let then = put(&mut state, "c", 1);
        remove(&mut state, "b");
        put(&mut state, "a", 2);
        put(&mut state, "d", 1);
        let configmaps = state.collection("configmaps");
        let objects = configmaps.at(then, Range::default()).unwrap();
        assert_eq!(names(&objects), ["a", "b", "c"]);
        let a = &objects[&ObjectKey::namespaced("default", "a")];
        assert_eq!(a.document().get("data/n"), Some(&json!(1)));
        let after = ObjectKey::namespaced("default", "a");
        let objects = configmaps.at(then, Range { after: Some(&after), ..Range::default() }).unwrap();
        assert_eq!(names(&objects), ["b", "c"]);
    }

    #[test]
    fn what_was_before_a_compaction_is_forgotten() {
        let mut state = State::default();
        let first = put(&mut state, "a", 1);
        let second = put(&mut state, "a", 2);
        assert_eq!(state.collection("configmaps").since(first, 10).unwrap().len(), 1);
        state.compact();
        let configmaps = state.collection("configmaps");
        assert!(configmaps.since(first, 10).is_none());
        assert!(configmaps.at(first, Range::default()).is_none());
        assert!(configmaps.since(second, 10).unwrap().is_empty());
    }

    #[test]
    fn the_log_forgets_its_oldest_entries_when_it_holds_too_much() {
        let mut state = State::default();
        let first = put(&mut state, "a", 1);
        for n in 0..u32::try_from(HISTORY_ENTRIES).unwrap() {
            put(&mut state, "a", n);
        }
        let configmaps = state.collection("configmaps");
        assert_eq!(configmaps.log.len(), HISTORY_ENTRIES);
        assert_eq!(configmaps.compacted(), first);
    }

    #[test]
    fn a_namespace_is_not_taken_for_one_whose_name_it_begins() {
        let mut state = State::default();
        for namespace in ["a", "a-b", "ab"] {
            let document = Document::new(json!({ "metadata": { "name": "x" } })).unwrap();
            state.put("pods", ObjectKey::namespaced(namespace, "x"), document);
        }
        let pods = state.collection("pods");
        let of_a: Vec<_> = pods.now(Range { namespace: Some("a"), after: None }).collect();
        assert_eq!(of_a.len(), 1);
    }
}
