//! Whatever a club lives through, its chain is read back, and what counted goes on counting.

use didymium_statement::{CharterLog, CharterVersion, KeyPurpose, SignedCharter};
use proptest::prelude::*;

use crate::club::{CODES, adopt, club, nation, next, rotate};

/// What happens between one version and the next.
#[derive(Debug, Clone)]
enum Happening {
    Rules,
    /// The member at that place, modulo their number, changes its key; the old one counts for so many entries more.
    Rotation(usize, Option<u64>),
    Joining,
    /// The member at that place, modulo their number, leaves.
    Leaving(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        Just(Happening::Rules),
        (0..8_usize, prop::option::of(0..30_u64))
            .prop_map(|(place, grace)| Happening::Rotation(place, grace)),
        Just(Happening::Joining),
        (0..8_usize).prop_map(Happening::Leaving),
    ]
}

/// A club under way: its charter log, and the seed of each present member's statement key, in the charter's order.
struct Life {
    log: CharterLog,
    seeds: Vec<u8>,
    size: u64,
    joined: u8,
    fresh: u8,
}

impl Life {
    fn begin() -> Self {
        Self {
            log: club(3),
            seeds: vec![1, 2, 3],
            size: 0,
            joined: 3,
            fresh: 100,
        }
    }

    /// One version more, signed by everybody whom it concerns.
    fn go_on(&mut self, happening: &Happening, grown: u64) {
        self.size += grown;
        let mut version: CharterVersion = next(&self.log, self.size);
        let mut signers = self.seeds.clone();
        match happening {
            Happening::Rules => version.charter.rules.push('+'),
            Happening::Rotation(place, grace) => {
                let place = place % self.seeds.len();
                self.fresh += 1;
                let until = grace.map(|grace| self.size + grace);
                rotate(&mut version, place, self.fresh, until);
                self.seeds[place] = self.fresh;
                signers.push(self.fresh);
            }
            Happening::Joining if usize::from(self.joined) < CODES.len() => {
                version.charter.members.push(nation(self.joined));
                self.joined += 1;
                self.seeds.push(self.joined);
                signers.push(self.joined);
            }
            Happening::Leaving(place) if self.seeds.len() > 1 => {
                let place = place % self.seeds.len();
                version.charter.members.remove(place);
                self.seeds.remove(place);
            }
            Happening::Joining | Happening::Leaving(_) => {}
        }
        adopt(&mut self.log, &version, &signers);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_counted_goes_on_counting(
        happenings in prop::collection::vec((happening(), 0..20_u64), 1..9),
    ) {
        let mut life = Life::begin();
        for (happening, grown) in &happenings {
            // What counts below the cut now must count there for ever: nothing here is revoked.
            let before = life.log.clone();
            let size = life.size;
            life.go_on(happening, *grown);
            for code in CODES.into_iter().filter(|code| before.member_ever(code).is_some()) {
                for index in 0..size {
                    let keys = |log: &CharterLog| log.statement_keys_at(code, index);
                    prop_assert_eq!(keys(&before), keys(&life.log), "{} {}", code, index);
                    let at = |log: &CharterLog| log.version_at(code, index).map(SignedCharter::id);
                    prop_assert_eq!(at(&before), at(&life.log), "{} {}", code, index);
                }
            }
        }
        let log = life.log;
        for origin in log.origins() {
            let end = origin.end.map_or(u64::MAX, |head| head.size);
            for index in 0..life.size + 40 {
                let keys = log.statement_keys_at(&origin.member, index).len();
                prop_assert_eq!(keys > 0, index < end, "{} {}", &origin.member, index);
                prop_assert_eq!(log.version_at(&origin.member, index).is_some(), index < end);
            }
            let open = log.key_terms(&origin.member, KeyPurpose::Log).into_iter();
            prop_assert_eq!(open.filter(|term| term.until.is_none()).count(), usize::from(end == u64::MAX));
        }
        let bytes = log.to_bytes().unwrap();
        let read = CharterLog::parse(&bytes, &log.club()).unwrap();
        prop_assert_eq!(read.to_bytes().unwrap(), bytes);
        prop_assert_eq!(read.head().version(), log.head().version());
    }
}
