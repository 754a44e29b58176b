//! Asking a peer: bounded in time, in bytes and in number; never redirected, never through a proxy. Every request is signed
//! with the member's key, and beyond this machine goes over TLS to the key that the charter pins.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use didymium_statement::Digest;
use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Client, Method, RequestBuilder, StatusCode, Url};
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::folder::{NodeFolder, is_loopback_address};
use crate::transport::{self, Pins, RequestSigner, Trust};
use crate::{NodeError, NodeResult, NodeState};

/// Longest time to connect.
const CONNECT_MAX: Duration = Duration::from_secs(3);
/// Longest time for one answer with its body.
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// Longest silence within a body.
const SILENCE_MAX: Duration = Duration::from_secs(10);
/// Most requests under way from one node.
const REQUESTS_MAX: usize = 16;
/// Largest reason of a refusal that is read, bytes.
const REASON_BYTES_MAX: usize = 16 * 1024;

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
    /// For addresses of this machine, and for whoever reads without being a member.
    http: Client,
    /// For members beyond this machine, by their address.
    members: Arc<BTreeMap<String, Beyond>>,
    /// Whether nobody beyond this machine is asked but members.
    members_alone: bool,
    signing: Option<Signing>,
    slots: Arc<Semaphore>,
}

/// A member's node beyond this machine.
enum Beyond {
    /// The client that believes the member's key alone.
    Pinned(Client),
    /// Why it cannot be asked.
    Refused(String),
}

/// Who signs, and by whose clock.
#[derive(Clone)]
struct Signing {
    signer: RequestSigner,
    clock: Arc<dyn Clock>,
}

fn client(trust: Trust) -> NodeResult<Client> {
    transport::builder(trust)?
        .user_agent(concat!("didymium/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_MAX)
        .timeout(ANSWER_MAX)
        .read_timeout(SILENCE_MAX)
        .build()
        .map_err(NodeError::Client)
}

/// Scheme, host and port of an address.
fn origin_of(url: &Url) -> String {
    url.origin().ascii_serialization()
}

impl PeerClient {
    /// The client of a member's node.
    ///
    /// # Errors
    /// [`NodeError::Client`], [`NodeError::Tls`].
    pub(crate) fn of(state: &NodeState) -> NodeResult<Self> {
        let peers: Vec<(String, String)> = state
            .peers()
            .into_iter()
            .map(|peer| (peer.member, peer.address))
            .collect();
        let pins_of = |member: &str| -> Pins {
            let (weak, member) = (state.weak(), member.to_owned());
            Arc::new(move || {
                let state = weak.upgrade();
                state.map_or_else(Vec::new, |state| transport::known::pins(&state, &member))
            })
        };
        let signing = state.request_signer().map(|signer| Signing {
            signer: signer.clone(),
            clock: state.shared_clock(),
        });
        Self::of_member(&state.member().member, &peers, &pins_of, signing)
    }

    /// The client of whoever has the keys of a member's node, under the charter of its folder. It believes the keys that
    /// this version pins.
    ///
    /// # Errors
    /// As for [`PeerClient::of`].
    pub(crate) fn of_folder(folder: NodeFolder, clock: Arc<dyn Clock>) -> NodeResult<Self> {
        let (_, config, charters, keys) = folder.into_parts();
        let members = &charters.head().charter().members;
        let addresses: Vec<(String, String)> = members
            .iter()
            .map(|member| {
                let address = config.peers.get(&member.member).unwrap_or(&member.address);
                (member.member.clone(), address.clone())
            })
            .collect();
        let pins_of = |code: &str| -> Pins {
            let member = members.iter().find(|member| member.member == code);
            let pinned: Vec<Digest> = member
                .and_then(|member| member.keys.tls_pin())
                .into_iter()
                .collect();
            Arc::new(move || pinned.clone())
        };
        let signing = keys.transport.map(|key| Signing {
            signer: RequestSigner::new(&config.member, key),
            clock,
        });
        Ok(Self {
            members_alone: true,
            ..Self::of_member(&config.member, &addresses, &pins_of, signing)?
        })
    }

    fn of_member(
        own: &str,
        addresses: &[(String, String)],
        pins_of: &dyn Fn(&str) -> Pins,
        signing: Option<Signing>,
    ) -> NodeResult<Self> {
        let mut members = BTreeMap::new();
        for (member, address) in addresses {
            let Some(url) = Url::parse(address)
                .ok()
                .filter(|_| !is_loopback_address(address) || address.starts_with("https"))
            else {
                continue;
            };
            let refused = |reason: &str| Beyond::Refused(reason.to_owned());
            let beyond = if url.scheme() != "https" {
                refused(
                    "nodes on other machines speak TLS: its address must begin with https://, see `didymium charter propose --address`",
                )
            } else if signing.is_none() {
                Beyond::Refused(format!(
                    "{own} has no key to sign requests with: make one with `didymium charter propose --rotate transport`"
                ))
            } else {
                let pins = pins_of(member);
                if pins().is_empty() {
                    refused(
                        "the charter pins no TLS key for it: it makes one with `didymium charter propose --rotate tls`",
                    )
                } else {
                    let member = member.clone();
                    Beyond::Pinned(client(Trust::Pinned { member, pins })?)
                }
            };
            members.insert(origin_of(&url), beyond);
        }
        Ok(Self {
            members: Arc::new(members),
            signing,
            ..Self::of_nobody()?
        })
    }

    /// The client of whoever is no member: what it reads must prove itself.
    ///
    /// # Errors
    /// [`NodeError::Client`], [`NodeError::Tls`].
    pub(crate) fn of_nobody() -> NodeResult<Self> {
        Ok(Self {
            http: client(Trust::Any)?,
            members: Arc::default(),
            members_alone: false,
            signing: None,
            slots: Arc::new(Semaphore::new(REQUESTS_MAX)),
        })
    }

    /// The request to `url`, signed anew.
    fn request(&self, method: Method, address: &str, body: Vec<u8>) -> NodeResult<RequestBuilder> {
        let url = Url::parse(address).map_err(|_| NodeError::Address {
            address: address.chars().take(200).collect(),
        })?;
        let member = self.members.get(&origin_of(&url));
        // A signature that anybody could pass on is given to nobody but the key that the charter pins, and this machine.
        let signs = member.is_some() || is_loopback_address(address);
        if self.members_alone && !signs {
            return Err(NodeError::PeerBeyond {
                url: address.to_owned(),
                reason: "no member has this address under the charter of the folder: ask at the one that `didymium charter show` tells"
                    .to_owned(),
            });
        }
        let client = match member {
            Some(Beyond::Pinned(client)) => client,
            Some(Beyond::Refused(reason)) => {
                return Err(NodeError::PeerBeyond {
                    url: address.to_owned(),
                    reason: reason.clone(),
                });
            }
            None => &self.http,
        };
        let headers = match self.signing.as_ref().filter(|_| signs) {
            Some(Signing { signer, clock }) => {
                transport::signed_headers(signer, &**clock, method.as_str(), &url, &body)?
            }
            None => HeaderMap::new(),
        };
        let request = client.request(method, url).headers(headers);
        Ok(if body.is_empty() {
            request
        } else {
            request.body(body)
        })
    }

    /// Asks for `url`; a body of more than `max` bytes is refused while it comes in.
    pub(crate) async fn get(&self, url: &str, max: usize, etag: Option<&str>) -> NodeResult<Answer> {
        // The semaphore is never closed, so there is always a permit to wait for.
        let _slot = self.slots.acquire().await.ok();
        let mut response = self.send(url, etag).await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => {
                let said = body_of(&mut response, url, REASON_BYTES_MAX).await?;
                return Err(refused(url, &said));
            }
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
        let sent = self.request(Method::POST, url, body)?.send().await;
        let mut response = sent.map_err(|source| silent(url, source))?;
        let status = response.status();
        if status == StatusCode::UNAUTHORIZED {
            let said = body_of(&mut response, url, REASON_BYTES_MAX).await?;
            return Err(refused(url, &said));
        }
        Ok((status.as_u16(), body_of(&mut response, url, max).await?))
    }

    /// Sends a request; once more if a connection that was kept open turns out to be closed, as after a peer's restart.
    async fn send(&self, url: &str, etag: Option<&str>) -> NodeResult<reqwest::Response> {
        let request = || {
            let request = self.request(Method::GET, url, Vec::new())?;
            Ok::<_, NodeError>(match etag {
                Some(etag) => request.header(IF_NONE_MATCH, etag),
                None => request,
            })
        };
        let answered = match request()?.send().await {
            Err(error) if error.is_request() && !error.is_connect() && !error.is_timeout() => {
                request()?.send().await
            }
            answered => answered,
        };
        answered.map_err(|source| silent(url, source))
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

/// Why there is no answer: the key there is not the member's, or nobody speaks.
fn silent(url: &str, source: reqwest::Error) -> NodeError {
    let url = url.to_owned();
    match transport::objection_of(&source) {
        Some(reason) => NodeError::PeerBeyond { url, reason },
        None => NodeError::PeerSilent {
            url,
            source: source.without_url(),
        },
    }
}

/// A refusal in the words of the node that gave it.
fn refused(url: &str, said: &[u8]) -> NodeError {
    let problem: Option<serde_json::Value> = serde_json::from_slice(said).ok();
    let detail = problem.as_ref().and_then(|problem| problem["detail"].as_str());
    NodeError::PeerRefuses {
        url: url.to_owned(),
        reason: detail.unwrap_or("without a reason").chars().take(300).collect(),
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
    let mut bytes = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(chunk) = response.chunk().await.map_err(|source| silent(url, source))? {
        if bytes.len() + chunk.len() > max {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
