//! The one write that changes how a charger connects.

use chargehand_ocpp::v2::read;
use chargehand_ocpp::{Version, security, setting};

use super::{Climb, Stopped};
use crate::link::CallFailure;

/// 2.x: the slots that are tried; a charger has at least two (B09.FR.06).
const SLOTS: std::ops::RangeInclusive<u32> = 1..=6;

impl Climb<'_> {
    /// Has it connect with a profile.
    pub(super) async fn raise(&mut self, profile: u8) -> Result<(), Stopped> {
        if self.version == Version::V16 { self.raise_16(profile).await } else { self.raise_2(profile).await }
    }

    async fn raise_16(&mut self, profile: u8) -> Result<(), Stopped> {
        // Not twice: some hang up before they answer.
        let answer = self.link.call_confirmed(security::raise(profile), true).await;
        self.evidence.extend(match &answer {
            Ok(answered) => vec![answered.sent, answered.number],
            Err(failure) => failure.evidence(),
        });
        let said = match answer {
            Ok(answered) => setting::answered(&answered.payload),
            Err(CallFailure::Lost { .. }) => return Ok(()),
            Err(failure) => return Err(failure.into()),
        };
        match said.as_str() {
            "Accepted" => Ok(()),
            "RebootRequired" => self.call(security::restart(self.version)).await.map(drop).map_err(Stopped::from),
            "NotSupported" => Err(Stopped::failed(
                "It does not know the key SecurityProfile: its profile can only be set in its installer menu.",
            )),
            said => Err(Stopped::failed(format!(
                "It refuses the profile ({said}), although it took what the profile needs. Look into its log."
            ))),
        }
    }

    /// A free slot gets the new way, and is tried first; the way that works stays behind it (B10).
    async fn raise_2(&mut self, profile: u8) -> Result<(), Stopped> {
        let now = self.slots_in_use().await?;
        let slot = self.free_slot(&now, profile).await?;
        let priority = if now.is_empty() { slot.to_string() } else { format!("{slot},{now}") };
        let answered = self.call(security::set_priority(self.version, &priority)).await?;
        match setting::answered(&answered.payload).as_str() {
            "Accepted" | "RebootRequired" => {}
            said => {
                return Err(Stopped::failed(format!(
                    "It does not put the new way first ({said}), although it took what the profile needs. It goes on as \
                     before."
                )));
            }
        }
        let answered = self.call(security::restart(self.version)).await?;
        match setting::answered(&answered.payload).as_str() {
            "Accepted" | "Scheduled" => Ok(()),
            said => {
                Err(Stopped::failed(format!("It does not restart ({said}). The new way is tried at its next start.")))
            }
        }
    }

    /// The slots in their order, as it writes them.
    async fn slots_in_use(&mut self) -> Result<String, Stopped> {
        let answered = self.call(security::get_priority()).await?;
        let (known, _) = read::variables(&answered.payload);
        let slots = known.into_iter().next().and_then(|reported| reported.actual).unwrap_or_default();
        let plain = |c: char| c.is_ascii_digit() || c == ',';
        Ok(slots.chars().filter(|c| plain(*c)).take(100).collect())
    }

    /// Puts the new way into the first slot that is free: one that is in use may be a platform's, and cannot be read back.
    async fn free_slot(&mut self, in_use: &str, profile: u8) -> Result<u32, Stopped> {
        let url = if profile >= 2 { &self.means.secure } else { &self.means.plain };
        let mut said = String::new();
        for slot in SLOTS.filter(|slot| in_use.split(',').all(|used| used != slot.to_string())) {
            let call = security::set_way(self.version, slot, url, profile);
            let answered = self.call(call).await?;
            said = setting::answered(&answered.payload);
            if said == "Accepted" {
                return Ok(slot);
            }
        }
        Err(Stopped::failed(format!(
            "It takes a new way to connect in none of its slots (it said: {said}). Those in use were left as they are."
        )))
    }
}
