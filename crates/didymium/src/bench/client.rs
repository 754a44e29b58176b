//! One connection of the load tool: HTTP/1.1 as plainly as it goes, so that the tool takes little of the machine that it
//! shares with the node.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Largest head of an answer, bytes.
const HEAD_BYTES_MAX: usize = 8 * 1024;

/// Why a connection is of no use any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// The connection itself.
    #[error("the connection broke")]
    Connection(#[from] std::io::Error),
    /// The other side does not speak as a node does.
    #[error("an answer that is none of a node's")]
    Answer,
}

/// What a node said to a submission.
pub(super) struct Said {
    pub(super) status: u16,
    /// Index in the log, if it was told one.
    pub(super) index: Option<u64>,
}

/// A connection that is kept open.
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    host: String,
}

impl Connection {
    pub(super) async fn open(host: &str) -> Result<Self, Broken> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(HEAD_BYTES_MAX),
            host: host.to_owned(),
        })
    }

    /// Submits one statement and waits for the answer.
    pub(super) async fn submit(&mut self, statement: &[u8]) -> Result<Said, Broken> {
        let head = format!(
            "POST /entries HTTP/1.1\r\nhost: {}\r\ncontent-type: application/cose\r\nprefer: return=minimal\r\ncontent-length: {}\r\n\r\n",
            self.host,
            statement.len()
        );
        let mut request = head.into_bytes();
        request.extend_from_slice(statement);
        self.stream.write_all(&request).await?;
        self.buffer.clear();
        loop {
            if let Some((said, whole)) = read_head(&self.buffer)? {
                while self.buffer.len() < whole {
                    self.more().await?;
                }
                return Ok(said);
            }
            if self.buffer.len() > HEAD_BYTES_MAX {
                return Err(Broken::Answer);
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Result<(), Broken> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(Broken::Answer);
        }
        Ok(())
    }
}

/// What the head of an answer says, with the length of the whole answer; none while the head is not all there.
fn read_head(bytes: &[u8]) -> Result<Option<(Said, usize)>, Broken> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut answer = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = answer.parse(bytes).map_err(|_| Broken::Answer)? else {
        return Ok(None);
    };
    let number = |name: &str| -> Option<u64> {
        let header = answer
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(header.value).ok()?.parse().ok()
    };
    let body = number("content-length").and_then(|length| usize::try_from(length).ok());
    let said = Said {
        status: answer.code.unwrap_or(0),
        index: number("didymium-index"),
    };
    Ok(Some((said, head + body.ok_or(Broken::Answer)?)))
}
