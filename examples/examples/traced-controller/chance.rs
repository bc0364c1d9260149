//! Failures that can be had again: each is drawn from what it is a failure of.

use std::time::{SystemTime, UNIX_EPOCH};

/// Draws whether a call fails.
pub(crate) struct Chance {
    seed: u64,
    fail: f64,
}

impl Chance {
    /// By a seed, and the chance of each call to fail, from 0 to 1.
    pub(crate) fn new(seed: u64, fail: f64) -> Self {
        Self { seed, fail }
    }

    /// Whether this operation fails in this attempt at this object. The same question has the same answer.
    pub(crate) fn fails(&self, key: &str, attempt: u32, operation: &str) -> bool {
        let hash =
            [key.as_bytes(), &attempt.to_le_bytes(), operation.as_bytes()].into_iter().fold(self.seed, mix);
        // The upper 53 bits are all that an f64 between 0 and 1 has room for.
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let drawn = (hash >> 11) as f64 / (1_u64 << 53) as f64;
        drawn < self.fail
    }
}

/// FNV-1a over the bytes, then a finalizer that spreads them (that of `SplitMix64`).
fn mix(seed: u64, bytes: &[u8]) -> u64 {
    let hash = bytes.iter().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// A seed that differs from run to run.
pub(crate) fn any_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(now.subsec_nanos())
}
