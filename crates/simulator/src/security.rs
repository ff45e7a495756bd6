//! What every version of OCPP lets an endpoint do to a charger's security, and what the charger tells of it.

use crate::SimulatedCharger;
use crate::certificates::{Certificates, HashData};
use crate::network::Way;
use crate::outbox::Call;
use crate::rpc::{Reply, cut, read, status};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// The least and the most characters of a password (2.0.1 BasicAuthPassword; 1.6 says so of the bytes).
const PASSWORD: std::ops::RangeInclusive<usize> = 16..=40;

impl SimulatedCharger {
    /// Gives the charger what it was delivered with.
    pub(crate) fn equip(&mut self, way: Way, certificates: Certificates) {
        self.v2.slots.retain(|kept| kept.slot != way.slot);
        self.v2.slots.push(way.clone());
        self.network.set(way);
        self.certificates = certificates;
    }

    /// Whether it must leave the endpoint and come back another way: what it presents there was changed.
    pub fn reconnect_due(&self) -> bool {
        self.reconnects
    }

    /// A new password of Basic authentication, to be used from the next connection on, which comes at once where
    /// passwords are used. False when it is none.
    pub(crate) fn set_password(&mut self, password: Vec<u8>, now: Timestamp) -> bool {
        if !PASSWORD.contains(&password.len()) {
            return false;
        }
        self.v2.slots.iter_mut().for_each(|way| way.password = Some(password.clone()));
        let way = Way { password: Some(password), ..self.network.way().clone() };
        let is_used = (1..=2).contains(&way.security_profile);
        self.journal("The password was changed.", now);
        if is_used {
            self.network.try_next(way);
            self.reconnects = true;
        } else {
            self.network.set(way);
        }
        true
    }

    /// Whether it has what this security profile needs (1.6 security A05.FR.02 to 04, 2.x A05.FR.02 and 03).
    pub(crate) fn can_secure(&self, profile: i64) -> bool {
        match profile {
            0 => true,
            1 => self.network.way().password.is_some(),
            2 => self.network.way().password.is_some() && self.certificates.trusted().next().is_some(),
            3 => self.certificates.own.is_some() && self.certificates.trusted().next().is_some(),
            _ => false,
        }
    }

    /// Queues the request to sign a new key (A02); false when none can be made. `more` are fields of the version.
    pub(crate) fn request_certificate(&mut self, organisation: &str, more: &[(&str, &str)]) -> bool {
        // the CN is the serial number (1.6 security A00.FR.405, 2.x A00.FR.511)
        let serial = cut(&self.behaviour.serial, 25);
        let Some(request) = self.certificates.request(&serial, organisation) else { return false };
        let mut payload = json!({ "csr": request });
        more.iter().for_each(|(field, value)| payload[*field] = json!(value));
        self.outbox.push(Call::new("SignCertificate", payload).triggered());
        true
    }

    /// The certificate that was asked for arrived; `event` is what the version calls one that is not good.
    pub(crate) fn certificate_signed(&mut self, chain: &str, event: &'static str, now: Timestamp) -> bool {
        let is_good = self.certificates.accept(chain, self.clock.at(now));
        if is_good {
            self.journal("A new certificate was taken.", now);
            // A02.FR.08: it is used as soon as it is valid
            self.reconnects |= self.network.way().security_profile == 3;
        } else {
            self.security_event(event, now);
        }
        is_good
    }

    /// Tells a security event, which is also noted.
    pub(crate) fn security_event(&mut self, event: &'static str, now: Timestamp) {
        self.journal(event, now);
        let payload = json!({ "type": event, "timestamp": self.clock.text(now) });
        self.outbox.push(Call::new("SecurityEventNotification", payload).kept());
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeleteCertificate {
    certificate_hash_data: HashData,
}

/// Answers DeleteCertificate, the same in every version. What the connection rests on stays (M04).
pub(crate) fn delete_certificate(charger: &mut SimulatedCharger, payload: &Value, _: Timestamp) -> Reply {
    let asked: DeleteCertificate = read(payload)?;
    let is_in_use = charger.network.way().security_profile >= 2;
    status(charger.certificates.delete(&asked.certificate_hash_data, is_in_use))
}
