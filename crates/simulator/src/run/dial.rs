//! The way to the endpoint: TCP, TLS where the security profile wants it, WebSocket. And what went wrong, in sentences.

use crate::certificates::{Certificates, Own};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, AlertDescription, CertificateError, ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::{ProtocolError, UrlError};
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::{WebSocketStream, client_async};

/// What the WebSocket runs over: TCP, or TLS over it.
pub(super) trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

/// Connects. With TLS the endpoint's certificate is checked against the roots the charger trusts, and with security
/// profile 3 the charger shows its own.
pub(super) async fn dial(
    request: Request,
    profile: i64,
    certificates: &Certificates,
) -> Result<WebSocketStream<Box<dyn Line>>, Error> {
    let host = request.uri().host().ok_or(Error::Url(UrlError::NoHostName))?;
    let host = host.trim_matches(['[', ']']).to_owned();
    let port = request.uri().port_u16().unwrap_or(if profile >= 2 { 443 } else { 80 });
    let stream = TcpStream::connect((host.as_str(), port)).await?;
    stream.set_nodelay(true)?;
    let line: Box<dyn Line> = if profile >= 2 {
        let name = ServerName::try_from(host).map_err(io::Error::other)?;
        let own = if profile == 3 { certificates.own.as_ref() } else { None };
        let config = configuration(certificates.trusted(), own).map_err(|e| io::Error::other(NotUsable(e)))?;
        Box::new(TlsConnector::from(Arc::new(config)).connect(name, stream).await?)
    } else {
        Box::new(stream)
    };
    Ok(client_async(request, line).await?.0)
}

/// The charger's own certificate or key is of no use.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NotUsable(rustls::Error);

fn configuration<'a>(
    trusted: impl Iterator<Item = &'a [u8]>,
    own: Option<&Own>,
) -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(trusted.map(|root| CertificateDer::from(root.to_vec())));
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    match own {
        Some(own) => {
            let chain = own.chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
            config.with_client_auth_cert(chain, own.key.clone_key())
        }
        None => Ok(config.with_no_client_auth()),
    }
}

/// What became of a connection, as a sentence.
pub(super) fn explain(error: &Error, address: &str, subprotocol: &str) -> String {
    match error {
        Error::Http(answer) if answer.status() == 401 => format!("{address} wants another password (HTTP 401)."),
        Error::Http(answer) => format!("{address} refuses the connection (HTTP {}).", answer.status().as_u16()),
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => {
            format!("{address} does not agree to {subprotocol}.")
        }
        Error::Io(e) => match (inner::<NotUsable>(e), inner::<rustls::Error>(e)) {
            (Some(e), _) => format!("The charger's own certificate or key cannot be used: {e}."),
            (_, Some(e)) => explain_tls(e, address),
            _ => format!("Nobody answers at {address} ({e}). Is the endpoint running, and is this its address?"),
        },
        other => format!("{address} cannot be connected to: {other}."),
    }
}

fn inner<T: std::error::Error + 'static>(error: &io::Error) -> Option<&T> {
    error.get_ref()?.downcast_ref()
}

fn explain_tls(error: &rustls::Error, address: &str) -> String {
    use CertificateError as Bad;
    match error {
        rustls::Error::InvalidCertificate(bad) => match bad {
            Bad::UnknownIssuer | Bad::BadSignature => {
                format!("{address} shows a certificate that no root of the charger signed. Give the charger its root.")
            }
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
                format!("{address} shows a certificate for another address.")
            }
            Bad::Expired | Bad::ExpiredContext { .. } | Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
                format!("{address} shows a certificate that is not valid now. Is the clock right?")
            }
            other => format!("{address} shows a certificate that cannot be relied on ({other:?})."),
        },
        rustls::Error::InvalidMessage(_) => format!("{address} does not speak TLS. Is it an unencrypted endpoint?"),
        rustls::Error::AlertReceived(alert) => match alert {
            AlertDescription::HandshakeFailure | AlertDescription::ProtocolVersion => {
                format!("{address} and the charger have no kind of encryption in common ({alert:?}).")
            }
            alert => format!("{address} refuses the charger's certificate, or the lack of one ({alert:?})."),
        },
        other => format!("The encrypted connection to {address} failed: {other}."),
    }
}
