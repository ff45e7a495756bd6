//! Every message of every version, the smallest that its schema allows: the charger answers by the schema, or says
//! honestly that it does not know or support it.

use crate::bench::{Answer, Bench};
use crate::schemas;
use chargehand_simulator::{Behaviour, Version};

/// What a charger says and an endpoint never asks.
const FROM_CHARGER: &[&str] = &[
    "Authorize",
    "BatterySwap",
    "BootNotification",
    "ClearedChargingLimit",
    "ClosePeriodicEventStream",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Get15118EVCertificate",
    "GetCertificateChainStatus",
    "GetCertificateStatus",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "NotifyChargingLimit",
    "NotifyCustomerInformation",
    "NotifyDERAlarm",
    "NotifyDERStartStop",
    "NotifyDisplayMessages",
    "NotifyEVChargingNeeds",
    "NotifyEVChargingSchedule",
    "NotifyEvent",
    "NotifyMonitoringReport",
    "NotifyPriorityCharging",
    "NotifyReport",
    "NotifySettlement",
    "OpenPeriodicEventStream",
    "PublishFirmwareStatusNotification",
    "PullDynamicScheduleUpdate",
    "ReportChargingProfiles",
    "ReportDERControl",
    "ReservationStatusUpdate",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
    "TransactionEvent",
    "VatNumberValidation",
];

#[test]
fn a_charger_has_an_answer_to_every_message_of_its_version() {
    for version in Version::ALL {
        for action in schemas::actions(version) {
            let mut bench = Bench::charging(Behaviour { version, ..<_>::default() });
            let answer = bench.call(&action, schemas::least(version, &action));
            let is_unknown = answer == Answer::Error("NotImplemented".into());
            assert_eq!(is_unknown, FROM_CHARGER.contains(&action.as_str()), "{} {action}: {answer:?}", version.name());
            assert_ne!(answer, Answer::Silence, "{} {action}", version.name());
            bench.run(30);
        }
    }
}

#[test]
fn a_charger_answers_whatever_the_payload_is() {
    for version in Version::ALL {
        for action in schemas::actions(version) {
            let mut bench = Bench::booted(Behaviour { version, ..<_>::default() });
            for payload in
                [serde_json::json!([]), serde_json::json!("x"), serde_json::json!({ "id": {}, "evseId": "x" })]
            {
                let answer = bench.call_unchecked(&action, payload);
                assert_ne!(answer, Answer::Silence, "{} {action}", version.name());
            }
        }
    }
}
