//! A charger asks to have its certificate signed: whoever can signs it, and it is sent.

use jiff::Timestamp;
use serde_json::Value;

use chargehand_ocpp::peer::Refusal;
use chargehand_ocpp::read::answer_status;
use chargehand_ocpp::{Call, Version, v2, v16};

use super::{Sign, State, Waiting, Why};
use crate::event::{Event, Happened};
use crate::journal::Writer;
use crate::outcome::{Finding, Gravity};

/// A certificate that is asked for.
pub(super) struct Request {
    csr: String,
    kind: String,
    number: Option<i64>,
}

impl Request {
    /// Where that is what happened.
    pub(super) fn of(what: &Happened) -> Option<Self> {
        match what {
            Happened::CertificateRequested { csr, kind, request } => {
                Some(Self { csr: csr.clone(), kind: kind.clone(), number: *request })
            }
            _ => None,
        }
    }

    /// The chain, or why there is none.
    fn signed(self, charger: &str, sign: Option<&Sign>) -> Result<Signed, String> {
        let sign = sign.ok_or("Nothing signs certificates here.")?;
        let chain = sign(&self.csr, charger)?;
        Ok(Signed { chain, request: self })
    }
}

/// A certificate that was signed.
pub(super) struct Signed {
    chain: String,
    request: Request,
}

impl Signed {
    fn call(&self, version: Version) -> Call {
        let Request { kind, number, .. } = &self.request;
        if version.is_v2() {
            v2::call::certificate_signed(version, &self.chain, kind, *number)
        } else {
            v16::call::certificate_signed(&self.chain)
        }
    }
}

impl State {
    /// Has what was asked for signed, where something was: outside of the journal, because it may take a moment.
    pub(super) fn sign(&mut self) -> bool {
        let Some(request) = self.to_sign.take() else { return false };
        let sign = self.signer.as_ref().map(|signer| &signer.sign);
        self.signed = Some(request.signed(&self.id, sign));
        true
    }

    /// The certificate is there: it is sent. Or it is not: that is said.
    pub(super) fn signed(&mut self, w: &mut Writer<'_>, now: Timestamp) {
        let Some(signed) = self.signed.take() else { return };
        match signed {
            Ok(signed) => {
                let call = signed.call(self.record.version());
                self.calls.push_back(Waiting { call, confirmed: false, why: Why::Certificate });
            }
            Err(why) => {
                let text = format!("The charger asked for a certificate and got none: {why}");
                self.certificate_trouble("certificate_not_signed", text, Vec::new(), w, now);
            }
        }
    }

    /// Did it take its certificate?
    pub(super) fn certificate_answered(
        &mut self,
        answer: &Result<Value, Refusal>,
        evidence: Vec<u64>,
        w: &mut Writer<'_>,
        now: Timestamp,
    ) {
        let said = match answer {
            Ok(payload) => answer_status(payload),
            Err(refusal) => refusal.code.clone(),
        };
        if said == "Accepted" {
            self.tell(evidence.last().copied().unwrap_or_default(), now, Happened::CertificateTaken);
        } else {
            let text = format!(
                "The charger asked for a certificate and then did not take the one that was signed ({said}). Check that it \
                 trusts the root certificate of this site and that its clock is right."
            );
            self.certificate_trouble("certificate_refused", text, evidence, w, now);
        }
    }

    fn certificate_trouble(
        &mut self,
        code: &str,
        text: String,
        evidence: Vec<u64>,
        w: &mut Writer<'_>,
        now: Timestamp,
    ) {
        let finding = Finding { code: code.into(), gravity: Gravity::Attention, text, evidence };
        let number = self.keep(Event::Found { finding: finding.clone() }, w, now);
        self.tell(number, now, Happened::Found { finding });
    }
}
