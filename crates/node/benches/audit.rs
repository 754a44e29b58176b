//! How long it takes to check a log of a node's folder whole, by hashes alone and with signatures.
//!
//! Conditions: statements of 600 bytes, give or take the length of their names, in the SQLite store of one folder, the file
//! in the page cache; every entry hashed twice (as leaf and as the key of deduplication), every tile and the whole index compared; as many threads as
//! the machine has cores, eight at most. The last line is the peak of the process's memory, building the log included.
//!
//! `cargo bench -p didymium-node --bench audit` (arguments: entries, 100000 by default; a folder to keep the log in, so
//! that a second run finds it).

mod common;
mod filling;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use didymium_node::Node;
use didymium_node::audit::{Answer, Budget, FsckRequest, StoreSource, fsck};
use didymium_node::clock::SystemClock;
use didymium_node::club::{self, ClubSpec, MemberSpec};
use didymium_node::folder::{read_public, require_member_ever};
use didymium_store::SqliteStore;

use common::Outcome;
use filling::fill;

/// One check of the whole log; answers how long it took.
fn check(dir: &Path, signatures: bool) -> Outcome<(u64, f64)> {
    let begun = Instant::now();
    let (config, charters) = read_public(dir)?;
    let member = require_member_ever(&charters, &config.member)?;
    let threads = std::thread::available_parallelism()?.get().min(8);
    let store = Arc::new(SqliteStore::open_read_only(dir, threads)?);
    let source = StoreSource::new(dir, store, member.origin(), Arc::new(Budget::unbounded()));
    let report = fsck(&FsckRequest {
        source: &source,
        charters: &charters,
        member,
        signatures,
        watch: &(),
    })?;
    if !matches!(report.verdict, Answer::Yes | Answer::Open) {
        return Err(format!("{:?}", report.checks).into());
    }
    Ok((report.size.unwrap_or_default(), begun.elapsed().as_secs_f64()))
}

fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let entries: u64 = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    let kept = arguments.next().map(PathBuf::from);
    let temporary = tempfile::tempdir()?;
    let club_dir = kept.unwrap_or_else(|| temporary.path().join("club"));
    if !club_dir.exists() {
        let listen: SocketAddr = "127.0.0.1:7998".parse()?;
        let spec = ClubSpec {
            club: "Bench".into(),
            members: vec![MemberSpec::local("CAN", "can.bench.example", listen)],
        };
        club::found(&club_dir, &spec, Arc::new(SystemClock))?;
    }
    let dir = club::member_dir(&club_dir, "CAN");
    let node = Node::open(&dir)?;
    fill(node.state(), entries)?;
    drop(node);
    println!(
        "{:>12} {:>10} {:>8} {:>12}",
        "check", "entries", "seconds", "entries/s"
    );
    for (name, signatures) in [
        ("hashes", false),
        ("hashes", false),
        ("hashes", false),
        ("signatures", true),
    ] {
        let (size, seconds) = check(&dir, signatures)?;
        #[expect(clippy::cast_precision_loss, reason = "a rate to be read")]
        let rate = size as f64 / seconds;
        println!("{name:>12} {size:>10} {seconds:>8.2} {rate:>12.0}");
    }
    if let Some(peak) = peak_kib() {
        println!("peak memory {} MiB", peak / 1024);
    }
    Ok(())
}
