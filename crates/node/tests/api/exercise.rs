//! A club of one whose node is asked without a port.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use didymium_node::clock::Clock;
use didymium_node::club::{self, ClubSpec, MemberSpec};
use didymium_node::import::{DataSource, Registered, Sources, TableJob, TableKind};
use didymium_node::{NodeFolder, NodeState, server};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::Quiet;

/// Longest answer that is read.
const BODY_BYTES_MAX: usize = 1 << 26;

/// A node, its own log and what answers for it.
pub struct Exercise {
    pub state: NodeState,
    app: Router,
    runtime: tokio::runtime::Runtime,
    sources: Sources,
    registered: Registered,
    _dir: tempfile::TempDir,
}

/// What was answered.
pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answered {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }
}

impl Exercise {
    /// Founds the club, of Canada alone.
    pub fn found(clock: Arc<dyn Clock>) -> Self {
        Self::found_with(clock, |_| {})
    }

    /// The same; `prepare` may change the node's folder before it is opened.
    pub fn found_with(clock: Arc<dyn Clock>, prepare: impl FnOnce(&mut NodeFolder)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let club = dir.path().join("club");
        let spec = ClubSpec {
            club: "Exercise club".into(),
            members: vec![MemberSpec::local(
                "CAN",
                "can.exercise.example",
                "127.0.0.1:7410".parse().unwrap(),
            )],
        };
        club::found(&club, &spec, clock.clone()).unwrap();
        let mut folder = NodeFolder::open(&club::member_dir(&club, "CAN")).unwrap();
        prepare(&mut folder);
        let state = NodeState::open(folder, clock).unwrap();
        let sources = DataSource::Embedded.open("sources.csv").unwrap().0;
        Self {
            app: server::app(state.clone()),
            runtime: tokio::runtime::Runtime::new().unwrap(),
            sources: Sources::read("sources.csv", sources).unwrap(),
            registered: Registered::scan(&**state.store(), state.charter().charter()).unwrap(),
            state,
            _dir: dir,
        }
    }

    /// Forgets what was answered, as if the node began anew.
    pub fn forget(&mut self) {
        self.app = server::app(self.state.clone());
    }

    /// Loads a table.
    pub fn load(
        &mut self,
        kind: TableKind,
        (table, file): (&str, &str),
        text: impl std::io::Read,
        supersede: Option<&str>,
    ) {
        let job = TableJob {
            kind,
            table,
            file,
            sources: &self.sources,
            supersede,
        };
        job.load(&self.state, &mut self.registered, text, &mut Quiet)
            .unwrap();
    }

    /// Asks a question.
    pub fn ask(&self, path: &str, headers: &[(header::HeaderName, &str)]) -> Answered {
        let mut request = Request::get(path).header(header::HOST, "127.0.0.1:7410");
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        self.runtime.block_on(async {
            let (parts, body) = self.app.clone().oneshot(request).await.unwrap().into_parts();
            Answered {
                status: parts.status,
                headers: parts.headers,
                body: to_bytes(body, BODY_BYTES_MAX).await.unwrap().to_vec(),
            }
        })
    }
}
