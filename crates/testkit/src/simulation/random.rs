//! The one source of chance of a simulated run.

/// A generator of SplitMix64: small, and written out here so that a seed means the same run for ever, whatever
/// becomes of the libraries that draw for others. It is no source of secrets.
#[derive(Debug, Clone)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        // Neighbouring seeds must not give neighbouring runs.
        let mut random = Random {
            state: seed ^ 0x6a09_e667_f3bc_c908,
        };
        random.next();
        random
    }

    pub(super) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number from `low` to `high`, both included. The bias of the remainder does not matter here.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high.saturating_sub(low) + 1)
    }

    /// A place in a list of `length`, 0 for an empty one.
    pub(super) fn place(&mut self, length: usize) -> usize {
        let length = length.max(1) as u64;
        usize::try_from(self.next() % length).unwrap_or(0)
    }

    /// Whether something happens that happens `parts` times in a million.
    pub(super) fn happens(&mut self, parts: u64) -> bool {
        parts > 0 && self.next() % 1_000_000 < parts
    }

    /// Whether something happens that happens one time in so many.
    pub(super) fn one_in(&mut self, times: u64) -> bool {
        self.next().is_multiple_of(times.max(1))
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.place(from.len())).copied()
    }

    /// So many different members of 0 to `length`, in order.
    pub(super) fn choose(&mut self, count: usize, length: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..length).collect();
        for place in 0..count.min(length) {
            let other = place + self.place(length - place);
            all.swap(place, other);
        }
        all.truncate(count.min(length));
        all.sort_unstable();
        all
    }
}

/// Spreads the bits of a number.
pub(super) const fn mix(number: u64) -> u64 {
    let mut z = number;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_for_ever() {
        let mut random = Random::new(7);
        let drawn: Vec<u64> = (0..3).map(|_| random.between(0, 999)).collect();
        assert_eq!(drawn, FIRST_OF_SEED_SEVEN);
    }

    const FIRST_OF_SEED_SEVEN: [u64; 3] = [197, 210, 26];

    #[test]
    fn chosen_members_are_different() {
        let mut random = Random::new(1);
        for _ in 0..100 {
            let chosen = random.choose(3, 7);
            assert!(chosen.len() == 3 && chosen.windows(2).all(|two| two[0] < two[1]) && chosen[2] < 7);
        }
        assert_eq!(random.choose(9, 4), [0, 1, 2, 3]);
    }
}
