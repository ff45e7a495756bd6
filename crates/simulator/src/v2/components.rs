//! The components of the simulated charger and their variables, as data.

use super::model::Evse;
use super::newer;
use super::security::{LONGEST_CHAIN, SLOTS};
use super::variable::{Variable, decimal, flag, list, member, secret, sequence, text, typed, whole};
use crate::certificates::MOST;
use crate::profile::MAX_PERIODS;
use crate::profiles::MAX_PROFILES;
use crate::session::Condition;
use crate::{Behaviour, RateUnit, SimulatedCharger, Version, local_list, meter};
use jiff::Timestamp;

/// How many variables one message may carry, unless the charger deviates.
const ITEMS: usize = 20;
/// How many bytes one message may have.
const BYTES: i64 = 65_000;
const STATES: &str = "Available,Occupied,Reserved,Unavailable,Faulted";
const TX_POINTS: &str = "ParkingBayOccupancy,EVConnected,Authorized,DataSigned,PowerPathClosed,EnergyTransfer";
pub(super) const EVSE: Evse = Evse { id: 1, connector_id: None };
const CONNECTOR: Evse = Evse { id: 1, connector_id: Some(1) };

/// The components in the order a full report lists them.
const COMPONENTS: &[fn(&Behaviour) -> Vec<Variable>] = &[
    charging_station,
    evse,
    connector,
    communication,
    device_data,
    clock,
    sampled_data,
    aligned_data,
    smart_charging,
    transactions,
    authorisation,
    local_list,
    reservation,
    monitoring,
    security,
];

/// Every variable.
pub(super) fn all(it: &Behaviour) -> Vec<Variable> {
    let newer = if it.version == Version::V21 { newer::COMPONENTS } else { &[] };
    COMPONENTS.iter().chain(newer).flat_map(|component| component(it)).collect()
}

fn charging_station(it: &Behaviour) -> Vec<Variable> {
    [
        flag("Available", true),
        list("AvailabilityState", STATES).live(station_state),
        flag("Problem", false),
        text("VendorName", &it.vendor, 50),
        text("Model", &it.model, 20),
        text("SerialNumber", &it.serial, 25),
        text("FirmwareVersion", &it.firmware, 50),
        whole("SupplyPhases", it.phases.into()),
    ]
    .map(of("ChargingStation"))
    .into()
}

fn evse(it: &Behaviour) -> Vec<Variable> {
    let watts = it.nameplate_amps * 230.0 * f64::from(it.phases);
    [
        flag("Available", true),
        flag("AllowReset", false),
        list("AvailabilityState", STATES).live(connector_state),
        flag("Problem", false),
        decimal("Power").live(|it, now| it.reading(now).watts().round().to_string()).unit("W").within(0.0, watts),
        whole("SupplyPhases", it.phases.into()),
    ]
    .map(of("EVSE"))
    .map(at(EVSE))
    .into()
}

fn connector(it: &Behaviour) -> Vec<Variable> {
    [
        flag("Available", true),
        list("AvailabilityState", STATES).live(connector_state),
        text("ConnectorType", "cType2", 20),
        flag("Problem", false),
        whole("SupplyPhases", it.phases.into()),
    ]
    .map(of("Connector"))
    .map(at(CONNECTOR))
    .into()
}

fn communication(_: &Behaviour) -> Vec<Variable> {
    [
        member("FileTransferProtocols", "HTTP", "HTTP,HTTPS,FTP,FTPS,SFTP"),
        whole("HeartbeatInterval", 300).unit("s").within(1.0, 86_400.0).writable(),
        whole("MessageAttemptInterval", 10).instance("TransactionEvent").unit("s").within(0.0, 3600.0).writable(),
        whole("MessageAttempts", 3).instance("TransactionEvent").within(1.0, 10.0).writable(),
        whole("MessageTimeout", 30).instance("Default").unit("s"),
        sequence("NetworkConfigurationPriority", "0", SLOTS).writable().after_reboot(),
        whole("NetworkProfileConnectionAttempts", 3).within(1.0, 10.0).writable(),
        whole("OfflineThreshold", 60).unit("s").within(0.0, 86_400.0).writable(),
        whole("ResetRetries", 0).within(0.0, 3.0).writable(),
        flag("UnlockOnEVSideDisconnect", true),
        whole("WebSocketPingInterval", 0).unit("s"),
    ]
    .map(of("OCPPCommCtrlr"))
    .into()
}

fn device_data(it: &Behaviour) -> Vec<Variable> {
    let items = it.deviates.configuration.answers_at_most_keys.unwrap_or(ITEMS) as i64;
    let messages = ["GetReport", "GetVariables", "SetVariables"];
    let per_message = |name, most| messages.map(|message| whole(name, most).instance(message));
    let limits = [per_message("ItemsPerMessage", items), per_message("BytesPerMessage", BYTES)];
    limits.into_iter().flatten().map(of("DeviceDataCtrlr")).collect()
}

fn clock(it: &Behaviour) -> Vec<Variable> {
    let always = [
        typed("dateTime", "DateTime").live(|it, now| it.clock.text(now)),
        sequence("TimeSource", "Heartbeat", "Heartbeat"),
    ];
    let zone = it.wall_clock.as_ref().map(|zone| text("TimeZone", zone, 40));
    always.into_iter().chain(zone).map(of("ClockCtrlr")).collect()
}

fn sampled_data(it: &Behaviour) -> Vec<Variable> {
    let (all, register) = (meter::all_measurands(it), "Energy.Active.Import.Register");
    let least = it.deviates.metering.least_interval_s.unwrap_or(0).into();
    [
        flag("Available", true),
        flag("Enabled", true),
        member("TxStartedMeasurands", register, &all).writable(),
        member("TxUpdatedMeasurands", &all, &all).writable(),
        whole("TxUpdatedInterval", it.meter_interval_s.into()).unit("s").within(least, 86_400.0).writable(),
        member("TxEndedMeasurands", register, &all).writable(),
        whole("TxEndedInterval", 0).unit("s"),
    ]
    .map(of("SampledDataCtrlr"))
    .into()
}

fn aligned_data(it: &Behaviour) -> Vec<Variable> {
    let all = meter::all_measurands(it);
    [
        flag("Available", true),
        whole("Interval", 0).unit("s").within(0.0, 86_400.0).writable(),
        member("Measurands", &all, &all).writable(),
        whole("TxEndedInterval", 0).unit("s"),
        member("TxEndedMeasurands", "", &all),
    ]
    .map(of("AlignedDataCtrlr"))
    .into()
}

fn smart_charging(it: &Behaviour) -> Vec<Variable> {
    let units = match it.rate_unit {
        RateUnit::Current => "A",
        RateUnit::Power => "W",
        RateUnit::Both => "A,W",
    };
    let is_omitted = it.deviates.configuration.omits_smart_charging_available;
    let available = (!is_omitted).then(|| flag("Available", true));
    let others = [
        flag("Enabled", true),
        whole("Entries", MAX_PROFILES as i64).instance("ChargingProfiles"),
        decimal("LimitChangeSignificance").kept("1.0").unit("Percent"),
        whole("PeriodsPerSchedule", MAX_PERIODS as i64),
        flag("Phases3to1", false),
        whole("ProfileStackLevel", it.max_stack_level),
        member("RateUnit", units, "A,W"),
    ];
    let is_newer = it.version == Version::V21;
    let feature = |name, is_there| (is_newer && is_there).then(|| flag("SupportsFeature", true).instance(name));
    let features =
        [feature("UseLocalTime", it.wall_clock.is_some()), feature("RandomizedDelay", it.random_delay_seed.is_some())];
    let all = available.into_iter().chain(others).chain(features.into_iter().flatten());
    all.map(of("SmartChargingCtrlr")).collect()
}

fn transactions(_: &Behaviour) -> Vec<Variable> {
    [
        whole("EVConnectionTimeOut", 60).unit("s").within(1.0, 3600.0).writable(),
        flag("StopTxOnEVSideDisconnect", true),
        flag("StopTxOnInvalidId", true).writable(),
        flag("TxBeforeAcceptedEnabled", false),
        member("TxStartPoint", "PowerPathClosed", TX_POINTS),
        member("TxStopPoint", "EVConnected,Authorized", TX_POINTS),
    ]
    .map(of("TxCtrlr"))
    .into()
}

fn authorisation(_: &Behaviour) -> Vec<Variable> {
    [
        flag("Enabled", true),
        flag("AuthorizeRemoteStart", true).writable(),
        flag("LocalAuthorizeOffline", true).writable(),
        flag("LocalPreAuthorize", false).writable(),
        flag("OfflineTxForUnknownIdEnabled", false).writable(),
    ]
    .map(of("AuthCtrlr"))
    .into()
}

fn local_list(_: &Behaviour) -> Vec<Variable> {
    [
        flag("Available", true),
        flag("Enabled", true).writable(),
        whole("Entries", 0).live(|it, _| it.local_list.len().to_string()).within(0.0, local_list::MOST as f64),
        whole("ItemsPerMessage", local_list::AT_ONCE as i64),
        whole("BytesPerMessage", BYTES),
    ]
    .map(of("LocalAuthListCtrlr"))
    .into()
}

fn reservation(_: &Behaviour) -> Vec<Variable> {
    [flag("Available", true), flag("Enabled", true), flag("NonEvseSpecific", false)].map(of("ReservationCtrlr")).into()
}

fn security(it: &Behaviour) -> Vec<Variable> {
    let entries = |it: &SimulatedCharger, _: Timestamp| it.certificates.ids(|_| true).len().to_string();
    [
        flag("AdditionalRootCertificateCheck", false),
        flag("AllowSecurityProfileDowngrade", it.lowers_security),
        secret("BasicAuthPassword", 16, 40),
        whole("CertificateEntries", 0).live(entries).within(0.0, MOST as f64),
        whole("MaxCertificateChainSize", LONGEST_CHAIN as i64),
        text("OrganizationName", "Simulated Operator", 50).writable(),
        whole("SecurityProfile", 0).live(|it, _| it.network.way().security_profile.to_string()).within(0.0, 3.0),
    ]
    .map(of("SecurityCtrlr"))
    .into()
}

fn monitoring(_: &Behaviour) -> Vec<Variable> {
    [
        flag("Available", true),
        flag("Enabled", true),
        whole("ItemsPerMessage", ITEMS as i64).instance("SetVariableMonitoring"),
        whole("BytesPerMessage", BYTES).instance("SetVariableMonitoring"),
    ]
    .map(of("MonitoringCtrlr"))
    .into()
}

/// Puts a variable into a component.
pub(super) fn of(component: &'static str) -> impl Fn(Variable) -> Variable {
    move |variable| Variable { component, ..variable }
}

/// Puts its component somewhere.
pub(super) fn at(evse: Evse) -> impl Fn(Variable) -> Variable {
    move |variable| Variable { evse: Some(evse), ..variable }
}

fn station_state(charger: &SimulatedCharger, _: Timestamp) -> String {
    if charger.connector.operative[0] { "Available".into() } else { "Unavailable".into() }
}

fn connector_state(charger: &SimulatedCharger, _: Timestamp) -> String {
    charger.condition().connector_status(charger.connector.plugged).into()
}

impl Condition {
    /// The status of the connector: whether it is free. That and how it charges are told apart in 2.x.
    pub(super) fn connector_status(self, plugged: bool) -> &'static str {
        match self {
            Condition::Unavailable => "Unavailable",
            Condition::Reserved => "Reserved",
            Condition::Faulted => "Faulted",
            _ if plugged => "Occupied",
            _ => "Available",
        }
    }
}
