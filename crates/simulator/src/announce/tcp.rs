//! The TCP ports of a simulated device, and the bounds of everything that connects to them.

use super::http::{self, Pages};
use super::modbus::{self, Registers};
use super::{AnnounceError, Device};
use chargehand_catalogue::{Fingerprint, Scheme};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// How many may be connected to a port at once. One more waits.
const CONNECTIONS: usize = 16;
/// How long a connection may last.
const LONGEST: Duration = Duration::from_secs(600);
/// How long one may take to say what it wants.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How much of what is said too much is read before the connection is closed.
const TOO_MUCH: u64 = 128 * 1024;

/// What the bytes run over: TCP, or TLS over it.
pub(super) trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

/// What is behind a port.
pub(super) enum Door {
    Modbus(Registers),
    Pages(Pages),
    /// The same by TLS.
    Sealed(TlsAcceptor, Pages),
}

/// The device's TCP ports, and what is behind each.
pub(super) fn doors(about: &'static Fingerprint, device: &Device) -> Result<BTreeMap<u16, Door>, AnnounceError> {
    let mut doors = BTreeMap::new();
    let pages = about.http.iter().map(|it| it.port).chain(about.websocket.iter().map(|it| it.port));
    for port in pages {
        let pages = Pages::new(about, port);
        let is_sealed = about.http.iter().any(|it| it.port == port && it.scheme == Scheme::Https);
        doors.insert(port, if is_sealed { Door::Sealed(seal(about, device)?, pages) } else { Door::Pages(pages) });
    }
    for modbus in about.modbus.iter().filter(|it| it.silent.is_none()) {
        doors.insert(modbus.port, Door::Modbus(Registers::new(about, modbus.port)));
    }
    Ok(doors)
}

/// TLS with a certificate of its own making, as such devices have it.
fn seal(about: &Fingerprint, device: &Device) -> Result<TlsAcceptor, AnnounceError> {
    let failed = |reason: String| AnnounceError::Failed { what: "TLS".into(), address: device.address, reason };
    let names = [about.host.clone(), device.address.to_string()];
    let own = rcgen::generate_simple_self_signed(names).map_err(|e| failed(e.to_string()))?;
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).map_err(|e| failed(e.to_string()))?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(vec![own.cert.der().clone()], key));
    Ok(TlsAcceptor::from(Arc::new(config.map_err(|e| failed(e.to_string()))?)))
}

/// Answers whoever connects. What runs ends with this.
pub(super) async fn serve(listener: TcpListener, device: Device, door: Arc<Door>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut visitors = JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        while visitors.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) if device.is_there() => {
                let (device, door) = (device.clone(), Arc::clone(&door));
                visitors.spawn(async move {
                    let _place = place;
                    // who stays too long is shown out
                    let _ = timeout(LONGEST, visit(stream, &device, &door)).await;
                });
            }
            Ok(_) => {}
            // for example too many open files: better later than never
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn visit(stream: TcpStream, device: &Device, door: &Door) {
    match door {
        Door::Modbus(registers) => modbus::converse(stream, device, registers).await,
        Door::Pages(pages) => http::answer(stream, device, pages).await,
        Door::Sealed(acceptor, pages) => {
            if let Ok(Ok(stream)) = timeout(PATIENCE, acceptor.accept(stream)).await {
                http::answer(stream, device, pages).await;
            }
        }
    }
}

/// Reads what is still coming before a connection is closed: closing on unread bytes takes the answer away again. Not
/// for long, and not much.
pub(super) async fn hear_out(line: impl Line) {
    let mut rest = line.take(TOO_MUCH);
    let _ = timeout(PATIENCE, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
}
