//! Tolerant reads: take what is there, in whatever type it came; the schema check has already named what is wrong.

use serde_json::Value;

use crate::time::{self, WireTime};

/// The longest text that is kept of any field, characters.
const TEXT_CHARS: usize = 500;

/// The most sampled values read from one MeterValues: a real one has a few dozen.
const SAMPLES: usize = 512;

/// A text field, trimmed and bounded; numbers become text; empty where there is none.
pub fn text(object: &Value, key: &str) -> String {
    let raw = match &object[key] {
        Value::String(text) => text.trim_matches(|c: char| c.is_whitespace() || c.is_control()),
        Value::Number(number) => return number.to_string(),
        Value::Bool(flag) => return flag.to_string(),
        _ => "",
    };
    raw.chars().filter(|c| !c.is_control()).take(TEXT_CHARS).collect()
}

/// A whole number, also where it came as text or as `1.0`.
pub fn int(object: &Value, key: &str) -> Option<i64> {
    match &object[key] {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|f| f as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A number, also where it came as text. Never infinite.
pub fn number(object: &Value, key: &str) -> Option<f64> {
    match &object[key] {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|n| n.is_finite())
}

/// A time.
pub fn at(object: &Value, key: &str) -> Option<WireTime> {
    object[key].as_str().and_then(time::read)
}

/// BootNotification.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Boot {
    /// Maker.
    pub vendor: String,
    /// Model.
    pub model: String,
    /// Serial number: the charge point's, else the box's.
    pub serial: String,
    /// Firmware version.
    pub firmware: String,
    /// Meter type.
    pub meter_type: String,
}

/// Reads a BootNotification.
pub fn boot(payload: &Value) -> Boot {
    let serial = match text(payload, "chargePointSerialNumber") {
        empty if empty.is_empty() => text(payload, "chargeBoxSerialNumber"),
        serial => serial,
    };
    Boot {
        vendor: text(payload, "chargePointVendor"),
        model: text(payload, "chargePointModel"),
        serial,
        firmware: text(payload, "firmwareVersion"),
        meter_type: text(payload, "meterType"),
    }
}

/// StatusNotification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Connector; 0 is the whole charger.
    pub connector: u32,
    /// `Available`, `Charging` … as spelled.
    pub status: String,
    /// `NoError` or the error as spelled.
    pub error: String,
    /// The charger's time.
    pub timestamp: Option<WireTime>,
}

/// Reads a StatusNotification.
pub fn status(payload: &Value) -> Status {
    Status {
        connector: connector(payload),
        status: text(payload, "status"),
        error: text(payload, "errorCode"),
        timestamp: at(payload, "timestamp"),
    }
}

/// The connector of a request; missing or negative is 0.
pub fn connector(payload: &Value) -> u32 {
    int(payload, "connectorId").and_then(|id| u32::try_from(id).ok()).unwrap_or(0)
}

/// One sampled value.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// `Current.Import` …; missing means `Energy.Active.Import.Register` (OCPP 1.6 7.43).
    pub measurand: String,
    /// `L1`, `L1-N` …; empty where none was given.
    pub phase: String,
    /// The unit as spelled; empty where none was given.
    pub unit: String,
    /// The value in that unit.
    pub value: f64,
}

/// The samples of one MeterValue, with its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Meter {
    /// The charger's time.
    pub timestamp: Option<WireTime>,
    /// The samples.
    pub samples: Vec<Sample>,
}

/// Reads the `meterValue` list of MeterValues (or `transactionData` of StopTransaction).
pub fn meter(payload: &Value, list: &str) -> Vec<Meter> {
    let mut left = SAMPLES;
    let Some(values) = payload[list].as_array() else { return Vec::new() };
    values
        .iter()
        .map(|value| {
            let samples: Vec<Sample> = value["sampledValue"]
                .as_array()
                .map(|list| list.iter().take(left).filter_map(sample).collect())
                .unwrap_or_default();
            left -= samples.len();
            Meter { timestamp: at(value, "timestamp"), samples }
        })
        .take(SAMPLES)
        .collect()
}

fn sample(value: &Value) -> Option<Sample> {
    let measurand = match text(value, "measurand") {
        empty if empty.is_empty() => "Energy.Active.Import.Register".to_owned(),
        measurand => measurand,
    };
    Some(Sample { measurand, phase: text(value, "phase"), unit: text(value, "unit"), value: number(value, "value")? })
}

/// StartTransaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// Connector.
    pub connector: u32,
    /// The idTag that started it.
    pub id_tag: String,
    /// Register at the start, Wh.
    pub meter_start: Option<i64>,
    /// The charger's time.
    pub timestamp: Option<WireTime>,
}

/// Reads a StartTransaction.
pub fn start(payload: &Value) -> Start {
    Start {
        connector: connector(payload),
        id_tag: text(payload, "idTag"),
        meter_start: int(payload, "meterStart"),
        timestamp: at(payload, "timestamp"),
    }
}

/// StopTransaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// The transaction.
    pub transaction: i64,
    /// Register at the end, Wh.
    pub meter_stop: Option<i64>,
    /// `Local`, `Remote` …; empty means `Local` (OCPP 1.6 7.36).
    pub reason: String,
    /// The charger's time.
    pub timestamp: Option<WireTime>,
}

/// Reads a StopTransaction.
pub fn stop(payload: &Value) -> Stop {
    Stop {
        transaction: int(payload, "transactionId").unwrap_or(0),
        meter_stop: int(payload, "meterStop"),
        reason: text(payload, "reason"),
        timestamp: at(payload, "timestamp"),
    }
}

/// One configuration key as the charger answered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub key: String,
    /// The value; `None` where none was sent.
    pub value: Option<String>,
    /// It cannot be written.
    pub readonly: bool,
}

/// The answer to GetConfiguration: the keys, and those it does not know.
pub fn configuration(payload: &Value) -> (Vec<Key>, Vec<String>) {
    let keys = payload["configurationKey"].as_array().map(|list| list.iter().filter_map(key).collect());
    let unknown = payload["unknownKey"]
        .as_array()
        .map(|list| list.iter().filter_map(|k| k.as_str()).map(|k| k.chars().take(TEXT_CHARS).collect()).collect());
    (keys.unwrap_or_default(), unknown.unwrap_or_default())
}

fn key(value: &Value) -> Option<Key> {
    let key = text(value, "key");
    let given = value.get("value").filter(|v| !v.is_null());
    let readonly =
        matches!(&value["readonly"], Value::Bool(true)) || text(value, "readonly").eq_ignore_ascii_case("true");
    (!key.is_empty()).then(|| Key { key, value: given.map(|_| text(value, "value")), readonly })
}

/// The `status` of an answer, as spelled; empty where there is none.
pub fn answer_status(payload: &Value) -> String {
    text(payload, "status")
}

/// The schedule of a GetCompositeSchedule answer: unit, and limit of the period in force at its start.
pub fn composite(payload: &Value) -> Option<(String, f64, Option<i64>)> {
    let schedule = payload.get("chargingSchedule")?;
    let first = schedule["chargingSchedulePeriod"].as_array()?.first()?;
    Some((text(schedule, "chargingRateUnit"), number(first, "limit")?, int(first, "numberPhases")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_as_text_and_text_as_numbers_are_read_alike() {
        let payload = json!({"connectorId": "1", "status": "Charging", "errorCode": 7});
        let status = status(&payload);
        assert_eq!((status.connector, status.status.as_str(), status.error.as_str()), (1, "Charging", "7"));
    }

    #[test]
    fn a_sample_without_measurand_is_the_energy_register() {
        let payload =
            json!({"meterValue": [{"sampledValue": [{"value": "1234"}, {"value": "rubbish"}, {"value": "inf"}]}]});
        let meter = meter(&payload, "meterValue");
        assert_eq!(meter[0].samples.len(), 1, "what is no number is no sample");
        assert_eq!(meter[0].samples[0].measurand, "Energy.Active.Import.Register");
    }

    #[test]
    fn a_message_with_a_million_samples_is_cut() {
        let one = json!({"sampledValue": vec![json!({"value": "1"}); 400]});
        let payload = json!({"meterValue": [one, one, one]});
        assert_eq!(meter(&payload, "meterValue").iter().map(|m| m.samples.len()).sum::<usize>(), SAMPLES);
    }

    #[test]
    fn the_box_serial_stands_in_for_a_missing_serial() {
        assert_eq!(boot(&json!({"chargeBoxSerialNumber": " B-1 \u{7}"})).serial, "B-1");
    }
}
