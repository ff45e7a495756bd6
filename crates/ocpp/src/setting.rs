//! One setting of a charger: a configuration key in 1.6, a variable in 2.x.

use serde_json::{Value, json};

use crate::call::Call;
use crate::read::{answer_status, list, text};
use crate::v2::variable::Variable;
use crate::version::Version;
use crate::{v2, v16};

/// Writes it. `name` is the key, or `Component.Variable` as [`Variable`] writes it.
pub fn write(version: Version, name: &str, value: &str) -> Call {
    if !version.is_v2() {
        return Call::new("ChangeConfiguration", json!({"key": name, "value": value}));
    }
    let mut data = Variable::parse(name).unwrap_or_default().wire();
    data["attributeValue"] = value.into();
    Call::new("SetVariables", json!({ "setVariableData": [data] }))
}

/// Asks for it.
pub fn read(version: Version, name: &str) -> Call {
    if version.is_v2() {
        return v2::call::get_variables(&[Variable::parse(name).unwrap_or_default()]);
    }
    v16::call::get_configuration(&[name.to_owned()])
}

/// Its value in the answer to [`read`]; `None` where the charger does not tell it.
pub fn value(version: Version, name: &str, payload: &Value) -> Option<String> {
    if version.is_v2() {
        return v2::read::variables(payload).0.into_iter().next()?.actual;
    }
    let (keys, _) = v16::read::configuration(payload);
    keys.into_iter().find(|key| key.key.eq_ignore_ascii_case(name))?.value
}

/// What a charger answered to [`write`], as spelled; empty where it says nothing.
pub fn answered(payload: &Value) -> String {
    match list(payload, "setVariableResult").first() {
        Some(result) => text(result, "attributeStatus"),
        None => answer_status(payload),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Half, check};

    #[test]
    fn a_setting_is_written_and_asked_for_in_the_words_of_each_version() {
        for version in Version::ALL {
            let name = if version.is_v2() { "SampledDataCtrlr.TxUpdatedInterval" } else { "MeterValueSampleInterval" };
            for call in [write(version, name, "30"), read(version, name)] {
                assert_eq!(check(version, &call.action, Half::Request, &call.payload), [], "{version}: {call:?}");
            }
        }
    }

    #[test]
    fn its_value_is_read_however_the_charger_spells_its_name() {
        let payload = json!({"configurationKey": [{"key": "heartbeatinterval", "readonly": false, "value": "60"}]});
        assert_eq!(value(Version::V16, "HeartbeatInterval", &payload).as_deref(), Some("60"));
        assert_eq!(value(Version::V16, "Other", &payload), None);
        let mut result = Variable::parse("OCPPCommCtrlr.HeartbeatInterval").expect("a variable").wire();
        (result["attributeStatus"], result["attributeValue"]) = ("Accepted".into(), "60".into());
        let payload = json!({ "getVariableResult": [result] });
        assert_eq!(value(Version::V201, "OCPPCommCtrlr.HeartbeatInterval", &payload).as_deref(), Some("60"));
    }

    #[test]
    fn an_answer_is_read_where_each_message_has_it() {
        let variable = json!({"setVariableResult": [{"attributeStatus": "RebootRequired"}]});
        assert_eq!(
            (answered(&variable).as_str(), answered(&json!({"status": "Accepted"})).as_str()),
            ("RebootRequired", "Accepted")
        );
        assert_eq!(answered(&json!(7)), "");
    }
}
