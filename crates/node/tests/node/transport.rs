//! From node to node beyond loopback: TLS to the key that the charter pins, and requests that members sign. The nodes here
//! are on 127.0.0.1, and speak as if they were not.

use std::net::TcpListener;

use didymium_node::club::{ClubSpec, MemberSpec, found, member_dir};
use didymium_node::folder::NodeFolder;
use didymium_node::folder::prepare_next_key;
use didymium_node::transport::{Message, NONCE_BYTES, RequestSigner, signed_headers};
use didymium_node::{Doors, Node, NodeError, NodeState, charter, joining};
use didymium_statement::{CharterEvent, CharterVersion, KeyPurpose, Proposal, Role, TransportSigner};
use reqwest::StatusCode;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::common::{clock, copied, domain, eventually, report, said};

/// A club of nodes with two doors each.
pub struct TlsClub {
    pub dir: tempfile::TempDir,
    pub doors: Vec<(String, TcpListener, TcpListener)>,
}

pub struct Up {
    pub state: NodeState,
    pub states: watch::Receiver<NodeState>,
    pub own: String,
    pub nodes: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<didymium_node::NodeResult<()>>,
}

impl TlsClub {
    pub fn found(codes: &[&str]) -> Self {
        let door = || {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            listener
        };
        let doors: Vec<_> = codes
            .iter()
            .map(|code| ((*code).to_owned(), door(), door()))
            .collect();
        let member = |(code, own, nodes): &(String, TcpListener, TcpListener)| {
            MemberSpec::local(code, &domain(code), own.local_addr().unwrap())
                .reached_by_tls(nodes.local_addr().unwrap())
        };
        let spec = ClubSpec {
            club: "Test club".into(),
            members: doors.iter().map(member).collect(),
        };
        let dir = tempfile::tempdir().unwrap();
        found(&dir.path().join("club"), &spec, clock()).unwrap();
        let club = Self { dir, doors };
        for code in codes {
            club.configure(code, |config| {
                (
                    config.overrides.pull_pause_ms_min,
                    config.overrides.pull_pause_ms_max,
                ) = (30, 80);
            });
        }
        club
    }

    pub fn configure(&self, code: &str, change: impl FnOnce(&mut didymium_node::folder::NodeConfig)) {
        let mut folder = NodeFolder::open(&self.folder(code)).unwrap();
        let mut config = folder.config().clone();
        change(&mut config);
        folder.set_config(config).unwrap();
    }

    pub fn folder(&self, code: &str) -> std::path::PathBuf {
        member_dir(&self.dir.path().join("club"), code)
    }

    pub fn start(&self, code: &str) -> Up {
        let (_, own, nodes) = self.doors.iter().find(|(member, ..)| member == code).unwrap();
        let door = |listener: &TcpListener| {
            tokio::net::TcpListener::from_std(listener.try_clone().unwrap()).unwrap()
        };
        let (own, nodes) = (door(own), door(nodes));
        let (at, beyond) = (own.local_addr().unwrap(), nodes.local_addr().unwrap());
        let node = Node::open(&self.folder(code)).unwrap().begun_here().unwrap();
        let (state, states) = (node.state().clone(), node.states());
        let (stop, stopped) = oneshot::channel::<()>();
        let doors = Doors {
            own,
            nodes: Some(nodes),
        };
        let task = tokio::spawn(node.run(doors, async { stopped.await.unwrap_or(()) }));
        Up {
            state,
            states,
            own: format!("http://{at}"),
            nodes: format!("https://{beyond}"),
            stop,
            task,
        }
    }

    /// The signer of a member, as its node has it.
    pub fn signer(&self, code: &str) -> RequestSigner {
        let text = std::fs::read_to_string(self.folder(code).join("keys/transport.key")).unwrap();
        let seed: [u8; 32] = hex::decode(text.trim()).unwrap().try_into().unwrap();
        RequestSigner::new(code, TransportSigner::from_seed(&Zeroizing::new(seed)))
    }
}

impl Up {
    /// Its state now, after changes of the charter too.
    pub fn now(&self) -> NodeState {
        self.states.borrow().clone()
    }

    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }

    pub fn trouble(&self, member: &str) -> Option<String> {
        self.state.peer(member).and_then(|peer| peer.trouble)
    }

    /// A signed request that can be sent again and again.
    pub fn asks(&self, signer: &RequestSigner, path: &str, now_s: i64, nonce: u8) -> reqwest::RequestBuilder {
        let authority = self.nodes.trim_start_matches("https://");
        let message = Message {
            method: "GET",
            authority,
            path,
            query: None,
            headers: &axum::http::HeaderMap::new(),
        };
        let signed = signer.sign(&message, b"", now_s, [nonce; NONCE_BYTES]).unwrap();
        client()
            .get(format!("{}{path}", self.nodes))
            .header("signature-input", signed.signature_input)
            .header("signature", signed.signature)
    }
}

pub fn client() -> reqwest::Client {
    let builder = didymium_node::transport::unpinned_client().unwrap();
    builder.pool_max_idle_per_host(0).build().unwrap()
}

pub fn now_s(state: &NodeState) -> i64 {
    state.clock().now_ms() / 1_000
}

/// The status of an answer, and the reason in its problem document.
pub async fn answered(request: reqwest::RequestBuilder) -> (u16, String) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let body: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
    (status, body["reason"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_follow_each_other_over_tls_with_signed_requests() {
    let club = TlsClub::found(&["CAN", "DEU"]);
    let (can, deu) = (club.start("CAN"), club.start("DEU"));
    report(&can.state, 0, 3);
    report(&deu.state, 0, 2);
    eventually("both hold both logs", || {
        ["CAN", "DEU"].iter().all(|log| {
            copied(&can.state, log) == copied(&deu.state, log) && copied(&can.state, log).0.is_some()
        }) && copied(&deu.state, "CAN").1.len() == 4
            && copied(&can.state, "DEU").1.len() == 3
    })
    .await;
    assert_eq!((can.trouble("DEU"), deu.trouble("CAN")), (None, None));
    can.stop().await;
    deu.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_unsigned_stale_or_replayed_is_refused() {
    let club = TlsClub::found(&["CAN", "DEU"]);
    let can = club.start("CAN");
    let (now, signer) = (now_s(&can.state), club.signer("DEU"));
    let own = "/log/checkpoint";
    let closed = "/api/v1/members";
    let get = |path: &str| client().get(format!("{}{path}", can.nodes));
    assert_eq!(answered(get(own)).await.0, 200, "the own log is for everybody");
    assert_eq!(answered(get("/charter/chain")).await.0, 200);
    assert_eq!(
        answered(get("/mirror/DEU/checkpoint")).await.0,
        404,
        "copies are for everybody too; this one is not here yet"
    );
    assert_eq!(answered(get(closed)).await, (401, "unsigned".into()));
    for path in ["/witness/add-checkpoint", "/charter/proposals", "/entries/x"] {
        let post = client().post(format!("{}{path}", can.nodes)).body("x");
        assert_eq!(answered(post).await, (401, "unsigned".into()), "{path}");
    }
    let refused = get(closed).send().await.unwrap();
    assert!(refused.headers().contains_key("accept-signature"));
    assert_eq!(refused.headers()["content-type"], "application/problem+json");

    // Pages and API are not behind this door, so a request that is let in is answered with 404.
    let good = can.asks(&signer, closed, now, 1);
    assert_eq!(answered(good.try_clone().unwrap()).await.0, 404);
    assert_eq!(answered(good).await, (401, "replayed".into()));
    assert_eq!(
        answered(can.asks(&signer, closed, now - 120, 2)).await,
        (401, "stale".into())
    );
    assert_eq!(
        answered(can.asks(&signer, closed, now - 40, 3)).await,
        (401, "before-start".into())
    );
    assert_eq!(
        answered(can.asks(&signer, closed, now + 120, 4)).await,
        (401, "future".into())
    );
    let stranger = RequestSigner::new("DEU", TransportSigner::from_seed(&Zeroizing::new([9; 32])));
    assert_eq!(
        answered(can.asks(&stranger, closed, now, 5)).await,
        (401, "unknown-key".into())
    );
    assert_eq!(
        answered(can.asks(&stranger, own, now, 6)).await.0,
        200,
        "whose key is not known is nobody, and may read what nobody may"
    );
    // At its own door nobody must sign, and what is signed must count.
    let local = |path: &str| client().get(format!("{}{path}", can.own));
    assert_eq!(answered(local(closed)).await.0, 200);
    assert_eq!(
        answered(local(closed).header("signature", "x=:AA==:")).await,
        (401, "header-count".into())
    );
    can.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_shows_another_key_than_the_pinned_is_not_believed() {
    let club = TlsClub::found(&["CAN", "DEU", "FRA"]);
    // DEU is told that FRA is where CAN listens: it meets CAN's key there.
    let can_at = club.doors[0].2.local_addr().unwrap();
    club.configure("DEU", |config| {
        config.peers.insert(
            "CAN".into(),
            format!("https://{}", club.doors[2].2.local_addr().unwrap()),
        );
        config.peers.insert("FRA".into(), format!("https://{can_at}"));
    });
    let (can, deu) = (club.start("CAN"), club.start("DEU"));
    eventually("DEU says who is not there", || deu.trouble("FRA").is_some()).await;
    let trouble = deu.trouble("FRA").unwrap();
    assert!(
        trouble.contains("not the node of FRA") && trouble.contains("pins"),
        "{trouble}"
    );
    assert!(copied(&deu.state, "FRA").0.is_none());
    can.stop().await;
    deu.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_plain_stays_on_this_machine() {
    let refused = didymium_node::bind("0.0.0.0:0".parse().unwrap())
        .await
        .unwrap_err();
    assert!(
        matches!(refused, NodeError::PlainBeyondLoopback { .. }),
        "{refused}"
    );
    let club = TlsClub::found(&["CAN", "DEU"]);
    // An address beyond this machine without TLS is not asked, and no byte leaves.
    club.configure("CAN", |config| {
        config.peers.insert("DEU".into(), "http://192.0.2.1:4843".into());
    });
    let can = club.start("CAN");
    eventually("CAN says why", || can.trouble("DEU").is_some()).await;
    assert!(
        can.trouble("DEU").unwrap().contains("https://"),
        "{:?}",
        can.trouble("DEU")
    );
    // Over plain HTTP the door for nodes says nothing.
    let plain = can.nodes.replace("https", "http");
    assert!(
        client()
            .get(format!("{plain}/log/checkpoint"))
            .send()
            .await
            .is_err()
    );
    assert_eq!(
        client()
            .get(format!("{}/log/checkpoint", can.own))
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::OK
    );
    can.stop().await;
}

#[tokio::test]
async fn a_silent_handshake_ends() {
    use tokio::io::AsyncReadExt as _;
    let club = TlsClub::found(&["CAN", "DEU"]);
    let can = club.start("CAN");
    let address = can.nodes.trim_start_matches("https://").to_owned();
    let mut silent = tokio::net::TcpStream::connect(address).await.unwrap();
    let ended = tokio::time::timeout(std::time::Duration::from_secs(25), silent.read(&mut [0; 8])).await;
    assert!(matches!(ended, Ok(Ok(0) | Err(_))), "{ended:?}");
    can.stop().await;
}

#[tokio::test]
async fn a_folder_has_the_keys_that_the_charter_names() {
    let club = crate::common::TestClub::found(&["CAN"]);
    let folder = club.folder("CAN");
    assert!(std::fs::read_dir(folder.join("keys")).unwrap().count() == 6);
    // A folder from before there were such keys lacks the files, and its charter the keys; here only the file is gone.
    std::fs::remove_file(folder.join("keys/tls.key")).unwrap();
    let refused = NodeFolder::open(&folder).unwrap_err();
    assert!(
        matches!(refused, NodeError::KeyNotInCharter { role: "tls", .. }),
        "{refused}"
    );
}

/// Logs a statement as soon as the node takes one: after a start it waits for the others, and while it opens itself again under
/// a new version of the charter it says so. It refuses for nothing else.
async fn report_when_open(node: &Up, number: u64) {
    let submitted = || {
        let state = node.now();
        let entry = said(&state.member().member, state.signer(), number, 10);
        match state.submit(vec![entry]) {
            Ok(_) => true,
            Err(NodeError::LogWaits { .. } | NodeError::LogReopens) => false,
            Err(error) => panic!("{error}"),
        }
    };
    eventually("a statement is logged", submitted).await;
}

/// A proposal to follow the version in force at a node.
fn propose(state: &NodeState, change: impl FnOnce(&mut CharterVersion)) -> Proposal {
    let log = charter::current(state);
    let mut draft = log.successor(charter::cut_of_store(state, &log).unwrap());
    change(&mut draft);
    log.propose(draft).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_keys_change_and_the_nodes_do_not_lose_each_other() {
    let club = TlsClub::found(&["CAN", "DEU"]);
    let (can, deu) = (club.start("CAN"), club.start("DEU"));
    report_when_open(&can, 0).await;
    eventually("DEU follows", || copied(&deu.state, "CAN").1.len() == 2).await;
    let member = can.state.member().clone();
    let mut proposal = propose(&can.state, |draft| {
        for purpose in [KeyPurpose::Transport, KeyPurpose::Tls] {
            let next = prepare_next_key(&club.folder("CAN").join("keys"), &member, purpose).unwrap();
            let old = member.keys.of(purpose).first().map(String::as_str);
            charter::replace_key(draft, "CAN", purpose, old, &next.public).unwrap();
        }
    });
    proposal.sign(can.state.signer()).unwrap();
    let offered = CharterEvent::Propose(proposal.bytes().unwrap());
    charter::take(&can.state, offered).unwrap();
    eventually("DEU hears of it", || {
        charter::current(&deu.state).proposals().count() == 1
    })
    .await;
    // The last signature comes to CAN while DEU is away: DEU's version still pins the key that is gone.
    proposal.sign(deu.state.signer()).unwrap();
    deu.stop().await;
    let complete = CharterEvent::Propose(proposal.bytes().unwrap());
    charter::take(&can.state, complete).unwrap();
    let version = |node: &Up| node.now().charter().charter().version;
    eventually("CAN has adopted", || version(&can) == 2).await;
    let deu = club.start("DEU");
    assert_eq!(version(&deu), 1);
    eventually("DEU has adopted", || version(&deu) == 2).await;
    let (now_can, now_deu) = (can.now(), deu.now());
    assert_ne!(now_can.member().keys.tls, member.keys.tls);
    report_when_open(&can, 10).await;
    report_when_open(&deu, 10).await;
    eventually("both follow on", || {
        copied(&now_deu, "CAN").1.len() == 3 && copied(&now_can, "DEU").1.len() == 2
    })
    .await;
    drop((now_can, now_deu));
    can.stop().await;
    deu.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_to_join_signs_with_the_key_that_it_asks_for() {
    let club = TlsClub::found(&["CAN", "DEU"]);
    let can = club.start("CAN");
    let (log, dir) = (charter::current(&can.state), club.dir.path().join("JPN"));
    let spec = MemberSpec::local("JPN", &domain("JPN"), "127.0.0.1:1".parse().unwrap());
    let member = joining::prepare(&dir, &spec, Role::Member, &log).unwrap();
    let cut = charter::cut_of_store(&can.state, &log).unwrap();
    let request = joining::request(&dir, &member, &log, cut).unwrap();
    let signer = joining::request_signer(&dir, &member).unwrap().unwrap();
    let url = reqwest::Url::parse(&format!("{}/charter/proposals", can.nodes)).unwrap();
    let body = request.bytes().unwrap();
    let post = |signer: &RequestSigner, body: &[u8]| {
        let headers = signed_headers(signer, &*clock(), "POST", &url, body).unwrap();
        client().post(url.clone()).headers(headers).body(body.to_vec())
    };
    let stranger = RequestSigner::new("JPN", TransportSigner::from_seed(&Zeroizing::new([9; 32])));
    assert_eq!(
        answered(post(&stranger, &body)).await,
        (401, "unknown-key".into())
    );
    assert_eq!(
        answered(post(&signer, b"no proposal")).await,
        (401, "unknown-key".into())
    );
    assert_eq!(answered(post(&signer, &body)).await.0, 202);
    can.stop().await;
}
