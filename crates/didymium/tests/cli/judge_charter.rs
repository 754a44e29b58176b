//! The independent judge after the charter has changed: every version, head, cosignature and entry by the charter of its
//! time.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be; its helpers too"
)]

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use didymium_log::checkpoint::{Checkpoint, sign_checkpoint};
use didymium_log::cosignature::{CheckpointCosigner, Cosigner};
use didymium_log::note::{SignedNote, Signer};
use didymium_node::charter::revoke_key;
use didymium_node::clock::SystemClock;
use didymium_node::club::{ClubSpec, MemberSpec, found, member_dir};
use didymium_node::folder::{NodeKeys, Seeds};
use didymium_node::{NodeFolder, charter};
use didymium_statement::{
    CharterLog, CharterVersion, Digest, KeyPurpose, LogHead, Member, Retirement, Role, StatementSigner,
};

use crate::common::{Answer, Desk, Serving, long_table, run};
use crate::judge::{flipped, judge};
use crate::shelf::{Shelf, fill};

/// Longest wait for a node to hold what another has.
const AGREED_MAX: Duration = Duration::from_secs(60);

/// A port that was free a moment ago.
fn listen() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Takes a nation in at a node that runs over the folder `host`, and starts its node.
fn takes_in(desk: &Desk, host: &str, url: &str, code: &str, how: &[&str]) -> Serving {
    let dir = desk.path(code).display().to_string();
    let at = listen();
    let join = ["init", "--join", url, "--dir", &dir];
    let ask = [&join[..], &["--member", code, "--listen", &at, "--json"], how].concat();
    let request = run(&ask).ends(0).json()["request"].as_str().unwrap().to_owned();
    run(&["charter", "sign", "--dir", host, &request]).ends(0);
    run(&[&join[..], &["--finish", "--wait", "30"]].concat()).ends(0);
    Serving::start(&dir)
}

#[test]
fn a_club_that_rotated_keys_and_took_members_in_is_right() {
    let desk = Desk::new();
    let can = desk.path("can").display().to_string();
    run(&["init", "--dir", &can, "--member", "CAN", "--listen", &listen()]).ends(0);
    let first = desk.path("first").display().to_string();
    std::fs::copy(desk.path("can/charter.cose"), &first).unwrap();
    for (table, change) in [(2, "statement"), (3, "log"), (4, "witness")] {
        let name = format!("{table}.csv");
        desk.import(&can, &name, &long_table(table)).ends(0);
        run(&["charter", "propose", "--dir", &can, "--rotate", change]).ends(0);
    }
    desk.import(&can, "newest.csv", &long_table(5)).ends(0);
    let node = Serving::start(&can);
    if judge(&["url", &node.url]).is_none() {
        node.stop();
        return;
    }
    let associate = takes_in(&desk, &can, &node.url, "DEU", &["--associate"]);
    let member = takes_in(&desk, &can, &node.url, "FRA", &[]);

    let saved = desk.path("saved").display().to_string();
    let own = judge(&["url", &node.url, "--charter", &first, "--save", &saved])
        .unwrap()
        .ends(0);
    for part in [
        "and 5 versions that follow",
        "the log leads to 5 states",
        "COSE receipts and tlog-proofs hold",
        // The associate is no witness.
        "of 1 witnesses",
    ] {
        assert!(own.out.contains(part), "{part}: {}", own.out);
    }
    // Every node's own log and copy of the first, under the same first version.
    for other in [&associate, &member] {
        judge(&["url", &other.url, "--charter", &first]).unwrap().ends(0);
        let begun = Instant::now();
        while judge(&["url", &other.url, "--charter", &first, "--member", "CAN"])
            .unwrap()
            .code
            != Some(0)
        {
            assert!(begun.elapsed() < AGREED_MAX, "no copy of CAN's log");
            std::thread::sleep(Duration::from_millis(300));
        }
    }
    for node in [associate, member, node] {
        node.stop();
    }

    let kept = judge(&["folder", &saved]).unwrap().ends(0);
    assert!(kept.out.contains("kept receipts and proofs hold"), "{}", kept.out);
    judge(&["folder", &saved, "--charter", &first]).unwrap().ends(0);
    // Without the versions that follow nobody knows the key that signed the head.
    let chain = desk.path("saved/charter.chain");
    let bytes = std::fs::read(&chain).unwrap();
    std::fs::remove_file(&chain).unwrap();
    judge(&["folder", &saved]).unwrap().ends(4);
    std::fs::write(&chain, &bytes).unwrap();
    for place in [1, 2, 3, 5] {
        let wrong = flipped(&chain, bytes.len() * place / 6, &["folder", &saved]);
        assert_eq!(wrong.code, Some(4), "{place}: {wrong:?}");
    }
    // Another club's first version is no anchor of this chain.
    let stranger = desk.path("node/charter.cose").display().to_string();
    judge(&["folder", &saved, "--charter", &stranger])
        .unwrap()
        .ends(4);
}

/// A club of five on disk, with a log of CAN of 21 entries at the cut and 31 in the end, and a sixth nation's keys.
pub struct Five {
    pub desk: Desk,
    pub folders: Vec<NodeFolder>,
    pub early: Shelf,
    pub late: Shelf,
    /// Where each log stood at the cut.
    cut: Vec<LogHead>,
    pub joining: NodeKeys,
    /// The keys that take the place of CAN's.
    pub next: NodeKeys,
}

const CODES: [&str; 5] = ["CAN", "DEU", "FRA", "GBR", "ITA"];

pub fn head(shelf: &Shelf) -> Checkpoint {
    Checkpoint::parse(&SignedNote::parse(&shelf.0["checkpoint"]).unwrap().text).unwrap()
}

impl Five {
    pub fn found() -> Self {
        let desk = Desk::new();
        let club = desk.path("five");
        let member = |code: &str| {
            let domain = format!("{}.club.example", code.to_lowercase());
            MemberSpec::local(code, &domain, listen().parse().unwrap())
        };
        let spec = ClubSpec {
            club: "Five".into(),
            members: CODES.map(member).into(),
        };
        found(&club, &spec, Arc::new(SystemClock)).unwrap();
        let dirs = CODES.map(|code| member_dir(&club, code).display().to_string());
        fill(&dirs[0], "before", 20);
        let shelves = dirs.each_ref().map(|dir| Shelf::of(dir));
        let cut = CODES.into_iter().zip(&shelves).map(|(code, shelf)| LogHead {
            member: code.to_owned(),
            size: head(shelf).size,
            root: Digest::from_bytes(*head(shelf).root.as_bytes()),
        });
        let cut = cut.collect();
        fill(&dirs[0], "after", 10);
        let keys = |domain: &str| Seeds::random().unwrap().keys(domain).unwrap();
        Self {
            folders: dirs
                .iter()
                .map(|dir| NodeFolder::open(Path::new(dir)).unwrap())
                .collect(),
            early: shelves[0].clone(),
            late: Shelf::of(&dirs[0]),
            cut,
            joining: keys("usa.club.example"),
            next: keys("can.club.example"),
            desk,
        }
    }

    pub fn witness(&self, code: &str) -> &Cosigner {
        let place = CODES.iter().position(|known| *known == code).unwrap();
        self.folders[place].keys().witness.first()
    }

    pub fn log_key(&self) -> &Signer {
        &self.folders[0].keys().log
    }

    /// Version 2: an associate, another log key for CAN, and what else `change` says.
    pub fn draft(&self, change: impl FnOnce(&mut CharterVersion)) -> (CharterLog, CharterVersion) {
        let log = CharterLog::found(self.folders[0].charter().clone()).unwrap();
        let mut draft = log.successor(self.cut.clone());
        let key = self.next.public().log;
        let old = std::mem::replace(&mut draft.charter.members[0].keys.log, key);
        retire(&mut draft, KeyPurpose::Log, old);
        draft.charter.members.push(Member {
            member: "USA".into(),
            did: "did:web:usa.club.example".into(),
            domain: "usa.club.example".into(),
            address: "http://127.0.0.1:4899".into(),
            role: Role::Associate,
            keys: self.joining.public(),
        });
        change(&mut draft);
        (log, draft)
    }

    /// The chain of both versions, the second signed by those.
    pub fn chain(&self, draft: (CharterLog, CharterVersion), signers: &[&StatementSigner]) -> Vec<u8> {
        let mut proposal = draft.0.propose(draft.1).unwrap();
        for signer in signers {
            proposal.sign(signer).unwrap();
        }
        let versions = [
            self.folders[0].charter().bytes().to_vec(),
            proposal.bytes().unwrap(),
        ];
        // CBOR: an array of two byte strings, the length of each in two bytes.
        let mut chain = vec![0x82];
        for version in versions {
            chain.push(0x59);
            chain.extend(u16::try_from(version.len()).unwrap().to_be_bytes());
            chain.extend(version);
        }
        chain
    }

    /// The first members' keys, so many, and that of who joins.
    pub fn signers(&self, members: usize) -> Vec<&StatementSigner> {
        let members = self.folders[..members]
            .iter()
            .map(|folder| &folder.keys().statement);
        members.chain([&self.joining.statement]).collect()
    }

    /// Judges CAN's log as those files, under that chain, with its head signed by that key and cosigned by those.
    pub fn judged(
        &self,
        shelf: &Shelf,
        chain: &[u8],
        key: &Signer,
        cosigners: &[&dyn CheckpointCosigner],
    ) -> Option<Answer> {
        let checkpoint = head(shelf);
        let mut note = SignedNote::parse(sign_checkpoint(&checkpoint, key).unwrap().as_bytes()).unwrap();
        for cosigner in cosigners {
            let line = cosigner.cosign_checkpoint(&checkpoint.text(), 1_760_000_000);
            note.signatures.push(line.unwrap());
        }
        let written = shelf.with(|files| {
            files.insert("checkpoint".into(), note.to_string().into());
            files.insert("charter.chain".into(), chain.to_vec());
        });
        judge(&["folder", &written.write(&self.desk.path("judged"))])
    }
}

fn retire(draft: &mut CharterVersion, purpose: KeyPurpose, key: String) {
    draft.succession.as_mut().unwrap().retired.push(Retirement {
        member: "CAN".into(),
        purpose,
        key,
        until: None,
    });
}

#[track_caller]
pub fn says(answer: Answer, code: i32, part: &str) {
    let answer = answer.ends(code);
    assert!(answer.out.contains(part), "{part}: {}", answer.out);
}

#[test]
fn thresholds_roles_and_the_terms_of_keys_decide() {
    let five = Five::found();
    let chain = five.chain(five.draft(|_| ()), &five.signers(4));
    CharterLog::brought(&chain).unwrap();
    let [deu, fra, gbr] = ["DEU", "FRA", "GBR"].map(|code| five.witness(code));
    let new = &five.next.log;
    let old = five.log_key();
    let Some(right) = five.judged(&five.late, &chain, new, &[deu, fra, gbr]) else {
        return;
    };
    says(right, 0, "3 of 4 witnesses have cosigned it, 3 needed: witnessed");
    let judged = |shelf, chain: &[u8], key, cosigners: &[&dyn CheckpointCosigner]| {
        five.judged(shelf, chain, key, cosigners).unwrap()
    };
    let associate = five.joining.witness.first();
    says(
        judged(&five.late, &chain, new, &[deu, fra, associate]),
        0,
        "2 of 4 witnesses have cosigned it, 3 needed: logged",
    );
    // Where two versions meet the log may sign with either key, beyond it with the new one alone, below it with the old.
    says(
        judged(&five.early, &chain, old, &[]),
        0,
        "the log leads to 1 states",
    );
    says(judged(&five.early, &chain, new, &[]), 0, "size 21");
    says(
        judged(&five.late, &chain, old, &[deu, fra, gbr]),
        4,
        "a key that does not count at size 31",
    );

    // The threshold is four of five, and who joins signs for itself.
    let few = five.chain(five.draft(|_| ()), &five.signers(3));
    says(
        judged(&five.late, &few, new, &[]),
        4,
        "3 members of version 1 have signed it, 4 must",
    );
    let silent = five.chain(five.draft(|_| ()), &five.signers(4)[..4]);
    says(judged(&five.late, &silent, new, &[]), 4, "USA has not signed it");
    // The log before the charter's state of it was another one.
    let other = five.chain(
        five.draft(|draft| draft.succession.as_mut().unwrap().cut[0].root = Digest::of(b"another log")),
        &five.signers(4),
    );
    says(
        judged(&five.late, &other, new, &[]),
        4,
        "they do not lead to the state at size 21",
    );
}

/// The judge reads a charter that gives a witness a second, post-quantum key, whatever this build can do with it.
#[test]
fn a_second_witness_key_may_stand_in_the_charter() {
    let five = Five::found();
    let [deu, fra, gbr] = ["DEU", "FRA", "GBR"].map(|code| five.witness(code));
    // Base64 of the type and of 1312 zeros, as there is none of its own here.
    let typed = [&[6_u8][..], &[0; 1312]].concat();
    let id = Digest::of(&[deu.name().as_bytes(), b"\n", &typed].concat());
    let written = format!("Bg{}=", "A".repeat(1749));
    let of_nobody = format!("{}+{}+{written}", deu.name(), &id.to_string()[..8]);
    let given = |key: &str| {
        five.chain(
            five.draft(|draft| draft.charter.members[1].keys.witness_ml_dsa = Some(key.to_owned())),
            &five.signers(4),
        )
    };
    let new = &five.next.log;
    let Some(right) = five.judged(&five.late, &given(&of_nobody), new, &[deu, fra, gbr]) else {
        return;
    };
    says(right, 0, "3 of 4 witnesses have cosigned it, 3 needed: witnessed");
}

/// What an ML-DSA-44 key of this house has cosigned verifies with another library, and is one voice with the first key.
#[cfg(feature = "ml-dsa")]
#[test]
fn the_judge_counts_a_second_witness_key() {
    let five = Five::found();
    let [deu, fra] = ["DEU", "FRA"].map(|code| five.witness(code));
    let second = didymium_log::cosignature::MlDsaCosigner::from_seed(deu.name(), &[9; 32]).unwrap();
    let key = CheckpointCosigner::verifier(&second).vkey();
    let draft = five.draft(|draft| draft.charter.members[1].keys.witness_ml_dsa = Some(key));
    let chain = five.chain(draft, &five.signers(4));
    CharterLog::brought(&chain).unwrap();
    let judged =
        |cosigners: &[&dyn CheckpointCosigner]| five.judged(&five.late, &chain, &five.next.log, cosigners);
    let Some(two) = judged(&[&second, fra]) else {
        return;
    };
    if two.out.contains("passed over") {
        eprintln!("SKIPPED: the judge's library has no ML-DSA-44 here");
        return;
    }
    says(two, 0, "2 of 4 witnesses have cosigned it, 3 needed: logged");
    let both = judged(&[deu, fra, &second]).unwrap();
    says(both, 0, "2 of 4 witnesses have cosigned it, 3 needed: logged");
    let gbr = five.witness("GBR");
    says(judged(&[&second, fra, gbr]).unwrap(), 0, "3 needed: witnessed");
    let stranger = didymium_log::cosignature::MlDsaCosigner::from_seed(deu.name(), &[8; 32]).unwrap();
    says(judged(&[&stranger, fra, gbr]).unwrap(), 0, "3 needed: logged");
    /// Says another tree than the note has.
    struct Liar<'a>(&'a dyn CheckpointCosigner);
    impl CheckpointCosigner for Liar<'_> {
        fn verifier(&self) -> didymium_log::note::Verifier {
            self.0.verifier()
        }
        fn cosign_checkpoint(
            &self,
            text: &str,
            unix_seconds: u64,
        ) -> Result<didymium_log::note::NoteSignature, didymium_log::LogError> {
            self.0
                .cosign_checkpoint(&text.replace("\n31\n", "\n30\n"), unix_seconds)
        }
    }
    says(
        judged(&[&Liar(&second), fra, gbr]).unwrap(),
        4,
        "the ML-DSA-44 signature is wrong",
    );
}

#[test]
fn keys_that_ended_count_as_far_as_the_charter_says() {
    let five = Five::found();
    let [deu, fra, gbr] = ["DEU", "FRA", "GBR"].map(|code| five.witness(code));
    let next = five.next.public();
    // A witness key that was stolen counts no further than the last good head.
    let stolen = five.draft(|draft| {
        let key = draft.charter.members[1].keys.witness.clone();
        revoke_key(draft, "DEU", KeyPurpose::Witness, &key, None, &[], "stolen").unwrap();
    });
    let stolen = five.chain(stolen, &five.signers(4));
    let new = &five.next.log;
    let Some(after) = five.judged(&five.late, &stolen, new, &[deu, fra, gbr]) else {
        return;
    };
    says(after, 0, "2 of 4 witnesses have cosigned it, 3 needed: logged");
    let before = five.judged(&five.early, &stolen, new, &[deu, fra, gbr]).unwrap();
    says(
        before,
        0,
        "3 of 4 witnesses have cosigned it, 3 needed: witnessed",
    );

    // Entries beyond the end of the statement key stay in the tree and count nowhere.
    let ended = five.draft(|draft| {
        let old = std::mem::replace(
            &mut draft.charter.members[0].keys.statement,
            next.statement.clone(),
        );
        retire(draft, KeyPurpose::Statement, old[0].clone());
    });
    let mut signers = five.signers(5);
    let unproved = five.chain(ended.clone(), &signers);
    says(
        five.judged(&five.late, &unproved, new, &[]).unwrap(),
        4,
        "a new statement key of CAN has not signed it",
    );
    signers.push(&five.next.statement);
    let ended = five.chain(ended, &signers);
    says(
        five.judged(&five.late, &ended, new, &[]).unwrap(),
        0,
        "10 entries stand beyond the end of their key",
    );
    says(
        five.judged(&five.early, &ended, new, &[]).unwrap(),
        0,
        "right: everything",
    );
    assert_eq!(
        charter::UNTIL_ENTRIES,
        1_000_000,
        "what the program proposes goes on further than these"
    );
}
