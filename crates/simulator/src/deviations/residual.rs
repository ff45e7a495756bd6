//! P34: the limit that an earlier platform left in the charger.

use crate::SimulatedCharger;
use jiff::Timestamp;
use serde_json::json;

impl SimulatedCharger {
    /// Takes the limit that was set before anyone here connected, as if it came from an endpoint.
    pub(crate) fn keep_residual(&mut self, start: Timestamp) {
        let Some(amps) = self.behaviour.deviates.limits.residual_amps else { return };
        let level = self.behaviour.max_stack_level;
        let periods = json!([{ "startPeriod": 0, "limit": amps }]);
        let schedule = json!({ "chargingRateUnit": "A", "chargingSchedulePeriod": periods });
        let mut profile = json!({
            "stackLevel": level,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative",
        });
        let payload = if self.version().is_v2() {
            profile["id"] = json!(9001);
            profile["chargingSchedule"] = json!([schedule]);
            profile["chargingSchedule"][0]["id"] = json!(1);
            json!({ "evseId": 1, "chargingProfile": profile })
        } else {
            profile["chargingProfileId"] = json!(9001);
            profile["chargingSchedule"] = schedule;
            json!({ "connectorId": 1, "csChargingProfiles": profile })
        };
        // one that takes no profiles has none left
        let _ = self.obey("SetChargingProfile", &payload, start);
    }
}
