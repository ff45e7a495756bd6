//! Where a published schema and the text of its specification disagree, the text counts.
//!
//! The schema files stay as they were published (their licence forbids changed copies), so what they get wrong is set
//! right here. Two things need no correction: a whole number may be written `12.0` in 2.x and in the security extension
//! of 1.6 (draft 06 of JSON Schema) and not in the rest of 1.6 (draft 04), and a limit of 1.6 in steps of 0.1 is judged
//! as the decimal that was written and not as its nearest binary fraction.

use serde_json::Value;

use crate::deviation::Deviation;
use crate::schema::{self, Half};
use crate::version::Version;

/// Is it none, though the schema says so?
///
/// Frequency is given in Hertz (OCPP 1.6, note on the type Measurand); the schema of MeterValues lists it, that of
/// StopTransaction forgot it.
pub(crate) fn excuses(version: Version, action: &str, found: &Deviation) -> bool {
    is_stop(version, action)
        && found.rule == "unknown_value"
        && found.pointer.ends_with("/unit")
        && found.got == "\"Hertz\""
}

/// What the schema does not see.
///
/// A MeterValue has one or more sampled values (OCPP 1.6, type MeterValue); the schema of StopTransaction forgot it.
pub(crate) fn adds(version: Version, action: &str, half: Half, payload: &Value, found: &mut Vec<Deviation>) {
    if !is_stop(version, action) || half == Half::Response {
        return;
    }
    let data = payload.get("transactionData").and_then(Value::as_array);
    let empty = |meter: &Value| meter.get("sampledValue").and_then(Value::as_array).is_some_and(Vec::is_empty);
    let places = data.into_iter().flatten().enumerate().filter(|(_, meter)| empty(meter)).map(|(index, _)| index);
    let named = places.map(|index| format!("/transactionData/{index}/sampledValue")).take(schema::MOST);
    found.extend(named.map(|pointer| Deviation::hard("out_of_range", pointer, "[]")));
}

fn is_stop(version: Version, action: &str) -> bool {
    version == Version::V16 && action == "StopTransaction"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::check;

    fn rules(version: Version, action: &str, payload: &Value) -> Vec<String> {
        let found = check(version, action, Half::Request, payload);
        found.into_iter().map(|d| format!("{} {}", d.rule, d.pointer)).collect()
    }

    fn stop(samples: &Value) -> Value {
        let data = json!([{"timestamp": "2026-11-22T10:00:00Z", "sampledValue": samples}]);
        json!({"transactionId": 1, "meterStop": 2, "timestamp": "2026-11-22T10:00:00Z", "transactionData": data})
    }

    #[test]
    fn a_frequency_in_hertz_is_right_at_the_end_of_a_transaction_too() {
        let sample = |unit: &str| json!([{"value": "50", "measurand": "Frequency", "unit": unit}]);
        assert_eq!(rules(Version::V16, "StopTransaction", &stop(&sample("Hertz"))), [""; 0]);
        let place = "unknown_value /transactionData/0/sampledValue/0/unit";
        assert_eq!(rules(Version::V16, "StopTransaction", &stop(&sample("Hz"))), [place]);
    }

    #[test]
    fn a_meter_without_a_value_is_a_deviation_though_the_schema_allows_it() {
        let place = "out_of_range /transactionData/0/sampledValue";
        assert_eq!(rules(Version::V16, "StopTransaction", &stop(&json!([]))), [place]);
    }

    #[test]
    fn a_whole_number_may_have_a_decimal_point_where_its_draft_allows_it() {
        let twelve = |field: &str| serde_json::from_str(&format!("{{\"{field}\":12.0}}")).expect("JSON");
        assert_eq!(rules(Version::V16, "ClearChargingProfile", &twelve("id")), ["wrong_type /id"]);
        for version in [Version::V201, Version::V21] {
            assert_eq!(rules(version, "ClearChargingProfile", &twelve("chargingProfileId")), [""; 0]);
        }
    }

    #[test]
    fn every_tenth_of_an_ampere_is_a_step_and_nothing_between() {
        let profile = |limit: &str| {
            let text = format!(
                r#"{{"connectorId":0,"csChargingProfiles":{{"chargingProfileId":1,"stackLevel":0,
                "chargingProfilePurpose":"TxDefaultProfile","chargingProfileKind":"Relative","chargingSchedule":
                {{"chargingRateUnit":"A","chargingSchedulePeriod":[{{"startPeriod":0,"limit":{limit}}}]}}}}}}"#
            );
            rules(Version::V16, "SetChargingProfile", &serde_json::from_str(&text).expect("JSON"))
        };
        for tenths in 0..=800 {
            assert_eq!(profile(&format!("{}.{}", tenths / 10, tenths % 10)), [""; 0], "{tenths}");
        }
        let place = "bad_step /csChargingProfiles/chargingSchedule/chargingSchedulePeriod/0/limit";
        for limit in ["6.25", "0.05", "31.99"] {
            assert_eq!(profile(limit), [place], "{limit}");
        }
    }
}
