//! Which slot a key has.
//!
//! Looked up at random, so where many keys are known each look is at memory that no cache near the processor holds. So a look is at one
//! line of the cache, four bytes a key, and a key that is not the one looked for is not touched: beside the number of the slot
//! stand, in the bits that the largest number leaves free, bits of the key's hash. A map of the library's kind looks at two lines, of its
//! control bytes and of its entries.
//!
//! A key stands in the line that its hash names, or, where that is full, in the next that is not. Each line counts the keys that would
//! stand in it and had to go on, so that a look ends where there are none, and nothing is left of a key that went.

use super::lane::Index;
use crate::ObjectKey;
use std::hash::{BuildHasher, RandomState};

/// Keys in a line, beside the count.
const PLACES: usize = 15;

/// How full the lines may be before there are twice as many: 13 keys in each, of 15.
const FULL: usize = 13;

/// The slots that are taken, by the keys that stand in them.
pub(super) struct Keys {
    /// As many as a power of two.
    lines: Vec<Line>,
    count: usize,
    hasher: RandomState,
    /// The bits of an entry that are the number of a slot, plus one.
    mask: u32,
}

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line {
    /// 0 where there is none.
    entries: [u32; PLACES],
    went_on: u32,
}

/// The hash of a key, which is reckoned once for a look and what follows from it.
#[derive(Clone, Copy)]
pub(super) struct Hash(u64);

impl Line {
    const EMPTY: Self = Self { entries: [0; PLACES], went_on: 0 };

    /// The places whose entry is `like` in the bits of `mask`, as bits from the lowest: the same work wherever one stands.
    fn places(&self, like: u32, mask: u32) -> u32 {
        let equal =
            self.entries.iter().zip(0..).map(|(entry, place)| u32::from(entry & mask == like) << place);
        equal.fold(0, |places, place| places | place)
    }

    fn taken(&mut self) -> impl Iterator<Item = &mut u32> {
        self.entries.iter_mut().filter(|entry| **entry != 0)
    }
}

impl Keys {
    pub(super) fn new() -> Self {
        Self { lines: vec![Line::EMPTY], count: 0, hasher: RandomState::new(), mask: 0xff }
    }

    pub(super) fn hash(&self, key: &ObjectKey) -> Hash {
        Hash(self.hasher.hash_one(key))
    }

    /// The lines in which a key of this hash may stand, the first one first.
    fn path(&self, hash: Hash) -> impl Iterator<Item = usize> + use<> {
        let last = self.lines.len() - 1;
        // The lowest bits name the line, the highest stand in the entry.
        let first = usize::try_from(hash.0 & u64::from(u32::MAX)).unwrap_or_default();
        (first..).map(move |line| line & last)
    }

    /// The bits of an entry that are those of the hash.
    fn bits(&self, hash: Hash) -> u32 {
        u32::try_from(hash.0 >> 32).unwrap_or_default() & !self.mask
    }

    /// The slot of the key of this hash for which `is_it` holds.
    pub(super) fn find(&self, hash: Hash, is_it: impl Fn(Index) -> bool) -> Option<Index> {
        let bits = self.bits(hash);
        for line in self.path(hash) {
            let line = &self.lines[line];
            let mut places = line.places(bits, !self.mask);
            while places != 0 {
                let entry = line.entries[places.trailing_zeros() as usize] & self.mask;
                if entry != 0 && is_it(entry - 1) {
                    return Some(entry - 1);
                }
                places &= places - 1;
            }
            if line.went_on == 0 {
                break;
            }
        }
        None
    }

    /// Takes a slot in; `key_of` gives the keys of those that were taken in before.
    pub(super) fn insert<'a>(&mut self, hash: Hash, index: Index, key_of: impl Fn(Index) -> &'a ObjectKey) {
        while index >= self.mask {
            let bit = self.mask + 1;
            self.mask |= bit;
            self.entries().for_each(|entry| *entry &= !bit);
        }
        if self.count == self.lines.len() * FULL {
            let more = vec![Line::EMPTY; self.lines.len() * 2];
            for entry in std::mem::replace(&mut self.lines, more).iter_mut().flat_map(Line::taken) {
                let index = (*entry & self.mask) - 1;
                self.put(self.hash(key_of(index)), index);
            }
        }
        self.put(hash, index);
        self.count += 1;
    }

    fn put(&mut self, hash: Hash, index: Index) {
        let entry = self.bits(hash) | (index + 1);
        for line in self.path(hash) {
            let line = &mut self.lines[line];
            let free = line.places(0, u32::MAX);
            if free != 0 {
                line.entries[free.trailing_zeros() as usize] = entry;
                return;
            }
            line.went_on += 1;
        }
    }

    /// Takes the slot of a key of this hash out.
    pub(super) fn remove(&mut self, hash: Hash, index: Index) {
        let entry = self.bits(hash) | (index + 1);
        for line in self.path(hash) {
            let line = &mut self.lines[line];
            let place = line.places(entry, u32::MAX);
            if place != 0 {
                line.entries[place.trailing_zeros() as usize] = 0;
                self.count -= 1;
                return;
            }
            line.went_on -= 1;
        }
    }

    fn entries(&mut self) -> impl Iterator<Item = &mut u32> {
        self.lines.iter_mut().flat_map(Line::taken)
    }

    /// All slots, in no order.
    #[cfg(feature = "testing")]
    pub(super) fn iter(&self) -> impl Iterator<Item = Index> {
        let entries = self.lines.iter().flat_map(|line| line.entries);
        entries.filter(|entry| *entry != 0).map(|entry| (entry & self.mask) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn names(count: u32) -> Vec<ObjectKey> {
        (0..count).map(|number| ObjectKey::cluster(&number.to_string())).collect()
    }

    #[test]
    fn each_key_has_its_slot_however_many_there_are_and_whatever_left() {
        let keys = names(70_000);
        let mut index = Keys::new();
        let find = |index: &Keys, key| index.find(index.hash(key), |at| keys[at as usize] == *key);
        let left = |at: u32| at % 3 != 1;
        for (at, key) in (0..).zip(&keys) {
            assert_eq!(find(&index, key), None);
            index.insert(index.hash(key), at, |at| &keys[at as usize]);
            if at > 0 && !left(at - 1) {
                index.remove(index.hash(&keys[at as usize - 1]), at - 1);
            }
        }
        for (at, key) in (0..).zip(&keys) {
            assert_eq!(find(&index, key), left(at).then_some(at), "{key}");
        }
        assert_eq!(
            index.find(index.hash(&keys[0]), |_| false),
            None,
            "another key of the same hash is another key"
        );
    }

    #[test]
    fn lines_that_overflow_lose_no_key_and_keep_no_trace_of_those_that_went() {
        // As many as 64 lines take.
        const COUNT: u32 = 832;
        let keys = names(COUNT);
        let mut index = Keys::new();
        let mut there = BTreeMap::new();
        let mut random = fastrand::Rng::with_seed(7);
        let mut overflowed = false;
        for step in 0..200_000 {
            let at = random.u32(0..COUNT);
            let hash = index.hash(&keys[at as usize]);
            overflowed |= index.lines.iter().any(|line| line.went_on > 0);
            assert_eq!(index.find(hash, |found| found == at), there.get(&at).copied());
            if there.insert(at, at).is_none() {
                index.insert(hash, at, |at| &keys[at as usize]);
            } else if step > 100_000 || random.u32(0..64) == 0 {
                // At first nearly all are there, later half of them.
                index.remove(hash, at);
                there.remove(&at);
            }
        }
        assert!(overflowed && index.lines.len() == COUNT as usize / FULL);
        for at in there.into_keys() {
            index.remove(index.hash(&keys[at as usize]), at);
        }
        assert!(
            index.count == 0
                && index.lines.iter().all(|line| line.went_on == 0 && line.entries == [0; PLACES])
        );
    }
}
