//! TLS on the port that plain connections use, too. A handshake that fails is a finding in the person's words.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use chargehand_commissioning::attempt::{Hello, Tls, What};
use chargehand_commissioning::outcome::Finding;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::accept::{Door, broke};
use super::attempts::{Ongoing, finding, note};
use super::hello::{self, Read};
use super::stream::{Duplex, Rewind};
use super::why::{Failed, no_authority, why};
use crate::authority::Server;

/// A charger with a small processor takes some seconds for a handshake.
const PATIENCE: Duration = Duration::from_secs(20);

/// Shakes hands over a socket from which `first` was read already.
pub(super) async fn secure(
    mut socket: TcpStream,
    first: Vec<u8>,
    local: IpAddr,
    door: &Door,
    attempt: &Ongoing,
) -> Result<(Box<dyn Duplex>, Tls), Finding> {
    let mut bytes = first;
    let hello = timeout(PATIENCE, read_hello(&mut socket, &mut bytes)).await.map_err(|_| silent())??;
    if let Some(hello) = &hello {
        attempt.note(What::Hello { hello: hello.clone() });
    }
    let called = hello.as_ref().and_then(|hello| hello.server_name.clone());
    let server = match door.certificates.server(local, called.as_deref(), door.clock.now()) {
        None => return Err(no_authority()),
        Some(server) => server.map_err(|error| finding("tls_failed_here", error.to_string()))?,
    };
    let shaking = TlsAcceptor::from(Arc::clone(&server.config)).accept(Rewind::new(bytes, socket));
    let stream = match timeout(PATIENCE, shaking).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(why(&Failed { hello, error, server: &server })),
        Err(_) => return Err(silent()),
    };
    let tls = agreed(stream.get_ref().1, &server);
    attempt.note(What::Secured { tls: tls.clone() });
    if called.is_none() {
        attempt.found(note(
            "tls_no_server_name",
            "The charger named no host in its TLS hello (no SNI), as with an address in its URL. Here that is fine; some \
             platforms in the internet need it.",
        ));
    }
    Ok((Box::new(stream), tls))
}

fn silent() -> Finding {
    finding(
        "tls_silent",
        format!(
            "It began with TLS (wss://) and then said nothing for {} s. Its network may be weak, or its TLS is stuck: \
             restart the charger, and if it happens again use ws:// instead.",
            PATIENCE.as_secs()
        ),
    )
}

/// Reads on until the whole hello is there, or it is clear that there is none: then the TLS library says what is wrong.
async fn read_hello(socket: &mut TcpStream, bytes: &mut Vec<u8>) -> Result<Option<Hello>, Finding> {
    loop {
        match hello::read(bytes) {
            Read::Hello(hello) => return Ok(Some(hello)),
            Read::Malformed => return Ok(None),
            Read::More => {}
        }
        match socket.read_buf(bytes).await {
            Ok(0) => return Err(finding("went_away", "It began with TLS (wss://) and went away in its hello.")),
            Ok(_) => {}
            Err(error) => return Err(broke(&error)),
        }
    }
}

fn agreed(connection: &tokio_rustls::rustls::ServerConnection, server: &Server) -> Tls {
    let version = connection.protocol_version().map(|version| hello::version(version.into()));
    let suite = connection.negotiated_cipher_suite().map(|suite| hello::suite(suite.suite().into()));
    Tls {
        version: version.unwrap_or_default(),
        suite: suite.unwrap_or_default(),
        certificate: server.judge(connection.peer_certificates().unwrap_or_default()),
    }
}

/// What the system or the TLS library said.
pub(super) fn of_tls(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}
