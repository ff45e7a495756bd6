//! TCP connections of a scan, and their bounds: so many in all, so many to one host.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::limits::{CONNECT, CONNECTIONS, PORTS, SOCKETS};
use super::network::Target;

/// Opens the connections of one scan. Cheap to clone.
#[derive(Clone)]
pub(super) struct Dial {
    all: Arc<Semaphore>,
    hosts: Arc<Mutex<HashMap<Ipv4Addr, Arc<Semaphore>>>>,
    tried: Arc<Mutex<HashMap<Ipv4Addr, BTreeSet<u16>>>>,
}

impl Dial {
    pub(super) fn new() -> Self {
        Self { all: Arc::new(Semaphore::new(SOCKETS)), hosts: Arc::default(), tried: Arc::default() }
    }

    /// Whether a port may be tried: it was before, or the host has not had its ports yet. Counted over the whole scan.
    pub(super) fn may_try(&self, to: Target, port: u16) -> bool {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        let ports = tried.entry(to.address()).or_default();
        ports.contains(&port) || ports.len() < PORTS && ports.insert(port)
    }

    /// Connects, once there is room.
    pub(super) async fn connect(&self, to: Target, port: u16) -> io::Result<Line> {
        let host = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(hosts.entry(to.address()).or_insert_with(|| Arc::new(Semaphore::new(CONNECTIONS))))
        };
        let closed = |_| io::Error::from(io::ErrorKind::Interrupted);
        let of_host = host.acquire_owned().await.map_err(closed)?;
        let of_all = Arc::clone(&self.all).acquire_owned().await.map_err(closed)?;
        let connecting = TcpStream::connect(SocketAddr::from((to.address(), port)));
        let stream = timeout(CONNECT, connecting).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        Ok(Line { stream, _room: (of_host, of_all) })
    }

    /// Whether a port is open. The connection is cut off at once, so that nothing of it stays behind.
    pub(super) async fn is_open(&self, to: Target, port: u16) -> io::Result<()> {
        let line = self.connect(to, port).await?;
        let _ = socket2::SockRef::from(&line.stream).set_linger(Some(std::time::Duration::ZERO));
        Ok(())
    }
}

/// A connection, and the room that it takes up.
pub(super) struct Line {
    stream: TcpStream,
    _room: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, to)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
