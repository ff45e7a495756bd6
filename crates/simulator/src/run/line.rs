//! What a charger's bytes run over: the network, or a test's own.

use std::io::{self, ErrorKind};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, duplex};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

/// How many bytes may be on their way inside a test.
const ON_THE_WAY: usize = 64 * 1024;

/// What the WebSocket runs over: TCP, TLS over it, or a pipe inside a test.
pub(super) trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

/// A charger knocks at an address, inside a test.
pub struct Knock {
    /// The host, as the charger has it: a name or an address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The endpoint's end of the connection.
    pub line: DuplexStream,
}

/// The network that a charger is in.
pub(super) enum Net {
    /// The computer's.
    Tcp,
    /// Nothing but this: whoever receives is every address at once.
    Inside(mpsc::UnboundedSender<Knock>),
}

impl Net {
    /// Opens a connection.
    pub(super) async fn open(&self, host: &str, port: u16) -> io::Result<Box<dyn Line>> {
        match self {
            Net::Tcp => {
                let stream = TcpStream::connect((host, port)).await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            Net::Inside(knocks) => {
                let (ours, line) = duplex(ON_THE_WAY);
                let knock = Knock { host: host.to_owned(), port, line };
                knocks.send(knock).map_err(|_| ErrorKind::ConnectionRefused)?;
                Ok(Box::new(ours))
            }
        }
    }
}
