//! TLS as the charger speaks it: what it trusts, what it shows, and what went wrong, in sentences.

use super::line::Line;
use crate::certificates::{Certificates, Own};
use crate::connects::{Encrypts, Trust};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::time_provider::{DefaultTimeProvider, TimeProvider};
use tokio_rustls::rustls::{
    self, AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

/// How a charger encrypts one connection.
pub(super) struct Secures<'a> {
    pub(super) encrypts: Encrypts,
    pub(super) trusts: Trust,
    /// 0 to 3.
    pub(super) profile: i64,
    pub(super) certificates: &'a Certificates,
}

impl Secures<'_> {
    /// Encrypts a line to a host, or leaves it as it is. The endpoint's certificate is checked against the roots the
    /// charger trusts, and with security profile 3 the charger shows its own.
    pub(super) async fn secure(self, mut line: Box<dyn Line>, host: String) -> io::Result<Box<dyn Line>> {
        let told = self.profile >= 2;
        match self.encrypts {
            Encrypts::AsTold | Encrypts::Tls10 if !told => Ok(line),
            Encrypts::Tls10 => Err(old_words(&mut line).await?),
            Encrypts::AsTold | Encrypts::Always => {
                let name = ServerName::try_from(host).map_err(io::Error::other)?;
                let config = self.configuration().map_err(|e| io::Error::other(NotUsable(e)))?;
                Ok(Box::new(TlsConnector::from(Arc::new(config)).connect(name, line).await?))
            }
        }
    }

    fn configuration(&self) -> Result<ClientConfig, rustls::Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let clock: Arc<dyn TimeProvider> = match self.trusts {
            Trust::NotYetValid => Arc::new(The1970),
            Trust::Given | Trust::MakerOnly => Arc::new(DefaultTimeProvider),
        };
        let anything = Arc::new(Anything(algorithms(&provider)));
        let config = ClientConfig::builder_with_details(provider, clock).with_safe_default_protocol_versions()?;
        let config = if self.profile < 2 {
            config.dangerous().with_custom_certificate_verifier(anything)
        } else {
            config.with_root_certificates(self.roots())
        };
        match self.own() {
            Some(own) => {
                let chain = own.chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
                config.with_client_auth_cert(chain, own.key.clone_key())
            }
            None => Ok(config.with_no_client_auth()),
        }
    }

    /// Its maker's roots are no part of the simulation: who looks at them only, trusts nobody here.
    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        if self.trusts != Trust::MakerOnly {
            let given = self.certificates.trusted();
            roots.add_parsable_certificates(given.map(|root| CertificateDer::from(root.to_vec())));
        }
        roots
    }

    fn own(&self) -> Option<&Own> {
        self.certificates.own.as_ref().filter(|_| self.profile == 3)
    }
}

/// A clock that was never set.
#[derive(Debug)]
struct The1970;

impl TimeProvider for The1970 {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::ZERO))
    }
}

fn algorithms(provider: &CryptoProvider) -> WebPkiSupportedAlgorithms {
    provider.signature_verification_algorithms
}

/// P06: it encrypts unasked and looks at no certificate. The signatures are checked, that much is the protocol.
#[derive(Debug)]
struct Anything(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Anything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

/// The first words of TLS 1.0 (RFC 2246 7.4.1.2): an offer of four ciphers with RSA, and of nothing that came later.
/// The random number is no number here: no connection comes of it.
const TLS_10_HELLO: &[u8] = &[
    0x16, 3, 1, 0, 51, // a record of the handshake, 51 bytes
    1, 0, 0, 47, // ClientHello, 47 bytes
    3, 1, // TLS 1.0
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
    31, 0, // no session
    0, 8, 0, 0x2f, 0, 0x35, 0, 0x0a, 0, 0x05, // AES 128, AES 256, triple DES, RC4
    1, 0, // no compression
];

/// Says the first words and hears whatever comes back; the error that is left.
async fn old_words(line: &mut Box<dyn Line>) -> io::Result<io::Error> {
    line.write_all(TLS_10_HELLO).await?;
    line.flush().await?;
    let _ = line.read(&mut [0; 512]).await?;
    Ok(io::Error::other(rustls::Error::AlertReceived(AlertDescription::ProtocolVersion)))
}

/// The charger's own certificate or key is of no use.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotUsable(rustls::Error);

/// What became of the handshake, as a sentence.
pub(super) fn explain(error: &rustls::Error, address: &str) -> String {
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
