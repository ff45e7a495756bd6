//! Byte streams with a beginning that was read already, plain or inside TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use chargehand_ocpp::Deviation;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::framing::Framing;

/// What bytes go through in both directions.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// A stream whose beginning was read already, and is read again.
pub(crate) struct Rewind<S> {
    before: Bytes,
    stream: S,
    framing: Option<Framing>,
}

impl<S> Rewind<S> {
    /// `before` comes first, then what `stream` gives.
    pub(crate) fn new(before: impl Into<Bytes>, stream: S) -> Self {
        Self { before: before.into(), stream, framing: None }
    }

    /// `again` comes next, and from there on all that comes is WebSocket frames.
    pub(crate) fn rewind(&mut self, again: Vec<u8>) {
        self.before = [&again[..], &self.before[..]].concat().into();
        self.framing = Some(Framing::default());
    }

    /// What was odd about the frames that were read, each once.
    pub(crate) fn odd_frames(&mut self) -> Vec<Deviation> {
        self.framing.as_mut().map_or_else(Vec::new, Framing::odd)
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
        if let Some(framing) = &mut self.framing {
            framing.look(&buf.filled()[already..]);
        }
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
    async fn what_was_read_already_comes_first_and_frames_are_looked_at_from_the_rewinding_on() {
        let (mut far, near) = tokio::io::duplex(64);
        let mut stream = Rewind::new(&b"a"[..], near);
        far.write_all(b"bcd").await.unwrap();
        let mut read = [0; 4];
        stream.read_exact(&mut read).await.unwrap();
        assert_eq!((&read, stream.odd_frames().len()), (b"abcd", 0));
        // An unmasked frame of one byte.
        stream.rewind(b"\x81\x01".to_vec());
        far.write_all(b"e").await.unwrap();
        let mut read = [0; 3];
        stream.read_exact(&mut read).await.unwrap();
        assert_eq!((&read, &stream.odd_frames()[0].rule[..]), (b"\x81\x01e", "unmasked_frame"));
    }
}
