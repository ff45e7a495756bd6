//! The components of the simulated charger and their variables, as data.

use super::model::{Evse, Mutability, Source, Variable};
use crate::profiles::{MAX_PERIODS, MAX_PROFILES};
use crate::session::Condition;
use crate::{Behaviour, RateUnit, SimulatedCharger, meter};
use jiff::Timestamp;

/// How many variables one message may carry, unless the charger deviates.
const ITEMS: usize = 20;
/// How many bytes one message may have.
const BYTES: usize = 65_000;
const EVSE: Evse = Evse { id: 1, connector_id: None };
const CONNECTOR: Evse = Evse { id: 1, connector_id: Some(1) };

/// Every variable.
pub(super) fn all(it: &Behaviour) -> Vec<Variable> {
    let tables = [station(it), evse(it), connector(it), communication(it), metering(it), charging(it), control()];
    tables.concat()
}

fn station(it: &Behaviour) -> Vec<Variable> {
    of(
        "ChargingStation",
        None,
        vec![
            flag("Available", true),
            list("AvailabilityState", "Available,Occupied,Reserved,Unavailable,Faulted").live(station_state),
            flag("Problem", false),
            text("VendorName", &it.vendor, 50),
            text("Model", &it.model, 20),
            text("SerialNumber", &it.serial, 25),
            text("FirmwareVersion", &it.firmware, 50),
            whole("SupplyPhases", it.phases.into()),
        ],
    )
}

fn evse(it: &Behaviour) -> Vec<Variable> {
    let watts = it.nameplate_amps * 230.0 * f64::from(it.phases);
    of(
        "EVSE",
        Some(EVSE),
        vec![
            flag("Available", true),
            flag("AllowReset", false),
            list("AvailabilityState", "Available,Occupied,Reserved,Unavailable,Faulted").live(connector_state),
            flag("Problem", false),
            decimal("Power").live(|it, now| it.reading(now).watts().round().to_string()).unit("W").within(0.0, watts),
            whole("SupplyPhases", it.phases.into()),
        ],
    )
}

fn connector(it: &Behaviour) -> Vec<Variable> {
    of(
        "Connector",
        Some(CONNECTOR),
        vec![
            flag("Available", true),
            list("AvailabilityState", "Available,Occupied,Reserved,Unavailable,Faulted").live(connector_state),
            text("ConnectorType", "cType2", 20),
            flag("Problem", false),
            whole("SupplyPhases", it.phases.into()),
        ],
    )
}

fn station_state(charger: &SimulatedCharger, _: Timestamp) -> String {
    if charger.connector.operative[0] { "Available".into() } else { "Unavailable".into() }
}

fn connector_state(charger: &SimulatedCharger, now: Timestamp) -> String {
    charger.condition(now).connector_status(charger.connector.plugged).into()
}

impl Condition {
    /// The status of the connector: whether it is free. That and how it charges are told apart in 2.x.
    pub(super) fn connector_status(self, plugged: bool) -> &'static str {
        match self {
            Condition::Unavailable => "Unavailable",
            Condition::Reserved => "Reserved",
            _ if plugged => "Occupied",
            _ => "Available",
        }
    }
}

fn communication(it: &Behaviour) -> Vec<Variable> {
    let items = it.deviates.answers_at_most_keys.unwrap_or(ITEMS) as i64;
    let per_message = |name: &'static str, most: i64| {
        ["GetReport", "GetVariables", "SetVariables"].map(|message| whole(name, most).instance(message))
    };
    let own = of(
        "OCPPCommCtrlr",
        None,
        vec![
            member("FileTransferProtocols", "HTTP", "HTTP,HTTPS,FTP,FTPS,SFTP"),
            whole("HeartbeatInterval", 300).unit("s").within(1.0, 86_400.0).writable(),
            whole("MessageAttemptInterval", 60).instance("TransactionEvent").unit("s").within(0.0, 3600.0).writable(),
            whole("MessageAttempts", 3).instance("TransactionEvent").within(1.0, 10.0).writable(),
            whole("MessageTimeout", 30).instance("Default").unit("s"),
            sequence("NetworkConfigurationPriority", "0", "0,1,2").writable().after_reboot(),
            whole("NetworkProfileConnectionAttempts", 3).within(1.0, 10.0).writable(),
            whole("OfflineThreshold", 60).unit("s").within(0.0, 86_400.0).writable(),
            whole("ResetRetries", 0).within(0.0, 3.0).writable(),
            flag("UnlockOnEVSideDisconnect", true),
            whole("WebSocketPingInterval", 0).unit("s"),
        ],
    );
    let device_data = [per_message("ItemsPerMessage", items), per_message("BytesPerMessage", BYTES as i64)];
    let clock = of(
        "ClockCtrlr",
        None,
        vec![
            typed("dateTime", "DateTime").live(|it, now| it.clock.text(now)),
            sequence("TimeSource", "Heartbeat", "Heartbeat"),
        ],
    );
    [own, of("DeviceDataCtrlr", None, device_data.into_iter().flatten().collect()), clock].concat()
}

fn metering(it: &Behaviour) -> Vec<Variable> {
    let all = meter::all_measurands();
    let measurands = |name, value: &str| member(name, value, &all).writable();
    let register = "Energy.Active.Import.Register";
    let sampled = of(
        "SampledDataCtrlr",
        None,
        vec![
            flag("Available", true),
            flag("Enabled", true),
            measurands("TxStartedMeasurands", register),
            measurands("TxUpdatedMeasurands", &all),
            whole("TxUpdatedInterval", it.meter_interval_s.into()).unit("s").within(0.0, 86_400.0).writable(),
            measurands("TxEndedMeasurands", register),
            whole("TxEndedInterval", 0).unit("s"),
        ],
    );
    let aligned = of(
        "AlignedDataCtrlr",
        None,
        vec![
            flag("Available", true),
            whole("Interval", 0).unit("s").within(0.0, 86_400.0).writable(),
            measurands("Measurands", &all),
            whole("TxEndedInterval", 0).unit("s"),
            member("TxEndedMeasurands", "", &all),
        ],
    );
    [sampled, aligned].concat()
}

fn charging(it: &Behaviour) -> Vec<Variable> {
    let units = match it.rate_unit {
        RateUnit::Current => "A",
        RateUnit::Power => "W",
        RateUnit::Both => "A,W",
    };
    let smart = of(
        "SmartChargingCtrlr",
        None,
        vec![
            flag("Available", true),
            flag("Enabled", true),
            whole("Entries", MAX_PROFILES as i64).instance("ChargingProfiles"),
            decimal("LimitChangeSignificance").kept("1.0").unit("Percent"),
            whole("PeriodsPerSchedule", MAX_PERIODS as i64),
            flag("Phases3to1", false),
            whole("ProfileStackLevel", it.max_stack_level),
            member("RateUnit", units, "A,W"),
        ],
    );
    let points = "ParkingBayOccupancy,EVConnected,Authorized,DataSigned,PowerPathClosed,EnergyTransfer";
    let transactions = of(
        "TxCtrlr",
        None,
        vec![
            whole("EVConnectionTimeOut", 60).unit("s").within(1.0, 3600.0).writable(),
            flag("StopTxOnEVSideDisconnect", true),
            flag("StopTxOnInvalidId", true).writable(),
            flag("TxBeforeAcceptedEnabled", false),
            member("TxStartPoint", "PowerPathClosed", points),
            member("TxStopPoint", "EVConnected,Authorized", points),
        ],
    );
    [smart, transactions].concat()
}

fn control() -> Vec<Variable> {
    of(
        "AuthCtrlr",
        None,
        vec![
            flag("Enabled", true),
            flag("AuthorizeRemoteStart", true).writable(),
            flag("LocalAuthorizeOffline", false),
            flag("LocalPreAuthorize", false),
        ],
    )
}

fn of(component: &'static str, evse: Option<Evse>, variables: Vec<Variable>) -> Vec<Variable> {
    variables.into_iter().map(|variable| Variable { component, evse, ..variable }).collect()
}

fn typed(data_type: &'static str, name: &'static str) -> Variable {
    Variable {
        component: "",
        evse: None,
        name,
        instance: None,
        source: Source::Kept(String::new()),
        mutability: Mutability::ReadOnly,
        data_type,
        unit: None,
        least: None,
        most: None,
        values: None,
        needs_reboot: false,
    }
}

fn flag(name: &'static str, value: bool) -> Variable {
    typed("boolean", name).kept(if value { "true" } else { "false" })
}

fn whole(name: &'static str, value: i64) -> Variable {
    typed("integer", name).kept(&value.to_string())
}

fn decimal(name: &'static str) -> Variable {
    typed("decimal", name)
}

fn text(name: &'static str, value: &str, longest: usize) -> Variable {
    let value: String = value.chars().take(longest).collect();
    Variable { most: Some(longest as f64), ..typed("string", name).kept(&value) }
}

/// One of several values; `kept` or `live` says which.
fn list(name: &'static str, values: &str) -> Variable {
    Variable { values: Some(values.into()), ..typed("OptionList", name) }
}

fn sequence(name: &'static str, value: &str, values: &str) -> Variable {
    Variable { values: Some(values.into()), ..typed("SequenceList", name).kept(value) }
}

fn member(name: &'static str, value: &str, values: &str) -> Variable {
    Variable { values: Some(values.into()), ..typed("MemberList", name).kept(value) }
}

impl Variable {
    fn kept(self, value: &str) -> Variable {
        Variable { source: Source::Kept(value.into()), ..self }
    }

    fn live(self, ask: fn(&SimulatedCharger, Timestamp) -> String) -> Variable {
        Variable { source: Source::Live(ask), ..self }
    }

    fn instance(self, instance: &'static str) -> Variable {
        Variable { instance: Some(instance), ..self }
    }

    fn unit(self, unit: &'static str) -> Variable {
        Variable { unit: Some(unit), ..self }
    }

    fn within(self, least: f64, most: f64) -> Variable {
        Variable { least: Some(least), most: Some(most), ..self }
    }

    fn writable(self) -> Variable {
        Variable { mutability: Mutability::ReadWrite, ..self }
    }

    fn after_reboot(self) -> Variable {
        Variable { needs_reboot: true, ..self }
    }
}
