//! A member's own overlay: built of what its vault opens, by who holds it, and served by no node.

use std::path::PathBuf;
use std::sync::Arc;

use didymium_node::twin_job::{Overlaid, build_overlay_at, current_cut};
use didymium_node::vault::{Closed, LETTER_BYTES_MAX, NotOpened, Openings, Vault, salt};
use didymium_node::{Node, NodeError, NodeState, rebuild_twin};
use didymium_statement::payload::{PublishedBasis, Source, Statistic};
use didymium_statement::{Draft, Kind, KindVersion, Statement, StatementId, Visibility};
use didymium_twin::{Scope, Twin};

use crate::common::{TestClub, draft, said};

/// So long that no hash, key or time holds its digits by chance.
const SECRET: &str = "47110.8151234567891";

fn table(value: &str, visibility: Visibility) -> Draft {
    let row = [
        "production",
        "rare_earths",
        "mine",
        "ore",
        "REO",
        "contained",
        "CAN",
        "",
        "",
        "2023",
        value,
        "",
        "t",
        "reported",
        "",
    ]
    .map(str::to_owned);
    let source = Source {
        source: format!("operator-{}", value.len()),
        series: "operator".into(),
        edition: "1".into(),
        title: "Return".into(),
        publisher: "Operator".into(),
        url: String::new(),
        licence: "CC0-1.0".into(),
        attribution: String::new(),
        published: "2026-10-31".parse().unwrap(),
        published_basis: PublishedBasis::Exact,
        retrieved: "2026-11-22".parse().unwrap(),
    };
    Draft {
        kind: KindVersion::v1(Kind::Statistic),
        visibility,
        payload: Statistic::from_rows(source, "return", &[row]).to_bytes().unwrap(),
        ..draft("CAN", 1, 10)
    }
}

/// A member's node with one public table, and its vault.
struct Desk {
    club: TestClub,
    node: Node,
    vault: Vault,
}

impl Desk {
    fn new() -> Self {
        let club = TestClub::found(&["CAN", "USA"]);
        let node = club.open("CAN");
        let vault = Vault::create(&club.path().join("vault")).unwrap();
        let desk = Self { club, node, vault };
        let (open, _) = table("1000", Visibility::Public)
            .sign(desk.state().signer())
            .unwrap();
        desk.state().submit(vec![(open, None)]).unwrap();
        desk
    }

    fn state(&self) -> &NodeState {
        self.node.state()
    }

    /// Seals and keeps; logs it if that is asked for.
    fn seal(&self, draft: Draft, logged: bool) -> Statement {
        let (statement, opening) = draft.seal(self.state().signer(), salt().unwrap()).unwrap();
        self.vault.keep(&statement, &opening).unwrap();
        if logged {
            self.state().submit(vec![(statement.clone(), None)]).unwrap();
        }
        statement
    }

    fn opening_file(&self, statement: StatementId) -> PathBuf {
        self.club.path().join(format!("vault/openings/{statement}.json"))
    }

    fn overlay(&self, openings: &Openings) -> Overlaid {
        let state = self.state();
        let (store, charters, vocabulary) = (&**state.store(), state.charters(), state.vocabulary());
        let cut = current_cut(store, charters, vocabulary).unwrap();
        build_overlay_at(store, charters, vocabulary, cut, openings).unwrap()
    }

    fn twin(&self) -> Arc<Twin> {
        rebuild_twin(self.state()).unwrap();
        self.state().twin().unwrap()
    }

    fn openings(&self) -> Openings {
        Openings::of(std::slice::from_ref(&self.vault), &[]).unwrap()
    }
}

/// Why a statement is not opened.
fn reason(openings: &Openings, statement: Option<StatementId>) -> &Closed {
    let mut told = openings.not_opened().filter(|one| one.statement == statement);
    match (told.next(), told.next()) {
        (Some(NotOpened { reason, .. }), None) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_vault_lays_its_figures_over_the_logs_and_the_node_stays_as_it_was() {
    let desk = Desk::new();
    let before = desk.twin();
    let sealed = desk.seal(table(SECRET, Visibility::Sealed), true);
    let club = desk.twin();
    assert_eq!(
        (club.digest(), club.facts().len()),
        (before.digest(), before.facts().len())
    );
    let openings = desk.openings();
    assert!(!format!("{openings:?}").contains("47110"));
    let Overlaid { overlay, not_logged } = desk.overlay(&openings);
    assert!(not_logged.is_empty() && overlay.remarks().is_empty());
    assert_eq!(overlay.opened()[0].id, sealed.id());
    assert_eq!(overlay.club_digest(), club.digest());
    assert_eq!(overlay.twin().facts().len(), club.facts().len() + 1);
    let values = overlay.twin().facts().iter().map(|fact| fact.value.to_string());
    assert!(values.into_iter().any(|value| value == SECRET));
    assert_eq!(desk.twin().digest(), before.digest());
    // An earlier state has no such statement, so it opens none.
    let state = desk.state();
    let mut cut = current_cut(&**state.store(), state.charters(), state.vocabulary()).unwrap();
    *cut.sizes.get_mut("CAN").unwrap() -= 1;
    let earlier = build_overlay_at(
        &**state.store(),
        state.charters(),
        state.vocabulary(),
        cut,
        &openings,
    )
    .unwrap();
    assert_eq!(
        (earlier.overlay.opened().len(), earlier.not_logged),
        (0, vec![sealed.id()])
    );
}

#[test]
fn no_node_takes_an_overlay_to_serve() {
    let desk = Desk::new();
    desk.seal(table(SECRET, Visibility::Sealed), true);
    let club = desk.twin();
    let overlay = desk.overlay(&desk.openings()).overlay;
    // The nearest that anybody comes to a twin of its own: a view of it.
    let view = Arc::new(overlay.twin().as_published_by("2026-12-31".parse().unwrap()));
    assert_eq!(view.scope(), Scope::Overlay { opened: 1 });
    let refused = desk.state().set_twin(view).unwrap_err();
    assert!(
        matches!(refused, NodeError::OverlayNotServed { opened: 1 }),
        "{refused}"
    );
    assert!(Arc::ptr_eq(&desk.state().twin().unwrap(), &club));
    desk.state().set_twin(Arc::clone(&club)).unwrap();
}

#[test]
fn what_is_not_opened_is_told_and_keeps_nothing_else_from_being_opened() {
    let desk = Desk::new();
    let good = desk.seal(table(SECRET, Visibility::Sealed), true).id();
    let erased = desk.seal(table("20", Visibility::Sealed), true).id();
    desk.vault.erase(erased, "2026-11-22T00:00:00Z").unwrap();
    let unlogged = desk.seal(table("3000", Visibility::Sealed), false).id();
    let kept_closed = desk.seal(draft("CAN", 7, 10), true).id();
    let [spoilt, swapped, large] =
        ["40000", "500000", "6000000"].map(|value| desk.seal(table(value, Visibility::Sealed), true).id());
    std::fs::write(desk.opening_file(spoilt), "{\"form\":").unwrap();
    std::fs::copy(desk.opening_file(good), desk.opening_file(swapped)).unwrap();
    std::fs::File::options()
        .write(true)
        .open(desk.opening_file(large))
        .unwrap()
        .set_len(LETTER_BYTES_MAX as u64 + 1)
        .unwrap();
    let openings = desk.openings();
    assert!(
        matches!(reason(&openings, Some(erased)), Closed::Unreadable(NodeError::Erased { statement, .. }) if *statement == erased)
    );
    let closed = reason(&openings, Some(kept_closed)).to_string();
    assert!(closed.contains("`return v1`"), "{closed}");
    for wrong in [spoilt, large] {
        let told = reason(&openings, Some(wrong));
        assert!(
            matches!(told, Closed::Unreadable(NodeError::LetterMalformed { .. })),
            "{told}"
        );
    }
    let told = reason(&openings, Some(swapped));
    assert!(
        matches!(told, Closed::OtherStatement { other } if *other == good),
        "{told}"
    );
    assert_eq!(openings.not_opened().count(), 5);
    let Overlaid { overlay, not_logged } = desk.overlay(&openings);
    assert_eq!(
        overlay.opened().iter().map(|place| place.id).collect::<Vec<_>>(),
        [good]
    );
    assert_eq!(not_logged, [unlogged]);
}

#[test]
fn letters_open_what_was_granted_to_one_of_the_vaults() {
    let desk = Desk::new();
    let first = desk.seal(table(SECRET, Visibility::Sealed), true).id();
    let second = desk.seal(table("20", Visibility::Sealed), true).id();
    let other = Vault::create(&desk.club.path().join("other")).unwrap();
    let letter = |name: &str, statement, to| {
        let file = desk.club.path().join(name);
        desk.vault.grant(statement, to).unwrap().to_file(&file).unwrap();
        file
    };
    let own = letter("to-other", first, other.public());
    let foreign = letter("to-owner", second, desk.vault.public());
    let broken = desk.club.path().join("broken");
    std::fs::write(&broken, "no letter").unwrap();
    let absent = desk.club.path().join("absent");
    let openings = Openings::of(&[other], &[own, foreign, broken.clone(), absent]).unwrap();
    assert_eq!(openings.statements().collect::<Vec<_>>(), [first]);
    assert!(matches!(
        reason(&openings, Some(second)),
        Closed::Unreadable(NodeError::LetterForAnother { .. })
    ));
    let told: Vec<_> = openings
        .not_opened()
        .filter(|one| one.statement.is_none())
        .collect();
    assert_eq!((told.len(), &told[0].at), (2, &broken));
    assert_eq!(desk.overlay(&openings).overlay.opened().len(), 1);
    // What one of them opens, nobody is told of as closed, though the other lost it.
    desk.vault.erase(second, "2026-11-22T00:00:00Z").unwrap();
    let kept = desk.club.path().join("to-owner");
    let openings = Openings::of(std::slice::from_ref(&desk.vault), &[kept]).unwrap();
    assert_eq!(
        (openings.statements().count(), openings.not_opened().count()),
        (2, 0)
    );
}

#[test]
fn what_is_in_no_log_opens_nothing() {
    let desk = Desk::new();
    // Signed by a key that is not the member's: no log takes it.
    let other = desk.club.open("USA");
    let (statement, opening) = table(SECRET, Visibility::Sealed)
        .seal(other.state().signer(), salt().unwrap())
        .unwrap();
    desk.vault.keep(&statement, &opening).unwrap();
    assert!(desk.state().submit(vec![(statement.clone(), None)]).is_err());
    let (unsealed, _) = said("CAN", desk.state().signer(), 9, 10);
    assert!(desk.vault.keep(&unsealed, &opening).is_err());
    let Overlaid { overlay, not_logged } = desk.overlay(&desk.openings());
    assert_eq!((overlay.opened().len(), not_logged), (0, vec![statement.id()]));
}
