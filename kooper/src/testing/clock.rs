//! The server's clock: wall time that follows tokio's clock, so that a test can pause and advance it.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Tells the time and hands out uids.
#[derive(Debug)]
pub(super) struct Clock {
    /// The wall time at `start`, moved by every jump.
    wall: Mutex<Timestamp>,
    start: Instant,
    seed: u64,
    uids: AtomicU64,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self {
            wall: Mutex::new(Timestamp::now()),
            start: Instant::now(),
            seed: RandomState::new().hash_one("uids"),
            uids: AtomicU64::new(0),
        }
    }

    /// Moves the clock, forth or back, without time passing.
    pub(super) fn jump(&self, by: SignedDuration) {
        let mut wall = self.wall.lock().expect("nothing panics while it holds the clock");
        *wall = wall.saturating_add(by).unwrap_or(*wall);
    }

    pub(super) fn now(&self) -> Timestamp {
        let wall = *self.wall.lock().expect("nothing panics while it holds the clock");
        wall.saturating_add(self.start.elapsed()).unwrap_or(wall)
    }

    /// Now, as `metadata` writes it: whole seconds, UTC.
    pub(super) fn stamp(&self) -> String {
        seconds(self.now())
    }

    /// The time after `wait`, as `metadata` writes it.
    pub(super) fn stamp_in(&self, wait: Duration) -> String {
        let now = self.now();
        seconds(now.saturating_add(wait).unwrap_or(now))
    }

    /// A uid that no other object of any cluster in this process has.
    pub(super) fn uid(&self) -> String {
        let turn = self.uids.fetch_add(1, Ordering::Relaxed);
        let (high, low) = (mix(self.seed ^ turn), mix(self.seed.wrapping_add(turn) ^ 0x6b6f_6f70_6572));
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            (low >> 48) & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }

    /// Five characters that end a generated name, of the alphabet that Kubernetes takes.
    pub(super) fn suffix(&self) -> String {
        const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        let mut bits = mix(self.seed.rotate_left(17) ^ self.uids.fetch_add(1, Ordering::Relaxed));
        let mut next = || {
            let letter = ALPHABET[usize::try_from(bits % 27).expect("less than 27")];
            bits /= 27;
            char::from(letter)
        };
        std::iter::repeat_with(&mut next).take(5).collect()
    }
}

fn seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The finaliser of `SplitMix64`: every input has an output of its own, with no pattern to see.
fn mix(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_have_the_form_of_version_four_and_differ() {
        let clock = Clock::new();
        let uids: std::collections::HashSet<String> = (0..1000).map(|_| clock.uid()).collect();
        assert_eq!(uids.len(), 1000);
        for uid in &uids {
            let lengths: Vec<usize> = uid.split('-').map(str::len).collect();
            assert_eq!(lengths, [8, 4, 4, 4, 12], "{uid}");
            assert_eq!(&uid[14..15], "4", "{uid}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn wall_time_follows_the_paused_clock_and_its_jumps() {
        let clock = Clock::new();
        let start = clock.now();
        tokio::time::advance(Duration::from_mins(3)).await;
        assert_eq!(clock.now().duration_since(start).as_secs(), 180);
        clock.jump(SignedDuration::from_hours(-1));
        assert_eq!(clock.now().duration_since(start).as_secs(), 180 - 3600);
    }
}
