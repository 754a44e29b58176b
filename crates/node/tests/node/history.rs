//! Logs that were rewritten, cut or restored from a backup are refused, and what is held stays.

use didymium_node::{NodeError, NodeState};

use crate::common::{TestClub, backup, copied, copy_dir, report};

/// Two histories of CAN's log by the same key: DEU follows the first, then is shown the second.
async fn shown_another_history(
    first: u64,
    second: impl FnOnce(&NodeState),
    copy_at: u64,
) -> (NodeError, NodeState) {
    let mut club = TestClub::found(&["CAN", "DEU"]);
    let twin_folder = club.dir.path().join("CAN-again");
    let deu = club.serve("DEU");
    if copy_at == 0 {
        copy_dir(&club.folder("CAN"), &twin_folder);
    }
    let can = club.serve("CAN");
    report(&can.state, 0, copy_at);
    if copy_at > 0 {
        // A node of its own would hold the folder: copy what a backup would.
        backup(&club.folder("CAN"), &twin_folder);
    }
    report(&can.state, copy_at, first - copy_at);
    deu.federation.pull_once("CAN").await.unwrap();
    let held = copied(&deu.state, "CAN");
    can.stop().await;

    let again = club.serve_from("CAN", &twin_folder);
    second(&again.state);
    let error = deu.federation.pull_once("CAN").await.unwrap_err();
    assert_eq!(copied(&deu.state, "CAN"), held, "what is held stays");
    let peer = deu.state.peer("CAN").unwrap();
    let trouble = peer.trouble.unwrap();
    if peer.frozen {
        assert!(trouble.contains("both signatures are its own"), "{trouble}");
        assert_eq!(deu.federation.pull_once("CAN").await.unwrap().entries, 0);
        let after = deu.state.peer("CAN").unwrap().trouble;
        assert_eq!(after, Some(trouble), "not forgotten");
        let proven = didymium_node::evidence::against(&deu.state, "CAN").unwrap();
        assert_eq!(proven.len(), 1, "and it can be shown to others");
    } else {
        assert_eq!(trouble, error.in_words());
    }
    (error, deu.state.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rewritten_log_is_refused_whether_longer_shorter_or_equal() {
    for (held, shown) in [(10, 10), (10, 300), (300, 10), (255, 700), (256, 257)] {
        let (error, state) = shown_another_history(held, |again| report(again, 100_000, shown), 0).await;
        assert!(
            matches!(error, NodeError::LogRewritten { .. }),
            "{held} held, {shown} shown: {error}"
        );
        assert!(state.peer("CAN").unwrap().frozen);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_restored_from_an_old_backup_is_told_and_then_caught() {
    let (error, state) = shown_another_history(20, |_| {}, 10).await;
    assert!(
        matches!(
            error,
            NodeError::LogShrunk {
                held: 21,
                found: 11,
                ..
            }
        ),
        "{error}"
    );
    assert!(!state.peer("CAN").unwrap().frozen, "it may yet be brought back");
    let (error, _) = shown_another_history(20, |again| report(again, 100_000, 40), 10).await;
    assert!(
        matches!(
            error,
            NodeError::LogRewritten {
                size: 21,
                found: 51,
                ..
            }
        ),
        "{error}"
    );
}
