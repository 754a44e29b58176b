//! Which requests were seen: a bounded memory a member.

use std::collections::{BTreeMap, BTreeSet};

use super::{NONCE_BYTES, NONCES_MAX, SignatureRefusal as Refusal};

/// A request's nonce.
pub(super) type Nonce = [u8; NONCE_BYTES];

/// The nonces of the requests that one member has sent and that could still be sent again.
#[derive(Debug, Default)]
struct Seen {
    until: BTreeMap<Nonce, i64>,
    order: BTreeSet<(i64, Nonce)>,
}

impl Seen {
    fn forget(&mut self, now_s: i64) {
        while let Some((until, nonce)) = self.order.first().copied() {
            if until >= now_s {
                return;
            }
            self.order.remove(&(until, nonce));
            self.until.remove(&nonce);
        }
    }
}

/// The memory of a node. One member cannot fill another's part; a full part refuses and forgets nothing too early.
#[derive(Debug)]
pub struct Nonces {
    /// Nothing that was signed before is taken: this memory knows nothing of it. Seconds since the Unix epoch.
    since_s: i64,
    seen: BTreeMap<String, Seen>,
}

impl Nonces {
    /// A memory that begins now.
    pub const fn since(now_s: i64) -> Self {
        Self {
            since_s: now_s,
            seen: BTreeMap::new(),
        }
    }

    /// Takes a nonce that was never seen before, to be known until `until_s`.
    ///
    /// # Errors
    /// [`Refusal::BeforeStart`], [`Refusal::Replayed`], [`Refusal::TooMany`].
    pub(super) fn take(
        &mut self,
        member: &str,
        nonce: Nonce,
        created_s: i64,
        until_s: i64,
        now_s: i64,
    ) -> Result<(), Refusal> {
        if created_s < self.since_s {
            return Err(Refusal::BeforeStart);
        }
        if !self.seen.contains_key(member) {
            self.seen.insert(member.to_owned(), Seen::default());
        }
        let Some(seen) = self.seen.get_mut(member) else {
            return Ok(());
        };
        seen.forget(now_s);
        if seen.until.contains_key(&nonce) {
            return Err(Refusal::Replayed);
        }
        if seen.until.len() >= NONCES_MAX {
            return Err(Refusal::TooMany { max: NONCES_MAX });
        }
        seen.until.insert(nonce, until_s);
        seen.order.insert((until_s, nonce));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(number: usize) -> Nonce {
        let mut nonce = [0; NONCE_BYTES];
        nonce[..8].copy_from_slice(&number.to_le_bytes());
        nonce
    }

    #[test]
    fn a_full_memory_refuses_and_still_knows_what_it_saw() {
        let mut nonces = Nonces::since(100);
        for number in 0..NONCES_MAX {
            nonces.take("CAN", nonce(number), 100, 160, 100).unwrap();
        }
        assert_eq!(
            nonces.take("CAN", nonce(NONCES_MAX), 100, 160, 100),
            Err(Refusal::TooMany { max: NONCES_MAX })
        );
        assert_eq!(
            nonces.take("CAN", nonce(0), 100, 160, 160),
            Err(Refusal::Replayed)
        );
        nonces.take("DEU", nonce(0), 100, 160, 100).unwrap();
        nonces.take("CAN", nonce(0), 161, 221, 161).unwrap();
    }
}
