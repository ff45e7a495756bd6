//! Which messages each version defines, and who sends them.

use std::sync::LazyLock;

use crate::version::Version;

/// Who may send a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The charger, to the platform.
    FromCharger,
    /// The platform, to the charger.
    ToCharger,
    /// Either.
    Both,
}

/// A message that a version defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// As it is spelled on the wire.
    pub action: &'static str,
    /// Who may send it.
    pub direction: Direction,
    /// It goes as SEND and is never answered (OCPP 2.1).
    pub send: bool,
}

/// All messages of a version, by name.
pub fn all(version: Version) -> &'static [Message] {
    static TABLES: LazyLock<[Vec<Message>; 3]> = LazyLock::new(|| {
        let table = |rows: &[Rows]| {
            let mut messages: Vec<Message> = rows.iter().flat_map(messages).collect();
            messages.sort_by_key(|message| message.action);
            messages
        };
        [table(V16), table(V201), table(&[V201, V21].concat())]
    });
    &TABLES[version.index()]
}

/// The message of that name, spelled exactly so.
pub fn find(version: Version, action: &str) -> Option<&'static Message> {
    let messages = all(version);
    messages.binary_search_by_key(&action, |message| message.action).ok().map(|index| &messages[index])
}

/// As any version spells the action that differs in case at most; `None`: no version defines it.
pub fn spelled(action: &str) -> Option<&'static str> {
    let messages = || Version::ALL.into_iter().flat_map(all);
    messages().find(|message| message.action.eq_ignore_ascii_case(action.trim())).map(|message| message.action)
}

type Rows = (Direction, bool, &'static str);

fn messages((direction, send, actions): &Rows) -> impl Iterator<Item = Message> {
    actions.split_whitespace().map(move |action| Message { action, direction: *direction, send: *send })
}

use Direction::{Both, FromCharger, ToCharger};

/// OCPP 1.6, and after the blank line its security extension.
const V16: &[Rows] = &[
    (
        FromCharger,
        false,
        "Authorize BootNotification DiagnosticsStatusNotification FirmwareStatusNotification Heartbeat MeterValues
         StartTransaction StatusNotification StopTransaction

         LogStatusNotification SecurityEventNotification SignCertificate SignedFirmwareStatusNotification",
    ),
    (
        ToCharger,
        false,
        "CancelReservation ChangeAvailability ChangeConfiguration ClearCache ClearChargingProfile
         GetCompositeSchedule GetConfiguration GetDiagnostics GetLocalListVersion RemoteStartTransaction
         RemoteStopTransaction ReserveNow Reset SendLocalList SetChargingProfile TriggerMessage UnlockConnector
         UpdateFirmware

         CertificateSigned DeleteCertificate ExtendedTriggerMessage GetInstalledCertificateIds GetLog
         InstallCertificate SignedUpdateFirmware",
    ),
    (Both, false, "DataTransfer"),
];

/// OCPP 2.0.1.
const V201: &[Rows] = &[
    (
        FromCharger,
        false,
        "Authorize BootNotification ClearedChargingLimit FirmwareStatusNotification Get15118EVCertificate
         GetCertificateStatus Heartbeat LogStatusNotification MeterValues NotifyChargingLimit
         NotifyCustomerInformation NotifyDisplayMessages NotifyEVChargingNeeds NotifyEVChargingSchedule NotifyEvent
         NotifyMonitoringReport NotifyReport PublishFirmwareStatusNotification ReportChargingProfiles
         ReservationStatusUpdate SecurityEventNotification SignCertificate StatusNotification TransactionEvent",
    ),
    (
        ToCharger,
        false,
        "CancelReservation CertificateSigned ChangeAvailability ClearCache ClearChargingProfile ClearDisplayMessage
         ClearVariableMonitoring CostUpdated CustomerInformation DeleteCertificate GetBaseReport GetChargingProfiles
         GetCompositeSchedule GetDisplayMessages GetInstalledCertificateIds GetLocalListVersion GetLog
         GetMonitoringReport GetReport GetTransactionStatus GetVariables InstallCertificate PublishFirmware
         RequestStartTransaction RequestStopTransaction ReserveNow Reset SendLocalList SetChargingProfile
         SetDisplayMessage SetMonitoringBase SetMonitoringLevel SetNetworkProfile SetVariableMonitoring SetVariables
         TriggerMessage UnlockConnector UnpublishFirmware UpdateFirmware",
    ),
    (Both, false, "DataTransfer"),
];

/// What OCPP 2.1 adds to 2.0.1; it takes nothing away.
const V21: &[Rows] = &[
    (
        FromCharger,
        false,
        "BatterySwap ClosePeriodicEventStream GetCertificateChainStatus NotifyDERAlarm NotifyDERStartStop
         NotifyPriorityCharging NotifySettlement OpenPeriodicEventStream PullDynamicScheduleUpdate ReportDERControl
         VatNumberValidation",
    ),
    (FromCharger, true, "NotifyPeriodicEventStream"),
    (
        ToCharger,
        false,
        "AFRRSignal AdjustPeriodicEventStream ChangeTransactionTariff ClearDERControl ClearTariffs GetDERControl
         GetPeriodicEventStream GetTariffs NotifyAllowedEnergyTransfer NotifyWebPaymentStarted RequestBatterySwap
         SetDERControl SetDefaultTariff UpdateDynamicSchedule UsePriorityCharging",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Half, text};

    #[test]
    fn every_version_has_as_many_messages_as_its_specification() {
        for (version, count) in [(Version::V16, 28 + 11), (Version::V201, 64), (Version::V21, 91)] {
            assert_eq!(all(version).len(), count, "{version}");
        }
    }

    #[test]
    fn every_message_has_its_official_schemas() {
        for version in Version::ALL {
            for message in all(version) {
                assert!(text(version, message.action, Half::Request).is_some(), "{version} {}", message.action);
                let answered = text(version, message.action, Half::Response).is_some();
                assert_eq!(answered, !message.send, "{version} {}", message.action);
                assert_eq!(find(version, message.action), Some(message));
            }
        }
    }

    #[test]
    fn an_action_is_spelled_exactly() {
        assert_eq!(find(Version::V16, "heartbeat"), None);
        assert_eq!(find(Version::V16, "TransactionEvent"), None);
        assert_eq!(find(Version::V201, "NotifyPeriodicEventStream"), None);
    }
}
