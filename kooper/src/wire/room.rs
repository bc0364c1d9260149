//! Room on the heap for objects that are kept.
//!
//! glibc lets the heap of every thread but the first grow by what is asked for, to the next page: a system call
//! (`mprotect`) for about every second object, which holds up the page faults of all threads meanwhile. Memory that was
//! allocated and given back stays with the heap, so that one allocation in advance takes the place of dozens of calls.
//! 20,000 pods: half of the time in the kernel, 3 % of all. Other allocators do not mind.

use std::{cell::Cell, hint::black_box};

/// Below the 128 KiB from which glibc maps an allocation on its own, or gives free memory back.
const ROOM: usize = 96 << 10;

thread_local! {
    /// What is left of the room that was made last on this thread.
    static LEFT: Cell<usize> = const { Cell::new(0) };
}

/// Adds bytes to those that are held until their end comes, with no room to spare: they may be of an object of many megabytes,
/// and are not of most.
pub(super) fn keep(held: &mut Vec<u8>, more: &[u8]) {
    held.reserve_exact(more.len());
    held.extend_from_slice(more);
}

/// Makes room for a time, unless there is still enough for an object of `size`, which is about to be kept.
pub(super) fn make(size: usize) {
    LEFT.with(|left| {
        left.set(left.get().checked_sub(size).unwrap_or_else(|| {
            drop(black_box(Vec::<u8>::with_capacity(ROOM)));
            ROOM
        }));
    });
}
