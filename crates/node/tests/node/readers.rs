//! Who reads what at the door for other machines: hashes and heads everybody, statements whom their visibility names.

use std::sync::Arc;

use didymium_log::tree::root_from_tiles;
use didymium_node::audit::{Answer, AuditRequest, Budget, HttpSource, Reader, Report, audit};
use didymium_node::folder::NodeFolder;
use didymium_statement::{PayloadRef, Statement, Visibility};
use tokio::runtime::Handle;

use crate::common::{copied, draft, eventually, said};
use crate::transport::{TlsClub, Up, answered, client, now_s};

/// A statement of CAN for some readers.
fn spoken(state: &didymium_node::NodeState, number: u64, bytes: usize, visibility: Visibility) -> Said {
    let mut draft = draft("CAN", number, bytes);
    draft.visibility = visibility;
    draft.sign(state.signer()).unwrap()
}

type Said = (Statement, Option<Vec<u8>>);

fn blob_path(said: &Said) -> String {
    let PayloadRef::Blob(digest) = &said.0.payload else {
        panic!("a large payload goes by digest")
    };
    format!("/log/blob/{digest}")
}

async fn unsigned(node: &Up, path: &str) -> (u16, String) {
    answered(client().get(format!("{}{path}", node.nodes))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_club_keeps_among_members_is_not_read_by_others() {
    let club = TlsClub::found(&["CAN", "DEU"]);
    let (can, deu) = (club.start("CAN"), club.start("DEU"));
    let open = spoken(&can.state, 1, 40_000, Visibility::Public);
    let kept = spoken(&can.state, 2, 40_000, Visibility::Club);
    let both = spoken(&can.state, 3, 50_000, Visibility::Club);
    let mut again = draft("CAN", 3, 50_000);
    again.subject.push_str("/public");
    let again = again.sign(can.state.signer()).unwrap();
    let (open_at, kept_at, both_at) = (blob_path(&open), blob_path(&kept), blob_path(&both));
    assert_eq!(
        both_at,
        blob_path(&again),
        "the same bytes, said to the club and to all"
    );
    can.state.submit(vec![open, kept]).unwrap();

    // The genesis and the public statement stand before the other in the first bundle.
    assert_eq!(unsigned(&can, "/log/tile/entries/000.p/2").await.0, 200);
    let withheld = (401, "for-members".to_owned());
    assert_eq!(unsigned(&can, "/log/tile/entries/000.p/3").await, withheld);
    assert_eq!(
        unsigned(&can, "/log/tile/0/000.p/3").await.0,
        200,
        "hashes say nothing"
    );
    assert_eq!(unsigned(&can, &open_at).await.0, 200);
    assert_eq!(unsigned(&can, &kept_at).await, withheld);
    let nowhere = format!("/log/blob/{}", "0".repeat(64));
    assert_eq!(
        unsigned(&can, &nowhere).await,
        withheld,
        "whether it is there is not told either"
    );
    can.state.submit(vec![both]).unwrap();
    assert_eq!(unsigned(&can, &both_at).await, withheld);
    can.state.submit(vec![again]).unwrap();
    assert_eq!(
        unsigned(&can, &both_at).await.0,
        200,
        "what was said to all is for all"
    );

    // A receipt names what it is about, and a proof carries the statement.
    let entry = |index: u64| {
        let entry = can.state.ledger().log().entry(index).unwrap().unwrap();
        format!("/entries/{}", hex::encode(entry.statement))
    };
    for of in ["", "/proof"] {
        assert_eq!(unsigned(&can, &format!("{}{of}", entry(1))).await.0, 200);
        assert_eq!(
            unsigned(&can, &format!("{}{of}", entry(2))).await,
            withheld,
            "{of}"
        );
        let nowhere = format!("/entries/{}{of}", "0".repeat(64));
        assert_eq!(unsigned(&can, &nowhere).await, withheld, "{of}");
    }

    let (now, signer) = (now_s(&can.state), club.signer("DEU"));
    let proof_of_kept = format!("{}/proof", entry(2));
    for (nonce, path) in (1..).zip(["/log/tile/entries/000.p/3", &kept_at, &open_at, &proof_of_kept]) {
        assert_eq!(
            answered(can.asks(&signer, path, now, nonce)).await.0,
            200,
            "{path}"
        );
    }
    let theirs = can.asks(&signer, &kept_at, now, 9).send().await.unwrap();
    assert!(
        theirs.headers()["cache-control"]
            .to_str()
            .unwrap()
            .starts_with("private")
    );
    // At its own door this machine reads all of it.
    assert_eq!(
        answered(client().get(format!("{}{kept_at}", can.own))).await.0,
        200
    );
    eventually("a member copies all of it", || {
        copied(&deu.state, "CAN").1.len() == 5
    })
    .await;
    can.stop().await;
    deu.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_row_is_no_way_round_the_visibility() {
    // What cannot be decoded says nothing of who may read it, so it is for members.
    let club = TlsClub::found(&["CAN"]);
    {
        let can = club.start("CAN");
        can.state
            .submit(vec![said("CAN", can.state.signer(), 1, 10)])
            .unwrap();
        assert_eq!(unsigned(&can, "/log/tile/entries/000.p/2").await.0, 200);
        let db = rusqlite::Connection::open(club.folder("CAN").join("node.db")).unwrap();
        db.execute("UPDATE entry SET bytes = x'00' WHERE idx = 1", [])
            .unwrap();
        assert_eq!(
            unsigned(&can, "/log/tile/entries/000.p/2").await,
            (401, "for-members".into())
        );
        can.stop().await;
    }
}

fn audited(node: &Up, reader: &Reader) -> Report {
    let budget = Arc::new(Budget::unbounded());
    tokio::task::block_in_place(|| {
        let runtime = Handle::current();
        let source = HttpSource::new(&node.nodes, None, reader, runtime, Arc::clone(&budget)).unwrap();
        let (report, head) = audit(&AuditRequest {
            source: &source,
            charters: &didymium_node::charter::current(&node.state),
            charter_brought: true,
            member: node.state.member(),
            witnessed: false,
            payloads: true,
            since: None,
            against: None,
            budget: &budget,
            watch: &(),
        })
        .unwrap();
        let (size, root) = head
            .map(|head| (head.checkpoint.size, head.checkpoint.root))
            .unwrap();
        let tiles = didymium_node::audit::read_tiles(&source, size);
        assert_eq!(root_from_tiles(size, tiles).unwrap(), root);
        report
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_is_told_what_it_may_not_read_and_a_member_reads_it() {
    let club = TlsClub::found(&["CAN", "DEU"]);
    let can = club.start("CAN");
    let entries = (0..300).map(|number| spoken(&can.state, number, 10, Visibility::Public));
    can.state.submit(entries.collect()).unwrap();
    can.state
        .submit(vec![spoken(&can.state, 300, 40_000, Visibility::Club)])
        .unwrap();

    let outside = audited(&can, &Reader::nobody().unwrap());
    assert_eq!(outside.verdict, Answer::Missing, "{outside:#?}");
    let entries = outside.check("entries").unwrap();
    assert_eq!(entries.answer, Answer::Missing);
    assert!(
        entries.said.contains("46 of them are not for everybody"),
        "{}",
        entries.said
    );
    assert!(
        entries.reasons[0].starts_with("entries 256 to 301"),
        "{:?}",
        entries.reasons
    );
    for check in ["tiles", "genesis", "statements", "once"] {
        assert_eq!(outside.check(check).unwrap().answer, Answer::Yes, "{check}");
    }
    assert!(
        outside
            .check("statements")
            .unwrap()
            .said
            .starts_with("256 entries of those that could be read")
    );

    let folder = NodeFolder::open(&club.folder("DEU")).unwrap();
    let inside = audited(&can, &Reader::member(folder).unwrap());
    assert!(
        matches!(inside.verdict, Answer::Yes | Answer::Open),
        "{inside:#?}"
    );
    assert_eq!(inside.check("payloads").unwrap().answer, Answer::Yes);
    assert!(inside.check("entries").unwrap().said.contains("all 302 entries"));
    can.stop().await;
}
