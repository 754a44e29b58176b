//! `didymium log restore`: a lost database comes back from the members that run.

use crate::club::Club;
use crate::common::{Desk, Serving, long_table, run};

#[test]
fn a_lost_database_comes_back_from_the_members_that_run() {
    let desk = Desk::new();
    let club = Club::start(&desk.path("demo"));
    let [can, deu, fra] = ["CAN", "DEU", "FRA"].map(|code| club.folder(code));
    club.stop();
    let before = run(&["log", "inspect", "--json", "--dir", &can]).ends(0).json();
    let [deu, fra] = [deu, fra].map(|dir| (Serving::start(&dir), dir));
    for file in ["node.db", "node.db-wal", "node.db-shm"] {
        let _ = std::fs::remove_file(std::path::Path::new(&can).join(file));
    }
    let lost = run(&["serve", "--dir", &can]).ends(7);
    assert!(lost.err.contains("didymium log restore"), "{lost:?}");

    let restore = ["log", "restore", "--dir", &can];
    let told = run(&restore).ends(0).out;
    let size = before["size"].as_u64().unwrap();
    for words in [
        format!("The log of CAN: 0 entries were here, {size} are now."),
        format!("DEU holds {size} of them"),
        "JPN could not say: ".to_owned(),
    ] {
        assert!(told.contains(&words), "{words}: {told}");
    }
    let after = run(&["log", "inspect", "--json", "--dir", &can]).ends(0).json();
    assert_eq!(
        (&after["size"], &after["root"]),
        (&before["size"], &before["root"])
    );
    run(&["log", "fsck", "--signatures", "--dir", &can]).ends(0);
    let again = run(&restore).ends(0).out;
    assert!(again.contains("no copy that could be asked has more"), "{again}");
    let running = run(&["log", "restore", "--dir", &deu.1]);
    assert!(
        running.code != Some(0) && running.err.contains("in use"),
        "{running:?}"
    );
    for (node, _) in [deu, fra] {
        node.stop();
    }
}

/// All its folders are at hand: the club says nothing in one that is older than what the others hold of its log.
#[test]
fn the_demo_says_nothing_in_a_folder_that_was_put_back() {
    let desk = Desk::new();
    let club = Club::start(&desk.path("demo"));
    let can = club.folder("CAN");
    club.stop();
    let (data, old) = (desk.path("demo/data"), desk.path("old"));
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        let copied = std::process::Command::new("cp")
            .arg("-a")
            .arg(from)
            .arg(to)
            .status();
        assert!(copied.unwrap().success());
    };
    copy(std::path::Path::new(&can), &old);
    // Nobody runs: whether that folder is the newest is for its operator to say.
    let table = desk.file("more.csv", &long_table(2));
    let sources = data.join("sources.csv").display().to_string();
    let import = [
        "import",
        "--dir",
        &can,
        "--kind",
        "statistic",
        "--sources",
        &sources,
        &table,
    ];
    let unasked = run(&import).ends(8);
    assert!(unasked.err.contains("--newest"), "{unasked:?}");
    run(&[&import[..], &["--newest"]].concat()).ends(0);
    // What is refused leaves no opening behind.
    let vault = desk.path("vault").display().to_string();
    run(&["sealed", "init", "--vault", &vault]).ends(0);
    let payload = desk.file("return.json", r#"{"tonnes":"1"}"#);
    let seal = [
        "sealed", "file", "--vault", &vault, "--dir", &can, "--kind", "return",
    ];
    let about = ["--subject", "https://can.example/returns/1", &payload];
    run(&[&seal[..], &about].concat()).ends(8);
    let listed = run(&["sealed", "list", "--json", "--vault", &vault])
        .ends(0)
        .json();
    assert!(!listed.to_string().contains("can.example"), "{listed}");
    let demo = |rows: usize| {
        std::fs::write(data.join("one.csv"), long_table(rows)).unwrap();
        let dir = desk.path("demo/club").display().to_string();
        let data = data.display().to_string();
        run(&["demo", "--once", "--port", "0", "--dir", &dir, "--data", &data])
    };
    demo(3).ends(0);
    std::fs::remove_dir_all(&can).unwrap();
    copy(&old, std::path::Path::new(&can));
    let refused = demo(4).ends(4);
    assert!(refused.err.contains("the folder of CAN"), "{refused:?}");
    assert!(refused.err.contains("didymium log restore"), "{refused:?}");
}
