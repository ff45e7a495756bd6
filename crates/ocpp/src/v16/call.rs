//! What we ask a 1.6 charger, built from typed messages.

use ocpp_kit::message::Request;
use ocpp_kit::v1_6 as kit;
use serde_json::{Value, json};

use super::profile::{Profile, Purpose};
use crate::version::Version;

/// A call ready to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The action.
    pub action: String,
    /// The payload.
    pub payload: Value,
}

fn typed<R: Request<Action = kit::Action>>(request: &R) -> Call {
    let payload = serde_json::to_value(request).unwrap_or_else(|_| json!({}));
    let call = Call { action: R::ACTION.to_string(), payload };
    debug_assert_eq!(crate::schema::check(Version::V16, &call.action, crate::schema::Half::Request, &call.payload), []);
    call
}

/// GetConfiguration: the whole list for no keys, else these keys.
pub fn get_configuration(keys: &[String]) -> Call {
    let payload = if keys.is_empty() { json!({}) } else { json!({ "key": keys }) };
    Call { action: "GetConfiguration".into(), payload }
}

/// TriggerMessage for a message, of one connector where it matters.
pub fn trigger(message: Trigger, connector: Option<u32>) -> Call {
    let mut request = kit::TriggerMessageRequest::new(match message {
        Trigger::BootNotification => kit::MessageTrigger::BootNotification,
        Trigger::MeterValues => kit::MessageTrigger::MeterValues,
        Trigger::StatusNotification => kit::MessageTrigger::StatusNotification,
    });
    request.connector_id = connector.and_then(|id| i32::try_from(id).ok());
    typed(&request)
}

/// What can be triggered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// Who are you?
    BootNotification,
    /// What do you measure now?
    MeterValues,
    /// What is your connector's state?
    StatusNotification,
}

/// SetChargingProfile on a connector (0: the whole charger).
pub fn set_charging_profile(connector: u32, profile: &Profile) -> Call {
    typed(&kit::SetChargingProfileRequest::new(i32::try_from(connector).unwrap_or(0), profile.typed()))
}

/// ClearChargingProfile of exactly one profile of ours.
pub fn clear_charging_profile(id: i32) -> Call {
    let mut request = kit::ClearChargingProfileRequest::new();
    request.id = Some(id);
    typed(&request)
}

/// ClearChargingProfile by connector, purpose and level: for chargers that do not know our id any more.
pub fn clear_at(connector: u32, purpose: Purpose, stack_level: i32) -> Call {
    let payload =
        json!({"connectorId": connector, "chargingProfilePurpose": purpose.name(), "stackLevel": stack_level});
    Call { action: "ClearChargingProfile".into(), payload }
}

/// GetCompositeSchedule of a connector over so many seconds.
pub fn get_composite_schedule(connector: u32, duration_s: i32) -> Call {
    typed(&kit::GetCompositeScheduleRequest::new(i32::try_from(connector).unwrap_or(0), duration_s))
}

/// RemoteStartTransaction on a connector with an idTag (at most 16 characters: some chargers overrun a 20-character
/// buffer, field problem P22).
pub fn remote_start(connector: u32, id_tag: &str) -> Call {
    Call { action: "RemoteStartTransaction".into(), payload: json!({"connectorId": connector, "idTag": id_tag}) }
}

/// RemoteStopTransaction.
pub fn remote_stop(transaction: i32) -> Call {
    typed(&kit::RemoteStopTransactionRequest::new(transaction))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Half, check};
    use crate::v16::profile::{Kind, Period, RateUnit};

    #[test]
    fn everything_we_ask_fits_the_official_schema() {
        let profile = Profile {
            id: 1,
            stack_level: 0,
            purpose: Purpose::TxDefaultProfile,
            kind: Kind::Absolute { start: "2026-11-22T07:22:33.123456Z".parse().expect("a time") },
            unit: RateUnit::A,
            periods: vec![Period { start_s: 0, tenths: 102 }],
            duration_s: Some(600),
            phases: 1,
            transaction: None,
        };
        let set = set_charging_profile(0, &profile);
        let period = &set.payload["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0];
        assert_eq!(period["limit"].to_string(), "10.2");
        for call in [
            set,
            get_configuration(&[]),
            get_configuration(&["HeartbeatInterval".into()]),
            trigger(Trigger::MeterValues, Some(1)),
            trigger(Trigger::BootNotification, None),
            clear_charging_profile(1),
            clear_at(0, Purpose::ChargePointMaxProfile, 0),
            get_composite_schedule(1, 600),
            remote_start(1, "CHARGEHAND"),
            remote_stop(7),
        ] {
            assert_eq!(check(Version::V16, &call.action, Half::Request, &call.payload), [], "{call:?}");
        }
    }
}
