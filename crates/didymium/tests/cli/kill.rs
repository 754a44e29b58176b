//! An import that is killed at any moment leaves none or all of its file.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::common::{Desk, binary, long_table, twin};

/// Rows of the file: two chunks and a rest.
const ROWS: usize = 45_000;

/// Kills in the default run; `DIDYMIUM_KILLS` asks for more.
const KILLS: u32 = 10;

#[test]
fn kill_at_any_moment_leaves_none_or_all() {
    let kills = std::env::var("DIDYMIUM_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(KILLS);
    let desk = Desk::new();
    let file = desk.file("t.csv", &long_table(ROWS));
    let args = |node: &str| {
        [
            "import".to_owned(),
            "--dir".into(),
            node.into(),
            "--kind".into(),
            "statistic".into(),
            file.clone(),
        ]
    };
    let begun = Instant::now();
    assert!(
        binary()
            .args(args(&desk.node()))
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .unwrap()
            .success()
    );
    let whole = begun.elapsed();
    let (mut none, mut all) = (0, 0);
    for kill in 0..kills {
        let node = desk.init(&format!("node{kill}"));
        let jitter = Duration::from_micros(u64::from(begun.elapsed().subsec_micros() % 20_000));
        let mut import = binary()
            .args(args(&node))
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // From the start to after the end, most of them late, where things are written.
        let share = f64::from(kill + 1) / f64::from(kills);
        std::thread::sleep(whole.mul_f64(share.sqrt() * 1.2) + jitter);
        import.kill().unwrap();
        import.wait().unwrap();
        match twin(&node)["observations"].as_u64() {
            Some(0) => none += 1,
            Some(found) if found == ROWS as u64 => all += 1,
            other => panic!("kill {kill}: {other:?} of {ROWS} observations"),
        }
        // What was left behind does not keep the file from being imported.
        if kill % 5 == 0 {
            let again = crate::common::run(&["import", "--dir", &node, "--kind", "statistic", &file]).ends(0);
            assert!(again.out.contains("45000 rows"), "{}", again.out);
        }
        std::fs::remove_dir_all(&node).unwrap();
    }
    println!("{kills} kills over {whole:?}: {none} left nothing, {all} left all");
    assert!(none > 0, "no kill came before the end: the test shows nothing");
}
