//! Keeps the beginning of what a chunk cut in two, and no more.

use crate::wire::{WireError, room};

/// Gives out whole pieces of a stream, whatever its chunks are.
#[derive(Debug, Default)]
pub(super) struct Hold {
    /// The beginning of a piece; empty between two.
    bytes: Vec<u8>,
    /// How long `bytes` must be before it is worth asking again.
    wants: usize,
    /// How many bytes of the stream were taken.
    taken: usize,
}

/// What is to become of the bytes that were offered.
pub(super) enum Step {
    /// So many are done with; at least one.
    Took(usize),
    /// Nothing can be done before there are so many, counted from the first that was offered.
    Wants(usize),
}

impl Hold {
    /// Offers the bytes to `step`, with the place of the first in the stream. What `step` wants more of is kept.
    pub(super) fn feed(
        &mut self,
        mut chunk: &[u8],
        mut step: impl FnMut(&[u8], usize) -> Result<Step, WireError>,
    ) -> Result<(), WireError> {
        while !chunk.is_empty() {
            let held = !self.bytes.is_empty();
            if held {
                let (now, later) = chunk.split_at((self.wants - self.bytes.len()).min(chunk.len()));
                // Twice what there is, but no more than what is wanted: a length is believed as far as bytes have come.
                let room = (self.bytes.len() + now.len()).max(self.wants.min(2 * self.bytes.len()));
                self.bytes.reserve_exact(room - self.bytes.len());
                self.bytes.extend_from_slice(now);
                chunk = later;
                if self.bytes.len() < self.wants {
                    return Ok(());
                }
            }
            match step(if held { &self.bytes } else { chunk }, self.taken)? {
                Step::Took(count) => {
                    self.taken += count;
                    if held {
                        self.bytes.drain(..count);
                    } else {
                        chunk = &chunk[count..];
                    }
                }
                Step::Wants(length) => {
                    self.wants = length;
                    if !held {
                        room::keep(&mut self.bytes, chunk);
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether nothing was left over.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// How long the stream was.
    pub(super) fn length(&self) -> usize {
        self.taken + self.bytes.len()
    }
}
