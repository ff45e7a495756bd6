//! Tolerant reads of what a 1.6 charger says.

use serde_json::Value;

use crate::read::{self, Boot, Meter, Sample, Status, at, flag, id, int, list, number, text};
use crate::time::WireTime;

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

/// Reads a StatusNotification.
pub fn status(payload: &Value) -> Status {
    Status {
        connector: connector(payload),
        plug: 0,
        status: text(payload, "status"),
        error: text(payload, "errorCode"),
        vendor: text(payload, "vendorId"),
        timestamp: at(payload, "timestamp"),
    }
}

/// The connector of a request; missing or negative is 0.
pub fn connector(payload: &Value) -> u32 {
    id(payload, "connectorId")
}

/// Reads the `meterValue` list of MeterValues.
pub fn meter(payload: &Value) -> Vec<Meter> {
    read::meters(payload, "meterValue", sample)
}

fn sample(value: &Value) -> Option<Sample> {
    Some(Sample {
        measurand: read::measurand(value),
        phase: text(value, "phase"),
        unit: text(value, "unit"),
        value: number(value, "value")?,
    })
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
    let keys = list(payload, "configurationKey").iter().filter_map(key).collect();
    let unknown = list(payload, "unknownKey").iter().filter_map(|k| k.as_str());
    (keys, unknown.map(|name| name.chars().take(LONGEST_KEY).collect()).collect())
}

/// The most that is kept of a key's name, characters; OCPP 1.6 allows 50.
const LONGEST_KEY: usize = 500;

fn key(value: &Value) -> Option<Key> {
    let key = text(value, "key");
    let given = value.get("value").filter(|v| !v.is_null());
    let readonly = flag(value, "readonly");
    (!key.is_empty()).then(|| Key { key, value: given.map(|_| text(value, "value")), readonly })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::read::SAMPLES;

    #[test]
    fn a_status_with_a_number_as_text_and_a_text_as_number_is_read() {
        let payload = json!({"connectorId": "1", "status": "Charging", "errorCode": 7});
        let status = status(&payload);
        assert_eq!((status.connector, status.status.as_str(), status.error.as_str()), (1, "Charging", "7"));
    }

    #[test]
    fn a_sample_without_measurand_is_the_energy_register() {
        let payload =
            json!({"meterValue": [{"sampledValue": [{"value": "1234"}, {"value": "rubbish"}, {"value": "inf"}]}]});
        let meter = meter(&payload);
        assert_eq!(meter[0].samples.len(), 1, "what is no number is no sample");
        assert_eq!(meter[0].samples[0].measurand, "Energy.Active.Import.Register");
    }

    #[test]
    fn a_message_with_a_million_samples_is_cut() {
        let one = json!({"sampledValue": vec![json!({"value": "1"}); 400]});
        let payload = json!({"meterValue": [one, one, one]});
        assert_eq!(meter(&payload).iter().map(|m| m.samples.len()).sum::<usize>(), SAMPLES);
    }

    #[test]
    fn the_box_serial_stands_in_for_a_missing_serial() {
        assert_eq!(boot(&json!({"chargeBoxSerialNumber": " B-1 \u{7}"})).serial, "B-1");
    }
}
