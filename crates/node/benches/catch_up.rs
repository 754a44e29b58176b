//! How fast a node that was away catches up with another member's log.
//!
//! Conditions: statements of about 500 bytes, each with its signature; two nodes in one process on loopback, so that who
//! serves and who verifies share the cores, and the seconds of processor time are those of both. Caught up means: every
//! entry verified, hashed, led to the signed root, and on disk. At the end the largest memory of the process, which has held
//! both nodes and filled the log as well.
//!
//! `cargo bench -p didymium-node --bench catch_up` (one argument: entries, 100000 by default).

use std::sync::Arc;
use std::time::{Duration, Instant};

use didymium_node::clock::SystemClock;
use didymium_node::club::{self, ClubSpec, MemberSpec};
use didymium_node::held::HeldLog;
use didymium_node::{Doors, Node, NodeState};
use didymium_statement::{Draft, Kind, KindVersion, Visibility};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Entries signed and appended at a time.
const BATCH: u64 = 10_000;
/// Longest wait for a node to catch up.
const WAIT_MAX: Duration = Duration::from_secs(600);

fn fill(state: &NodeState, entries: u64) -> Outcome<()> {
    let pad = "x".repeat(240);
    for first in (0..entries).step_by(usize::try_from(BATCH)?) {
        let batch = (first..entries.min(first + BATCH)).map(|number| {
            let draft = Draft {
                issuer: state.member().did.clone(),
                subject: format!("https://can.bench.example/returns/{number}"),
                kind: KindVersion::v1(Kind::Return),
                valid: None,
                visibility: Visibility::Public,
                payload: format!("{{\"number\":{number},\"pad\":\"{pad}\"}}").into_bytes(),
            };
            draft.sign(state.signer())
        });
        state.ledger().append(batch.collect::<Result<_, _>>()?)?;
    }
    Ok(())
}

/// Processor time of this process so far, user and system (Linux; in ticks of 10 ms).
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u32 = fields.get(11)?.parse::<u32>().ok()? + fields.get(12)?.parse::<u32>().ok()?;
    Some(f64::from(ticks) / 100.0)
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let entries: u64 = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(100_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(entries))
}

async fn run(entries: u64) -> Outcome<()> {
    let doors = [
        TcpListener::bind("127.0.0.1:0").await?,
        TcpListener::bind("127.0.0.1:0").await?,
    ];
    let member = |code: &str, door: &TcpListener| -> Outcome<MemberSpec> {
        let domain = format!("{}.bench.example", code.to_lowercase());
        Ok(MemberSpec::local(code, &domain, door.local_addr()?))
    };
    let spec = ClubSpec {
        club: "Bench".into(),
        members: vec![member("CAN", &doors[0])?, member("DEU", &doors[1])?],
    };
    let dir = tempfile::tempdir()?;
    let root = dir.path().join("club");
    club::found(&root, &spec, Arc::new(SystemClock))?;
    let origin = Node::open(&club::member_dir(&root, "CAN"))?;
    fill(origin.state(), entries)?;
    let log = origin.state().member().origin().to_owned();
    let away = Node::open(&club::member_dir(&root, "DEU"))?;
    let held = HeldLog::new(Arc::clone(away.state().store()), &log);

    let (begun, before) = (Instant::now(), processor_seconds());
    let mut stops = Vec::new();
    let mut running = Vec::new();
    for (node, own) in [origin, away].into_iter().zip(doors) {
        let (stop, stopped) = oneshot::channel::<()>();
        let doors = Doors { own, nodes: None };
        running.push(tokio::spawn(
            node.run(doors, async move { stopped.await.unwrap_or(()) }),
        ));
        stops.push(stop);
    }
    while tokio::task::block_in_place(|| held.size())? < entries + 1 {
        if begun.elapsed() > WAIT_MAX {
            return Err("it has not caught up".into());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate to be read")]
    let count = entries as f64;
    println!("{entries} signed statements in {seconds:.2} s: {:.0} a second", count / seconds);
    if let (Some(before), Some(after)) = (before, processor_seconds()) {
        let processor = after - before;
        println!(
            "{processor:.2} s of processor time at both ends: {:.0} a second and core",
            count / processor
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(line) = status.lines().find(|line| line.starts_with("VmHWM:")) {
        println!("{line}");
    }
    drop(stops);
    for node in running {
        node.await??;
    }
    Ok(())
}
