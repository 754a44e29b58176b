//! A million rows in bounded memory. Long: `cargo test --release -p didymium --test cli million -- --ignored --nocapture`.

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::common::{Desk, HEADER, ROW, binary};

const ROWS: u32 = 1_000_000;

/// Most memory that the import may take at its peak: the keys' hashes (some 40 MB a million rows) and two chunks.
const PEAK_KIB_MAX: u64 = 300 * 1024;

#[test]
#[ignore = "long: a million rows, a minute in a debug build"]
fn a_million_rows_are_imported_in_bounded_memory() {
    let desk = Desk::new();
    let path = desk.path("million.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    file.write_all(HEADER.as_bytes()).unwrap();
    for row in 0..ROWS {
        file.write_all(
            ROW.replace(",CHN,,,", &format!(",CHN,,subject {row},"))
                .as_bytes(),
        )
        .unwrap();
    }
    file.into_inner().unwrap().sync_all().unwrap();
    let begun = Instant::now();
    let args = [
        "import",
        "--dir",
        &desk.node(),
        "--kind",
        "statistic",
        path.to_str().unwrap(),
    ];
    let mut import = binary().args(args).stderr(Stdio::inherit()).spawn().unwrap();
    let mut peak = 0;
    let ended = loop {
        // The kernel keeps the peak itself; the last look before the end is near enough.
        let status = std::fs::read_to_string(format!("/proc/{}/status", import.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let found = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(found.unwrap_or(0));
        if let Some(ended) = import.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    println!("{ROWS} rows in {:?}, peak {} MiB", begun.elapsed(), peak / 1024);
    assert!(ended.success());
    assert!(peak > 0 && peak < PEAK_KIB_MAX, "{peak} KiB");
}
