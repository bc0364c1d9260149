//! Which slot a key has.
//!
//! Looked up at random, so where many keys are known each look is at memory that no cache near the processor holds. So it is as
//! small as can be, four bytes a key, and a key that is not the one looked for is not touched: beside the number of the slot stand, in the bits
//! that the largest number leaves free, bits of the key's hash.

use super::lane::Index;
use crate::ObjectKey;
use hashbrown::HashTable;
use std::hash::{BuildHasher, RandomState};

/// The slots that are taken, by the keys that stand in them.
pub(super) struct Keys {
    table: HashTable<u32>,
    hasher: RandomState,
    /// The bits of an entry that are the number of a slot.
    mask: u32,
}

/// The hash of a key, which is reckoned once for a look and what follows from it.
#[derive(Clone, Copy)]
pub(super) struct Hash(u64);

impl Hash {
    /// Bits that have no part in where the table puts an entry: it takes the lowest and the highest seven.
    fn rest(self) -> u32 {
        u32::try_from(self.0 >> 25 & u64::from(u32::MAX)).unwrap_or_default()
    }
}

impl Keys {
    pub(super) fn new() -> Self {
        Self { table: HashTable::new(), hasher: RandomState::new(), mask: 0xff }
    }

    pub(super) fn hash(&self, key: &ObjectKey) -> Hash {
        Hash(self.hasher.hash_one(key))
    }

    /// The slot of the key of this hash for which `is_it` holds.
    pub(super) fn find(&self, hash: Hash, is_it: impl Fn(Index) -> bool) -> Option<Index> {
        let Self { mask, .. } = *self;
        let like = hash.rest() & !mask;
        self.table
            .find(hash.0, |entry| entry & !mask == like && is_it(entry & mask))
            .map(|entry| entry & mask)
    }

    /// Takes a slot in; `key_of` gives the keys of those that were taken in before.
    pub(super) fn insert<'a>(&mut self, hash: Hash, index: Index, key_of: impl Fn(Index) -> &'a ObjectKey) {
        while index > self.mask {
            let bit = self.mask + 1;
            self.mask |= bit;
            self.table.iter_mut().for_each(|entry| *entry &= !bit);
        }
        let Self { table, hasher, mask } = self;
        let entry = hash.rest() & !*mask | index;
        table.insert_unique(hash.0, entry, |entry| hasher.hash_one(key_of(entry & *mask)));
    }

    /// Takes the slot of a key of this hash out.
    pub(super) fn remove(&mut self, hash: Hash, index: Index) {
        let entry = hash.rest() & !self.mask | index;
        if let Ok(found) = self.table.find_entry(hash.0, |other| *other == entry) {
            found.remove();
        }
    }

    /// All slots, in no order.
    #[cfg(feature = "testing")]
    pub(super) fn iter(&self) -> impl Iterator<Item = Index> {
        self.table.iter().map(|entry| entry & self.mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_slot_however_many_there_are_and_whatever_left() {
        let keys: Vec<_> = (0..70_000).map(|number: u32| ObjectKey::cluster(&number.to_string())).collect();
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
}
