//! Properties of witness, policy, proofs, receipts, evidence, fence and mirror, on generated and on hostile
//! input.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use didymium_log::checkpoint::{Checkpoint, sign_checkpoint};
use didymium_log::cosignature::Cosigner;
use didymium_log::evidence::{Evidence, Finding};
use didymium_log::fence::{Decision, Fence, FenceEvent, StoredHead};
use didymium_log::hash::leaf_hash;
use didymium_log::mirror::{Accepted, Mirror, Resource};
use didymium_log::note::{SignedNote, Signer};
use didymium_log::policy::{Policy, Quorum, policy_text};
use didymium_log::receipt::{
    Receipt, attach, issue_inclusion, parse_key_set, receipts_of, registered_bytes, verify_statement,
};
use didymium_log::tile::encode_bundle;
use didymium_log::tlog_proof::TlogProof;
use didymium_log::tree::{EdgeTiles, append_batch, consistency_proof, inclusion_proof, root_from_tiles};
use didymium_log::witness::{
    AddCheckpoint, CosignedHead, Outcome, Persisted, WitnessedLog, read_reply, step,
};
use didymium_log::{Hash, LogError};
use proptest::prelude::*;

/// Entries of the longest history.
const LONGEST: u64 = 600;

/// A history of the log `log.example`, with its tiles.
struct History {
    entries: Vec<Vec<u8>>,
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
}

/// Two histories that share their first 200 entries.
static HISTORIES: LazyLock<[History; 2]> = LazyLock::new(|| ["ours", "theirs"].map(History::new));

impl History {
    fn new(name: &str) -> Self {
        let entry = |i: u64| {
            if i < 200 {
                format!("shared{i}")
            } else {
                format!("{name}{i}")
            }
        };
        let entries: Vec<Vec<u8>> = (0..LONGEST).map(|i| entry(i).into_bytes()).collect();
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let rows = append_batch(&EdgeTiles::default(), &leaves).unwrap().rows;
        let tiles = rows
            .into_iter()
            .map(|row| ((row.id.level, row.id.index), row.bytes));
        History {
            entries,
            tiles: tiles.collect(),
        }
    }

    fn read(&self, level: u8, index: u64, _: u16) -> Result<Vec<Hash>, LogError> {
        let bytes = self.tiles.get(&(level, index)).map_or(&[][..], Vec::as_slice);
        bytes.chunks(32).map(Hash::try_from).collect()
    }

    fn root(&self, size: u64) -> Hash {
        root_from_tiles(size, |l, i, w| self.read(l, i, w)).unwrap()
    }

    fn head(&self, size: u64) -> Checkpoint {
        Checkpoint {
            origin: "log.example".into(),
            size,
            root: self.root(size),
        }
    }

    fn note(&self, size: u64) -> SignedNote {
        let note = sign_checkpoint(&self.head(size), &log()).unwrap();
        SignedNote::parse(note.as_bytes()).unwrap()
    }

    fn edge(&self, size: u64) -> EdgeTiles {
        EdgeTiles::load(size, |l, i, w| self.read(l, i, w)).unwrap()
    }

    fn serve(&self, resource: Resource) -> Vec<u8> {
        match resource {
            Resource::Tile(tile) => {
                self.tiles[&(tile.level, tile.index)][..usize::from(tile.width) * 32].to_vec()
            }
            Resource::Bundle(bundle) => {
                let first = usize::try_from(bundle.index).unwrap() * 256;
                encode_bundle(&self.entries[first..first + usize::from(bundle.width)]).unwrap()
            }
        }
    }
}

fn log() -> Signer {
    Signer::from_seed("log.example", &[1; 32]).unwrap()
}

fn cosigner(number: u8) -> Cosigner {
    Cosigner::from_seed(&format!("w{number}.example"), &[number; 32]).unwrap()
}

/// Fewest further witnesses of a two-level policy, by trying all sets.
fn fewest_missing(groups: &[(usize, Vec<u8>)], top: usize, by: u32) -> u32 {
    let witnesses: u32 = groups
        .iter()
        .map(|(_, members)| u32::try_from(members.len()).unwrap())
        .sum();
    let met = |set: u32| {
        let good = groups.iter().filter(|(needed, members)| {
            members.iter().filter(|member| set & (1 << **member) != 0).count() >= *needed
        });
        good.count() >= top
    };
    (0..1 << witnesses)
        .filter(|added| added & by == 0 && met(added | by))
        .map(u32::count_ones)
        .min()
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parsers_never_panic(noise in prop::collection::vec(any::<u8>(), 0..400), text in "\\PC{0,60}", lines in "([a-z0-9+=/ .]{0,30}\n){0,6}") {
        let _ = AddCheckpoint::parse(&noise);
        let _ = AddCheckpoint::parse(format!("old 1\n{lines}\n{text}\n\n{text}").as_bytes());
        let _ = Policy::parse(&noise);
        let _ = text.parse::<Policy>();
        let _ = format!("witness a {text}\n{lines}quorum a\n").parse::<Policy>();
        let _ = text.parse::<TlogProof>();
        let _ = format!("c2sp.org/tlog-proof@v1\nindex 1\n{lines}\n{text}").parse::<TlogProof>();
        let _ = Evidence::parse(&noise);
        let _ = Evidence::parse(format!("split-view/v1\nsmaller 3\nlarger 3\n{lines}\n{text}").as_bytes());
        let _ = Receipt::parse(&noise);
        let _ = registered_bytes(&noise);
        let _ = receipts_of(&noise);
        let _ = verify_statement(&noise, &[log().verifier()]);
        let _ = parse_key_set(&noise, "log.example");
        let request = AddCheckpoint::new(0, vec![], HISTORIES[0].note(1)).unwrap();
        for status in [200, 409, 422] {
            let _ = read_reply(&request, status, &noise, &[cosigner(1).verifier()]);
            let _ = read_reply(&request, status, text.as_bytes(), &[cosigner(1).verifier()]);
        }
    }

    #[test]
    fn what_parses_is_written_the_same(old in 0u64..1_000_000, hashes in prop::collection::vec(any::<[u8; 32]>(), 0..63), size in 1u64..LONGEST, extra in prop::option::of(prop::collection::vec(any::<u8>(), 0..50))) {
        let path: Vec<Hash> = hashes.into_iter().map(Hash).collect();
        let request = AddCheckpoint::new(old, path.clone(), HISTORIES[0].note(size)).unwrap();
        prop_assert_eq!(AddCheckpoint::parse(request.to_string().as_bytes()), Ok(request));
        let proof = TlogProof { extra, index: old, path, checkpoint: HISTORIES[0].note(size).to_string() };
        prop_assert_eq!(proof.to_string().parse(), Ok(proof));
    }

    /// A witness under any order of requests of two histories: what it cosigned is one history, its sizes
    /// and times never go back, and a split view that it could see is a finding.
    #[test]
    fn no_witness_cosigns_two_histories(requests in prop::collection::vec((any::<bool>(), 0u64..LONGEST, prop::option::of(0u64..LONGEST), -2i64..3), 1..25)) {
        let keys = [log().verifier()];
        let own = cosigner(9);
        let mut stored: Option<CosignedHead> = None;
        let mut now = 1_000_000u64;
        let mut cosigned: Vec<Checkpoint> = Vec::new();
        for (theirs, new, old, clock) in requests {
            now = now.saturating_add_signed(clock);
            let history = &HISTORIES[usize::from(theirs)];
            let old = old.unwrap_or_else(|| stored.as_ref().map_or(0, |head| head.size)).min(new);
            let proof = consistency_proof(old, new, |l, i, w| history.read(l, i, w)).unwrap();
            let request = AddCheckpoint::new(old, proof, history.note(new)).unwrap();
            let known = WitnessedLog { keys: &keys, frozen: false, cosigned: stored.as_ref() };
            let result = step(Some(known), &request, &[&own], now).unwrap();
            if let Some(head) = &stored
                && head.size == new
                && head.root != request.checkpoint().root
            {
                prop_assert!(matches!(result.finding, Some(Finding::Proven(_))));
            }
            if let Some(Finding::Proven(evidence)) = &result.finding {
                prop_assert!(evidence.verify(&keys).is_ok());
                prop_assert_eq!(Evidence::parse(&evidence.to_bytes()), Ok(Evidence::clone(evidence)));
            }
            match result.outcome {
                Outcome::Refused { answer, .. } => prop_assert!(answer.status >= 400),
                Outcome::Cosigned(pending) => {
                    let head = pending.head().clone();
                    if let Some(before) = &stored {
                        prop_assert!(head.size >= before.size && head.unix_seconds >= before.unix_seconds);
                    }
                    stored = Some(head);
                    let token = Persisted::committed(stored.as_ref().unwrap());
                    prop_assert_eq!(pending.release(token).unwrap().status, 200);
                    cosigned.push(request.checkpoint().clone());
                }
            }
        }
        let agree = |history: &History| cosigned.iter().all(|head| history.root(head.size) == head.root);
        prop_assert!(HISTORIES.iter().any(agree), "{cosigned:?}");
    }

    #[test]
    fn a_club_policy_counts_to_k(others in 0u8..14, by: u16) {
        let witnesses: Vec<_> = (0..others).map(|number| (format!("w{number}"), cosigner(number + 2).verifier())).collect();
        let quorum = Quorum::of_club(usize::from(others));
        let policy: Policy = policy_text(&log().verifier(), &witnesses, quorum).unwrap().parse().unwrap();
        let head = HISTORIES[0].head(9);
        let mut note = HISTORIES[0].note(9).to_string();
        let by: Vec<u8> = (0..others).filter(|number| by & (1 << number) != 0).collect();
        for number in &by {
            note += &cosigner(number + 2).cosign(&head.text(), 5).to_string();
        }
        let (_, judgement) = policy.judge(&note).unwrap();
        let needed = quorum.needed().unwrap_or(0);
        prop_assert_eq!(judgement.counted.len(), by.len());
        prop_assert_eq!(judgement.missing, needed.saturating_sub(by.len()));
        prop_assert_eq!(judgement.met, by.len() >= needed);
        prop_assert_eq!(judgement.needs_witnesses, others >= 4);
    }

    #[test]
    fn two_levels_miss_what_trying_all_sets_says(sizes in prop::collection::vec(1usize..4, 1..4), needs in prop::collection::vec(0usize..3, 4), by: u32) {
        let mut text = String::new();
        let mut groups = Vec::new();
        let mut next = 0u8;
        for (number, size) in sizes.iter().enumerate() {
            let members: Vec<u8> = (next..).take(*size).collect();
            next += u8::try_from(*size).unwrap();
            for member in &members {
                text += &format!("witness w{member} {}\n", cosigner(member + 2).verifier());
            }
            let needed = 1 + needs[number] % size;
            let names: Vec<String> = members.iter().map(|member| format!("w{member}")).collect();
            text += &format!("group g{number} {needed} {}\n", names.join(" "));
            groups.push((needed, members));
        }
        let top = 1 + needs[3] % sizes.len();
        let names: Vec<String> = (0..sizes.len()).map(|number| format!("g{number}")).collect();
        text += &format!("group top {top} {}\nquorum top\n", names.join(" "));
        let policy: Policy = text.parse().unwrap();
        prop_assert_eq!(policy.to_string().parse(), Ok(policy.clone()));
        let by = by & ((1 << next) - 1);
        let head = HISTORIES[0].head(9);
        let mut note = HISTORIES[0].note(9).to_string();
        for number in (0..next).filter(|number| by & (1 << number) != 0) {
            note += &cosigner(number + 2).cosign(&head.text(), 5).to_string();
        }
        let (_, judgement) = policy.judge_of_log(&note, &log().verifier()).unwrap();
        let fewest = fewest_missing(&groups, top, by);
        prop_assert_eq!(u32::try_from(judgement.missing).unwrap(), fewest);
        prop_assert_eq!(judgement.met, fewest == 0);
    }

    #[test]
    fn receipts_of_any_place_verify_and_changed_bytes_do_not(size in 2u64..LONGEST, pick: u64, place: usize, by in 1u8..=255) {
        let (history, index) = (&HISTORIES[0], pick % size);
        let leaf = leaf_hash(&history.entries[usize::try_from(index).unwrap()]);
        let path = inclusion_proof(index, size, |l, i, w| history.read(l, i, w)).unwrap();
        let receipt = issue_inclusion(&log(), &history.head(size), leaf, index, &path, "urn:x").unwrap();
        let key = log().verifier();
        let proven = Receipt::parse(&receipt).unwrap().verify_inclusion(leaf, &key).unwrap();
        prop_assert_eq!((proven.index, proven.size, proven.size_signed), (index, size, true));
        let mut wrong = receipt.clone();
        let place = place % wrong.len();
        wrong[place] ^= by;
        let verified = Receipt::parse(&wrong).and_then(|receipt| receipt.verify_inclusion(leaf, &key));
        prop_assert!(verified.is_err());
    }

    #[test]
    fn attaching_never_changes_the_leaf(payload in prop::collection::vec(any::<u8>(), 0..300), signature in prop::collection::vec(any::<u8>(), 0..80)) {
        // The head of a byte string in its shortest form, for lengths below 512.
        let length = |length: usize| match u8::try_from(length) {
            Ok(short @ 0..24) => vec![0x40 | short],
            Ok(byte) => vec![0x58, byte],
            Err(_) => vec![0x59, 1, u8::try_from(length - 256).unwrap()],
        };
        let statement = [vec![0xd2, 0x84, 0x43, 0xa1, 0x01, 0x27, 0xa0], length(payload.len()), payload, length(signature.len()), signature].concat();
        prop_assert_eq!(registered_bytes(&statement).unwrap(), statement.clone());
        let path = inclusion_proof(3, 9, |l, i, w| HISTORIES[0].read(l, i, w)).unwrap();
        let receipt = issue_inclusion(&log(), &HISTORIES[0].head(9), leaf_hash(&HISTORIES[0].entries[3]), 3, &path, "urn:x").unwrap();
        let transparent = attach(&statement, &[&receipt]).unwrap();
        prop_assert_eq!(registered_bytes(&transparent).unwrap(), statement);
        prop_assert_eq!(receipts_of(&transparent).unwrap()[0].as_ref().unwrap().to_bytes().unwrap(), receipt);
    }

    /// However the answers come: a fence that heard of something ahead of or beside the store never opens,
    /// and it opens with nothing less than the answers needed.
    #[test]
    fn a_fence_opens_only_for_a_store_that_holds_all(stored in prop::option::of(1u64..LONGEST), others in 0usize..14, events in prop::collection::vec((0usize..14, 0u8..3, any::<bool>(), 0u64..LONGEST), 0..40)) {
        let ours = &HISTORIES[0];
        let head = stored.map(|size| StoredHead { size, root: ours.root(size), note: Some(ours.note(size)) });
        let mut fence = Fence::new(vec![log().verifier()], head, Quorum::of_club(others));
        let (mut answered, mut bad) = (std::collections::BTreeSet::new(), false);
        for (witness, kind, theirs, size) in events.into_iter().filter(|event| event.0 < others) {
            let event = match kind {
                0 => FenceEvent::Unreachable { witness },
                1 => FenceEvent::NoneKnown { witness },
                _ => FenceEvent::Signed { witness, note: HISTORIES[usize::from(theirs)].note(size) },
            };
            let wrong = kind == 2 && (size > stored.unwrap_or(0) || (theirs && size > 200));
            bad |= wrong;
            if kind != 0 && !wrong {
                answered.insert(witness);
            }
            let decision = fence.step(event, |size| Ok::<_, LogError>(ours.root(size))).unwrap();
            match decision {
                Decision::MaySign => prop_assert!(!bad && answered.len() >= fence.needed()),
                Decision::MustRefuse(_) => prop_assert!(bad),
                Decision::Wait { heard, .. } => prop_assert!(!bad && heard == answered.len()),
            }
        }
    }

    /// However sources lie, what is kept is the log's, and an honest source brings the mirror to the end.
    #[test]
    fn a_mirror_keeps_nothing_wrong(stored in 0u64..LONGEST, more in 1u64..LONGEST, window in 1usize..5, lies in prop::collection::vec((0u8..4, any::<usize>(), 1u8..=255), 0..30)) {
        let (ours, size) = (&HISTORIES[0], (stored + more).min(LONGEST));
        let mut mirror = Mirror::new(ours.edge(stored), ours.head(size)).unwrap();
        let (mut kept, mut lies) = (stored, lies.into_iter());
        while let Some(need) = mirror.next(window).first().copied() {
            let mut bytes = ours.serve(need);
            match lies.next() {
                Some((0, place, by)) => {
                    let place = place % bytes.len();
                    bytes[place] ^= by;
                }
                Some((1, place, _)) => bytes.truncate(place % (bytes.len() + 1)),
                Some((2, ..)) => bytes = HISTORIES[1].serve(need),
                _ => {}
            }
            if let Ok(Accepted::Entries(entries)) = mirror.accept(need, &bytes) {
                prop_assert_eq!(entries.first, kept);
                for (entry, index) in entries.entries.iter().zip(entries.first..) {
                    prop_assert_eq!(entry, &ours.entries[usize::try_from(index).unwrap()]);
                }
                kept += u64::try_from(entries.entries.len()).unwrap();
            }
        }
        prop_assert_eq!(kept, size.max(stored));
        prop_assert_eq!(mirror.edge().root(), ours.root(size));
    }
}
