//! How fast a node that was away catches up with another member's log.
//!
//! Conditions: statements of 600 bytes, give or take the length of their names, each with its signature; who serves is a
//! process of its own on the same cores, over loopback. Caught up means: every entry verified, hashed, led to the signed root, and on disk. The processor time
//! and the memory are those of who catches up.
//!
//! `cargo bench -p didymium-node --bench catch_up` (one argument: entries, 100000 by default).

mod common;
mod filling;

use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use didymium_node::clock::SystemClock;
use didymium_node::club::{self, ClubSpec, MemberSpec};
use didymium_node::held::HeldLog;
use didymium_node::{Doors, Federation, Node, NodeFolder, NodeState};
use tokio::net::TcpListener;

use common::Outcome;
use filling::fill;

/// Processor time of this process so far, user and system (Linux; in ticks of 10 ms).
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u32 = fields.get(11)?.parse::<u32>().ok()? + fields.get(12)?.parse::<u32>().ok()?;
    Some(f64::from(ticks) / 100.0)
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let first = arguments.next();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if first.as_deref() == Some("--serve") {
        let dir = arguments.next().ok_or("which folder?")?;
        return runtime.block_on(serve(Path::new(&dir)));
    }
    let entries = first.and_then(|text| text.parse().ok()).unwrap_or(100_000);
    runtime.block_on(run(entries))
}

/// The node that is followed, as a process of its own, ended when it is dropped.
struct Origin(Child);

impl Origin {
    fn start(dir: &Path) -> Outcome<Self> {
        let child = Command::new(std::env::current_exe()?)
            .arg("--serve")
            .arg(dir)
            .spawn()?;
        Ok(Self(child))
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn serve(dir: &Path) -> Outcome<()> {
    let node = Node::open(dir)?;
    let own = TcpListener::bind(node.state().config().listen).await?;
    node.run(Doors { own, nodes: None }, std::future::pending())
        .await?;
    Ok(())
}

async fn run(entries: u64) -> Outcome<()> {
    // Two free ports; they are taken again at once.
    let free = [
        std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?,
        std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?,
    ];
    let member = |code: &str, at| {
        let domain = format!("{}.bench.example", code.to_lowercase());
        MemberSpec::local(code, &domain, at)
    };
    let spec = ClubSpec {
        club: "Bench".into(),
        members: vec![member("CAN", free[0]), member("DEU", free[1])],
    };
    let dir = tempfile::tempdir()?;
    let root = dir.path().join("club");
    club::found(&root, &spec, Arc::new(SystemClock))?;
    let followed = club::member_dir(&root, "CAN");
    let log = {
        let origin = Node::open(&followed)?;
        fill(origin.state(), entries + 1)?;
        origin.state().member().origin().to_owned()
    };
    let _origin = Origin::start(&followed)?;
    let away = NodeState::open(
        NodeFolder::open(&club::member_dir(&root, "DEU"))?,
        Arc::new(SystemClock),
    )?;
    let held = HeldLog::new(Arc::clone(away.store()), &log);
    let federation = Federation::new(away)?;
    // The origin reads its log for its twin first; that is not what is measured.
    tokio::time::sleep(Duration::from_secs(3 + entries / 50_000)).await;

    let (begun, before) = (Instant::now(), processor_seconds());
    federation.pull_once("CAN").await?;
    let seconds = begun.elapsed().as_secs_f64();
    let after = processor_seconds();
    if tokio::task::block_in_place(|| held.size())? != entries + 1 {
        return Err("it has not caught up".into());
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate to be read")]
    let count = entries as f64;
    println!(
        "{entries} signed statements in {seconds:.2} s: {:.0} a second",
        count / seconds
    );
    if let (Some(before), Some(after)) = (before, after) {
        let processor = after - before;
        println!(
            "{processor:.2} s of processor time: {:.0} a second and core",
            count / processor
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(line) = status.lines().find(|line| line.starts_with("VmHWM:")) {
        println!("{line}");
    }
    Ok(())
}
