//! What we ask a 1.6 charger, built from typed messages.

use ocpp_kit::message::Request;
use ocpp_kit::v1_6 as kit;
use serde_json::json;

use super::profile;
use crate::ask::Trigger;
use crate::call::Call;
use crate::profile::{Profile, Purpose};
use crate::version::Version;

fn typed<R: Request<Action = kit::Action>>(request: &R) -> Call {
    let payload = serde_json::to_value(request).unwrap_or_else(|_| json!({}));
    let call = Call::new(R::ACTION.to_string(), payload);
    debug_assert_eq!(crate::schema::check(Version::V16, &call.action, crate::schema::Half::Request, &call.payload), []);
    call
}

/// GetConfiguration: the whole list for no keys, else these keys.
pub fn get_configuration(keys: &[String]) -> Call {
    let payload = if keys.is_empty() { json!({}) } else { json!({ "key": keys }) };
    Call::new("GetConfiguration", payload)
}

/// TriggerMessage for a message, of one connector where it matters.
pub fn trigger(message: Trigger, connector: Option<u32>) -> Call {
    let mut request = kit::TriggerMessageRequest::new(match message {
        Trigger::BootNotification => kit::MessageTrigger::BootNotification,
        Trigger::StatusNotification => kit::MessageTrigger::StatusNotification,
        // What measures a charge in 1.6.
        Trigger::MeterValues | Trigger::TransactionEvent => kit::MessageTrigger::MeterValues,
    });
    request.connector_id = connector.and_then(|id| i32::try_from(id).ok());
    typed(&request)
}

/// SetChargingProfile on a connector (0: the whole charger).
pub fn set_charging_profile(connector: u32, profile: &Profile) -> Call {
    typed(&kit::SetChargingProfileRequest::new(i32::try_from(connector).unwrap_or(0), profile::typed(profile)))
}

/// ClearChargingProfile of exactly one profile of ours.
pub fn clear_charging_profile(id: i32) -> Call {
    let mut request = kit::ClearChargingProfileRequest::new();
    request.id = Some(id);
    typed(&request)
}

/// ClearChargingProfile by connector, purpose and level: for chargers that do not know our id any more.
pub fn clear_at(connector: u32, purpose: Purpose, stack_level: i32) -> Call {
    let purpose = purpose.name(Version::V16);
    Call::new(
        "ClearChargingProfile",
        json!({"connectorId": connector, "chargingProfilePurpose": purpose, "stackLevel": stack_level}),
    )
}

/// GetCompositeSchedule of a connector over so many seconds.
pub fn get_composite_schedule(connector: u32, duration_s: i32) -> Call {
    typed(&kit::GetCompositeScheduleRequest::new(i32::try_from(connector).unwrap_or(0), duration_s))
}

/// RemoteStartTransaction on a connector with an idTag (at most 16 characters: some chargers overrun a 20-character
/// buffer, field problem P22).
pub fn remote_start(connector: u32, id_tag: &str) -> Call {
    Call::new("RemoteStartTransaction", json!({"connectorId": connector, "idTag": id_tag}))
}

/// RemoteStopTransaction.
pub fn remote_stop(transaction: i32) -> Call {
    typed(&kit::RemoteStopTransactionRequest::new(transaction))
}

/// CertificateSigned: the chain for the request that came with SignCertificate (security extension).
pub fn certificate_signed(chain: &str) -> Call {
    Call::new("CertificateSigned", json!({ "certificateChain": chain }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Every, Kind, Period, RateUnit};
    use crate::schema::{Half, check};

    #[test]
    fn everything_we_ask_fits_the_official_schema() {
        let profile = Profile {
            id: 1,
            schedule: 1,
            stack_level: 0,
            purpose: Purpose::TxDefaultProfile,
            kind: Kind::Absolute { start: "2026-11-22T07:22:33.123456Z".parse().expect("a time") },
            unit: RateUnit::A,
            periods: vec![Period { start_s: 0, tenths: 102, phases: None }],
            duration_s: Some(600),
            phases: Some(1),
            transaction: None,
            valid_from: None,
            valid_to: None,
            local_time: false,
            randomized_delay_s: None,
        };
        let start = "2026-11-15T13:30:00Z".parse().expect("a time");
        let daily = Profile {
            kind: Kind::Recurring { every: Every::Day, start },
            valid_from: Some(start),
            valid_to: "2027-04-03T16:30:00Z".parse().ok(),
            duration_s: None,
            ..profile.clone()
        };
        let daily = set_charging_profile(0, &daily);
        let wire = &daily.payload["csChargingProfiles"];
        assert_eq!((&wire["chargingProfileKind"], &wire["recurrencyKind"]), (&json!("Recurring"), &json!("Daily")));
        let validity = (wire["validFrom"].as_str(), wire["validTo"].as_str());
        assert_eq!(validity, (Some("2026-11-15T13:30:00Z"), Some("2027-04-03T16:30:00Z")));
        assert_eq!(wire["chargingSchedule"]["startSchedule"], "2026-11-15T13:30:00Z");
        let set = set_charging_profile(0, &profile);
        let period = &set.payload["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0];
        assert_eq!(period["limit"].to_string(), "10.2");
        for call in [
            set,
            daily,
            get_configuration(&[]),
            get_configuration(&["HeartbeatInterval".into()]),
            trigger(Trigger::MeterValues, Some(1)),
            trigger(Trigger::BootNotification, None),
            clear_charging_profile(1),
            clear_at(0, Purpose::StationMaxProfile, 0),
            get_composite_schedule(1, 600),
            remote_start(1, "CHARGEHAND"),
            remote_stop(7),
            certificate_signed("-----BEGIN CERTIFICATE-----"),
        ] {
            assert_eq!(check(Version::V16, &call.action, Half::Request, &call.payload), [], "{call:?}");
        }
    }
}
