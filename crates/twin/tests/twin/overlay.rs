//! A member's own overlay: what it is made of, what it says of itself, and that the club's twin knows nothing of it.

use didymium_statement::payload::{Basis, Process, Retract, Site, SiteStatus, Statistic};
use didymium_statement::{Draft, Kind, KindVersion, Opening, Salt, StatementSigner, Visibility};
use didymium_twin::{Overlay, OverlayReason, Scope, Twin, TwinBuilder};
use zeroize::Zeroizing;

use crate::club::{
    Said, cut_of, decimal, mined, period, series, sign, source, table, twin, usgs_2025, vocabulary,
};

/// A sealed statement with what opens it.
struct Sealed {
    said: Said,
    opening: Opening,
}

fn seal(member: &'static str, salt: u8, kind: Kind, payload: Vec<u8>) -> Sealed {
    let draft = Draft {
        issuer: format!("did:web:{}.example", member.to_lowercase()),
        subject: format!("https://{}.example/returns/7", member.to_lowercase()),
        kind: KindVersion::v1(kind),
        valid: None,
        visibility: Visibility::Sealed,
        payload,
    };
    let signer = StatementSigner::from_seed(&Zeroizing::new([5; 32]));
    let (statement, opening) = draft.seal(&signer, Salt::from_random([salt; 32])).unwrap();
    Sealed {
        said: Said {
            member,
            statement,
            blob: None,
        },
        opening,
    }
}

fn sealed_table(member: &'static str, salt: u8, rows: &[[String; 15]]) -> Sealed {
    let source = source("operator-7", "operator", "2026-10-31");
    let payload = Statistic::from_rows(source, "return", rows).to_bytes().unwrap();
    seal(member, salt, Kind::Statistic, payload)
}

/// Mine production of a site.
fn of_site(site: &str, area: &str, value: &str) -> [String; 15] {
    let mut row = mined(area, "2023", value);
    row[8] = format!("site:{site}");
    row
}

fn site(key: &str, country: &str) -> Vec<u8> {
    let site = Site {
        site: key.into(),
        name: key.into(),
        country: country.into(),
        place: String::new(),
        point: None,
        operator: String::new(),
        owners: Vec::new(),
        status: SiteStatus::Operating,
        processes: vec![Process {
            commodity: "rare_earths".into(),
            stage: "mine".into(),
            form: String::new(),
            capacity: None,
            status: SiteStatus::Operating,
            start: None,
            basis: Basis::Reported,
            note: String::new(),
        }],
        source: source("register", "register", "2023-01-01"),
    };
    serde_json::to_vec(&site).unwrap()
}

/// What the club reads.
fn open_said() -> Vec<Said> {
    vec![
        table(
            "USA",
            1,
            &source("usgs-mcs-2025", "usgs-mcs", "2025-01-31"),
            &usgs_2025(),
        ),
        sign("CAN", 2, Kind::Site, site("pit", "CAN")),
        sign("CAN", 2, Kind::Site, site("shaft", "CAN")),
        sign("USA", 1, Kind::Site, site("pass", "USA")),
        sign("CAN", 2, Kind::Site, site("hill", "BRA")),
    ]
}

fn all(sealed: &[Sealed], more: &[Said]) -> Vec<Said> {
    let sealed = sealed.iter().map(|one| one.said.clone());
    open_said()
        .into_iter()
        .chain(sealed)
        .chain(more.iter().cloned())
        .collect()
}

/// The overlay of what is sealed, opened in that order, on what all can read.
fn overlay_with(sealed: &[Sealed], more: &[Said], opened: &[(usize, &Opening)]) -> Overlay {
    let said = all(sealed, more);
    let mut builder = TwinBuilder::new(vocabulary());
    for (index, one) in (0..).zip(&said) {
        builder.add(one.member, index, 0, &one.statement, one.blob.as_deref());
    }
    let mut builder = builder.overlay(cut_of(&said));
    for (place, opening) in opened {
        let one = &sealed[*place].said;
        let index = (open_said().len() + place) as u64;
        builder.open(one.member, index, 0, &one.statement, opening);
    }
    builder.finish()
}

fn overlay(sealed: &[Sealed]) -> Overlay {
    let opened: Vec<_> = sealed.iter().map(|one| &one.opening).enumerate().collect();
    overlay_with(sealed, &[], &opened)
}

/// The one remark on what was opened.
fn remark(sealed: Sealed) -> (Option<String>, bool, String) {
    let sealed = [sealed];
    let found = overlay(&sealed);
    let [remark] = found.remarks() else {
        panic!("{:?}", found.remarks())
    };
    assert_eq!(remark.statement.id, sealed[0].said.statement.id());
    assert_eq!(remark.subject, sealed[0].said.statement.subject);
    let reason = &remark.reason;
    assert_eq!(found.opened().len(), usize::from(reason.counts()));
    if !reason.counts() {
        assert_eq!(found.twin().facts().len(), twin(&open_said()).facts().len());
    }
    (
        reason.site().map(str::to_owned),
        reason.counts(),
        reason.to_string(),
    )
}

fn facts(twin: &Twin) -> Vec<String> {
    twin.facts().iter().map(|fact| format!("{fact:?}")).collect()
}

#[test]
fn an_overlay_is_never_the_clubs_twin_though_nothing_was_opened() {
    let said = open_said();
    let club = twin(&said);
    let none = overlay(&[]);
    assert_eq!(none.club_digest(), club.digest());
    assert!(none.twin().digest().is_some());
    assert_ne!(none.twin().digest(), club.digest());
    assert_eq!(none.twin().scope(), Scope::Overlay { opened: 0 });
    assert_eq!(club.scope(), Scope::Club);
    assert_eq!(none.twin().facts().len(), club.facts().len());
}

#[test]
fn what_was_opened_stands_in_the_overlay_alone_and_says_that_it_is_not_public() {
    let secret = of_site("pit", "CAN", "4711.08");
    // The same figure as everybody reads it stands in both.
    let quoted = source("usgs-mcs-2025", "usgs-mcs", "2025-01-31");
    let quoted = Statistic::from_rows(quoted, "return", &usgs_2025())
        .to_bytes()
        .unwrap();
    let sealed = [
        sealed_table("CAN", 1, &[secret]),
        seal("CAN", 2, Kind::Statistic, quoted),
    ];
    let (before, club) = (twin(&open_said()), twin(&all(&sealed, &[])));
    assert_eq!(club.digest(), before.digest());
    assert_eq!(club.uninterpreted(), before.uninterpreted() + 2);
    let told = facts(&club).concat();
    assert!(!told.contains("4711") && !told.contains("Sealed") && told.contains("Public"));

    let own = overlay(&sealed);
    assert!(own.remarks().is_empty(), "{:?}", own.remarks());
    assert_eq!(own.twin().scope(), Scope::Overlay { opened: 2 });
    assert_eq!(own.club_digest(), club.digest());
    assert_eq!(own.twin().uninterpreted(), before.uninterpreted());
    assert_eq!(own.twin().facts().len(), club.facts().len() + 1);
    for fact in own.twin().facts() {
        let hidden = fact.statements.iter().filter(|place| !place.is_for_the_club());
        let (hidden, all) = (hidden.count(), fact.statements.len());
        let secret = fact.canonical == decimal("4711080");
        assert_eq!((hidden, all), if secret { (1, 1) } else { (1, 2) });
    }
    let ids: Vec<_> = own
        .opened()
        .iter()
        .map(|place| (place.id, place.visibility))
        .collect();
    let said = sealed
        .iter()
        .map(|one| (one.said.statement.id(), Visibility::Sealed));
    assert_eq!(ids, said.collect::<Vec<_>>());
    // A question that names no site is not answered with one, though its member's log is read first.
    let world = |twin: &Twin| twin.world(series(twin), period("2023")).unwrap().value;
    assert_eq!(world(own.twin()), world(&club));
}

#[test]
fn the_overlays_digest_names_what_was_opened_and_is_no_oracle_of_its_figures() {
    let rows = |value| [of_site("pit", "CAN", value)];
    let sealed = [
        sealed_table("CAN", 1, &rows("10")),
        sealed_table("CAN", 2, &rows("20")),
    ];
    let both = overlay(&sealed);
    let turned = overlay_with(
        &sealed,
        &[],
        &[
            (1, &sealed[1].opening),
            (0, &sealed[0].opening),
            (1, &sealed[1].opening),
        ],
    );
    let one = overlay_with(&sealed, &[], &[(0, &sealed[0].opening)]);
    assert_eq!(both.twin().digest(), turned.twin().digest());
    assert_eq!(facts(both.twin()), facts(turned.twin()));
    assert_eq!(turned.twin().scope(), Scope::Overlay { opened: 2 });
    assert_ne!(both.twin().digest(), one.twin().digest());
    assert_eq!(both.club_digest(), one.club_digest());
    // Whoever guesses the figure does not get the digest by it: that depends on the salt.
    let guessed = overlay(&[sealed_table("CAN", 3, &rows("10"))]);
    let known = overlay(&[sealed_table("CAN", 1, &rows("10"))]);
    assert_eq!(facts(guessed.twin()).len(), facts(known.twin()).len());
    let values =
        |overlay: &Overlay| -> Vec<_> { overlay.twin().facts().iter().map(|fact| fact.digest).collect() };
    assert_eq!(values(&guessed), values(&known));
    assert_ne!(guessed.twin().digest(), known.twin().digest());
}

#[test]
fn a_restricted_overlay_is_an_overlay_still() {
    let sealed = [sealed_table("CAN", 1, &[of_site("pit", "CAN", "10")])];
    let whole = overlay(&sealed);
    let view = whole.twin().as_published_by("2026-12-31".parse().unwrap());
    assert_eq!(view.scope(), Scope::Overlay { opened: 1 });
    let before = whole.as_published_by("2026-01-01".parse().unwrap());
    assert_eq!(before.twin().scope(), Scope::Overlay { opened: 1 });
    assert_eq!((before.twin().digest(), before.opened().len()), (None, 1));
    assert_eq!(before.twin().facts().len(), usgs_2025().len());
}

#[test]
fn where_the_club_lacks_a_payload_the_overlay_has_no_digest_either() {
    let rows: Vec<_> = (1500..2024)
        .map(|year| mined("CHN", &year.to_string(), "1"))
        .collect();
    let mut large = table("USA", 1, &source("x", "x", "2025-01-31"), &rows);
    large.blob = None;
    let found = overlay_with(&[], &[large], &[]);
    assert_eq!((found.club_digest(), found.twin().digest()), (None, None));
    assert_eq!(found.twin().missing().map(<[_]>::len), Some(1));
}

#[test]
fn sealed_sites_are_read_before_what_is_said_of_them() {
    let sealed = [
        sealed_table("CAN", 1, &[of_site("secret-pit", "CAN", "10")]),
        seal("CAN", 2, Kind::Site, site("secret-pit", "CAN")),
    ];
    let found = overlay(&sealed);
    assert!(found.remarks().is_empty(), "{:?}", found.remarks());
    assert!(found.twin().sites().contains_key("secret-pit"));
    assert!(!twin(&all(&sealed, &[])).sites().contains_key("secret-pit"));
    // A key that is taken stays with whom the club reads; of two sealed ones the first stands.
    for double in [
        [
            seal("CAN", 1, Kind::Site, site("pit", "CAN")),
            seal("CAN", 2, Kind::Site, site("new", "CAN")),
        ],
        [
            seal("CAN", 1, Kind::Site, site("new", "CAN")),
            seal("CAN", 2, Kind::Site, site("new", "BRA")),
        ],
    ] {
        let found = overlay(&double);
        assert_eq!(found.opened().len(), 1);
        assert!(matches!(
            found.remarks()[0].reason,
            OverlayReason::SiteRegistered { .. }
        ));
        assert_eq!(found.twin().sites().len(), 5);
        assert!(found.twin().displaced().is_empty());
    }
}

#[test]
fn what_its_issuer_withdraws_in_the_clear_counts_in_no_overlay() {
    let sealed = [sealed_table("CAN", 1, &[of_site("pit", "CAN", "10")])];
    let retract = |member| {
        let retract = Retract {
            target: sealed[0].said.statement.id(),
            reason: "counted twice".into(),
        };
        sign(member, 2, Kind::Retract, serde_json::to_vec(&retract).unwrap())
    };
    let opened = [(0, &sealed[0].opening)];
    let own = overlay_with(&sealed, &[retract("CAN")], &opened);
    assert!(
        matches!(own.remarks()[0].reason, OverlayReason::Withdrawn { by } if by == retract("CAN").statement.id())
    );
    assert_eq!(own.twin().scope(), Scope::Overlay { opened: 0 });
    let others = overlay_with(&sealed, &[retract("USA")], &opened);
    assert_eq!(others.opened().len(), 1);
}

#[test]
fn an_opening_of_another_statement_opens_nothing() {
    let sealed = [
        sealed_table("CAN", 1, &[of_site("pit", "CAN", "10")]),
        sealed_table("CAN", 2, &[of_site("pit", "CAN", "20")]),
    ];
    let wrong = overlay_with(&sealed, &[], &[(0, &sealed[1].opening)]);
    assert!(wrong.opened().is_empty());
    let told = wrong.remarks()[0].reason.to_string();
    assert!(
        told.contains("not what statement") && told.contains(&sealed[0].said.statement.id().to_string()),
        "{told}"
    );
    let club = wrong
        .twin()
        .facts()
        .iter()
        .all(|fact| fact.statements.iter().all(|place| place.is_for_the_club()));
    assert!(club);
}

#[test]
fn hostile_payloads_are_told_with_statement_and_site_and_lay_nothing_over() {
    let (_, _, words) = remark(seal("CAN", 1, Kind::Return, b"{}".to_vec()));
    assert!(words.contains("`return v1` is not read"), "{words}");
    let (_, _, words) = remark(seal("CAN", 1, Kind::Statistic, b"{\"rows\":".to_vec()));
    assert!(words.contains("schema") || words.contains("statistic"), "{words}");
    let (_, _, words) = remark(seal("CAN", 1, Kind::Site, b"[1]".to_vec()));
    assert!(words.contains("site"), "{words}");
    for value in ["NaN", "inf", "-1", "", "1e400", "99999999999999999999999"] {
        let (site, counts, words) = remark(sealed_table(
            "CAN",
            1,
            &[of_site("pit", "CAN", "1"), of_site("shaft", "CAN", value)],
        ));
        assert_eq!((site.as_deref(), counts), (Some("shaft"), false), "{value}");
        assert!(words.contains("row 2") && words.contains("shaft"), "{words}");
    }
    let rows: Vec<_> = (0..50_001).map(|_| of_site("pit", "CAN", "1")).collect();
    let (_, _, words) = remark(sealed_table("CAN", 1, &rows));
    assert!(words.contains("50001"), "{words}");
}

#[test]
fn what_is_said_of_sites_is_held_against_their_registrations() {
    let new_site = site("new", "USA");
    let (site, counts, words) = remark(sealed_table("CAN", 1, &[of_site("nowhere", "CAN", "1")]));
    assert_eq!((site.as_deref(), counts), (Some("nowhere"), true));
    assert!(words.contains("nobody registered"), "{words}");
    let (site, counts, words) = remark(sealed_table("CAN", 1, &[of_site("pit", "AUS", "1")]));
    assert_eq!((site.as_deref(), counts), (Some("pit"), true));
    assert!(words.contains("AUS") && words.contains("CAN"), "{words}");
    // Another member's site, also beside a row of one's own.
    let rows = [of_site("pit", "CAN", "1"), of_site("pass", "USA", "1")];
    let (site, counts, words) = remark(sealed_table("CAN", 1, &rows));
    assert_eq!((site.as_deref(), counts), (Some("pass"), false));
    assert!(words.contains("USA") && words.contains("CAN"), "{words}");
    let (key, counts, _) = remark(seal("CAN", 1, Kind::Site, new_site));
    assert_eq!((key.as_deref(), counts), (Some("new"), false));
    // Of a nation outside of the club a member may know more than that nation says.
    let outside = overlay(&[sealed_table("CAN", 1, &[of_site("hill", "BRA", "1")])]);
    assert!(outside.remarks().is_empty(), "{:?}", outside.remarks());
}

/// Nothing that was sealed is shown where a builder is printed.
#[test]
fn a_builder_does_not_print_what_it_opened() {
    let sealed = sealed_table("CAN", 1, &[of_site("pit", "CAN", "4711.08")]);
    let mut builder = TwinBuilder::new(vocabulary()).overlay(cut_of(&[]));
    builder.open("CAN", 0, 0, &sealed.said.statement, &sealed.opening);
    assert!(!format!("{builder:?}").contains("4711"));
}
