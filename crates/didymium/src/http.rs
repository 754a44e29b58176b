//! Asking a running node.

use std::time::Duration;

use didymium_node::clock::SystemClock;
use didymium_node::transport::{self, RequestSigner};
use reqwest::{Client, ClientBuilder, StatusCode, Url};
use serde::de::DeserializeOwned;

use crate::error::{CliError, CliResult};

/// How often a question is asked whose connection broke before the answer.
const ASKED_AT_MOST: u32 = 5;
/// How often the twin is asked of a node that is building it: ten seconds.
const ASKED_WHILE_BUILDING: u32 = 34;
/// Where the twin is asked.
const TWIN: &str = "/api/v1/";
/// The pause before it is asked again.
const AGAIN: Duration = Duration::from_millis(300);
/// Longest wait for an answer.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// Largest answer in bytes.
const ANSWER_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Largest file in bytes: as many rows as a node puts into one are several times an answer.
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// A node at an address.
#[derive(Debug, Clone)]
pub struct Remote {
    client: Client,
    base: Url,
    signer: Option<RequestSigner>,
}

impl Remote {
    /// The node at a base address such as `http://127.0.0.1:7410`.
    pub fn new(base: &str) -> CliResult<Self> {
        Self::with(base, transport::local_client()?)
    }

    /// The node at a base address, over TLS too and whoever answers: for reading the charter of a club, which is verified
    /// from its first version on.
    pub fn unpinned(base: &str) -> CliResult<Self> {
        Self::with(base, transport::unpinned_client()?)
    }

    fn with(base: &str, builder: ClientBuilder) -> CliResult<Self> {
        let url = Url::parse(base)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some())
            .ok_or_else(|| {
                CliError::Usage(format!(
                    "--url `{base}` is no address such as http://127.0.0.1:7410"
                ))
            })?;
        let client = builder.timeout(ANSWER_MAX).build();
        let client = client.map_err(|source| CliError::Unreachable {
            url: base.to_owned(),
            source,
        })?;
        Ok(Self {
            client,
            base: url,
            signer: None,
        })
    }

    /// Signs what is sent from now on.
    pub fn signed_by(self, signer: Option<RequestSigner>) -> Self {
        Self { signer, ..self }
    }

    /// Fetches a JSON document.
    pub async fn json<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, Option<&str>)],
    ) -> CliResult<T> {
        Ok(serde_json::from_slice(&self.bytes(path, query).await?)?)
    }

    /// Fetches bytes; a 404 is [`CliError::NotFound`].
    pub async fn bytes(&self, path: &str, query: &[(&str, Option<&str>)]) -> CliResult<Vec<u8>> {
        self.fetch(path, query, ANSWER_BYTES_MAX).await
    }

    /// Fetches a view as a file; a 404 is [`CliError::NotFound`].
    pub async fn file(&self, path: &str, query: &[(&str, Option<&str>)]) -> CliResult<Vec<u8>> {
        self.fetch(path, query, FILE_BYTES_MAX).await
    }

    async fn fetch(&self, path: &str, query: &[(&str, Option<&str>)], bytes_max: u64) -> CliResult<Vec<u8>> {
        let mut url = self.base.clone();
        url.set_path(path);
        let given: Vec<(&str, &str)> = query
            .iter()
            .filter_map(|(name, value)| value.map(|value| (*name, value)))
            .collect();
        if !given.is_empty() {
            url.query_pairs_mut().extend_pairs(given);
        }
        let failed = |source| CliError::Unreachable {
            url: self.base.to_string(),
            source,
        };
        let mut tries = 1..ASKED_AT_MOST;
        let mut building = 1..ASKED_WHILE_BUILDING;
        let sent = loop {
            match self.client.get(url.clone()).send().await {
                // It was there and went away: a node that opens itself again under a new charter does, for a moment.
                Err(error) if error.is_request() && !error.is_connect() && tries.next().is_some() => {
                    tokio::time::sleep(AGAIN).await;
                }
                // It has just started, and its twin is being built.
                Ok(answer)
                    if answer.status() == StatusCode::SERVICE_UNAVAILABLE
                        && path.starts_with(TWIN)
                        && building.next().is_some() =>
                {
                    tokio::time::sleep(AGAIN).await;
                }
                sent => break sent.map_err(failed)?,
            }
        };
        self.read(&url, sent, bytes_max).await
    }

    /// Sends bytes; answers the JSON document that comes back.
    pub async fn post(&self, path: &str, body: Vec<u8>) -> CliResult<serde_json::Value> {
        let mut url = self.base.clone();
        url.set_path(path);
        let headers = match &self.signer {
            Some(signer) => transport::signed_headers(signer, &SystemClock, "POST", &url, &body)?,
            None => Default::default(),
        };
        let sent = self
            .client
            .post(url.clone())
            .headers(headers)
            .body(body)
            .send()
            .await;
        let sent = sent.map_err(|source| CliError::Unreachable {
            url: self.base.to_string(),
            source,
        })?;
        Ok(serde_json::from_slice(
            &self.read(&url, sent, ANSWER_BYTES_MAX).await?,
        )?)
    }

    /// Sends a statement; answers its index in the node's log.
    pub async fn submit(&self, statement: &[u8]) -> CliResult<u64> {
        let mut url = self.base.clone();
        url.set_path("/entries");
        let sending = self
            .client
            .post(url.clone())
            .header("content-type", "application/cose")
            .header("prefer", "return=minimal");
        let sent = sending.body(statement.to_vec()).send().await;
        let sent = sent.map_err(|source| CliError::Unreachable {
            url: self.base.to_string(),
            source,
        })?;
        let index = sent.headers().get("didymium-index");
        let index = index.and_then(|index| index.to_str().ok()?.parse().ok());
        let status = sent.status().as_u16();
        self.read(&url, sent, ANSWER_BYTES_MAX).await?;
        index.ok_or_else(|| CliError::Answer {
            url: url.to_string(),
            status,
            detail: "the index of the statement is missing".to_owned(),
        })
    }

    /// The body of an answer that is a success.
    async fn read(&self, url: &Url, mut answer: reqwest::Response, bytes_max: u64) -> CliResult<Vec<u8>> {
        let failed = |source| CliError::Unreachable {
            url: self.base.to_string(),
            source,
        };
        let status = answer.status();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() as u64 > bytes_max {
                let detail = format!("more than {bytes_max} bytes");
                return Err(CliError::Answer {
                    url: url.to_string(),
                    status: status.as_u16(),
                    detail,
                });
            }
        }
        match status {
            status if status.is_success() => Ok(body),
            StatusCode::NOT_FOUND => Err(CliError::NotFound(detail(&body))),
            status => Err(CliError::Answer {
                url: url.to_string(),
                status: status.as_u16(),
                detail: detail(&body),
            }),
        }
    }
}

/// What a problem document (RFC 9457) says.
fn detail(body: &[u8]) -> String {
    let problem: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let field = |name: &str| {
        problem
            .as_ref()
            .and_then(|problem| problem.get(name)?.as_str())
            .map(str::to_owned)
    };
    field("detail")
        .or_else(|| field("title"))
        .unwrap_or_else(|| "without a reason".to_owned())
}
