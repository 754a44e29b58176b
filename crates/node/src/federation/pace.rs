//! Pauses between pulls: irregular, and the same for the same seed.

use std::time::Duration;

use crate::folder::Overrides;

/// Longest pause before the first pull.
const START_MS_MAX: u64 = 200;

/// Draws pauses from a seed (SplitMix64).
#[derive(Debug)]
pub(crate) struct Pace {
    state: u64,
    min_ms: u64,
    max_ms: u64,
}

impl Pace {
    pub(crate) const fn new(seed: u64, limits: &Overrides) -> Self {
        Self {
            state: seed,
            min_ms: limits.pull_pause_ms_min,
            max_ms: limits.pull_pause_ms_max,
        }
    }

    /// The pause before the first pull: short, since a node that starts is behind.
    pub(crate) fn start(&mut self) -> Duration {
        Duration::from_millis(self.draw() % START_MS_MAX.min(self.min_ms))
    }

    /// The next pause.
    pub(crate) fn next(&mut self) -> Duration {
        let span = self.max_ms.saturating_sub(self.min_ms).saturating_add(1);
        Duration::from_millis(self.min_ms + self.draw() % span)
    }

    const fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_within_their_limits_and_vary() {
        let limits = Overrides::default();
        let mut pace = Pace::new(7, &limits);
        let pauses: Vec<u128> = (0..200).map(|_| pace.next().as_millis()).collect();
        assert!(pauses.iter().all(|ms| (1_000..=5_000).contains(ms)));
        assert!(pauses.iter().any(|ms| *ms < 2_000) && pauses.iter().any(|ms| *ms > 4_000));
        assert_eq!(Pace::new(7, &limits).next(), Pace::new(7, &limits).next());
        assert_ne!(Pace::new(7, &limits).next(), Pace::new(8, &limits).next());
    }
}
