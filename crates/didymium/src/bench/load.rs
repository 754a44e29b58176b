//! Many clients that submit at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use didymium_node::NodeFolder;
use didymium_node::clock::{Clock as _, SystemClock};
use didymium_statement::{Draft, Kind, KindVersion, Statement, Visibility};
use tokio::task::JoinSet;

use super::client::{Broken, Connection};
use super::{Row, untrue};
use crate::error::{CliError, CliResult};

/// Statements signed ahead for each second and of all clients.
const AHEAD_A_SECOND: usize = 16_000;
/// Statements that one client needs at most in a second.
const AHEAD_A_CLIENT: usize = 1_500;
/// How long a client waits that was asked to come again.
const AGAIN: Duration = Duration::from_millis(50);

/// Who says what is submitted.
pub(super) struct Author {
    /// The folder with the key that signs.
    folder: NodeFolder,
    did: String,
    domain: String,
    /// Verifier key of the log that takes it in.
    pub(super) log_key: String,
    /// A number that no other run has, so that its statements are new.
    run: i64,
}

/// An acknowledgement.
pub(super) struct Told {
    pub(super) statement: [u8; 32],
    pub(super) index: u64,
    waited: Duration,
}

/// What came of one row.
pub(super) struct Run {
    pub(super) told: Vec<Told>,
    refused: usize,
    bytes: usize,
    took: Duration,
}

impl Author {
    pub(super) fn of(folder: NodeFolder) -> CliResult<Self> {
        let code = &folder.config().member;
        let member = folder.charter().charter().member(code);
        let member = member.ok_or_else(|| CliError::NotFound(format!("member {code}")))?;
        Ok(Self {
            did: member.did.clone(),
            domain: member.domain.clone(),
            log_key: member.keys.log.clone(),
            run: SystemClock.now_ms(),
            folder,
        })
    }

    /// Statements of `bytes` bytes each, or as few more as one without padding has.
    fn sign(&self, row: u16, count: usize, bytes: u64) -> CliResult<Vec<Statement>> {
        let bytes = usize::try_from(bytes).unwrap_or(0);
        let mut pad = 0;
        // The second look is for the length of a longer payload, which takes a byte more itself.
        for _ in 0..2 {
            let length = self.sign_one(row, 0, pad)?.bytes().len();
            pad = (pad + bytes).saturating_sub(length);
        }
        (0..count).map(|number| self.sign_one(row, number, pad)).collect()
    }

    fn sign_one(&self, row: u16, number: usize, pad: usize) -> CliResult<Statement> {
        let draft = Draft {
            issuer: self.did.clone(),
            subject: format!("https://{}/bench/{}-{row}-{number:08}", self.domain, self.run),
            kind: KindVersion::v1(Kind::Return),
            valid: None,
            visibility: Visibility::Public,
            payload: format!("{{\"exercise\":true,\"pad\":\"{}\"}}", "x".repeat(pad)).into_bytes(),
        };
        Ok(draft.sign(&self.folder.keys().statement)?.0)
    }
}

/// One row: `clients` submit for `seconds`.
pub(super) async fn run(
    author: &Author,
    url: &str,
    clients: u16,
    seconds: u64,
    bytes: u64,
) -> CliResult<Run> {
    let host = url
        .strip_prefix("http://")
        .map(|host| host.trim_end_matches('/').to_owned())
        .ok_or_else(|| {
            CliError::Usage(format!(
                "--url `{url}` is no address such as http://127.0.0.1:7410"
            ))
        })?;
    let a_second = AHEAD_A_SECOND.min(AHEAD_A_CLIENT * usize::from(clients));
    let count = a_second * usize::try_from(seconds).unwrap_or(1);
    let statements = Arc::new(author.sign(clients, count, bytes)?);
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let until = begun + Duration::from_secs(seconds);
    let mut running = JoinSet::new();
    for _ in 0..clients {
        let (host, statements, next) = (host.clone(), Arc::clone(&statements), Arc::clone(&next));
        running.spawn(async move { submit_all(&host, &statements, &next, until).await });
    }
    let (mut told, mut refused) = (Vec::new(), 0);
    while let Some(done) = running.join_next().await {
        let (some, again) = done?.map_err(|error| untrue(error.to_string()))?;
        told.extend(some);
        refused += again;
    }
    Ok(Run {
        told,
        refused,
        bytes: statements.first().map_or(0, |statement| statement.bytes().len()),
        took: begun.elapsed(),
    })
}

async fn submit_all(
    host: &str,
    statements: &[Statement],
    next: &AtomicUsize,
    until: Instant,
) -> Result<(Vec<Told>, usize), Broken> {
    let mut connection = Connection::open(host).await?;
    let (mut told, mut refused) = (Vec::new(), 0);
    while let Some(statement) = statements.get(next.fetch_add(1, Ordering::Relaxed)) {
        loop {
            let begun = Instant::now();
            if begun >= until {
                return Ok((told, refused));
            }
            let said = connection.submit(statement.bytes()).await?;
            match (said.status, said.index) {
                (200 | 201, Some(index)) => {
                    told.push(Told {
                        statement: *statement.id().as_bytes(),
                        index,
                        waited: begun.elapsed(),
                    });
                    break;
                }
                (503, _) => {
                    refused += 1;
                    tokio::time::sleep(AGAIN).await;
                }
                _ => return Err(Broken::Answer),
            }
        }
    }
    Ok((told, refused))
}

impl Run {
    pub(super) fn row(&self, clients: u16) -> Row {
        let mut waits: Vec<Duration> = self.told.iter().map(|told| told.waited).collect();
        waits.sort_unstable();
        let at = |percent: usize| {
            let wait = waits.get(waits.len() * percent / 100).copied();
            wait.unwrap_or_default().as_secs_f64() * 1_000.0
        };
        let micros = self.took.as_micros().max(1);
        Row {
            clients,
            acknowledged: self.told.len(),
            refused: self.refused,
            per_second: u64::try_from(self.told.len() as u128 * 1_000_000 / micros).unwrap_or(u64::MAX),
            bytes: self.bytes,
            p50_ms: at(50),
            p95_ms: at(95),
            p99_ms: at(99),
        }
    }
}
