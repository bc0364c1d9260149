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
    trace::{Traceparent, Traceparents},
    wire::{Metadata, Object},
};
use std::{
    collections::{BTreeMap, btree_map},
    mem,
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

#[cfg(test)]
mod tests;

/// How many entries are looked at below one lock: some 20 µs.
pub(crate) const SLICE: usize = 256;

/// The objects of one controller. Nobody holds the lock for long: nothing is decoded below it, and what looks at many
/// objects takes a slice of them at a time.
///
/// The map is sorted, so that a slice can go on where the one before ended, and a namespace is a range of it.
#[derive(Default)]
pub(crate) struct Store {
    entries: Mutex<Entries>,
}

type Entries = BTreeMap<ObjectKey, Entry>;

#[derive(Default)]
struct Entry {
    current: Option<Arc<Object>>,
    tombstone: Option<Arc<Object>>,
    /// The traces of the current object's states since a handler was given one.
    news: News,
    /// The same of the tombstone.
    last_news: News,
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
    Add { object: Arc<Object>, first: bool, news: News },
    /// The object is gone; its last state.
    Delete { last: Arc<Object>, news: News },
}

/// The traces of states that came since a handler was given the object, where their annotations named any.
type News = Option<Box<Traceparents>>;

/// Takes note of the trace of a newer state.
fn note(news: &mut News, state: &Metadata) {
    if let Some(traceparent) = &state.traceparent {
        news.get_or_insert_default().add(traceparent);
    }
}

impl Job {
    /// The metadata of the object at hand.
    pub(crate) fn meta(&self) -> &Metadata {
        match self {
            Self::Add { object, .. } | Self::Delete { last: object, .. } => &object.meta,
        }
    }

    /// The trace in which the state at hand was written, and those of the states before it that no handler was given.
    pub(crate) fn traceparents(&self) -> (Option<&Traceparent>, impl Iterator<Item = &Traceparent>) {
        let (Self::Add { news, .. } | Self::Delete { news, .. }) = self;
        let at_hand = self.meta().traceparent.as_deref();
        (at_hand, news.as_deref().into_iter().flat_map(move |news| news.beside(at_hand)))
    }
}

impl Store {
    fn lock(&self) -> MutexGuard<'_, Entries> {
        // Every change below the lock is whole before the next thing that could panic.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an object that a list or a watch has told of. `None` where nothing is new.
    pub(crate) fn apply(
        &self,
        mut object: Object,
        seen_by: (StreamId, Epoch),
        trigger: Trigger,
    ) -> Option<Change> {
        // Freed once the lock is.
        let _before;
        let mut entries = self.lock();
        let mut place = match entries.entry(object.meta.key.clone()) {
            btree_map::Entry::Vacant(place) => place.insert_entry(Entry::default()),
            btree_map::Entry::Occupied(place) => {
                // One allocation of the key serves all who hold it.
                object.meta.key = place.key().clone();
                place
            }
        };
        let entry = place.get_mut();
        entry.seen_by = seen_by;
        // A `delete` that is to come has its own backoff, and what waits behind it does not end that.
        let waits = entry.tombstone.is_some();
        let spec = match &entry.current {
            None => true,
            Some(before) if before.meta.uid != object.meta.uid => {
                let news = entry.news.take();
                if entry.started {
                    entry.tombstone = entry.current.take();
                    entry.last_news = news;
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
        let key = object.meta.key.clone();
        note(&mut entry.news, &object.meta);
        _before = entry.current.replace(Arc::new(object));
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
        let gone =
            |entry: &Entry| entry.current.is_some() && entry.seen_by.0 == stream && entry.seen_by.1 != epoch;
        // In the order of keys, which does not differ from run to run. Nobody else brings objects of this stream meanwhile.
        let mut vanished = Vec::new();
        self.scan(|key, entry| {
            if gone(entry) {
                vanished.push(key.clone());
            }
        });
        for key in vanished {
            if let Some(change) = bury(&mut self.lock(), &key, None, Trigger::List) {
                told(change);
            }
        }
    }

    /// What there is to do for a key, counted as seen by a handler; `None` if it came and went.
    pub(crate) fn take(&self, key: &ObjectKey) -> Option<Job> {
        let mut entries = self.lock();
        let entry = entries.get_mut(key)?;
        if let Some(last) = &entry.tombstone {
            return Some(Job::Delete { last: Arc::clone(last), news: entry.last_news.take() });
        }
        let object = Arc::clone(entry.current.as_ref()?);
        let first = !mem::replace(&mut entry.started, true);
        Some(Job::Add { object, first, news: entry.news.take() })
    }

    /// Takes a newer state that came of the controller's own write. No change follows: the handler is given this very state.
    pub(crate) fn renew(&self, mut object: Object) {
        let mut entries = self.lock();
        let Some(entry) = entries.get_mut(&object.meta.key) else { return };
        let Some(current) = &entry.current else { return };
        let known = &current.meta;
        if known.uid != object.meta.uid || !known.is_older_than(&object.meta) {
            return;
        }
        object.meta.key = known.key.clone();
        // The write changed no spec, and a digest of another encoding says nothing.
        object.meta.spec = known.spec;
        entry.current = Some(Arc::new(object));
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

    /// The next objects from a key on, in the order of their keys, for as long as they are in the namespace, if one is given.
    /// Gives where to go on, unless that was all.
    pub(crate) fn slice(
        &self,
        from: Bound<&ObjectKey>,
        namespace: Option<&str>,
        objects: &mut Vec<Arc<Object>>,
    ) -> Option<ObjectKey> {
        let entries = self.lock();
        let wanted = |key: &ObjectKey| namespace.is_none_or(|namespace| key.namespace() == Some(namespace));
        let slice = entries.range((from, Bound::Unbounded)).take(SLICE);
        let (mut last, mut count) = (None, 0);
        for (key, entry) in slice.take_while(|(key, _)| wanted(key)) {
            objects.extend(entry.current.clone());
            last = Some(key);
            count += 1;
        }
        last.filter(|_| count == SLICE).cloned()
    }

    /// Every key whose object exists and is not known to be one that cannot be decoded.
    pub(crate) fn keys(&self) -> Vec<ObjectKey> {
        let wanted = |entry: &Entry| entry.current.is_some() && !entry.spoiled;
        let mut keys = Vec::new();
        self.scan(|key, entry| keys.extend(wanted(entry).then(|| key.clone())));
        keys
    }

    /// Looks at every entry, a slice at a time. What comes or goes meanwhile may be seen or not.
    fn scan(&self, mut look: impl FnMut(&ObjectKey, &Entry)) {
        let mut from = Bound::Unbounded;
        loop {
            let entries = self.lock();
            let (mut last, mut count) = (None, 0);
            for (key, entry) in entries.range((from.as_ref(), Bound::Unbounded)).take(SLICE) {
                look(key, entry);
                last = Some(key);
                count += 1;
            }
            match last.filter(|_| count == SLICE).cloned() {
                Some(key) => from = Bound::Excluded(key),
                None => return,
            }
        }
    }
}

/// Ends the current object of a key: a tombstone where a handler has seen it, nothing where none has.
fn bury(entries: &mut Entries, key: &ObjectKey, last: Option<Object>, trigger: Trigger) -> Option<Change> {
    let (key, entry) = {
        let (key, _) = entries.get_key_value(key)?;
        let key = key.clone();
        let entry = entries.get_mut(&key)?;
        (key, entry)
    };
    let known = entry.current.take();
    let mut news = entry.news.take();
    if entry.started {
        entry.started = false;
        if let Some(last) = &last {
            note(&mut news, &last.meta);
        }
        entry.last_news = news;
        entry.tombstone = last.map(Arc::new).or(known);
        return Some(Change { key, trigger, spec: true });
    }
    if entry.tombstone.is_none() {
        entries.remove(&key);
    }
    None
}
