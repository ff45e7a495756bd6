//! Byte streams with a beginning that was read already, plain or inside TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What bytes go through in both directions.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// A stream whose beginning was read already, and is read again.
pub(crate) struct Rewind<S> {
    before: Bytes,
    stream: S,
    start: [u8; 2],
    seen: usize,
}

impl<S> Rewind<S> {
    /// `before` comes first, then what `stream` gives.
    pub(crate) fn new(before: impl Into<Bytes>, stream: S) -> Self {
        Self { before: before.into(), stream, start: [0; 2], seen: 0 }
    }

    /// `again` comes next, and the first bytes are looked at anew.
    pub(crate) fn rewind(&mut self, again: Vec<u8>) {
        self.before = [&again[..], &self.before[..]].concat().into();
        self.seen = 0;
    }

    /// The first two bytes that were read from it, once they were.
    pub(crate) fn start(&self) -> Option<[u8; 2]> {
        (self.seen == 2).then_some(self.start)
    }

    fn look(&mut self, read: &[u8]) {
        for byte in read.iter().take(2 - self.seen) {
            self.start[self.seen] = *byte;
            self.seen += 1;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewind<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let already = buf.filled().len();
        if self.before.is_empty() {
            ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        } else {
            let count = buf.remaining().min(self.before.len());
            buf.put_slice(&self.before[..count]);
            self.before.advance(count);
        }
        self.look(&buf.filled()[already..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewind<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn what_was_read_already_comes_first_and_the_first_two_bytes_are_remembered() {
        let (mut far, near) = tokio::io::duplex(64);
        let mut stream = Rewind::new(&b"a"[..], near);
        far.write_all(b"bcd").await.unwrap();
        assert_eq!(stream.start(), None);
        let mut read = [0; 4];
        stream.read_exact(&mut read).await.unwrap();
        assert_eq!((&read, stream.start()), (b"abcd", Some(*b"ab")));
        stream.rewind(b"cd".to_vec());
        far.write_all(b"e").await.unwrap();
        let mut read = [0; 3];
        stream.read_exact(&mut read).await.unwrap();
        assert_eq!((&read, stream.start()), (b"cde", Some(*b"cd")));
    }
}
