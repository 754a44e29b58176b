//! How many statements a second a member's log takes in, one by one, and how long a submitter waits.
//!
//! Conditions: statements of about 600 bytes, each signed beforehand and admitted (signature verified) on the way in;
//! the answer means *inside a signed checkpoint, on disk* (SQLite, WAL, full synchronisation); submitters and log share
//! the machine's cores; no HTTP. Every answer is checked afterwards: the statement stands at the place that was told.
//!
//! `cargo bench -p didymium-node --bench intake` (one argument: seconds a row, 5 by default).

mod common;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use didymium_node::clock::SystemClock;
use didymium_node::club::{self, ClubSpec, MemberSpec};
use didymium_node::{Node, NodeState};
use didymium_statement::{Statement, StatementId};

use common::{Outcome, statement};

const CLIENTS: [usize; 3] = [1, 64, 512];
/// Statements signed ahead for each second of a row.
const AHEAD_A_SECOND: usize = 30_000;

fn signed(state: &NodeState, row: usize, count: usize) -> Outcome<Vec<Statement>> {
    let names = (0..count).map(|number| format!("{row}-{number}"));
    names
        .map(|name| statement(&state.member().did, state.signer(), &name))
        .collect()
}

/// One client: submits until the time is over; answers the waits in microseconds and the places it was told.
async fn client(
    state: NodeState,
    statements: Arc<Vec<Statement>>,
    next: Arc<AtomicUsize>,
    until: Instant,
) -> Outcome<Vec<(u64, StatementId, u64)>> {
    let intake = state.intake()?;
    let mut told = Vec::new();
    while Instant::now() < until {
        let Some(statement) = statements.get(next.fetch_add(1, Ordering::Relaxed)) else {
            break;
        };
        let begun = Instant::now();
        let place = intake.submit(&state, statement.clone(), None).await?;
        told.push((
            u64::try_from(begun.elapsed().as_micros())?,
            statement.id(),
            place.index,
        ));
    }
    Ok(told)
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let seconds: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(5);
    let dir = tempfile::tempdir()?;
    let club_dir = dir.path().join("club");
    let listen: SocketAddr = "127.0.0.1:7999".parse()?;
    let spec = ClubSpec {
        club: "Bench".into(),
        members: vec![MemberSpec::local("CAN", "can.bench.example", listen)],
    };
    club::found(&club_dir, &spec, Arc::new(SystemClock))?;
    let node = Node::open(&club::member_dir(&club_dir, "CAN"))?;
    let state = node.state().clone();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    println!("{seconds} s a row; waits in microseconds");
    println!(
        "{:>8} {:>12} {:>8} {:>8} {:>8} {:>8}",
        "clients", "statements/s", "bytes", "p50", "p95", "p99"
    );
    for (row, clients) in CLIENTS.into_iter().enumerate() {
        let ahead = if clients == 1 { 1_000 } else { AHEAD_A_SECOND };
        let statements = Arc::new(signed(&state, row, ahead * usize::try_from(seconds)?)?);
        let bytes = statements.first().map_or(0, |statement| statement.bytes().len());
        let next = Arc::new(AtomicUsize::new(0));
        let begun = Instant::now();
        let until = begun + Duration::from_secs(seconds);
        let told = runtime.block_on(async {
            let tasks: Vec<_> = (0..clients)
                .map(|_| {
                    tokio::spawn(client(
                        state.clone(),
                        Arc::clone(&statements),
                        Arc::clone(&next),
                        until,
                    ))
                })
                .collect();
            let mut told = Vec::new();
            for task in tasks {
                told.extend(task.await??);
            }
            Outcome::Ok(told)
        })?;
        let took = begun.elapsed().as_secs_f64();
        for (_, statement, index) in &told {
            if state.ledger().log().find(statement)? != Some(*index) {
                return Err(format!("statement {statement} is not at {index}").into());
            }
        }
        let mut waits: Vec<u64> = told.iter().map(|(wait, ..)| *wait).collect();
        waits.sort_unstable();
        let at = |percent: usize| waits.get(waits.len() * percent / 100).copied().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "a rate to be read")]
        let rate = told.len() as f64 / took;
        println!(
            "{clients:>8} {rate:>12.0} {bytes:>8} {:>8} {:>8} {:>8}",
            at(50),
            at(95),
            at(99)
        );
    }
    Ok(())
}
