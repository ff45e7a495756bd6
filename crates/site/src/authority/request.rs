//! A charger's request for a certificate of its own (SignCertificate): read tolerantly, signed where it can be.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chargehand_commissioning::outcome::Finding;
use jiff::Timestamp;
use rcgen::SubjectPublicKeyInfo;
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyUsagePurpose};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::{AttributeTypeAndValue, FromDer};
use x509_parser::public_key::PublicKey;

use super::{Authority, day, days, root, serial};
use crate::csms::attempts::note;
use crate::csms::head::shown;

/// The longest request we read, characters; OCPP allows 5500.
const LONGEST: usize = 16 * 1024;
/// The most characters of a name in a certificate (RFC 5280, upper bounds).
const NAME_CHARS: usize = 64;
/// How long a charger's certificate is valid, days: five years. A charger may be visited again after a long while.
const VALID_DAYS: i64 = 1826;
/// A charger whose clock is behind must not find it in its future, days.
const BEFORE_DAYS: i64 = 30;
/// The weakest RSA key that the 1.6 security whitepaper allows, bits.
const RSA_BITS: usize = 2048;

/// A signed certificate, and what was odd about the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// For CertificateSigned: the certificate in PEM. The root signed it itself, so the chain is this one.
    pub chain: String,
    /// The name in it (CN).
    pub common_name: String,
    /// What was odd.
    pub findings: Vec<Finding>,
}

impl Authority {
    /// Signs a charger's request. Its names are taken over, bounded; what it asks for beyond them is not.
    ///
    /// # Errors
    /// Why not, as a sentence.
    pub fn sign(&self, csr: &str, charger: &str, now: Timestamp) -> Result<Signed, String> {
        let der = der(csr)?;
        let unreadable = |_| "The request for a certificate cannot be read: it is no PKCS#10 (RFC 2986).".to_owned();
        let (_, request) = X509CertificationRequest::from_der(&der).map_err(unreadable)?;
        request.verify_signature().map_err(|_| {
            "The signature of the request for a certificate is wrong, or of a kind that is not known here. The charger has \
             to make a new key and ask again."
        })?;
        let info = &request.certification_request_info;
        let key = SubjectPublicKeyInfo::from_der(info.subject_pki.raw)
            .map_err(|_| "The charger's key is of a kind that is not known here: RSA and ECDSA (P-256, P-384) are.")?;
        let common = name(info.subject.iter_common_name().next());
        let organisation = name(info.subject.iter_organization().next());
        let findings =
            odd(charger, common.as_deref(), organisation.as_deref(), info.subject_pki.parsed().ok().as_ref());

        let mut params = CertificateParams::default();
        params.serial_number = Some(serial().map_err(|error| error.to_string())?);
        params.distinguished_name = DistinguishedName::new();
        if let Some(organisation) = organisation {
            params.distinguished_name.push(DnType::OrganizationName, organisation);
        }
        let common_name = common.unwrap_or_else(|| shown(charger, NAME_CHARS));
        params.distinguished_name.push(DnType::CommonName, common_name.as_str());
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        (params.not_before, params.not_after) = (day(days(now, -BEFORE_DAYS)), day(days(now, VALID_DAYS)));
        let signed = params.signed_by(&key, &self.issuer).map_err(|error| {
            format!("The request for a certificate could not be signed ({error}). Please report this with the frame.")
        })?;
        Ok(Signed { chain: root::pem(signed.der()), common_name, findings })
    }
}

/// PEM with its line ends as they are, as `\n` in text, or without any; or base64 alone.
fn der(csr: &str) -> Result<Vec<u8>, String> {
    if csr.len() > LONGEST {
        return Err(format!("The request for a certificate is longer than {} KiB.", LONGEST >> 10));
    }
    let body = csr.split("-----").find(|part| !part.trim().is_empty() && !part.contains("CERTIFICATE REQUEST"));
    let body = body.unwrap_or_default().replace("\\n", "").replace("\\r", "");
    let body: String = body.split_whitespace().collect();
    let der = STANDARD.decode(body).ok().filter(|der| !der.is_empty());
    der.ok_or_else(|| "The request for a certificate cannot be read: it is no PEM.".to_owned())
}

fn name(attribute: Option<&AttributeTypeAndValue<'_>>) -> Option<String> {
    let text = shown(attribute?.as_str().ok()?, NAME_CHARS);
    Some(text).filter(|text| !text.trim().is_empty())
}

/// The security whitepaper wants the serial number as CN and the operator as O; what is in there varies.
fn odd(charger: &str, common: Option<&str>, organisation: Option<&str>, key: Option<&PublicKey<'_>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    match common {
        None => findings.push(note(
            "csr_without_name",
            "The charger's request for a certificate names no common name (CN). Its id was taken. Platforms refuse such a \
             request.",
        )),
        Some(common) if !alike(common, charger) => findings.push(note(
            OTHER_NAME,
            format!(
                "The charger asked for a certificate for {common:?}, which is neither its id nor the serial number it told. \
                 A platform that compares them refuses it."
            ),
        )),
        Some(_) => {}
    }
    if organisation.is_none() {
        let text = "The charger's request for a certificate names no organisation (O). Some platforms refuse that.";
        findings.push(note("csr_without_organisation", text));
    }
    if let Some(PublicKey::RSA(rsa)) = key
        && rsa.key_size() < RSA_BITS
    {
        let text = format!(
            "The charger's own key is RSA with {} bits; OCPP security asks for at least {RSA_BITS}. Platforms refuse it.",
            rsa.key_size()
        );
        findings.push(note("csr_weak_key", text));
    }
    findings
}

/// The finding for a common name that is not the charger's id; it may be its serial number, which stands in its boot.
pub(crate) const OTHER_NAME: &str = "csr_other_name";

/// Is one the other, or a part of it, spelling aside?
pub(crate) fn alike(one: &str, other: &str) -> bool {
    let plain =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase() };
    let (one, other) = (plain(one), plain(other));
    !one.is_empty() && !other.is_empty() && (one.contains(&other) || other.contains(&one))
}
