//! Connections are bounded in number, and none may stay silent for ever: a request that never ends, or a reader that never
//! reads, gives its place back.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// Most connections at the same time; further ones wait in the system's queue.
pub(super) const CONNECTIONS_MAX: usize = 1_024;

/// How long a connection may move no byte; longer than any answer may take.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(75);

/// Longest time for the handshake of TLS, whatever moves meanwhile.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// How long to wait after the system refused a connection (too many open files).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A listener that keeps the two bounds.
pub(super) struct BoundedListener {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    places: Arc<Semaphore>,
    silence_max: Duration,
}

impl BoundedListener {
    pub(super) fn new(
        listener: TcpListener,
        tls: Option<Arc<ServerConfig>>,
        connections_max: usize,
        silence_max: Duration,
    ) -> Self {
        Self {
            listener,
            tls: tls.map(TlsAcceptor::from),
            places: Arc::new(Semaphore::new(connections_max)),
            silence_max,
        }
    }
}

impl Listener for BoundedListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            // The semaphore is never closed, so this waits for a place.
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
                std::future::pending::<()>().await;
                continue;
            };
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    let (talk, patience) = match &self.tls {
                        None => (Talk::Plain(stream), self.silence_max),
                        // Others are let in while this one shakes hands.
                        Some(tls) => (Talk::Greeting(Box::new(tls.accept(stream))), HANDSHAKE_MAX),
                    };
                    return (Connection::new(talk, patience, self.silence_max, place), peer);
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// How a connection speaks.
enum Talk {
    /// As it is.
    Plain(TcpStream),
    /// The handshake of TLS is under way.
    Greeting(Box<Accept<TcpStream>>),
    /// Over TLS.
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection that ends with an error after too long a silence, or too long a handshake.
pub(super) struct Connection {
    talk: Talk,
    silence_max: Duration,
    silent_until: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    fn new(talk: Talk, patience: Duration, silence_max: Duration, place: OwnedSemaphorePermit) -> Self {
        Self {
            talk,
            silence_max,
            silent_until: Box::pin(tokio::time::sleep(patience)),
            _place: place,
        }
    }

    /// Goes on with the handshake, if there is one; ready when bytes may be moved.
    fn poll_greeted(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Talk::Greeting(greeting) = &mut self.talk else {
            return Poll::Ready(Ok(()));
        };
        match Pin::new(greeting.as_mut()).poll(cx) {
            Poll::Ready(Ok(stream)) => {
                self.talk = Talk::Tls(Box::new(stream));
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Moves bytes once the handshake is done, and bounds both in time.
    fn moved<T>(
        &mut self,
        cx: &mut Context<'_>,
        move_bytes: impl FnOnce(Pin<&mut dyn Stream>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match self.poll_greeted(cx) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => return self.patient(cx),
        }
        let moved = match &mut self.talk {
            Talk::Plain(stream) => move_bytes(Pin::new(stream), cx),
            Talk::Tls(stream) => move_bytes(Pin::new(stream.as_mut()), cx),
            Talk::Greeting(_) => Poll::Pending,
        };
        self.bounded(cx, moved)
    }

    /// Waits until patience ends.
    fn patient<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let ended = self.silent_until.as_mut().poll(cx);
        ended.map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Passes on what the stream says, and bounds how long it may say nothing.
    fn bounded<T>(&mut self, cx: &mut Context<'_>, moved: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if moved.is_ready() {
            self.silent_until
                .as_mut()
                .reset(Instant::now() + self.silence_max);
            return moved;
        }
        self.patient(cx)
    }
}

/// A stream of bytes in both directions.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.moved(cx, |stream, cx| stream.poll_read(cx, buf))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.moved(cx, |stream, cx| stream.poll_write(cx, bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.moved(cx, |stream, cx| stream.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.moved(cx, |stream, cx| stream.poll_shutdown(cx))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn serving(connections_max: usize) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = axum::Router::new().route("/", axum::routing::get(|| async { "here" }));
        let bounded = BoundedListener::new(listener, None, connections_max, Duration::from_millis(200));
        tokio::spawn(async move { axum::serve(bounded, app).await });
        address
    }

    #[tokio::test]
    async fn half_a_request_is_not_waited_for_for_ever() {
        let mut stream = TcpStream::connect(serving(4).await).await.unwrap();
        stream.write_all(b"GET / HT").await.unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut [0; 64]))
            .await
            .unwrap();
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    }

    #[tokio::test]
    async fn silent_connections_give_their_places_to_others() {
        let address = serving(2).await;
        let mut silent = Vec::new();
        for _ in 0..6 {
            silent.push(TcpStream::connect(address).await.unwrap());
        }
        let mut asking = TcpStream::connect(address).await.unwrap();
        asking
            .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        let read = tokio::time::timeout(Duration::from_secs(10), asking.read_to_string(&mut answer)).await;
        read.unwrap().unwrap();
        assert!(answer.ends_with("here"), "{answer}");
    }
}
