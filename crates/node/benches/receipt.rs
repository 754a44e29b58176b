//! How long it takes to verify a receipt offline: from its text to *witnessed*.
//!
//! Conditions: one thread; an entry of a log of 2^20, its path of 20 hashes, a head that the log signed and six other members
//! cosigned, five of whom the policy asks for; the statement inside is decoded and its signature verified as well. The
//! charter is read before, once.
//!
//! `cargo bench -p didymium-node --bench receipt` (one argument: rounds, 2000 by default).

mod common;

use std::time::Instant;

use didymium_log::checkpoint::{Checkpoint, sign_checkpoint};
use didymium_log::cosignature::Cosigner;
use didymium_log::hash::{leaf_hash, node_hash};
use didymium_log::note::Signer;
use didymium_log::policy::Policy;
use didymium_log::tlog_proof::TlogProof;
use didymium_log::{Hash, tlog_proof::Grade};
use didymium_statement::{Statement, StatementSigner};
use zeroize::Zeroizing;

use common::{Outcome, statement};

const ORIGIN: &str = "can.bench.example/log";
const LEVELS: u8 = 20;
const WITNESSES: u8 = 6;

fn witness(number: u8) -> Outcome<Cosigner> {
    Ok(Cosigner::from_seed(&format!("w{number}"), &[number; 32])?)
}

/// The receipt of the first of 2^20 entries, as text.
fn receipt(entry: &[u8], log: &Signer) -> Outcome<String> {
    let path: Vec<Hash> = (0..LEVELS).map(|level| Hash([level; 32])).collect();
    let head = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: 1 << LEVELS,
        root: path
            .iter()
            .fold(leaf_hash(entry), |below, beside| node_hash(&below, beside)),
    };
    let mut checkpoint = sign_checkpoint(&head, log)?;
    for number in 1..=WITNESSES {
        checkpoint += &witness(number)?.cosign(&head.text(), 50).to_string();
    }
    let proof = TlogProof {
        extra: Some(entry.to_vec()),
        index: 0,
        path,
        checkpoint,
    };
    Ok(proof.to_string())
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let rounds: usize = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2_000);
    let log = Signer::from_seed(ORIGIN, &[0x77; 32])?;
    let author = StatementSigner::from_seed(&Zeroizing::new([9; 32]));
    let text = receipt(
        statement("did:web:can.bench.example", &author, "1")?.bytes(),
        &log,
    )?;
    let mut policy = String::new();
    for number in 1..=WITNESSES {
        policy += &format!("witness w{number} {}\n", witness(number)?.verifier());
    }
    let policy: Policy = format!("{policy}group all 5 w1 w2 w3 w4 w5 w6\nquorum all\n").parse()?;
    let (log, key) = (log.verifier(), author.public());
    let mut waits = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let begun = Instant::now();
        let proof: TlogProof = text.parse()?;
        let entry = proof.extra.as_deref().ok_or("it carries no statement")?;
        Statement::parse(entry)?.verify(&key)?;
        let proven = proof.verify(entry, &log, Some(&policy))?;
        waits.push(begun.elapsed());
        if !matches!(proven.grade, Grade::Witnessed { .. }) {
            return Err("it is not witnessed".into());
        }
    }
    waits.sort_unstable();
    let at = |percent: usize| {
        waits
            .get(waits.len() * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    println!(
        "{rounds} receipts: p50 {:?}, p95 {:?}, p99 {:?}",
        at(50),
        at(95),
        at(99)
    );
    Ok(())
}
