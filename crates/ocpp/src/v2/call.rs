//! What we ask a 2.x charger. Nothing here is known to 2.1 alone, unless the version is an argument.

use serde_json::{Value, json};

use super::variable::Variable;
use crate::ask::Trigger;
use crate::call::Call;
use crate::profile::Purpose;
use crate::version::Version;

/// SetChargingProfile of a profile as it goes over the wire, on an EVSE (0: the whole station).
pub fn set_charging_profile(evse: u32, profile: &Value) -> Call {
    Call::new("SetChargingProfile", json!({"evseId": evse, "chargingProfile": profile}))
}

/// ClearChargingProfile of exactly one profile.
pub fn clear_charging_profile(id: i32) -> Call {
    Call::new("ClearChargingProfile", json!({ "chargingProfileId": id }))
}

/// ClearChargingProfile by EVSE, purpose and level: for chargers that do not know our id any more.
pub fn clear_at(evse: u32, purpose: Purpose, stack_level: i32) -> Call {
    let purpose = purpose.name(Version::V201);
    let criteria = json!({"evseId": evse, "chargingProfilePurpose": purpose, "stackLevel": stack_level});
    Call::new("ClearChargingProfile", json!({ "chargingProfileCriteria": criteria }))
}

/// GetChargingProfiles of all there are; they come with ReportChargingProfiles that carry `request`. Some criterion must be
/// given (OCPP 2.0.1 part 2 K09.FR.03), so it is whoever may have set them.
pub fn get_charging_profiles(request: i32) -> Call {
    let anybody = json!({"chargingLimitSource": ["CSO", "EMS", "SO", "Other"]});
    Call::new("GetChargingProfiles", json!({"requestId": request, "chargingProfile": anybody}))
}

/// GetCompositeSchedule of an EVSE over so many seconds.
pub fn get_composite_schedule(evse: u32, duration_s: i32) -> Call {
    Call::new("GetCompositeSchedule", json!({"evseId": evse, "duration": duration_s}))
}

/// How much a base report holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inventory {
    /// Every variable.
    Full,
    /// Every variable that can be set.
    Configuration,
}

/// GetBaseReport; the variables come with NotifyReports that carry `request`.
pub fn get_base_report(request: i32, inventory: Inventory) -> Call {
    let base = match inventory {
        Inventory::Full => "FullInventory",
        Inventory::Configuration => "ConfigurationInventory",
    };
    Call::new("GetBaseReport", json!({"requestId": request, "reportBase": base}))
}

/// GetVariables: the actual values of these.
pub fn get_variables(variables: &[Variable]) -> Call {
    let data: Vec<Value> = variables.iter().map(Variable::wire).collect();
    Call::new("GetVariables", json!({ "getVariableData": data }))
}

/// TriggerMessage for a message, of one EVSE where it matters. A StatusNotification is of a connector.
pub fn trigger(message: Trigger, evse: Option<u32>) -> Call {
    let mut payload = json!({ "requestedMessage": message.name() });
    match evse {
        Some(evse) if message == Trigger::StatusNotification => payload["evse"] = json!({"id": evse, "connectorId": 1}),
        Some(evse) => payload["evse"] = json!({ "id": evse }),
        None => {}
    }
    Call::new("TriggerMessage", payload)
}

/// RequestStartTransaction on an EVSE.
pub fn request_start(evse: u32, token: &str, number: i32) -> Call {
    let token = json!({"idToken": token, "type": "Central"});
    Call::new("RequestStartTransaction", json!({"evseId": evse, "idToken": token, "remoteStartId": number}))
}

/// RequestStopTransaction by the charger's own name of it.
pub fn request_stop(name: &str) -> Call {
    Call::new("RequestStopTransaction", json!({ "transactionId": name }))
}

/// CertificateSigned: the chain for the request that came with SignCertificate. Only 2.1 carries the request's number.
pub fn certificate_signed(version: Version, chain: &str, kind: &str, request: Option<i64>) -> Call {
    let mut payload = json!({ "certificateChain": chain });
    if !kind.is_empty() {
        payload["certificateType"] = kind.into();
    }
    if let Some(request) = request.filter(|_| version == Version::V21) {
        payload["requestId"] = request.into();
    }
    Call::new("CertificateSigned", payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::Ask;
    use crate::profile::{Every, Kind, Period, Profile, RateUnit};
    use crate::schema::{Half, check};

    fn profile(purpose: Purpose, kind: Kind) -> Profile {
        Profile {
            id: 1,
            schedule: 2,
            stack_level: 0,
            purpose,
            kind,
            unit: RateUnit::A,
            periods: vec![
                Period { start_s: 0, tenths: 102, phases: None },
                Period { start_s: 60, tenths: 160, phases: None },
            ],
            duration_s: Some(600),
            phases: (purpose != Purpose::TxProfile).then_some(1),
            transaction: (purpose == Purpose::TxProfile).then_some(7),
            valid_from: None,
            valid_to: None,
            local_time: false,
            randomized_delay_s: None,
        }
    }

    /// Hours of the week, from one change of the clocks to the next.
    fn recurring(local_time: bool) -> Profile {
        let at = |text: &str| text.parse().expect("a time");
        let kind = Kind::Recurring { every: Every::Week, start: at("2026-11-15T13:30:00Z") };
        Profile {
            duration_s: None,
            valid_from: Some(at("2026-11-22T07:00:00Z")),
            valid_to: Some(at("2027-04-03T16:30:00Z")),
            local_time,
            randomized_delay_s: local_time.then_some(600),
            ..profile(Purpose::TxDefaultProfile, kind)
        }
    }

    /// Everything the engine asks of itself.
    fn asked(version: Version) -> Vec<Call> {
        let start = "2026-11-22T07:22:33.123456Z".parse().expect("a time");
        let asks = [
            Ask::SetProfile { connector: 0, profile: profile(Purpose::StationMaxProfile, Kind::Absolute { start }) },
            Ask::SetProfile { connector: 1, profile: profile(Purpose::TxProfile, Kind::Relative) },
            Ask::SetProfile { connector: 0, profile: recurring(version == Version::V21) },
            Ask::ClearProfile { id: 1 },
            Ask::ClearPlace { connector: 0, purpose: Purpose::TxDefaultProfile, stack_level: 1 },
            Ask::CompositeSchedule { connector: 1, duration_s: 600 },
            Ask::Start { connector: 1, id_tag: "CHARGEHAND".into(), number: 3 },
            Ask::Stop { transaction: 7 },
            Ask::Trigger { message: Trigger::BootNotification, connector: None },
            Ask::Trigger { message: Trigger::StatusNotification, connector: Some(1) },
            Ask::Trigger { message: Trigger::TransactionEvent, connector: Some(1) },
        ];
        let variable = Variable::parse("DeviceDataCtrlr.ItemsPerMessage[GetVariables]").expect("a variable");
        let mut calls: Vec<Call> = asks.iter().map(|ask| ask.call(version, |number| format!("tx-{number}"))).collect();
        calls.extend([
            get_charging_profiles(1),
            get_base_report(1, Inventory::Full),
            get_base_report(2, Inventory::Configuration),
            get_variables(&[variable]),
            certificate_signed(version, "-----BEGIN CERTIFICATE-----", "ChargingStationCertificate", Some(7)),
            certificate_signed(version, "-----BEGIN CERTIFICATE-----", "", None),
        ]);
        calls
    }

    #[test]
    fn everything_we_ask_fits_the_official_schema_of_its_version() {
        for version in [Version::V201, Version::V21] {
            for call in asked(version) {
                assert_eq!(check(version, &call.action, Half::Request, &call.payload), [], "{version}: {call:?}");
            }
        }
    }

    #[test]
    fn a_limit_is_written_whole_where_it_is_whole_and_a_transaction_by_the_chargers_name() {
        let call = &asked(Version::V201)[1];
        let profile = &call.payload["chargingProfile"];
        let periods = &profile["chargingSchedule"][0]["chargingSchedulePeriod"];
        assert_eq!((periods[0]["limit"].to_string(), periods[1]["limit"].to_string()), ("10.2".into(), "16".into()));
        assert_eq!(profile["transactionId"], "tx-7");
    }

    #[test]
    fn a_recurring_schedule_says_how_often_and_from_when_to_when_it_holds() {
        let wire = crate::v2::profile::wire(&recurring(true), |_| String::new());
        let schedule = &wire["chargingSchedule"][0];
        assert_eq!((&wire["chargingProfileKind"], &wire["recurrencyKind"]), (&json!("Recurring"), &json!("Weekly")));
        assert_eq!(
            (&wire["validFrom"], &wire["validTo"]),
            (&json!("2026-11-22T07:00:00Z"), &json!("2027-04-03T16:30:00Z"))
        );
        assert_eq!(
            (&schedule["startSchedule"], &schedule["useLocalTime"]),
            (&json!("2026-11-15T13:30:00Z"), &json!(true))
        );
        assert_eq!((schedule.get("duration"), &schedule["randomizedDelay"]), (None, &json!(600)));
        let plain = crate::v2::profile::wire(&recurring(false), |_| String::new());
        assert_eq!(plain["chargingSchedule"][0].get("randomizedDelay"), None, "2.0.1 has no such field");
    }

    #[test]
    fn the_number_of_a_certificate_request_goes_to_2_1_only() {
        let call = |version| certificate_signed(version, "x", "", Some(7)).payload;
        assert_eq!(call(Version::V201).get("requestId"), None);
        assert_eq!(call(Version::V21)["requestId"], 7);
    }
}
