//! Copying another member's log: in parts, over interruptions, from the origin or from whoever has a copy.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use didymium_node::audit::{Answer, Budget, FsckRequest, Report, StoreSource, fsck};
use didymium_node::folder::{NodeFolder, read_public};
use didymium_node::{NodeError, NodeState, charter, evidence};
use didymium_statement::{CharterEvent, Digest};
use didymium_store::SqliteStore;

use crate::common::{Served, TestClub, copied, copy_dir, report};

/// What a node does to what it serves, by the path that is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Serves it.
    Nothing,
    /// Says that it is not there.
    Withholds,
    /// Ends the answer with another byte.
    Spoils,
    /// Takes its time.
    Dawdles,
}

type Rule = fn(&str) -> Does;

/// A node that serves what it holds with changes, and the paths that it was asked for.
fn serve_with(
    club: &mut TestClub,
    code: &str,
    does: impl Fn(&str) -> Does + Clone + Send + Sync + 'static,
) -> (Served, Arc<Mutex<Vec<String>>>) {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&asked);
    let layer = from_fn(move |request: Request, next: Next| {
        let (does, seen) = (does.clone(), Arc::clone(&seen));
        async move {
            let path = request.uri().path().to_owned();
            seen.lock().unwrap().push(path.clone());
            match does(&path) {
                Does::Nothing => next.run(request).await,
                Does::Withholds => StatusCode::NOT_FOUND.into_response(),
                Does::Dawdles => {
                    tokio::time::sleep(Duration::from_millis(600)).await;
                    next.run(request).await
                }
                Does::Spoils => spoiled(next.run(request).await).await,
            }
        }
    });
    let folder = club.folder(code);
    let served = club.serve_through(code, &folder, move |app| app.layer(layer));
    (served, asked)
}

async fn spoiled(answer: Response) -> Response {
    let (parts, body) = answer.into_parts();
    let mut bytes = axum::body::to_bytes(body, 1 << 24).await.unwrap().to_vec();
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Lets a node write after each bundle.
fn in_small_parts(club: &TestClub, code: &str) {
    let mut folder = NodeFolder::open(&club.folder(code)).unwrap();
    let mut config = folder.config().clone();
    config.overrides.copy_part_entries_max = 1;
    folder.set_config(config).unwrap();
}

fn size(state: &NodeState, member: &str) -> u64 {
    state.log_of(member).unwrap().size().unwrap()
}

/// The index after the last entry that waits ahead of the head.
fn ends(state: &NodeState, member: &str) -> Option<u64> {
    let log = state.log_of(member).unwrap();
    let ahead = state.store().staged(log.origin()).unwrap();
    ahead.map(|ahead| ahead.next)
}

fn root(state: &NodeState, member: &str) -> [u8; 32] {
    state.log_of(member).unwrap().head().unwrap().unwrap().root
}

pub fn checked(club: &TestClub, folder_of: &str, member: &str) -> Report {
    let dir = club.folder(folder_of);
    let (_, charters) = read_public(&dir).unwrap();
    let member = charters.member_ever(member).unwrap();
    let store = Arc::new(SqliteStore::open_read_only(&dir, 1).unwrap());
    let source = StoreSource::new(&dir, store, member.origin(), Arc::new(Budget::unbounded()));
    let asked = FsckRequest {
        source: &source,
        charters: &charters,
        member,
        signatures: true,
        watch: &(),
    };
    fsck(&asked).unwrap()
}

fn is_bundle(path: &str, from: u64) -> bool {
    let number = path.rsplit_once("tile/entries/").and_then(|(_, rest)| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u64>().ok()
    });
    number.is_some_and(|number| number >= from)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_was_interrupted_goes_on_after_the_parts_that_are_written() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    in_small_parts(&club, "DEU");
    let (can, _) = serve_with(&mut club, "CAN", |_| Does::Nothing);
    report(&can.state, 0, 99);
    let deu = club.serve("DEU");
    deu.federation.pull_once("CAN").await.unwrap();
    report(&can.state, 99, 1_200);
    can.stop().await;
    let (can, _) = serve_with(&mut club, "CAN", |path| match is_bundle(path, 3) {
        true => Does::Withholds,
        false => Does::Nothing,
    });
    let failed = deu.federation.pull_once("CAN").await.unwrap_err();
    assert!(
        matches!(failed, NodeError::PeerStatus { status: 404, .. }),
        "{failed}"
    );
    // Nobody sees what waits: not who reads here, not who asks for the copy.
    assert_eq!(
        (size(&deu.state, "CAN"), ends(&deu.state, "CAN")),
        (100, Some(768))
    );
    assert_eq!(copied(&deu.state, "CAN").1.len(), 100);
    let log = deu.state.log_of("CAN").unwrap();
    assert!(log.root(101).is_err() && log.entry(100).unwrap().is_none());
    let wide = didymium_log::tile::TileId::new(0, 0, 101).unwrap();
    assert!(log.tile(wide).unwrap().is_none());
    drop(log);
    didymium_node::rebuild_twin(&deu.state).unwrap();
    deu.stop().await;

    let told = checked(&club, "DEU", "CAN");
    let ahead = told.check("ahead").unwrap();
    assert_eq!(
        (told.verdict, ahead.answer),
        (Answer::Open, Answer::Open),
        "{told:?}"
    );
    assert!(
        ahead.said.contains("668 entries") && ahead.said.contains("1300"),
        "{ahead:?}"
    );

    // The log has grown meanwhile.
    report(&can.state, 1_299, 200);
    can.stop().await;
    let (can, asked) = serve_with(&mut club, "CAN", |_| Does::Nothing);
    let deu = club.serve("DEU");
    let pulled = deu.federation.pull_once("CAN").await.unwrap();
    assert_eq!((pulled.size, pulled.entries), (1_500, 1_400));
    assert_eq!(ends(&deu.state, "CAN"), None);
    assert_eq!(root(&deu.state, "CAN"), root(&can.state, "CAN"));
    assert_eq!(copied(&deu.state, "CAN"), copied(&can.state, "CAN"));
    let asked = asked.lock().unwrap().clone();
    let bundles: Vec<&String> = asked.iter().filter(|path| is_bundle(path, 0)).collect();
    assert!(bundles.iter().all(|path| is_bundle(path, 3)), "{bundles:?}");
    assert_eq!(bundles.len(), 3, "each once: {bundles:?}");
    deu.stop().await;
    let told = checked(&club, "DEU", "CAN");
    assert_eq!(told.size, Some(1_500));
    assert!(
        told.check("ahead").is_none() && told.verdict != Answer::No,
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_beyond_a_head_that_nobody_staged_are_told_and_not_built_on() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let can = club.serve("CAN");
    let deu = club.serve("DEU");
    report(&can.state, 0, 20);
    deu.federation.pull_once("CAN").await.unwrap();
    let database = rusqlite::Connection::open(club.folder("DEU").join("node.db")).unwrap();
    let added = "INSERT INTO entry SELECT log, 21, randomblob(32), bytes, recorded, blob FROM entry
         WHERE idx = 7 AND log = (SELECT log FROM log WHERE origin LIKE 'can.%')";
    assert_eq!(database.execute(added, []).unwrap(), 1);
    let told = checked(&club, "DEU", "CAN");
    let ahead = told.check("ahead").unwrap();
    assert_eq!((told.verdict, ahead.answer), (Answer::No, Answer::No), "{told:?}");
    report(&can.state, 20, 20);
    assert_eq!(deu.federation.pull_once("CAN").await.unwrap().size, 41);
    assert_eq!(copied(&deu.state, "CAN"), copied(&can.state, "CAN"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_whose_origin_is_down_is_followed_by_a_copy() {
    let mut club = TestClub::found(&["CAN", "DEU", "FRA"]);
    let (can, deu, fra) = (club.serve("CAN"), club.serve("DEU"), club.serve("FRA"));
    report(&can.state, 0, 99);
    fra.federation.pull_once("CAN").await.unwrap();
    report(&can.state, 99, 500);
    deu.federation.pull_once("CAN").await.unwrap();
    can.stop().await;
    assert!(
        fra.federation.pull_once("CAN").await.is_err(),
        "nobody is known to have more"
    );
    fra.federation.pull_once("DEU").await.unwrap();
    let pulled = fra.federation.pull_once("CAN").await.unwrap();
    assert_eq!((pulled.size, pulled.entries), (600, 500));
    assert_eq!(copied(&fra.state, "CAN"), copied(&deu.state, "CAN"));
    let peer = fra.state.peer("CAN").unwrap();
    assert!(
        peer.trouble.unwrap().contains("no answer from"),
        "its origin is silent all the same"
    );
    assert!(matches!(
        fra.federation.pull_once("CAN").await,
        Err(NodeError::PeerSilent { .. })
    ));
    let can = club.serve("CAN");
    assert_eq!(fra.federation.pull_once("CAN").await.unwrap().entries, 0);
    assert_eq!(fra.state.peer("CAN").unwrap().trouble, None);
    can.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_origin_that_is_slow_is_left_for_a_copy_and_what_it_gave_is_kept() {
    let mut club = TestClub::found(&["CAN", "DEU", "FRA"]);
    in_small_parts(&club, "FRA");
    let mut folder = NodeFolder::open(&club.folder("FRA")).unwrap();
    let mut config = folder.config().clone();
    config.overrides.copy_patience_ms = 200;
    config.overrides.copy_bytes_per_second_min = 1 << 30;
    folder.set_config(config).unwrap();
    let (can, asked) = serve_with(&mut club, "CAN", |path| match is_bundle(path, 1) {
        true => Does::Dawdles,
        false => Does::Nothing,
    });
    report(&can.state, 0, 1_500);
    let (fra, deu) = (club.serve("FRA"), club.serve("DEU"));
    deu.federation.pull_once("CAN").await.unwrap();
    // Nobody else is known to have it: what came in time is written, and the rest comes the next time.
    let slow = fra.federation.pull_once("CAN").await.unwrap_err();
    assert!(matches!(slow, NodeError::PeerSlow { .. }), "{slow}");
    assert!(slow.to_string().contains("is slow"), "{slow}");
    assert!(
        ends(&fra.state, "CAN").is_some_and(|next| next >= 256),
        "{:?}",
        ends(&fra.state, "CAN")
    );
    fra.federation.pull_once("DEU").await.unwrap();
    let before = asked.lock().unwrap().len();
    let pulled = fra.federation.pull_once("CAN").await.unwrap();
    assert_eq!((pulled.size, pulled.entries), (1_501, 1_501));
    assert_eq!(copied(&fra.state, "CAN"), copied(&deu.state, "CAN"));
    let peer = fra.state.peer("CAN").unwrap();
    assert!(peer.trouble.unwrap().contains("is slow"));
    let asked = asked.lock().unwrap().split_off(before);
    let bundles = asked.iter().filter(|path| is_bundle(path, 0)).count();
    assert!(bundles < 6, "{asked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_origin_that_withholds_or_spoils_is_passed_over() {
    let mut club = TestClub::found(&["CAN", "DEU", "FRA", "GBR", "ITA", "JPN"]);
    let (can, deu) = (club.serve("CAN"), club.serve("DEU"));
    report(&can.state, 0, 600);
    deu.federation.pull_once("CAN").await.unwrap();
    can.stop().await;
    let cases: [(&str, Rule, &str); 4] = [
        (
            "FRA",
            |path| {
                if is_bundle(path, 1) {
                    Does::Withholds
                } else {
                    Does::Nothing
                }
            },
            "404",
        ),
        (
            "GBR",
            |path| {
                if is_bundle(path, 2) {
                    Does::Spoils
                } else {
                    Does::Nothing
                }
            },
            "does not belong",
        ),
        (
            "ITA",
            |path| {
                if path.contains("tile/0/") {
                    Does::Spoils
                } else {
                    Does::Nothing
                }
            },
            "tiles at http",
        ),
        (
            "JPN",
            |path| {
                if path == "/log/checkpoint" {
                    Does::Spoils
                } else {
                    Does::Nothing
                }
            },
            "",
        ),
    ];
    for (code, does, trouble) in cases {
        let (can, _) = serve_with(&mut club, "CAN", does);
        let node = club.serve(code);
        node.federation.pull_once("DEU").await.unwrap();
        let pulled = node.federation.pull_once("CAN").await.unwrap();
        assert_eq!((pulled.size, pulled.entries), (601, 601), "{code}");
        assert_eq!(copied(&node.state, "CAN"), copied(&deu.state, "CAN"), "{code}");
        let told = node.state.peer("CAN").unwrap().trouble.unwrap();
        assert!(told.contains(trouble), "{code}: {told}");
        assert!(!node.state.peer("CAN").unwrap().frozen);
        can.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_copies_with_a_wrong_bundle_each_make_a_right_one() {
    let mut club = TestClub::found(&["CAN", "DEU", "FRA", "GBR"]);
    in_small_parts(&club, "GBR");
    let can = club.serve("CAN");
    report(&can.state, 0, 1_100);
    let spoils = |which: &'static str| {
        move |path: &str| match path.starts_with("/mirror/CAN") && path.ends_with(which) {
            true => Does::Spoils,
            false => Does::Nothing,
        }
    };
    let (deu, at_deu) = serve_with(&mut club, "DEU", spoils("entries/001"));
    let (fra, at_fra) = serve_with(&mut club, "FRA", spoils("entries/003"));
    for node in [&deu, &fra] {
        node.federation.pull_once("CAN").await.unwrap();
    }
    let whole = copied(&can.state, "CAN");
    can.stop().await;
    let gbr = club.serve("GBR");
    for member in ["DEU", "FRA"] {
        gbr.federation.pull_once(member).await.unwrap();
    }
    let pulled = gbr.federation.pull_once("CAN").await.unwrap();
    assert_eq!(pulled.entries, 1_101);
    assert_eq!(copied(&gbr.state, "CAN"), whole);
    for asked in [at_deu, at_fra] {
        let asked = asked.lock().unwrap();
        assert!(
            asked
                .iter()
                .any(|path| path.starts_with("/mirror/CAN/tile/entries"))
        );
    }
}

/// DEU has copied 768 of 1,301 entries of one history, and is shown another, of `shown` entries.
async fn taken_back(shown: u64) -> (TestClub, Served, Served, Result<u64, NodeError>) {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    in_small_parts(&club, "DEU");
    let again = club.dir.path().join("CAN-again");
    copy_dir(&club.folder("CAN"), &again);
    let (can, _) = serve_with(&mut club, "CAN", |path| match is_bundle(path, 3) {
        true => Does::Withholds,
        false => Does::Nothing,
    });
    report(&can.state, 0, 1_300);
    let deu = club.serve("DEU");
    deu.federation.pull_once("CAN").await.unwrap_err();
    assert_eq!((size(&deu.state, "CAN"), ends(&deu.state, "CAN")), (0, Some(768)));
    can.stop().await;
    let can = club.serve_from("CAN", &again);
    report(&can.state, 100_000, shown - 1);
    let pulled = deu.federation.pull_once("CAN").await.map(|pulled| pulled.size);
    (club, can, deu, pulled)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_that_was_copied_towards_is_evidence_when_it_is_taken_back() {
    for shown in [1_301, 1_400] {
        let (_club, _can, deu, pulled) = taken_back(shown).await;
        let error = pulled.unwrap_err();
        assert!(
            matches!(error, NodeError::LogRewritten { size: 1_301, .. }),
            "{error}"
        );
        assert!(deu.state.peer("CAN").unwrap().frozen);
        assert_eq!(evidence::against(&deu.state, "CAN").unwrap().len(), 1);
        assert_eq!((size(&deu.state, "CAN"), ends(&deu.state, "CAN")), (0, None));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_that_wait_are_dropped_when_the_log_has_others_there() {
    // Fewer than wait, and more.
    for shown in [500, 1_000] {
        let (_club, can, deu, pulled) = taken_back(shown).await;
        assert_eq!(pulled.unwrap(), shown);
        assert_eq!(ends(&deu.state, "CAN"), None);
        assert_eq!(copied(&deu.state, "CAN"), copied(&can.state, "CAN"));
        assert_eq!(root(&deu.state, "CAN"), root(&can.state, "CAN"));
        // The head that they were copied towards is larger than the copy, and is not forgotten with them.
        assert!(evidence::against(&deu.state, "CAN").unwrap().is_empty());
        report(&can.state, 200_000, 1_400 - shown);
        deu.federation.pull_once("CAN").await.unwrap();
        assert_eq!(evidence::against(&deu.state, "CAN").unwrap().len(), 1, "{shown}");
        assert!(deu.state.peer("CAN").unwrap().frozen);
    }
}

/// What the disk says waits is believed no more than what a peer says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_and_was_changed_on_the_disk_is_fetched_again() {
    for change in [
        "UPDATE tile SET hashes = zeroblob(length(hashes)) WHERE level = 1",
        "UPDATE log SET pending = CAST(replace(CAST(pending AS TEXT), '1001', '1002') AS BLOB)",
        "UPDATE log SET pending = NULL",
        "DELETE FROM tile WHERE level = 1",
    ] {
        let mut club = TestClub::found(&["CAN", "DEU"]);
        in_small_parts(&club, "DEU");
        let (can, _) = serve_with(&mut club, "CAN", |path| match is_bundle(path, 3) {
            true => Does::Withholds,
            false => Does::Nothing,
        });
        report(&can.state, 0, 1_000);
        let deu = club.serve("DEU");
        deu.federation.pull_once("CAN").await.unwrap_err();
        assert_eq!(ends(&deu.state, "CAN"), Some(768));
        let database = rusqlite::Connection::open(club.folder("DEU").join("node.db")).unwrap();
        let of_log = format!(
            "{change}{}",
            if change.contains("WHERE") {
                " AND "
            } else {
                " WHERE "
            }
        ) + "log = (SELECT log FROM log WHERE origin LIKE 'can.%')";
        assert!(database.execute(&of_log, []).unwrap() >= 1, "{change}");
        can.stop().await;
        let (can, asked) = serve_with(&mut club, "CAN", |_| Does::Nothing);
        assert_eq!(
            deu.federation.pull_once("CAN").await.unwrap().size,
            1_001,
            "{change}"
        );
        assert_eq!(root(&deu.state, "CAN"), root(&can.state, "CAN"));
        let asked = asked.lock().unwrap();
        let from_the_start = asked.iter().any(|path| path.ends_with("entries/000"));
        assert!(from_the_start, "{change}: {asked:?}");
        assert!(!deu.state.peer("CAN").unwrap().frozen);
    }
}

/// What waits is held against versions of the charter that came after it was written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_and_is_not_the_log_of_a_newer_charter_is_fetched_again_and_refused() {
    for right in [true, false] {
        let mut club = TestClub::found(&["CAN", "DEU", "FRA", "GBR"]);
        in_small_parts(&club, "DEU");
        let (can, _) = serve_with(&mut club, "CAN", |path| match is_bundle(path, 3) {
            true => Does::Withholds,
            false => Does::Nothing,
        });
        report(&can.state, 0, 1_000);
        let deu = club.serve("DEU");
        deu.federation.pull_once("CAN").await.unwrap_err();
        assert_eq!(ends(&deu.state, "CAN"), Some(768));
        let log = charter::current(&can.state);
        let mut draft = log.successor(charter::cut_of_store(&can.state, &log).unwrap());
        let cut = &mut draft.succession.as_mut().unwrap().cut;
        let of_can = cut.iter_mut().find(|head| head.member == "CAN").unwrap();
        of_can.size = 500;
        let known = can.state.ledger().log().root(500).unwrap();
        of_can.root = if right {
            Digest::from_bytes(known.0)
        } else {
            Digest::of(b"another history")
        };
        let mut version = log.propose(draft).unwrap();
        for code in ["CAN", "FRA", "GBR"] {
            let folder = NodeFolder::open(&club.folder(code)).unwrap();
            version.sign(&folder.keys().statement).unwrap();
        }
        let adopted = charter::take(&deu.state, CharterEvent::Propose(version.bytes().unwrap()));
        adopted.unwrap();
        can.stop().await;
        let (can, _) = serve_with(&mut club, "CAN", |_| Does::Nothing);
        // Before it opens itself again it knows the version that was: what came would be checked against that one.
        let late = deu.federation.pull_once("CAN").await.unwrap_err();
        assert!(matches!(late, NodeError::CharterChanged), "{late}");
        assert_eq!((size(&deu.state, "CAN"), ends(&deu.state, "CAN")), (0, Some(768)));
        deu.stop().await;
        let deu = club.serve("DEU");
        assert_eq!(deu.state.charter().charter().version, 2);
        let pulled = deu.federation.pull_once("CAN").await;
        if right {
            assert_eq!(pulled.unwrap().size, 1_001);
            assert_eq!(root(&deu.state, "CAN"), root(&can.state, "CAN"));
        } else {
            let error = pulled.unwrap_err();
            assert!(
                matches!(error, NodeError::LogOffCharter { size: 500, .. }),
                "{error}"
            );
            assert_eq!((size(&deu.state, "CAN"), ends(&deu.state, "CAN")), (0, Some(256)));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_new_entry_is_cheap() {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let (can, asked) = serve_with(&mut club, "CAN", |_| Does::Nothing);
    let deu = club.serve("DEU");
    report(&can.state, 0, 600);
    deu.federation.pull_once("CAN").await.unwrap();
    asked.lock().unwrap().clear();
    report(&can.state, 600, 1);
    assert_eq!(deu.federation.pull_once("CAN").await.unwrap().entries, 1);
    let asked = asked.lock().unwrap();
    let of_log: Vec<&String> = asked.iter().filter(|path| path.starts_with("/log/")).collect();
    let expected = [
        "/log/checkpoint",
        "/log/tile/0/002.p/90",
        "/log/tile/1/000.p/2",
        "/log/tile/entries/002.p/90",
    ];
    let mut sorted: Vec<&str> = of_log.iter().map(|path| path.as_str()).collect();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
}
