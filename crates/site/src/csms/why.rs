//! Why a TLS handshake failed, in words: what happened, what it means, what to do next. TLS itself tells a person nothing.

use std::io;

use chargehand_commissioning::attempt::Hello;
use chargehand_commissioning::outcome::Finding;
use rustls::{AlertDescription as Alert, Error, PeerIncompatible};

use super::attempts::finding;
use super::hello::is_recent;
use super::tls::of_tls;
use crate::authority::Server;

/// A handshake that failed.
pub(super) struct Failed<'a> {
    /// What the charger offered, where that could be read.
    pub hello: Option<Hello>,
    /// What the TLS library says.
    pub error: io::Error,
    /// What we showed.
    pub server: &'a Server,
}

/// No authority is open: there is no certificate to show.
pub(super) fn no_authority() -> Finding {
    finding(
        "tls_without_authority",
        "It began with TLS (wss://), but this endpoint has no certificate to show. Enter ws:// instead of wss:// in the \
         charger, or let Chargehand make its certificate authority: in the window under Security, or on the command line \
         with --tls-keychain or --tls-passphrase-file FILE.",
    )
}

const ROOT_INTO_CHARGER: &str = "Put the root of Chargehand's certificate authority into the charger (window: Security; \
     command line: certificate root): in its installer menu, or with InstallCertificate while it is connected by ws://.";

/// Why it failed.
pub(super) fn why(failed: &Failed<'_>) -> Finding {
    let Some(error) = of_tls(&failed.error) else { return of_the_network(&failed.error) };
    match error {
        // Of what cannot be agreed on the library names what it sees first: the hello says more.
        Error::PeerIncompatible(_) | Error::General(_) => incompatible(error, failed),
        Error::AlertReceived(alert) => alerted(*alert, failed.server),
        Error::InvalidCertificate(why) => finding(
            "tls_client_certificate",
            format!(
                "The charger showed a certificate of its own that cannot be used ({why:?}). Install a new one in the \
                 charger, or set it to a security profile without a client certificate."
            ),
        ),
        other => finding(
            "tls_broken",
            format!(
                "The charger's TLS handshake is not as the standard has it ({other}). Its firmware may be at fault, or \
                 something between the charger and this computer changes the data. Update the charger, or use ws://."
            ),
        ),
    }
}

fn of_the_network(error: &io::Error) -> Finding {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => finding(
            "tls_hung_up",
            format!(
                "The charger hung up in the TLS handshake without saying why. Most often it does not trust our \
                 certificate. {ROOT_INTO_CHARGER} A charger whose clock is wrong hangs up, too."
            ),
        ),
        _ => super::accept::broke(error),
    }
}

fn incompatible(error: &Error, failed: &Failed<'_>) -> Finding {
    use PeerIncompatible as P;
    let hello = failed.hello.clone().unwrap_or_default();
    let versions = hello.versions.join(", ");
    if !versions.is_empty() && !is_recent(&hello) {
        return finding(
            "tls_too_old",
            format!(
                "The charger offers {versions} at most. Chargehand speaks TLS 1.2 and 1.3, as OCPP's security profiles \
                 ask. Update the charger's firmware; until then use ws://. Today's platforms will refuse it, too."
            ),
        );
    }
    if !failed.server.knows_one_of(&hello.suites) {
        return no_common_suite(&hello);
    }
    match error {
        Error::PeerIncompatible(
            P::NoKxGroupsInCommon | P::NamedGroupsExtensionRequired | P::NoEcPointFormatsInCommon,
        ) => finding(
            "tls_no_shared_curve",
            "The charger offers no key exchange that is known here (X25519, P-256, P-384). Update its firmware; until \
                 then use ws://.",
        ),
        // A general error: no certificate of ours was found to fit.
        Error::General(_)
        | Error::PeerIncompatible(P::SignatureAlgorithmsExtensionRequired | P::NoSignatureSchemesInCommon) => finding(
            "tls_no_shared_signature",
            "The charger names no signature that our certificates have (RSA or ECDSA P-256, with SHA-256 or better). Old \
             stacks name none at all. Update its firmware; until then use ws://.",
        ),
        other => finding(
            "tls_incompatible",
            format!(
                "The charger's TLS and ours have no common ground ({other}; it offers {versions}). Update its firmware; \
                 until then use ws://."
            ),
        ),
    }
}

fn no_common_suite(hello: &Hello) -> Finding {
    const SHOWN: usize = 4;
    // Signalling values are no ciphers (RFC 5746 3.3, RFC 7507 3).
    let suites: Vec<&str> = hello.suites.iter().map(String::as_str).filter(|suite| !suite.ends_with("_SCSV")).collect();
    let all = |test: fn(&&str) -> bool| !suites.is_empty() && suites.iter().all(test);
    let because = if all(|suite| suite.starts_with("TLS_RSA_")) {
        "They all exchange keys with RSA alone (TLS_RSA_…), without forward secrecy; up-to-date TLS libraries have dropped \
         that, and so have many platforms."
    } else if all(|suite| suite.contains("_CBC_")) {
        "They are all of the old CBC kind."
    } else {
        "None of them is among those that are held to be safe today."
    };
    let more = if suites.len() > SHOWN { ", …" } else { "" };
    finding(
        "tls_no_shared_cipher",
        format!(
            "The charger and Chargehand share no cipher suite. It offers {}{more}. {because} Chargehand speaks \
             TLS_ECDHE_RSA and TLS_ECDHE_ECDSA with AES-GCM or ChaCha20, and TLS 1.3. Update the charger's firmware, or \
             see whether its TLS settings can be widened; until then use ws://.",
            suites.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ")
        ),
    )
}

/// What a charger's alert says (RFC 8446 6.2).
fn alerted(alert: Alert, server: &Server) -> Finding {
    let (from, until) = (server.from.strftime("%Y-%m-%d"), server.until.strftime("%Y-%m-%d"));
    match alert {
        Alert::UnknownCA => finding(
            "tls_unknown_authority",
            format!(
                "The charger does not trust our certificate: it does not know who signed it (unknown_ca). {ROOT_INTO_CHARGER}"
            ),
        ),
        Alert::CertificateExpired => finding(
            "tls_expired",
            format!(
                "The charger says that our certificate is not valid at its time (certificate_expired), but it is valid from \
                 {from} to {until}: the charger's clock is wrong. Let it connect by ws:// once, where it gets the time, or \
                 set its clock in its installer menu; then try again."
            ),
        ),
        Alert::BadCertificate
        | Alert::CertificateUnknown
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked => finding(
            "tls_bad_certificate",
            format!(
                "The charger does not take our certificate ({alert:?}) and does not say more. Three causes are common. \
                     It does not know who signed it. Its clock is wrong: the certificate is valid from {from} to {until}. \
                     Or it compares the name in its URL: use the address exactly as Chargehand shows it. \
                     {ROOT_INTO_CHARGER}"
            ),
        ),
        Alert::ProtocolVersion | Alert::HandshakeFailure | Alert::InsufficientSecurity | Alert::IllegalParameter => {
            finding(
                "tls_refused",
                format!(
                    "The charger broke the TLS handshake off ({alert:?}): what was agreed does not suit it. Update its firmware, \
                 or see whether its TLS settings can be widened; until then use ws://."
                ),
            )
        }
        Alert::CloseNotify | Alert::UserCanceled => finding(
            "tls_hung_up",
            format!(
                "The charger ended the TLS handshake by itself, without an error. Most often it does not trust our certificate. {ROOT_INTO_CHARGER}"
            ),
        ),
        other => finding(
            "tls_alert",
            format!(
                "The charger broke the TLS handshake off with the alert {other:?}. Look into its log; until the cause is \
                 found use ws://."
            ),
        ),
    }
}
