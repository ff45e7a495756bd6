//! What a rung needs is put into the charger before the rung is touched, and the charger has said that it took it.

use std::time::Duration;

use chargehand_ocpp::{Call, security, setting};
use tokio::time::{Instant, timeout_at};

use super::{Climb, Stopped};
use crate::attempt::Password;
use crate::event::{Happened, Step};

/// From the request for a certificate until it is in the charger: small ones make a key for a minute.
const CERTIFICATE: Duration = Duration::from_secs(180);
/// In whose name a certificate is asked for where none is set.
const ORGANISATION: &str = "Chargehand";

impl Climb<'_> {
    /// Writes what a profile needs.
    pub(super) async fn prepare(&mut self, profile: u8) -> Result<(), Stopped> {
        match profile {
            1 => self.password().await,
            2 => {
                self.password().await?;
                self.root().await
            }
            _ => self.certificate().await,
        }
    }

    /// Writes one thing; it has to be accepted.
    async fn put(&mut self, what: &str, call: Call) -> Result<(), Stopped> {
        self.link.doing(Step::Security, format!("Writing {what}"), None).await;
        let answered = self.call(call).await?;
        match setting::answered(&answered.payload).as_str() {
            "Accepted" | "RebootRequired" => Ok(()),
            "" => Err(Stopped::open(format!("It did not say whether it took {what}. Look into its installer menu."))),
            said => Err(Stopped::failed(format!("It did not take {what} ({said}). Nothing else was changed."))),
        }
    }

    /// The password, where it does not use it yet. A charger that uses one reconnects with the new one (A01).
    async fn password(&mut self) -> Result<(), Stopped> {
        let shown = self.handshake().await.map(|handshake| handshake.security.password).unwrap_or_default();
        if shown == Password::Right {
            return Ok(());
        }
        self.forget_the_past();
        self.put("the password", security::set_password(self.version, &self.means.password.0)).await?;
        if shown == Password::Missing {
            return Ok(());
        }
        self.comes_back(1).await
    }

    async fn root(&mut self) -> Result<(), Stopped> {
        let root = self.means.root.as_deref().unwrap_or_default();
        self.put("the root of the certificate authority", security::install_root(self.version, root)).await
    }

    /// It makes a key, asks for a certificate, and gets it from its own task.
    async fn certificate(&mut self) -> Result<(), Stopped> {
        if self.link.record().await?.configured(security::organisation(self.version)).trim().is_empty() {
            // A02 wants it to be set; a charger that cannot has a name of its own.
            let _ = self.call(security::set_organisation(self.version, ORGANISATION)).await;
        }
        self.forget_the_past();
        self.put("the order to ask for a certificate", security::trigger_request(self.version)).await?;
        let until = Instant::now() + CERTIFICATE;
        self.link.doing(Step::Security, "Waiting for its request for a certificate", Some(CERTIFICATE)).await;
        loop {
            match timeout_at(until, self.told.recv()).await {
                Ok(Some(news)) => match news.what {
                    Happened::CertificateTaken => {
                        self.evidence.push(news.number);
                        return Ok(());
                    }
                    Happened::Found { finding } if REFUSALS.contains(&finding.code.as_str()) => {
                        self.evidence.push(news.number);
                        return Err(Stopped::failed(finding.text));
                    }
                    _ => {}
                },
                Ok(None) => return Err(crate::link::CallFailure::Closing.into()),
                Err(_) => return Err(Stopped::open("It did not ask for a certificate within 3 minutes.")),
            }
        }
    }
}

/// The findings that say that there is no certificate.
const REFUSALS: [&str; 2] = ["certificate_not_signed", "certificate_refused"];
