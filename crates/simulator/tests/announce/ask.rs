//! Asking as discovery would, with clients of their own.

use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

/// An answer over HTTP.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// Sends a request over HTTP or HTTPS and reads the answer to its end.
pub async fn http(to: SocketAddr, by_tls: bool, method: &str, path: &str) -> Answer {
    let stream = TcpStream::connect(to).await.unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\nHost: {to}\r\n\r\n");
    let text = if by_tls {
        let name = ServerName::try_from(to.ip().to_string()).unwrap();
        talk(TlsConnector::from(Arc::new(trusting())).connect(name, stream).await.unwrap(), &request).await
    } else {
        talk(stream, &request).await
    };
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {text:?}"));
    let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok()).expect(head);
    assert!(head.contains(&format!("Content-Length: {}", body.len())), "{head}");
    Answer { status, body: body.into() }
}

/// What a device sends back to a GET before it closes, though it should not: to be compared with nothing.
pub async fn silence(to: SocketAddr, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(to).await.unwrap();
    let mut answer = Vec::new();
    // who is cut off while asking has heard nothing
    let _ = stream.write_all(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes()).await;
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

async fn talk(mut line: impl AsyncRead + AsyncWrite + Unpin, request: &str) -> String {
    line.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap();
    answer
}

/// A client that takes any certificate: nobody vouches for those of such devices.
fn trusting() -> ClientConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone(provider)))
        .with_no_client_auth()
}

#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
