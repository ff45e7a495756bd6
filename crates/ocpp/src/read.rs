//! Tolerant reads: take what is there, in whatever type it came; the schema check has already named what is wrong. Here is
//! what both ways of speaking share; [`crate::v16::read`] and [`crate::v2::read`] know the messages.

use jiff::Timestamp;
use serde_json::Value;

use crate::time::{self, WireTime};

/// The longest text that is kept of any field, characters.
const TEXT_CHARS: usize = 500;

/// The most periods read of one schedule: one that changes every quarter of an hour has 96.
const PERIODS: usize = 512;

/// The most sampled values read from one message: a real one has a few dozen.
pub(crate) const SAMPLES: usize = 512;

/// A text field, trimmed and bounded; numbers become text; empty where there is none.
pub fn text(object: &Value, key: &str) -> String {
    long_text(object, key, TEXT_CHARS)
}

/// As [`text`], with a bound of its own, characters.
pub fn long_text(object: &Value, key: &str, chars: usize) -> String {
    let raw = match &object[key] {
        Value::String(text) => text.trim_matches(|c: char| c.is_whitespace() || c.is_control()),
        Value::Number(number) => return number.to_string(),
        Value::Bool(flag) => return flag.to_string(),
        _ => "",
    };
    raw.chars().filter(|c| !c.is_control()).take(chars).collect()
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

/// Yes or no, also where it came as text; anything else is no.
pub fn flag(object: &Value, key: &str) -> bool {
    matches!(&object[key], Value::Bool(true)) || text(object, key).eq_ignore_ascii_case("true")
}

/// A time.
pub fn at(object: &Value, key: &str) -> Option<WireTime> {
    object[key].as_str().and_then(time::read)
}

/// A number that names something; missing or negative is 0.
pub fn id(object: &Value, key: &str) -> u32 {
    int(object, key).and_then(|id| u32::try_from(id).ok()).unwrap_or(0)
}

/// The items of a list; none where it is no list.
pub fn list<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object[key].as_array().map(Vec::as_slice).unwrap_or_default()
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
    /// Meter type; only 1.6 tells it here.
    pub meter_type: String,
}

/// StatusNotification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Connector (2.x: EVSE); 0 is the whole charger.
    pub connector: u32,
    /// The plug of that EVSE; only 2.x has one.
    pub plug: u32,
    /// `Available`, `Charging` … as spelled.
    pub status: String,
    /// `NoError` or the error as spelled; only 1.6 tells it here.
    pub error: String,
    /// Its maker, where it names itself here; only 1.6 can.
    pub vendor: String,
    /// The charger's time.
    pub timestamp: Option<WireTime>,
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

/// The samples of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Meter {
    /// The charger's time.
    pub timestamp: Option<WireTime>,
    /// The samples.
    pub samples: Vec<Sample>,
}

/// Reads a list of meter values with the version's own way to read a sample.
pub(crate) fn meters(payload: &Value, key: &str, sample: impl Fn(&Value) -> Option<Sample>) -> Vec<Meter> {
    let mut left = SAMPLES;
    let meter = |value: &Value| {
        let samples: Vec<Sample> = list(value, "sampledValue").iter().take(left).filter_map(&sample).collect();
        left -= samples.len();
        Meter { timestamp: at(value, "timestamp"), samples }
    };
    list(payload, key).iter().take(SAMPLES).map(meter).collect()
}

/// What a sample measures where it does not say so (OCPP 1.6 7.43; the 2.x schemas name the same default).
pub(crate) fn measurand(value: &Value) -> String {
    match text(value, "measurand") {
        empty if empty.is_empty() => "Energy.Active.Import.Register".to_owned(),
        measurand => measurand,
    }
}

/// The `status` of an answer, as spelled; empty where there is none.
pub fn answer_status(payload: &Value) -> String {
    let status = text(payload, "status");
    let accepted = status.trim().eq_ignore_ascii_case("Accepted");
    // Spelled otherwise it is a deviation, and means the same.
    if accepted { "Accepted".to_owned() } else { status }
}

/// What a charger names as its limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Composite {
    /// `A` or `W`, as spelled.
    pub unit: String,
    /// The limit of the period in force at its start, in that unit; where a period names one for each phase, the highest.
    pub limit: f64,
    /// `numberPhases`, where given.
    pub phases: Option<i64>,
}

/// The schedule of a GetCompositeSchedule answer; `None` where it names no limit.
pub fn composite(payload: &Value) -> Option<Composite> {
    // 1.6 and 2.x name it differently.
    let schedule = payload.get("chargingSchedule").or_else(|| payload.get("schedule"))?;
    let first = list(schedule, "chargingSchedulePeriod").first()?;
    let highest = |keys: [&str; 3]| keys.iter().filter_map(|key| number(first, key)).reduce(f64::max);
    let limit =
        highest(["limit", "limit_L2", "limit_L3"]).or_else(|| highest(["setpoint", "setpoint_L2", "setpoint_L3"]))?;
    // What is told phase by phase is for one phase, also in W.
    let by_phase = ["limit_L2", "limit_L3", "setpoint_L2", "setpoint_L3"].iter().any(|key| first.get(key).is_some());
    let phases = if by_phase { Some(1) } else { int(first, "numberPhases") };
    Some(Composite { unit: text(schedule, "chargingRateUnit"), limit, phases })
}

/// What a charger says it will limit itself to: GetCompositeSchedule's answer in full.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// When it begins, where that is told.
    pub start: Option<Timestamp>,
    /// How long it is, s; 0 where that is not told.
    pub duration_s: i64,
    /// `A` or `W`, as spelled.
    pub unit: String,
    /// From second, limit in the unit, phases; ascending as told.
    pub periods: Vec<(i64, f64, Option<i64>)>,
}

/// The whole schedule in an answer to GetCompositeSchedule; `None` where it holds no period that can be read.
pub fn timeline(payload: &Value) -> Option<Timeline> {
    let schedule = payload.get("chargingSchedule").or_else(|| payload.get("schedule"))?;
    // 1.6 tells the start beside the schedule, 2.x within it.
    let start = [payload, schedule].iter().find_map(|it| it["scheduleStart"].as_str());
    let period =
        |period: &Value| Some((int(period, "startPeriod")?, number(period, "limit")?, int(period, "numberPhases")));
    let periods: Vec<_> = list(schedule, "chargingSchedulePeriod").iter().filter_map(period).take(PERIODS).collect();
    (!periods.is_empty()).then(|| Timeline {
        start: start.and_then(time::read).map(|time| time.instant),
        duration_s: int(schedule, "duration").unwrap_or(0),
        unit: text(schedule, "chargingRateUnit"),
        periods,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_as_text_and_text_as_numbers_are_read_alike() {
        let payload = json!({"id": "1", "status": " Charging\u{7}", "error": 7, "tbc": "TRUE"});
        assert_eq!((id(&payload, "id"), text(&payload, "status").as_str()), (1, "Charging"));
        assert_eq!((text(&payload, "error").as_str(), flag(&payload, "tbc")), ("7", true));
        assert_eq!((id(&payload, "none"), flag(&payload, "none")), (0, false));
    }

    #[test]
    fn the_limit_a_charger_names_is_read_from_either_versions_answer() {
        let schedule = json!({"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16, "limit_L2": 20}]});
        for key in ["chargingSchedule", "schedule"] {
            let composite = composite(&json!({"status": "Accepted", key: schedule})).expect("a limit");
            assert_eq!((composite.unit.as_str(), composite.limit, composite.phases), ("A", 20.0, Some(1)));
        }
        assert_eq!(composite(&json!({"status": "Rejected"})), None);
    }

    #[test]
    fn what_a_charger_says_of_the_hours_to_come_is_read_in_full() {
        let periods = json!([{"startPeriod": 0, "limit": 0}, {"startPeriod": "3600", "limit": 16, "numberPhases": 1}]);
        let schedule = json!({"duration": 7200, "chargingRateUnit": "A", "chargingSchedulePeriod": periods});
        let told =
            timeline(&json!({"scheduleStart": "2026-11-22T01:00:00Z", "chargingSchedule": schedule})).expect("periods");
        assert_eq!(told.start, "2026-11-22T01:00:00Z".parse().ok());
        assert_eq!((told.duration_s, told.periods), (7200, vec![(0, 0.0, None), (3600, 16.0, Some(1))]));
        assert_eq!(timeline(&json!({"status": "Accepted", "schedule": {"chargingSchedulePeriod": []}})), None);
    }
}
