//! What 2.1 says about feeding back, in a charging profile that is otherwise as any other of ours.

use serde_json::{Value, json};

use chargehand_ocpp::Call;
use chargehand_ocpp::profile::RateUnit;

use super::FeedBack;
use super::express::back_tenths;
use crate::units::Phases;

/// Writes what is asked about feeding back into the first period of a SetChargingProfile of 2.1. A period that names a
/// `dischargeLimit` follows a set-point (mode `CentralSetpoint`): the limit itself where nothing is to be given.
pub fn with_feed_back(mut call: Call, feed_back: FeedBack, unit: RateUnit, phases: Phases) -> Call {
    let back = number(back_tenths(feed_back.most, unit, phases));
    let period = &mut call.payload["chargingProfile"]["chargingSchedule"][0]["chargingSchedulePeriod"][0];
    if let Value::Object(period) = period {
        let takes = period.get("limit").cloned().unwrap_or_else(|| json!(0));
        period.insert("operationMode".into(), json!("CentralSetpoint"));
        period.insert("dischargeLimit".into(), back.clone());
        period.insert("setpoint".into(), if feed_back.gives { back } else { takes });
    }
    call
}

fn number(tenths: i64) -> Value {
    if tenths % 10 == 0 { json!(tenths / 10) } else { json!(tenths as f64 / 10.0) }
}
