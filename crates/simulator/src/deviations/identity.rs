//! Boot, clock and the words of the protocol.

use serde::Deserialize;

/// Boot, clock and the words of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// P12: never sends BootNotification by itself and holds itself registered; answers a trigger.
    pub boots_only_when_asked: bool,
    /// P12, 1.6: sends BootNotification after a start only, not on every connection, as 2.x has it.
    pub boots_only_at_restart: bool,
    /// P24: writes its times without a zone.
    pub leaves_out_zone: bool,
    /// P24: its clock starts in 1970 and does not take the endpoint's time.
    pub stuck_in_1970: bool,
    /// P23: cuts no text to what its field may hold, and tells more with each status than fits.
    pub sends_long_texts: bool,
    /// P40, 2.x: writes StatusNotification as 1.6 does.
    pub writes_status_of_1_6: bool,
}
