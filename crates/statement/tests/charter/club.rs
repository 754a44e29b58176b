//! Exercise clubs: members with keys made from small numbers, so that every test names who signs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use didymium_statement::{
    Charter, CharterEvent, CharterLog, CharterVersion, Digest, KeyPurpose, LogHead, Member, MemberKeys,
    Proposal, Retirement, Role, SignedCharter, StatementSigner, TransportSigner,
};
use zeroize::Zeroizing;

/// Codes of the exercise nations; the statement key of the nation at place `n` is `signer(n + 1)`.
pub(crate) const CODES: [&str; 8] = ["AUS", "BRA", "CAN", "DEU", "EST", "FRA", "GBR", "HUN"];

pub(crate) fn signer(seed: u8) -> StatementSigner {
    StatementSigner::from_seed(&Zeroizing::new([seed; 32]))
}

pub(crate) fn statement_key(seed: u8) -> String {
    hex::encode(signer(seed).public().to_bytes())
}

/// A verifier key in the form of signed notes; the charter does not verify with it.
pub(crate) fn vkey(code: &str, purpose: KeyPurpose, seed: u8) -> String {
    let kind = if purpose == KeyPurpose::Log { 1_u8 } else { 4 };
    let place = KeyPurpose::ALL.iter().position(|one| *one == purpose).unwrap();
    let mut typed = vec![kind];
    typed.extend([seed; 31]);
    typed.push(u8::try_from(place).unwrap());
    let name = code.to_lowercase();
    format!("{name}.example/{purpose}+{seed:08x}+{}", STANDARD.encode(typed))
}

/// A second witness key: its form is right, and no key pair has it.
pub(crate) fn ml_dsa_key(code: &str, seed: u8) -> String {
    let name = format!("{}.example/witness", code.to_lowercase());
    let mut typed = vec![6_u8];
    typed.extend([seed; 1312]);
    let id = Digest::of(&[name.as_bytes(), b"\n", &typed].concat());
    format!("{name}+{}+{}", &id.to_string()[..8], STANDARD.encode(typed))
}

/// A key of requests between nodes.
pub(crate) fn transport_key(seed: u8) -> String {
    hex::encode(signer(seed ^ 0x80).public().to_bytes())
}

/// The pin of a TLS key.
pub(crate) fn tls_key(seed: u8) -> String {
    let tls = TransportSigner::from_seed(&Zeroizing::new([seed ^ 0xc0; 32]));
    tls.pin().to_string()
}

pub(crate) fn member(code: &str, seed: u8) -> Member {
    let lower = code.to_lowercase();
    Member {
        member: code.into(),
        did: format!("did:web:{lower}.example"),
        domain: format!("{lower}.example"),
        address: format!("https://{lower}.example"),
        role: Role::Member,
        keys: MemberKeys {
            statement: vec![statement_key(seed)],
            log: vkey(code, KeyPurpose::Log, seed),
            witness: vkey(code, KeyPurpose::Witness, seed),
            witness_ml_dsa: None,
            mirror: vkey(code, KeyPurpose::Mirror, seed),
            transport: Some(transport_key(seed)),
            tls: Some(tls_key(seed)),
        },
    }
}

/// The member at that place of [`CODES`], with its first keys.
pub(crate) fn nation(place: u8) -> Member {
    member(CODES[usize::from(place)], place + 1)
}

pub(crate) fn charter(members: u8) -> Charter {
    Charter {
        version: 1,
        club: "Exercise club".into(),
        members: (0..members).map(nation).collect(),
        vocabulary: Digest::of(b"vocabulary"),
        rules: "R1".into(),
        schemas: Digest::of(b"schemas"),
    }
}

pub(crate) fn founding(members: u8) -> SignedCharter {
    let signers: Vec<_> = (1..=members).map(signer).collect();
    SignedCharter::sign(&charter(members), &signers).unwrap()
}

pub(crate) fn club(members: u8) -> CharterLog {
    CharterLog::found(founding(members)).unwrap()
}

pub(crate) fn head(code: &str, size: u64) -> LogHead {
    let root = if size == 0 {
        Digest::of(b"")
    } else {
        Digest::of(format!("{code} {size}").as_bytes())
    };
    LogHead {
        member: code.into(),
        size,
        root,
    }
}

/// The next version with every log at that size, changing nothing.
pub(crate) fn next(log: &CharterLog, size: u64) -> CharterVersion {
    let members = &log.head().charter().members;
    log.successor(members.iter().map(|member| head(&member.member, size)).collect())
}

/// Gives the member at that place another statement key and retires the old one.
pub(crate) fn rotate(version: &mut CharterVersion, place: usize, to: u8, until: Option<u64>) {
    let member = &mut version.charter.members[place];
    let old = std::mem::replace(&mut member.keys.statement, vec![statement_key(to)]);
    let retired = Retirement {
        member: member.member.clone(),
        purpose: KeyPurpose::Statement,
        key: old[0].clone(),
        until,
    };
    version.succession.as_mut().unwrap().retired.push(retired);
}

/// A proposal of that version, signed with the keys of those seeds.
pub(crate) fn proposal(log: &CharterLog, version: &CharterVersion, seeds: &[u8]) -> Proposal {
    let mut proposal = log.propose(version.clone()).unwrap();
    for seed in seeds {
        proposal.sign(&signer(*seed)).unwrap();
    }
    proposal
}

/// Adopts that version with the signatures of those seeds.
pub(crate) fn adopt(log: &mut CharterLog, version: &CharterVersion, seeds: &[u8]) {
    let bytes = proposal(log, version, seeds).bytes().unwrap();
    let actions = log.step(CharterEvent::Version(bytes)).unwrap();
    assert_eq!(actions.len(), 1, "{actions:?}");
    assert_eq!(log.head().version(), version);
}
