//! Tolerant reads of what a 2.x charger says.

use serde_json::Value;

use super::variable::Variable;
use crate::read::{self, Boot, Meter, Sample, Status, at, flag, id, int, list, long_text, number, text};
use crate::time::WireTime;

/// The most that is kept of a variable's value, characters; 2.x allows 2500, and a charger has some hundred of them.
const VALUE_CHARS: usize = 1000;
/// The most profiles that are read of one message.
const PROFILES: usize = 64;
/// The largest profile that is kept, bytes of JSON: 1024 periods are about half of it.
const PROFILE_BYTES: usize = 64 << 10;
/// The powers of ten a sampled value may be multiplied by; more is nonsense.
const EXPONENTS: std::ops::RangeInclusive<i64> = -12..=12;

/// Reads a BootNotification.
pub fn boot(payload: &Value) -> Boot {
    let station = &payload["chargingStation"];
    Boot {
        vendor: text(station, "vendorName"),
        model: text(station, "model"),
        serial: text(station, "serialNumber"),
        firmware: text(station, "firmwareVersion"),
        meter_type: String::new(),
    }
}

/// Reads a StatusNotification.
pub fn status(payload: &Value) -> Status {
    Status {
        connector: id(payload, "evseId"),
        plug: id(payload, "connectorId"),
        status: text(payload, "connectorStatus"),
        error: String::new(),
        vendor: String::new(),
        timestamp: at(payload, "timestamp"),
    }
}

/// Reads the meter values of a TransactionEvent or MeterValues.
pub fn meter(payload: &Value) -> Vec<Meter> {
    read::meters(payload, "meterValue", sample)
}

fn sample(value: &Value) -> Option<Sample> {
    // The supply of the house is not what the car draws (2.1).
    if text(value, "location") == "Upstream" {
        return None;
    }
    let unit = &value["unitOfMeasure"];
    let exponent = int(unit, "multiplier").unwrap_or(0);
    let power = i32::try_from(exponent).ok().filter(|_| EXPONENTS.contains(&exponent))?;
    Some(Sample {
        measurand: read::measurand(value),
        phase: text(value, "phase"),
        unit: text(unit, "unit"),
        value: number(value, "value")? * 10_f64.powi(power),
    })
}

/// What a TransactionEvent tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The transaction begins.
    Started,
    /// It goes on; also what could not be read.
    Updated,
    /// It is over.
    Ended,
}

/// TransactionEvent.
#[derive(Debug, Clone, PartialEq)]
pub struct TransactionEvent {
    /// What it tells.
    pub phase: Phase,
    /// The name the charger gave the transaction.
    pub name: String,
    /// Where; named at least once in a transaction.
    pub evse: Option<u32>,
    /// Who charges; empty where nobody is named here.
    pub id_token: String,
    /// Somebody is named here: then the answer says whether they may.
    pub names_token: bool,
    /// `Charging`, `EVConnected`, `SuspendedEV`, `SuspendedEVSE`, `Idle`; empty where it did not change.
    pub state: String,
    /// Why it was sent, as spelled.
    pub trigger: String,
    /// Why it ended, as spelled; empty means `Local`.
    pub reason: String,
    /// Its place in the transaction's messages, from 0.
    pub seq: Option<i64>,
    /// It waited in the charger while there was no connection.
    pub offline: bool,
    /// The charger's time.
    pub timestamp: Option<WireTime>,
    /// What was measured.
    pub meters: Vec<Meter>,
}

/// Reads a TransactionEvent.
pub fn transaction(payload: &Value) -> TransactionEvent {
    let (info, evse) = (&payload["transactionInfo"], &payload["evse"]);
    let token = payload.get("idToken").filter(|token| !token.is_null());
    TransactionEvent {
        phase: match text(payload, "eventType").as_str() {
            "Started" => Phase::Started,
            "Ended" => Phase::Ended,
            _ => Phase::Updated,
        },
        name: text(info, "transactionId"),
        evse: int(evse, "id").and_then(|id| u32::try_from(id).ok()),
        id_token: token.map(|token| text(token, "idToken")).unwrap_or_default(),
        names_token: token.is_some(),
        state: text(info, "chargingState"),
        trigger: text(payload, "triggerReason"),
        reason: text(info, "stoppedReason"),
        seq: int(payload, "seqNo"),
        offline: flag(payload, "offline"),
        timestamp: at(payload, "timestamp"),
        meters: meter(payload),
    }
}

/// The newest register, Wh: what a transaction began or ended with.
pub fn register(meters: &[Meter]) -> Option<i64> {
    let energy = |sample: &&Sample| sample.measurand == "Energy.Active.Import.Register" && sample.phase.is_empty();
    let sample = meters.iter().flat_map(|meter| &meter.samples).rev().find(energy)?;
    let wh = if sample.unit.starts_with('k') { sample.value * 1000.0 } else { sample.value };
    (0.0..=1e15).contains(&wh).then_some(wh.round() as i64)
}

/// A variable as it was reported, or as GetVariables was answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reported {
    /// Which.
    pub variable: Variable,
    /// Its value now; `None` where none was given.
    pub actual: Option<String>,
    /// What it is to come to.
    pub target: Option<String>,
    /// The least it was set to be.
    pub min_set: Option<String>,
    /// The most it was set to be.
    pub max_set: Option<String>,
    /// No attribute of it can be written.
    pub readonly: bool,
    /// It can be written and not read: most likely a secret.
    pub write_only: bool,
    /// The unit.
    pub unit: String,
    /// The type of its values, as spelled.
    pub data_type: String,
    /// The values that are allowed, separated by commas; or the least and the most.
    pub allowed: String,
}

/// One part of a report of variables.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportPart {
    /// The request it belongs to.
    pub request: i64,
    /// Its place, from 0.
    pub seq: i64,
    /// More parts follow.
    pub more: bool,
    /// The charger's time.
    pub timestamp: Option<WireTime>,
    /// The variables.
    pub variables: Vec<Reported>,
}

/// Reads a NotifyReport.
pub fn report(payload: &Value) -> ReportPart {
    ReportPart {
        request: int(payload, "requestId").unwrap_or(0),
        seq: int(payload, "seqNo").unwrap_or(0),
        more: flag(payload, "tbc"),
        timestamp: at(payload, "generatedAt"),
        variables: list(payload, "reportData").iter().filter_map(reported).collect(),
    }
}

fn reported(data: &Value) -> Option<Reported> {
    let characteristics = &data["variableCharacteristics"];
    let attributes = list(data, "variableAttribute");
    let value = |wanted: &str| {
        let attribute = attributes.iter().find(|attribute| kind(attribute, "type") == wanted)?;
        attribute.get("value").filter(|value| !value.is_null()).map(|_| long_text(attribute, "value", VALUE_CHARS))
    };
    // Where it is missing a variable can be read and written.
    let mutability = |is: &str| !attributes.is_empty() && attributes.iter().all(|a| text(a, "mutability") == is);
    Some(Reported {
        variable: Variable::read(data)?,
        actual: value("Actual"),
        target: value("Target"),
        min_set: value("MinSet"),
        max_set: value("MaxSet"),
        readonly: mutability("ReadOnly"),
        write_only: mutability("WriteOnly"),
        unit: text(characteristics, "unit"),
        data_type: text(characteristics, "dataType"),
        allowed: allowed(characteristics),
    })
}

fn kind(attribute: &Value, key: &str) -> String {
    match text(attribute, key) {
        empty if empty.is_empty() => "Actual".to_owned(),
        kind => kind,
    }
}

fn allowed(characteristics: &Value) -> String {
    let (least, most) = (text(characteristics, "minLimit"), text(characteristics, "maxLimit"));
    match long_text(characteristics, "valuesList", VALUE_CHARS) {
        list if !list.is_empty() => list,
        _ if least.is_empty() && most.is_empty() => String::new(),
        _ => format!("{least} to {most}").trim().to_owned(),
    }
}

/// The answer to GetVariables: the values, and those it does not know or does not give.
pub fn variables(payload: &Value) -> (Vec<Reported>, Vec<Variable>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for result in list(payload, "getVariableResult") {
        let Some(variable) = Variable::read(result) else { continue };
        if text(result, "attributeStatus") == "Accepted" {
            let actual = Some(long_text(result, "attributeValue", VALUE_CHARS));
            known.push(Reported { variable, actual, ..Reported::default() });
        } else {
            unknown.push(variable);
        }
    }
    (known, unknown)
}

/// One part of a report of charging profiles.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfilesPart {
    /// The request it belongs to.
    pub request: i64,
    /// Where they stand; 0 is the whole station.
    pub evse: u32,
    /// Whose they are: `CSO`, `EMS` …
    pub source: String,
    /// More parts follow.
    pub more: bool,
    /// The profiles, as they came.
    pub profiles: Vec<Value>,
}

/// Reads a ReportChargingProfiles.
pub fn profiles(payload: &Value) -> ProfilesPart {
    let kept = |profile: &&Value| profile.is_object() && profile.to_string().len() <= PROFILE_BYTES;
    ProfilesPart {
        request: int(payload, "requestId").unwrap_or(0),
        evse: id(payload, "evseId"),
        source: long_text(payload, "chargingLimitSource", 20),
        more: flag(payload, "tbc"),
        profiles: list(payload, "chargingProfile").iter().filter(kept).take(PROFILES).cloned().collect(),
    }
}

/// One event of NotifyEvent.
#[derive(Debug, Clone, PartialEq)]
pub struct Monitored {
    /// Which variable.
    pub variable: Variable,
    /// Its value.
    pub value: String,
    /// `Alerting`, `Delta`, `Periodic`, as spelled.
    pub trigger: String,
    /// It is over.
    pub cleared: bool,
}

/// Reads a NotifyEvent.
pub fn events(payload: &Value) -> Vec<Monitored> {
    let event = |data: &Value| {
        Some(Monitored {
            variable: Variable::read(data)?,
            value: text(data, "actualValue"),
            trigger: text(data, "trigger"),
            cleared: flag(data, "cleared"),
        })
    };
    list(payload, "eventData").iter().filter_map(event).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_with_a_multiplier_is_in_its_unit() {
        let sample =
            |value: Value| json!({"meterValue": [{"timestamp": "2026-11-22T01:00:00Z", "sampledValue": [value]}]});
        let import = json!({"value": "12.5", "measurand": "Current.Import", "phase": "L1", "unitOfMeasure": {"unit": "A", "multiplier": -1}});
        let meters = meter(&sample(import));
        assert_eq!((meters[0].samples[0].value, meters[0].samples[0].unit.as_str()), (1.25, "A"));
        let house = json!({"value": 40, "measurand": "Current.Import", "location": "Upstream"});
        assert_eq!(meter(&sample(house))[0].samples, [], "the supply is not the car");
        let absurd = json!({"value": 1, "unitOfMeasure": {"multiplier": 4000}});
        assert_eq!(meter(&sample(absurd))[0].samples, []);
        let energy = json!({"value": 2.5, "unitOfMeasure": {"unit": "kWh"}});
        assert_eq!(register(&meter(&sample(energy))), Some(2500));
    }

    #[test]
    fn a_transaction_event_is_read_with_what_it_names() {
        let event = transaction(&json!({
            "eventType": "Ended", "seqNo": 3, "offline": "true", "triggerReason": "EVDeparted",
            "timestamp": "2026-11-22T01:00:00Z", "evse": {"id": 2},
            "transactionInfo": {"transactionId": "a-b", "chargingState": "Idle", "stoppedReason": "EVDisconnected"},
        }));
        assert_eq!((event.phase, event.name.as_str(), event.evse, event.seq), (Phase::Ended, "a-b", Some(2), Some(3)));
        assert!(event.offline && !event.names_token);
        assert_eq!(transaction(&json!({})).phase, Phase::Updated);
    }

    #[test]
    fn a_report_tells_all_attributes_of_a_variable() {
        let part = report(&json!({"requestId": 7, "seqNo": 1, "tbc": true, "reportData": [{
            "component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"},
            "variableAttribute": [
                {"type": "Actual", "value": "7400", "mutability": "ReadOnly"},
                {"type": "MaxSet", "value": "11000", "mutability": "ReadOnly"},
            ],
            "variableCharacteristics": {"dataType": "decimal", "unit": "W", "minLimit": 0, "maxLimit": 22000.5, "supportsMonitoring": true},
        }]}));
        assert_eq!((part.request, part.seq, part.more), (7, 1, true));
        let power = &part.variables[0];
        assert_eq!((power.actual.as_deref(), power.max_set.as_deref()), (Some("7400"), Some("11000")));
        assert_eq!((power.readonly, power.unit.as_str(), power.allowed.as_str()), (true, "W", "0 to 22000.5"));
        assert_eq!(power.variable.to_string(), "EVSE#1.Power");
    }

    #[test]
    fn variables_that_a_charger_does_not_know_are_told_apart() {
        let result = |name: &str, status: &str| json!({"attributeStatus": status, "attributeValue": "10", "component": {"name": "C"}, "variable": {"name": name}});
        let (known, unknown) =
            variables(&json!({"getVariableResult": [result("A", "Accepted"), result("B", "UnknownVariable")]}));
        assert_eq!((known.len(), known[0].actual.as_deref(), unknown.len()), (1, Some("10"), 1));
        assert_eq!(unknown[0].to_string(), "C.B");
    }

    #[test]
    fn a_profile_larger_than_any_real_one_is_not_kept() {
        let large = json!({"id": 1, "x": "y".repeat(PROFILE_BYTES)});
        let part = profiles(&json!({"requestId": 1, "evseId": 1, "chargingProfile": [large, {"id": 2}, 7]}));
        assert_eq!(part.profiles, [json!({"id": 2})]);
    }
}
