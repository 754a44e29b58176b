//! How long a reader waits for each list of `/api/v1`, with the whole public data set, under 32 concurrent clients.
//!
//! Conditions: one node with every table of `data/` in its log, on loopback; server and clients share the machine's
//! cores; every client keeps one connection and asks again as soon as it is answered; no compression asked for. Two
//! columns of latencies: *again* is the question as everybody asks it (the answer is rendered once a cut), *afresh* asks for a
//! part of the list that nobody asked for before, or so long ago that its answer is not kept: every answer is rendered. The baseline `/healthz` says what of it is HTTP.
//!
//! `cargo bench -p didymium-node --bench api_latency` (one argument: seconds a list, 3 by default).

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use didymium_node::clock::SystemClock;
use didymium_node::club::{self, ClubSpec, MemberSpec};
use didymium_node::import::{DataSource, Manifest, Progress, Registered, Sources, TableJob};
use didymium_node::{Node, NodeState, bind};

const CLIENTS: usize = 32;
const LISTS: [&str; 8] = [
    "/api/v1/sites?limit=100",
    "/api/v1/sites?limit=500",
    "/api/v1/notices?limit=100",
    "/api/v1/countries?limit=500",
    "/api/v1/sources?limit=100",
    "/api/v1/statements?limit=100",
    "/api/v1/observations?limit=100",
    "/api/v1/observations?measure=trade&limit=200",
];

struct Quiet;
impl Progress for Quiet {
    fn rows(&mut self, _: u64, _: u64) {}
}

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn load(state: &NodeState) -> Outcome<()> {
    let data = DataSource::Embedded;
    let manifest = Manifest::read("tables.csv", data.open("tables.csv")?.0, state.vocabulary())?;
    let sources = Sources::read("sources.csv", data.open("sources.csv")?.0)?;
    let mut registered = Registered::scan(&**state.store(), state.charter().charter())?;
    for table in &manifest.tables {
        let name = table.file.trim_end_matches(".csv");
        let job = TableJob {
            kind: table.kind,
            table: name,
            file: &table.file,
            sources: &sources,
            supersede: None,
        };
        job.load(state, &mut registered, data.open(&table.file)?.0, &mut Quiet)?;
    }
    Ok(())
}

/// Asks until `until`; answers the waiting times in microseconds.
fn client(address: SocketAddr, path: &str, afresh: Option<&AtomicU64>, until: Instant) -> Outcome<Vec<u64>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut waits = Vec::new();
    let mut body = Vec::new();
    while Instant::now() < until {
        let question = match afresh {
            Some(counter) => another_part(path, counter.fetch_add(1, Ordering::Relaxed))?,
            None => path.to_owned(),
        };
        let start = Instant::now();
        stream.write_all(format!("GET {question} HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes())?;
        read_answer(&mut reader, &mut body)?;
        waits.push(u64::try_from(start.elapsed().as_micros())?);
    }
    Ok(waits)
}

/// The `number`-th part of a list, close to its beginning and almost as long: full pages, 50 offsets and half as many
/// lengths as the limit, which together are several times what the node keeps.
fn another_part(path: &str, number: u64) -> Outcome<String> {
    let (list, limit) = path.split_once("limit=").ok_or("a list without a limit")?;
    let limit: u64 = limit.parse()?;
    let shorter = number / 50 % (limit / 2);
    Ok(format!("{list}limit={}&offset={}", limit - shorter, number % 50))
}

fn read_answer(reader: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> Outcome<()> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 200") {
        return Err(format!("unexpected answer: {line}").into());
    }
    let mut length = None;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        if line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = Some(value.trim().parse::<usize>()?);
        }
    }
    body.resize(length.ok_or("an answer without a length")?, 0);
    reader.read_exact(body)?;
    Ok(())
}

fn measure(address: SocketAddr, path: &str, afresh: bool, seconds: u64) -> Outcome<[u64; 4]> {
    let until = Instant::now() + Duration::from_secs(seconds);
    let counter = AtomicU64::new(1);
    let counter = afresh.then_some(&counter);
    let mut waits = Vec::new();
    std::thread::scope(|scope| -> Outcome<()> {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(move || client(address, path, counter, until)))
            .collect();
        for client in clients {
            waits.extend(client.join().map_err(|_| "a client panicked")??);
        }
        Ok(())
    })?;
    waits.sort_unstable();
    let at = |percent: usize| {
        waits
            .get((waits.len() * percent / 100).min(waits.len().saturating_sub(1)))
            .copied()
            .unwrap_or(0)
    };
    Ok([waits.len() as u64 / seconds, at(50), at(95), at(99)])
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let seconds = arguments.first().and_then(|text| text.parse().ok()).unwrap_or(3);
    let dir = tempfile::tempdir()?;
    let club_dir = dir.path().join("club");
    let listen: SocketAddr = "127.0.0.1:0".parse()?;
    let spec = ClubSpec {
        club: "Bench".into(),
        members: vec![MemberSpec::local(
            "CAN",
            "can.bench.example",
            "127.0.0.1:7999".parse()?,
        )],
    };
    club::found(&club_dir, &spec, Arc::new(SystemClock))?;
    let node = Node::open(&club::member_dir(&club_dir, "CAN"))?;
    load(node.state())?;
    didymium_node::rebuild_twin(node.state())?;
    let facts = node.state().twin().map_or(0, |twin| twin.facts().len());

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let listener = runtime.block_on(bind(listen))?;
    let address = listener.local_addr()?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = runtime.spawn(node.run(listener, async move {
        let _ = stopped.await;
    }));
    println!("{facts} observations, {CLIENTS} clients, {seconds} s a row; microseconds");
    println!(
        "{:<46} {:>9} {:>8} {:>8} {:>8}",
        "list", "answers/s", "p50", "p95", "p99"
    );
    let row = |name: &str, [rate, p50, p95, p99]: [u64; 4]| {
        println!("{name:<46} {rate:>9} {p50:>8} {p95:>8} {p99:>8}");
    };
    row(
        "/healthz (baseline)",
        measure(address, "/healthz", false, seconds)?,
    );
    for path in LISTS {
        row(&format!("{path} again"), measure(address, path, false, seconds)?);
        row(&format!("{path} afresh"), measure(address, path, true, seconds)?);
    }
    drop(stop);
    runtime.block_on(running)??;
    Ok(())
}
