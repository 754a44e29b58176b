//! A balance of a member's own overlay, beside that of the club, which knows nothing of it.

use std::collections::BTreeMap;

use didymium_statement::payload::Statistic;
use didymium_statement::{
    Digest, Draft, Kind, KindVersion, Opening, Salt, Statement, StatementSigner, Visibility,
};
use didymium_twin::balance::{Balance, Options};
use didymium_twin::{Cut, Overlay, RULES_VERSION, Twin, TwinBuilder};
use didymium_vocabulary::Vocabulary;
use zeroize::Zeroizing;

use crate::club::{Said, cobalt, site, survey, table, twin};

fn of_pit(measure: &str, value: &str) -> [String; 15] {
    cobalt((measure, "mine", "ore", "CAN", "", "site:pit", "2022", value))
}

/// What the operator of a pit tells its nation alone.
fn sealed(value: &str) -> (Statement, Opening) {
    let rows = [of_pit("production", value), of_pit("losses", "12")];
    let draft = Draft {
        issuer: "did:web:can.example".into(),
        subject: "https://can.example/returns/2022".into(),
        kind: KindVersion::v1(Kind::Statistic),
        valid: None,
        visibility: Visibility::Sealed,
        payload: Statistic::from_rows(survey("operator", "2023-06-01"), "return", &rows)
            .to_bytes()
            .unwrap(),
    };
    let signer = StatementSigner::from_seed(&Zeroizing::new([9; 32]));
    draft.seal(&signer, Salt::from_random([7; 32])).unwrap()
}

/// Two surveys that agree on a nation, and what the company publishes of its only pit.
fn open_said() -> Vec<Said> {
    let row = |value| {
        [cobalt((
            "production",
            "mine",
            "ore",
            "CAN",
            "",
            "",
            "2022",
            value,
        ))]
    };
    vec![
        table(&survey("one", "2023-01-01"), &row("4000")),
        table(&survey("two", "2023-02-01"), &row("4100")),
        site("pit", "CAN", &[("mine", None)]),
        table(&survey("company", "2023-03-01"), &[of_pit("production", "3800")]),
    ]
}

fn overlay(said: &[Said], (statement, opening): &(Statement, Opening)) -> Overlay {
    let mut builder = TwinBuilder::new(Vocabulary::embedded());
    for (index, one) in (0..).zip(said) {
        builder.add("CAN", index, 0, &one.statement, one.blob.as_deref());
    }
    let index = said.len() as u64;
    builder.add("CAN", index, 0, statement, None);
    let mut overlay = builder.overlay(Cut {
        charter: Digest::of(b"charter"),
        sizes: BTreeMap::from([("CAN".into(), index + 1)]),
        vocabulary: Digest::from_bytes(Vocabulary::embedded().digest()),
        rules: RULES_VERSION,
    });
    overlay.open("CAN", index, 0, statement, opening);
    overlay.finish()
}

fn balance(twin: &Twin) -> Balance {
    Balance::of(twin, "cobalt", &Options::default()).unwrap()
}

#[test]
fn the_clubs_balance_is_the_same_to_the_bit_with_and_without_sealed_statements() {
    let said = open_said();
    let before = twin(&said);
    let (statement, opening) = sealed("3500");
    let mut with = open_said();
    with.push(Said {
        statement: statement.clone(),
        blob: None,
    });
    let after = twin(&with);
    assert_eq!(after.digest(), before.digest());
    let told = |twin: &Twin| format!("{:?}\n{:?}", balance(twin), balance(twin).doubt());
    assert_eq!(told(&after), told(&before));
    // An overlay was built beside it, and changed nothing.
    let own = overlay(&said, &(statement, opening));
    assert_ne!(told(own.twin()), told(&before));
    assert_eq!(told(&twin(&with)), told(&before));
    assert_eq!(own.club_digest(), before.digest());
}

#[test]
fn an_operators_report_counts_in_its_members_overlay_and_is_contradicted_there_alone() {
    let said = open_said();
    let own = overlay(&said, &sealed("40000"));
    assert!(own.remarks().is_empty(), "{:?}", own.remarks());
    let of_operator = |twin: &Twin| {
        let balance = balance(twin);
        let doubt = balance.doubt();
        let flagged = doubt.tested.iter().filter(|one| one.test.flagged);
        let flagged: Vec<f64> = flagged.map(|one| one.report.value).collect();
        let voices: Vec<String> = balance.voices.iter().map(|(voice, _)| voice.clone()).collect();
        (voices, flagged)
    };
    let (voices, flagged) = of_operator(own.twin());
    assert!(voices.contains(&"operator".to_owned()), "{voices:?}");
    assert!(flagged.contains(&40000.0), "{flagged:?}");
    let (voices, flagged) = of_operator(&twin(&said));
    assert!(!voices.contains(&"operator".to_owned()) && flagged.is_empty());
    // What fits is told to nobody as an error.
    let fits = overlay(&said, &sealed("3900"));
    assert!(of_operator(fits.twin()).1.is_empty());
}
