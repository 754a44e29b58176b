//! Two nodes in networks of their own: the link between them is cut and healed, and they converge.
//!
//! Each runs as the real binary in a network namespace, on an address that is not loopback: TLS, and signed requests. It
//! takes `ip` (iproute2) and the right to make namespaces, as root has it. Where they are missing the test is
//! skipped and says so where nothing captures it; with DIDYMIUM_NETWORKS set, as in CI, it must run.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be; its helpers too"
)]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use didymium_node::NodeFolder;
use didymium_node::clock::SystemClock;
use didymium_node::club::{ClubSpec, MemberSpec, found, member_dir};
use didymium_statement::payload::{Basis, Confidence, Notice, PublishedBasis, Source, Wording};
use didymium_statement::{Draft, Kind, KindVersion, Visibility};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use serde_json::Value;

/// Longest wait for two nodes to say the same, once they can hear each other.
const CONVERGENCE_MAX: Duration = Duration::from_secs(90);
/// Longest wait for one answer.
const ANSWER_MAX: Duration = Duration::from_mins(1);
/// Where each node's own door is, in its own network.
const OWN: &str = "127.0.0.1:4801";

/// Runs `ip`; what it says if it fails.
fn ip(args: &[&str]) -> Result<(), String> {
    let ran = Command::new("ip")
        .args(args)
        .output()
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&ran.stderr).trim().to_owned();
    if ran.status.success() {
        Ok(())
    } else {
        Err(format!("ip {}: {said}", args.join(" ")))
    }
}

/// Two networks with one link. They are taken down whatever happens.
struct Networks([String; 2]);

impl Networks {
    fn up() -> Result<Self, String> {
        let id = std::process::id();
        let networks = Self([format!("didymium-{id}-a"), format!("didymium-{id}-b")]);
        let ends = [format!("dy{id}a"), format!("dy{id}b")];
        for name in &networks.0 {
            ip(&["netns", "add", name])?;
        }
        ip(&["link", "add", &ends[0], "type", "veth", "peer", "name", &ends[1]])?;
        for (place, (name, end)) in networks.0.iter().zip(&ends).enumerate() {
            ip(&["link", "set", end, "netns", name])?;
            ip(&["-n", name, "link", "set", end, "name", "club"])?;
            ip(&[
                "-n",
                name,
                "addr",
                "add",
                &format!("{}/30", host(place)),
                "dev",
                "club",
            ])?;
            ip(&["-n", name, "link", "set", "lo", "up"])?;
            ip(&["-n", name, "link", "set", "club", "up"])?;
        }
        Ok(networks)
    }

    fn link(&self, state: &str) {
        ip(&["-n", &self.0[0], "link", "set", "club", state]).unwrap();
    }
}

impl Drop for Networks {
    fn drop(&mut self) {
        for name in &self.0 {
            let _ = ip(&["netns", "del", name]);
        }
    }
}

/// The address of a network's end of the link.
fn host(place: usize) -> String {
    format!("10.203.77.{}", place + 1)
}

/// A running node; it is killed whatever happens.
struct Running {
    process: Child,
    network: String,
    up: String,
}

impl Running {
    fn start(dir: &Path, network: &str) -> Self {
        let mut process = Command::new("ip")
            .args([
                "netns",
                "exec",
                network,
                env!("CARGO_BIN_EXE_didymium"),
                "serve",
                "--dir",
            ])
            .arg(dir)
            .env_remove("DIDYMIUM_LOG")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut up = String::new();
        let out = process.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut up).unwrap();
        let network = network.to_owned();
        Self { process, network, up }
    }

    /// Asks this node at its own door, from within its network.
    fn ask(&self, request: Vec<u8>) -> String {
        let namespace = File::open(format!("/var/run/netns/{}", self.network)).unwrap();
        let asking = std::thread::spawn(move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            let own: SocketAddr = OWN.parse().unwrap();
            let mut stream = TcpStream::connect_timeout(&own, ANSWER_MAX).unwrap();
            stream.set_read_timeout(Some(ANSWER_MAX)).unwrap();
            stream.write_all(&request).unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            String::from_utf8_lossy(&answer).into_owned()
        });
        asking.join().unwrap()
    }

    fn json(&self, path: &str) -> Value {
        let head = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1:4801\r\nconnection: close\r\n\r\n");
        let answer = self.ask(head.into_bytes());
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or_default()
    }

    /// Files a notice as soon as the node signs, which after a start it does when the other has spoken. Until then it says
    /// when to come again.
    fn file_first(&self, folder: &Filer, name: &str) {
        let begun = Instant::now();
        loop {
            let answer = self.post(folder.notice(name));
            if answer.starts_with("HTTP/1.1 201") {
                return;
            }
            let later = answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: ");
            assert!(later && begun.elapsed() < CONVERGENCE_MAX, "{name}: {answer}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Files a notice; it is on this node's disk when this returns.
    fn file(&self, folder: &Filer, name: &str) {
        let answer = self.post(folder.notice(name));
        assert!(answer.starts_with("HTTP/1.1 201"), "{name}: {answer}");
    }

    fn post(&self, bytes: Vec<u8>) -> String {
        let head = format!(
            "POST /entries HTTP/1.1\r\nhost: 127.0.0.1:4801\r\ncontent-type: application/cose\r\nconnection: close\r\n\
             prefer: return=minimal\r\ncontent-length: {}\r\n\r\n",
            bytes.len()
        );
        self.ask([head.into_bytes(), bytes].concat())
    }

    /// Digest of the twin, number of notices, and the id of the cut.
    fn twin(&self) -> Option<(String, u64, String)> {
        let twin = self.json("/api/v1/twin/digest");
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Some((
            text(&twin["digest"])?,
            twin["notices"].as_u64()?,
            text(&twin["cut"]["id"])?,
        ))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Signs what a member says, with the key in its folder.
struct Filer(NodeFolder);

impl Filer {
    fn notice(&self, name: &str) -> Vec<u8> {
        let member = self
            .0
            .charter()
            .charter()
            .member(&self.0.config().member)
            .unwrap();
        let wording = Wording {
            en: format!("Exercise {name}"),
            fr: format!("Exercice {name}"),
        };
        let notice = Notice {
            notice: name.to_owned(),
            date: "2025-04-04".parse().unwrap(),
            end_date: None,
            notice_type: "export_control".into(),
            actors: vec!["CHN".into()],
            commodities: vec!["dysprosium".into()],
            stages: vec!["separation".into()],
            affected: vec!["WLD".into()],
            title: wording.clone(),
            description: wording,
            confidence: Confidence::High,
            basis: Basis::Reported,
            source: source(),
        };
        let draft = Draft {
            issuer: member.did.clone(),
            subject: format!("https://{}/notices/{name}", member.domain),
            kind: KindVersion::v1(Kind::Notice),
            valid: None,
            visibility: Visibility::Public,
            payload: serde_json::to_vec(&notice).unwrap(),
        };
        draft.sign(&self.0.keys().statement).unwrap().0.bytes().to_vec()
    }
}

fn source() -> Source {
    Source {
        source: "exercise-2025".into(),
        series: "exercise".into(),
        edition: "2025".into(),
        title: "Exercise".into(),
        publisher: "Exercise".into(),
        url: String::new(),
        licence: "CC0-1.0".into(),
        attribution: String::new(),
        published: "2025-01-31".parse().unwrap(),
        published_basis: PublishedBasis::Assumed,
        retrieved: "2025-06-01".parse().unwrap(),
    }
}

/// Waits until both twins are the same and hold that many notices.
fn converge(nodes: &[Running; 2], notices: u64) -> (String, Duration) {
    let begun = Instant::now();
    loop {
        let [one, other] = nodes.each_ref().map(Running::twin);
        if let (Some(one), Some(other)) = (&one, &other)
            && one == other
            && one.1 == notices
        {
            return (one.0.clone(), begun.elapsed());
        }
        assert!(
            begun.elapsed() < CONVERGENCE_MAX,
            "after {CONVERGENCE_MAX:?} the twins are {one:?} and {other:?}, with {notices} notices to come\n{}\n{}",
            nodes[0].json("/api/v1/members"),
            nodes[1].json("/api/v1/members")
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn two_networks_cut_and_healed_converge() {
    let networks = match Networks::up() {
        Ok(networks) => networks,
        Err(reason) if std::env::var_os("DIDYMIUM_NETWORKS").is_some() => {
            panic!("DIDYMIUM_NETWORKS asks that this test run: {reason} (apt-get install iproute2)")
        }
        Err(reason) => {
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: two networks, cut and healed: no network namespaces can be made here: {reason}"
            );
            return;
        }
    };
    let dir = tempfile::tempdir().unwrap();
    let club = dir.path().join("club");
    let codes = ["CAN", "DEU"];
    let member = |(place, code): (usize, &&str)| {
        let domain = format!("{}.club.example", code.to_lowercase());
        MemberSpec::local(code, &domain, OWN.parse().unwrap())
            .reached_by_tls(format!("{}:4843", host(place)).parse().unwrap())
    };
    let spec = ClubSpec {
        club: "Two networks".into(),
        members: codes.iter().enumerate().map(member).collect(),
    };
    found(&club, &spec, Arc::new(SystemClock)).unwrap();
    let folders = codes.map(|code| member_dir(&club, code));
    let filers = folders
        .each_ref()
        .map(|dir| Filer(NodeFolder::open(dir).unwrap()));
    let nodes = [0, 1].map(|place| Running::start(&folders[place], &networks.0[place]));
    for (place, node) in nodes.iter().enumerate() {
        let door = format!("https://{}:4843", host(place));
        assert!(node.up.contains(&door), "{}", node.up);
    }
    for (place, node) in nodes.iter().enumerate() {
        node.file_first(&filers[place], &format!("before-{place}"));
    }
    let (before, _) = converge(&nodes, 2);

    networks.link("down");
    for round in 0..3 {
        for (place, node) in nodes.iter().enumerate() {
            node.file(&filers[place], &format!("apart-{place}-{round}"));
        }
    }
    // Each knows its own and not the other's: they are apart.
    let begun = Instant::now();
    let apart = loop {
        let twins = nodes.each_ref().map(|node| node.twin().unwrap());
        if twins.iter().all(|twin| twin.1 == 5) {
            break twins;
        }
        assert!(begun.elapsed() < CONVERGENCE_MAX, "{twins:?}");
        std::thread::sleep(Duration::from_millis(200));
    };
    assert_ne!(apart[0], apart[1]);
    assert_ne!(apart[0].0, before);

    networks.link("up");
    let (after, took) = converge(&nodes, 8);
    assert!(apart.iter().all(|twin| twin.0 != after));
    println!("converged {:.1} s after the link was healed", took.as_secs_f64());
}
