//! The independent judge (`tools/judge`): written against the specifications with other libraries than the server's, it
//! says yes to what a real club serves and writes, and no to every flipped bit.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Answer, Desk, HEADER, ROW, SOURCES, Serving, long_table, run};
use crate::shelf::{Shelf, fill};

/// The Python that `make deps` has prepared, or that of the system.
fn python(root: &Path) -> PathBuf {
    let prepared = root.join("tools/judge/.venv/bin/python3");
    if prepared.exists() {
        prepared
    } else {
        "python3".into()
    }
}

/// Runs the judge; nothing if it cannot run here, which is a failure where `CI=true`.
pub fn judge(args: &[&str]) -> Option<Answer> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let told = Command::new(python(&root))
        .arg("-B")
        .arg(root.join("tools/judge/judge.py"))
        .args(args)
        .output();
    let reason = match told {
        Ok(output) if output.status.code() == Some(3) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Ok(output) => return Some(output.into()),
        Err(error) => format!("python3 cannot be started: {error}"),
    };
    if std::env::var("CI").is_ok_and(|ci| ci == "true") {
        panic!("the independent judge must run in CI: {reason}");
    }
    // Written, not printed: the harness captures what tests print.
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: the independent judge cannot run here: {reason}"
    );
    None
}

/// The club of the demo, with a few small tables, loaded and agreed.
fn club(desk: &Desk) -> String {
    let data = desk.path("data");
    std::fs::create_dir_all(&data).unwrap();
    let tables =
        "file,kind,issuer,title_en,title_fr\nlong.csv,statistic,USA,L,L\none.csv,statistic,CAN,O,O\n";
    for (name, text) in [
        ("tables.csv", tables.to_owned()),
        ("sources.csv", SOURCES.to_owned()),
        ("long.csv", long_table(2_000)),
        ("one.csv", format!("{HEADER}{ROW}")),
    ] {
        std::fs::write(data.join(name), text).unwrap();
    }
    let club = desk.path("club").display().to_string();
    let data = data.display().to_string();
    run(&["demo", "--once", "--port", "0", "--dir", &club, "--data", &data]).ends(0);
    club
}

/// The head of USA with the cosignatures of at least five others. The demo ends when the nodes agree, which may be before
/// the first round of cosignatures is over: then it is started again.
fn cosigned(club: &str, data: &str) -> serde_json::Value {
    for _ in 0..20 {
        let dir = format!("{club}/USA");
        let note = run(&["log", "inspect", "--json", "--dir", &dir]).ends(0).json();
        if note["cosigned"].as_array().unwrap().len() >= 5 {
            return note;
        }
        run(&["demo", "--once", "--port", "0", "--dir", club, "--data", data]).ends(0);
    }
    panic!("no round of cosignatures was ever held");
}

/// Flips the lowest bit of one byte of a file, runs the judge, and puts the file back.
pub fn flipped(file: &Path, at: usize, args: &[&str]) -> Answer {
    let right = std::fs::read(file).unwrap();
    let mut wrong = right.clone();
    wrong[at] ^= 1;
    std::fs::write(file, wrong).unwrap();
    let answer = judge(args).unwrap();
    std::fs::write(file, right).unwrap();
    answer
}

/// The bytes of a receipt of which each must be right: a tlog-proof may end with cosignatures, and one whose name or key id
/// was changed is that of a stranger, which every reader must pass over.
fn judged_bytes(receipt: &[u8]) -> usize {
    let line = "\n\u{2014} ".as_bytes();
    let mut lines = receipt
        .windows(line.len())
        .enumerate()
        .filter(|(_, window)| *window == line)
        .map(|(at, _)| at);
    lines.nth(1).unwrap_or(receipt.len())
}

#[test]
fn the_judge_finds_a_real_club_right_and_every_flipped_bit_wrong() {
    let desk = Desk::new();
    let club = club(&desk);
    let folder = format!("{club}/CAN");
    fill(&folder, "a", 300);
    let node = Serving::start(&folder);
    let saved = desk.path("saved").display().to_string();
    let Some(served) = judge(&["url", &node.url, "--save", &saved]) else {
        node.stop();
        return;
    };
    let served = served.ends(0);
    assert!(
        served.out.contains("COSE receipts and tlog-proofs hold"),
        "{}",
        served.out
    );
    let copy = judge(&["url", &node.url, "--member", "USA"]).unwrap().ends(0);
    assert!(copy.out.contains("usa.g7.example/log"), "{}", copy.out);
    node.stop();

    let kept = judge(&["folder", &saved]).unwrap().ends(0);
    assert!(kept.out.contains("kept receipts and proofs hold"), "{}", kept.out);
    let saved_dir = PathBuf::from(&saved);
    let mut files = vec![
        ("checkpoint".to_owned(), vec![3, 40, 150]),
        ("charter.cose".to_owned(), vec![60, 2_000]),
        ("tile/0/000".to_owned(), vec![0, 8_191]),
        ("tile/1/000.p/1".to_owned(), vec![5]),
        ("tile/entries/000".to_owned(), vec![1, 50, 900, 30_000]),
    ];
    let receipts = std::fs::read_dir(saved_dir.join("receipts")).unwrap();
    for receipt in receipts.map(|entry| entry.unwrap()).take(4) {
        let bytes = judged_bytes(&std::fs::read(receipt.path()).unwrap());
        let name = receipt.file_name().into_string().unwrap();
        files.push((format!("receipts/{name}"), vec![bytes / 3, bytes / 2, bytes - 20]));
    }
    for (file, places) in files {
        for at in places {
            let answer = flipped(&saved_dir.join(&file), at, &["folder", &saved]);
            assert!(
                answer.code == Some(4) && answer.out.contains("wrong: "),
                "{file} at {at}: {answer:?}"
            );
        }
    }
}

#[test]
fn the_judge_counts_cosignatures_and_finds_one_flipped_bit_in_them() {
    let desk = Desk::new();
    let club = club(&desk);
    let note = cosigned(&club, &desk.path("data").display().to_string());
    let mut shelf = Shelf::of(&format!("{club}/USA"));
    let checkpoint = note["checkpoint"].as_str().unwrap();
    shelf.0.insert("checkpoint".into(), checkpoint.into());
    let folder = shelf.write(&desk.path("files"));
    let Some(right) = judge(&["folder", &folder]) else {
        return;
    };
    assert!(right.ends(0).out.contains("witnessed"));
    let ours = run(&["audit", "--json", "--witnessed", &folder]).ends(0).json();
    assert_eq!(ours["size"], note["size"]);
    // Time and signature of the last cosignature: base64 from the end of its line.
    let path = desk.path("files/checkpoint");
    for back in [4, 30, 90] {
        let wrong = flipped(&path, checkpoint.len() - back, &["folder", &folder]);
        assert_eq!(wrong.code, Some(4), "{back}: {wrong:?}");
    }
}

#[test]
fn the_judge_proves_consistency_and_finds_a_fork() {
    let desk = Desk::new();
    fill(&desk.node(), "a", 10);
    let early = Shelf::of(&desk.node());
    let fork = crate::shelf::copy_folder(&desk.node(), &desk.path("fork"));
    fill(&fork, "other", 3);
    fill(&desk.node(), "b", 500);
    let late = Shelf::of(&desk.node()).write(&desk.path("late"));
    let old = desk.path("old").display().to_string();
    let new = format!("{late}/checkpoint");
    std::fs::write(&old, &early.0["checkpoint"]).unwrap();
    let Some(right) = judge(&["consistency", &old, &new, &late]) else {
        return;
    };
    assert!(right.ends(0).out.contains("size 511 extends size 11"));
    std::fs::write(&old, &Shelf::of(&fork).0["checkpoint"]).unwrap();
    judge(&["consistency", &old, &new, &late]).unwrap().ends(4);
}
