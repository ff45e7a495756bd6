//! How a deviant call is answered: as somebody who wants the charger to get on, or as a strict platform would.

use serde::{Deserialize, Serialize};

use crate::deviation::Deviation;
use crate::error::ErrorCode;
use crate::version::Version;

/// How a charger's deviant calls are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Answer whenever the essentials can be read, and note the deviation.
    #[default]
    Cooperative,
    /// Answer what a strict platform would.
    Strict,
}

use ErrorCode::*;

/// What a strict platform answers to a call that breaks a rule. Rules that are not listed are no reason to refuse.
static REFUSALS: &[(&str, ErrorCode)] = &[
    ("byte_order_mark", RpcFrameworkError),
    ("trailing_bytes", RpcFrameworkError),
    ("message_type_text", RpcFrameworkError),
    ("message_id_not_text", RpcFrameworkError),
    ("message_id_too_long", RpcFrameworkError),
    ("payload_missing", FormatViolation),
    ("payload_not_object", FormatViolation),
    ("payload_null", FormatViolation),
    ("call_before_boot", SecurityError),
    ("unknown_action", NotImplemented),
    ("action_of_another_version", NotImplemented),
    ("extra_element", RpcFrameworkError),
    ("wrong_direction", NotSupported),
    ("send_as_call", MessageTypeNotSupported),
    ("extra_field", FormatViolation),
    ("schema", FormatViolation),
    ("missing_field", OccurrenceConstraintViolation),
    ("wrong_type", TypeConstraintViolation),
    ("bad_time", TypeConstraintViolation),
    ("bad_address", TypeConstraintViolation),
    ("too_long", PropertyConstraintViolation),
    ("unknown_value", PropertyConstraintViolation),
    ("bad_step", PropertyConstraintViolation),
    ("out_of_range", PropertyConstraintViolation),
];

/// What a strict platform answers to a CALL with these deviations: error code and description. `None`: it accepts.
pub fn strict_refusal(version: Version, deviations: &[Deviation]) -> Option<(&'static str, String)> {
    deviations.iter().find_map(|deviation| {
        // OCPP-J 1.6 4.2.1 allows null for an empty payload; 2.x does not.
        let allowed = !version.is_v2() && deviation.rule == "payload_null";
        let (_, code) = REFUSALS.iter().find(|(rule, _)| *rule == deviation.rule && !allowed)?;
        Some((code.name(version), describe(deviation)))
    })
}

fn describe(deviation: &Deviation) -> String {
    let Deviation { pointer, rule, got, .. } = deviation;
    let what = rule.replace('_', " ");
    match (pointer.as_str(), got.as_str()) {
        ("", "") => what,
        ("", got) => format!("{what}: {got}"),
        (place, got) => format!("{place}: {what}: {got}"),
    }
}

/// The deviation of a call that comes before the first BootNotification (OCPP 1.6 4.2, OCPP 2.0.1 part 2 B01). A charger
/// that connects again need not boot again.
pub fn before_boot(booted: bool, action: &str) -> Option<Deviation> {
    (!booted && action != "BootNotification").then(|| Deviation::soft("call_before_boot", "", action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deviation::MEANINGS;

    #[test]
    fn a_strict_platform_refuses_with_its_versions_code_and_says_where() {
        let missing = [Deviation::hard("missing_field", "/status", "(missing)")];
        let (code, description) = strict_refusal(Version::V16, &missing).expect("refused");
        assert_eq!((code, description.as_str()), ("OccurenceConstraintViolation", "/status: missing field: (missing)"));
        assert_eq!(strict_refusal(Version::V21, &missing).expect("refused").0, "OccurrenceConstraintViolation");
    }

    #[test]
    fn a_null_payload_is_refused_by_2_x_only() {
        let null = [Deviation::soft("payload_null", "", "null")];
        assert_eq!(strict_refusal(Version::V16, &null), None);
        assert_eq!(strict_refusal(Version::V201, &null).expect("refused").0, "FormatViolation");
    }

    #[test]
    fn what_no_platform_refuses_is_accepted_by_the_strict_one() {
        assert_eq!(strict_refusal(Version::V16, &[]), None);
        assert_eq!(strict_refusal(Version::V16, &[Deviation::soft("message_id_repeated", "/1", "7")]), None);
    }

    #[test]
    fn only_rules_that_can_be_broken_are_refused() {
        for (rule, _) in REFUSALS {
            assert!(MEANINGS.iter().any(|(name, _)| name == rule), "{rule} is no rule");
        }
    }

    #[test]
    fn a_charger_boots_before_it_says_anything_else() {
        assert_eq!(before_boot(false, "BootNotification"), None);
        assert_eq!(before_boot(true, "Heartbeat"), None);
        assert_eq!(before_boot(false, "Heartbeat").expect("named").rule, "call_before_boot");
    }
}
