//! `didymium log restore`: a lost database comes back from the members that run.

use crate::club::Club;
use crate::common::{Desk, Serving, run};

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
