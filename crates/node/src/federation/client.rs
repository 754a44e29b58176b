//! Asking a peer: bounded in time, in bytes and in number; never redirected, never through a proxy.

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{ETAG, IF_NONE_MATCH};
use tokio::sync::Semaphore;

use crate::{NodeError, NodeResult};

/// Longest time to connect.
const CONNECT_MAX: Duration = Duration::from_secs(3);
/// Longest time for one answer with its body.
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// Longest silence within a body.
const SILENCE_MAX: Duration = Duration::from_secs(10);
/// Most requests under way from one node.
const REQUESTS_MAX: usize = 16;

/// What a peer answered.
pub(crate) enum Answer {
    /// The body, with its entity tag if it has one.
    Body { bytes: Vec<u8>, etag: Option<String> },
    /// Not changed since the entity tag.
    NotModified,
    /// There is no such thing.
    NotFound,
}

/// The client of one node. Cheap to clone.
#[derive(Clone)]
pub(crate) struct PeerClient {
    http: reqwest::Client,
    slots: Arc<Semaphore>,
}

impl PeerClient {
    pub(crate) fn new() -> NodeResult<Self> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("didymium/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_MAX)
            .timeout(ANSWER_MAX)
            .read_timeout(SILENCE_MAX)
            .build()
            .map_err(NodeError::Client)?;
        Ok(Self {
            http,
            slots: Arc::new(Semaphore::new(REQUESTS_MAX)),
        })
    }

    /// Asks for `url`; a body of more than `max` bytes is refused while it comes in.
    pub(crate) async fn get(&self, url: &str, max: usize, etag: Option<&str>) -> NodeResult<Answer> {
        // The semaphore is never closed, so there is always a permit to wait for.
        let _slot = self.slots.acquire().await.ok();
        let silent = |source: reqwest::Error| NodeError::PeerSilent {
            url: url.to_owned(),
            source: source.without_url(),
        };
        let mut response = self.send(url, etag).await.map_err(silent)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED => return Ok(Answer::NotModified),
            StatusCode::NOT_FOUND => return Ok(Answer::NotFound),
            status => {
                return Err(NodeError::PeerStatus {
                    url: url.to_owned(),
                    status: status.as_u16(),
                });
            }
        }
        let etag = response
            .headers()
            .get(ETAG)
            .and_then(|tag| tag.to_str().ok())
            .map(str::to_owned);
        let bytes = body_of(&mut response, url, max).await?;
        Ok(Answer::Body { bytes, etag })
    }

    /// Sends `body` to `url`; answers the status with the answer's body, whatever the status.
    pub(crate) async fn post(&self, url: &str, body: Vec<u8>, max: usize) -> NodeResult<(u16, Vec<u8>)> {
        let _slot = self.slots.acquire().await.ok();
        let sent = self.http.post(url).body(body).send().await;
        let mut response = sent.map_err(|source| NodeError::PeerSilent {
            url: url.to_owned(),
            source: source.without_url(),
        })?;
        let status = response.status().as_u16();
        Ok((status, body_of(&mut response, url, max).await?))
    }

    /// Sends a request; once more if a connection that was kept open turns out to be closed, as after a peer's restart.
    async fn send(&self, url: &str, etag: Option<&str>) -> reqwest::Result<reqwest::Response> {
        let request = || match etag {
            Some(etag) => self.http.get(url).header(IF_NONE_MATCH, etag),
            None => self.http.get(url),
        };
        match request().send().await {
            Err(error) if error.is_request() && !error.is_connect() && !error.is_timeout() => {
                request().send().await
            }
            answered => answered,
        }
    }

    /// Asks for something that must be there.
    pub(super) async fn require(&self, url: &str, max: usize) -> NodeResult<Vec<u8>> {
        match self.get(url, max, None).await? {
            Answer::Body { bytes, .. } => Ok(bytes),
            Answer::NotFound => Err(NodeError::PeerStatus {
                url: url.to_owned(),
                status: 404,
            }),
            Answer::NotModified => Err(NodeError::PeerStatus {
                url: url.to_owned(),
                status: 304,
            }),
        }
    }
}

/// The body of an answer, read up to `max` bytes.
async fn body_of(response: &mut reqwest::Response, url: &str, max: usize) -> NodeResult<Vec<u8>> {
    let too_large = || NodeError::PeerAnswerTooLarge {
        url: url.to_owned(),
        max,
    };
    let announced = response.content_length().unwrap_or(0);
    if announced > max as u64 {
        return Err(too_large());
    }
    let silent = |source: reqwest::Error| NodeError::PeerSilent {
        url: url.to_owned(),
        source: source.without_url(),
    };
    let mut bytes = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(chunk) = response.chunk().await.map_err(silent)? {
        if bytes.len() + chunk.len() > max {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
