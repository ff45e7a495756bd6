//! The configuration keys of OCPP 1.6 chapter 9 that this charger has, and which of them may be written.

use crate::deviations::ProfileAnswer;
use crate::dialect::Setting;
use crate::profile::MAX_PERIODS;
use crate::profiles::MAX_PROFILES;
use crate::rpc::cut;
use crate::{Behaviour, RateUnit, certificates, local_list, meter};
use serde_json::{Value, json};
use std::borrow::Cow;

/// What a charger without the P15 limit says it answers at once.
const MAX_KEYS: usize = 50;

/// The keys by which the charger behaves.
const SETTINGS: &[(Setting, &str)] = &[
    (Setting::Heartbeat, "HeartbeatInterval"),
    (Setting::SampleInterval, "MeterValueSampleInterval"),
    (Setting::SampledMeasurands, "MeterValuesSampledData"),
    (Setting::AlignedInterval, "ClockAlignedDataInterval"),
    (Setting::AlignedMeasurands, "MeterValuesAlignedData"),
    (Setting::ConnectionTimeout, "ConnectionTimeOut"),
    (Setting::Attempts, "TransactionMessageAttempts"),
    (Setting::AttemptInterval, "TransactionMessageRetryInterval"),
    (Setting::RemoteNeedsConsent, "AuthorizeRemoteTxRequests"),
    (Setting::ListEnabled, "LocalAuthListEnabled"),
    (Setting::ListDecides, "LocalPreAuthorize"),
    (Setting::ListDecidesOffline, "LocalAuthorizeOffline"),
    (Setting::UnknownMayOffline, "AllowOfflineTxForUnknownId"),
    (Setting::StopOnInvalidId, "StopTransactionOnInvalidId"),
];

/// The key of a setting.
pub(super) fn key(setting: Setting) -> &'static str {
    SETTINGS.iter().find(|(its, _)| *its == setting).map_or("", |(_, key)| key)
}

/// The setting of a key; most keys have none.
pub(super) fn setting(key: &str) -> Option<Setting> {
    SETTINGS.iter().find(|(_, its)| its.eq_ignore_ascii_case(key)).map(|(setting, _)| *setting)
}

type Check = fn(&str) -> bool;

#[derive(Debug)]
struct Key {
    name: Cow<'static, str>,
    value: String,
    /// What may be written; nothing when the key is read-only.
    writable: Option<Check>,
}

/// The keys with their values, in the order the charger lists them. They survive a reboot.
#[derive(Debug)]
pub(super) struct Configuration {
    keys: Vec<Key>,
}

impl Configuration {
    /// The keys as they left the factory.
    pub(super) fn new(behaviour: &Behaviour) -> Self {
        let max_keys = behaviour.deviates.configuration.answers_at_most_keys.unwrap_or(MAX_KEYS);
        let unit = match behaviour.rate_unit {
            RateUnit::Current => "Current",
            RateUnit::Power => "Power",
            RateUnit::Both => "Current,Power",
        };
        let features = match behaviour.deviates.limits.all_profiles {
            ProfileAnswer::NotSupported => "Core,LocalAuthListManagement,RemoteTrigger,Reservation",
            _ => "Core,LocalAuthListManagement,RemoteTrigger,Reservation,SmartCharging",
        };
        let but = behaviour.deviates;
        let measurands: Check = match (but.configuration.takes_any_measurand, but.metering.lacks_current_offered) {
            (true, _) => |list| !list.is_empty(),
            (_, true) => |list| meter::knows(list) && !list.contains("Current.Offered"),
            _ => meter::knows,
        };
        let fixed = |name: &'static str, value: String| Key { name: name.into(), value, writable: None };
        let open = |name: &'static str, value, check| Key { name: name.into(), value, writable: Some(check) };
        // written by a function of its own as well
        let mode = behaviour.mode_key.as_ref().map(|mode| Key {
            name: mode.key.clone().into(),
            value: mode.value.clone(),
            writable: Some(|_| true),
        });
        let keys = vec![
            open("AllowOfflineTxForUnknownId", "false".into(), is_bool),
            open("AuthorizeRemoteTxRequests", "true".into(), is_bool),
            open("ClockAlignedDataInterval", "0".into(), is_whole),
            open("ConnectionTimeOut", "60".into(), is_whole),
            fixed("ConnectorPhaseRotation", if behaviour.phases > 1 { "1.RST" } else { "1.NotApplicable" }.into()),
            fixed("GetConfigurationMaxKeys", max_keys.to_string()),
            open("HeartbeatInterval", "300".into(), is_whole),
            open("LocalAuthorizeOffline", "true".into(), is_bool),
            open("LocalPreAuthorize", "false".into(), is_bool),
            open("LocalAuthListEnabled", "true".into(), is_bool),
            fixed("LocalAuthListMaxLength", local_list::MOST.to_string()),
            open("MeterValuesAlignedData", String::new(), |list| list.is_empty() || meter::knows(list)),
            open("MeterValuesSampledData", meter::all_measurands(behaviour), measurands),
            open("MeterValueSampleInterval", behaviour.meter_interval_s.to_string(), is_whole),
            fixed("NumberOfConnectors", "1".into()),
            fixed("ReserveConnectorZeroSupported", "false".into()),
            fixed("ResetRetries", "0".into()),
            fixed("SendLocalListMaxLength", local_list::AT_ONCE.to_string()),
            fixed("StopTransactionOnEVSideDisconnect", "true".into()),
            open("StopTransactionOnInvalidId", "true".into(), is_bool),
            fixed("StopTxnAlignedData", String::new()),
            fixed("StopTxnSampledData", String::new()),
            fixed("SupportedFeatureProfiles", features.into()),
            open("TransactionMessageAttempts", "3".into(), is_whole),
            open("TransactionMessageRetryInterval", "0".into(), is_whole),
            fixed("UnlockConnectorOnEVSideDisconnect", "true".into()),
            fixed("ChargeProfileMaxStackLevel", behaviour.max_stack_level.to_string()),
            fixed("ChargingScheduleAllowedChargingRateUnit", unit.into()),
            fixed("ChargingScheduleMaxPeriods", MAX_PERIODS.to_string()),
            fixed("MaxChargingProfilesInstalled", MAX_PROFILES.to_string()),
            fixed("AdditionalRootCertificateCheck", "false".into()),
            fixed("CertificateSignedMaxChainSize", "10000".into()),
            fixed("CertificateStoreMaxLength", certificates::MOST.to_string()),
            open("CpoName", "Simulated Operator".into(), |value| !value.is_empty()),
            // written by a function of its own, which looks at what the charger has
            open("SecurityProfile", "0".into(), is_whole),
        ];
        Configuration { keys: keys.into_iter().chain(mode).collect() }
    }

    /// A key's value; empty when there is no such key.
    pub(super) fn get(&self, name: &str) -> &str {
        self.keys.iter().find(|key| key.name == name).map_or("", |key| &key.value)
    }

    /// Sets a key from inside, as the Boot answer does with HeartbeatInterval.
    pub(super) fn set(&mut self, name: &str, value: String) {
        if let Some(key) = self.keys.iter_mut().find(|key| key.name == name) {
            key.value = value;
        }
    }

    /// ChangeConfiguration: the status to answer.
    pub(super) fn change(&mut self, name: &str, value: &str) -> &'static str {
        match self.keys.iter_mut().find(|key| key.name.eq_ignore_ascii_case(name)) {
            None => "NotSupported",
            Some(Key { writable: Some(check), value: held, .. }) if check(value) => {
                *held = value.to_owned();
                "Accepted"
            }
            Some(_) => "Rejected",
        }
    }

    /// GetConfiguration's answer: the keys asked for, or all when the list is empty, but never more than `most`.
    pub(super) fn answer(&self, asked: &[String], most: usize) -> Value {
        let is = |key: &Key, name: &String| key.name.eq_ignore_ascii_case(name);
        let wanted = |key: &&Key| asked.is_empty() || asked.iter().any(|name| is(key, name));
        let known: Vec<Value> = (self.keys.iter().filter(wanted).take(most))
            .map(|key| json!({ "key": key.name, "readonly": key.writable.is_none(), "value": key.value }))
            .collect();
        let unknown: Vec<String> = (asked.iter().filter(|name| !self.keys.iter().any(|key| is(key, name))))
            .map(|name| cut(name, 50))
            .collect();
        let mut answer = json!({ "configurationKey": known });
        if !unknown.is_empty() {
            answer["unknownKey"] = json!(unknown);
        }
        answer
    }
}

fn is_bool(value: &str) -> bool {
    value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
}

fn is_whole(value: &str) -> bool {
    value.parse::<u32>().is_ok()
}
