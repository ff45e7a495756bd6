//! The power is cut at every message of a charger's day: at each frame on its way, after each that arrived at the
//! endpoint, after each that arrived at the charger. What it has to keep is kept, and what is told afterwards is whole,
//! in order, and the same each time it is told.

use crate::authority::Authority;
use crate::bench::{Answer, Bench, Cut};
use crate::books::{self, Told};
use chargehand_simulator::{Act, Behaviour, Version};
use serde_json::{Value, json};

/// Something a charger keeps: how it is set, and where it is found again.
struct Kept {
    set: (&'static str, Value),
    found: (&'static str, Value),
    at: &'static str,
    value: Value,
}

/// Everything that has to outlast a loss of power, but the transaction (errata 3.37, 2.x B05, D, K01, M).
fn to_keep(version: Version, root: &str) -> Vec<Kept> {
    if version.is_v2() { to_keep_in_2_x(root) } else { to_keep_in_1_6(root) }
}

fn to_keep_in_1_6(root: &str) -> Vec<Kept> {
    let profile = crate::bench::profile("TxDefaultProfile", 2, 14.0, json!({}));
    let kind = json!("CentralSystemRootCertificate");
    vec![
        Kept {
            set: ("ChangeConfiguration", json!({ "key": "MeterValueSampleInterval", "value": "7" })),
            found: ("GetConfiguration", json!({ "key": ["MeterValueSampleInterval"] })),
            at: "/configurationKey/0/value",
            value: json!("7"),
        },
        Kept {
            set: (
                "SendLocalList",
                json!({ "listVersion": 3, "updateType": "Full", "localAuthorizationList": [
                    { "idTag": "CAFE01", "idTagInfo": { "status": "Accepted" } },
                ] }),
            ),
            found: ("GetLocalListVersion", json!({})),
            at: "/listVersion",
            value: json!(3),
        },
        Kept {
            set: ("SetChargingProfile", json!({ "connectorId": 0, "csChargingProfiles": profile })),
            found: ("GetCompositeSchedule", json!({ "connectorId": 1, "duration": 60 })),
            at: "/chargingSchedule/chargingSchedulePeriod/0/limit",
            value: json!(14.0),
        },
        Kept {
            set: ("InstallCertificate", json!({ "certificateType": kind, "certificate": root })),
            found: ("GetInstalledCertificateIds", json!({ "certificateType": kind })),
            at: "/status",
            value: json!("Accepted"),
        },
    ]
}

fn to_keep_in_2_x(root: &str) -> Vec<Kept> {
    let place = json!({ "component": { "name": "SampledDataCtrlr" }, "variable": { "name": "TxUpdatedInterval" } });
    let mut set = place.clone();
    set["attributeValue"] = json!("7");
    let profile = crate::v2::profile("TxDefaultProfile", 2, 14.0, json!({}));
    let kind = "CSMSRootCertificate";
    vec![
        Kept {
            set: ("SetVariables", json!({ "setVariableData": [set] })),
            found: ("GetVariables", json!({ "getVariableData": [place] })),
            at: "/getVariableResult/0/attributeValue",
            value: json!("7"),
        },
        Kept {
            set: ("SendLocalList", json!({ "versionNumber": 3, "updateType": "Full" })),
            found: ("GetLocalListVersion", json!({})),
            at: "/versionNumber",
            value: json!(3),
        },
        Kept {
            set: ("SetChargingProfile", json!({ "evseId": 0, "chargingProfile": profile })),
            found: ("GetCompositeSchedule", json!({ "evseId": 1, "duration": 60 })),
            at: "/schedule/chargingSchedulePeriod/0/limit",
            value: json!(14.0),
        },
        Kept {
            set: ("InstallCertificate", json!({ "certificateType": kind, "certificate": root })),
            found: ("GetInstalledCertificateIds", json!({ "certificateType": [kind] })),
            at: "/status",
            value: json!("Accepted"),
        },
    ]
}

fn is_accepted(answer: &Answer) -> bool {
    let Answer::Result(answer) = answer else { return false };
    answer["status"] == "Accepted" || answer["setVariableResult"][0]["attributeStatus"] == "Accepted"
}

/// What is known of a day.
struct Day {
    bench: Bench,
    /// What the charger said it had taken.
    kept: Vec<Kept>,
    /// It said that it was switched off.
    is_off: bool,
    /// A transaction began.
    charged: bool,
}

/// The charger is set up, a car comes and charges, is limited, stopped and leaves; then the charger is switched off.
fn day(version: Version, root: &str, cut: Option<Cut>) -> Day {
    let behaviour = Behaviour { version, meter_interval_s: 5, ..<_>::default() };
    let mut bench = Bench::new(behaviour);
    bench.cut = cut;
    bench.connect();
    let mut kept = to_keep(version, root);
    kept.retain(|kept| is_accepted(&bench.call(kept.set.0, kept.set.1.clone())));
    bench.act(Act::Plug);
    bench.act(Act::Tag("CAFE01".into()));
    bench.run(30);
    let charged = bench.panel().transaction || bench.was_cut.is_some_and(|(_, ran)| ran);
    let id = books::transaction(&bench);
    let (limit, stop) = if version.is_v2() {
        let limit = crate::v2::profile("TxProfile", 0, 10.0, json!({ "id": 70, "transactionId": id }));
        (json!({ "evseId": 1, "chargingProfile": limit }), "RequestStopTransaction")
    } else {
        let limit = crate::bench::profile("TxProfile", 0, 10.0, json!({ "chargingProfileId": 70 }));
        (json!({ "connectorId": 1, "csChargingProfiles": limit }), "RemoteStopTransaction")
    };
    if !id.is_null() {
        bench.call("SetChargingProfile", limit);
        bench.run(30);
        bench.call(stop, json!({ "transactionId": id }));
    }
    bench.run(2);
    bench.act(Act::Unplug);
    let off = if version.is_v2() {
        json!({ "operationalStatus": "Inoperative" })
    } else {
        json!({ "connectorId": 0, "type": "Inoperative" })
    };
    let is_off = is_accepted(&bench.call("ChangeAvailability", off));
    bench.run(2);
    Day { bench, kept, is_off, charged }
}

impl Day {
    /// The power comes back, the charger boots and says what it has to say.
    fn goes_on(&mut self) {
        self.bench.run(60);
        self.bench.act(Act::Breaker { on: true });
        self.bench.run(5);
        self.bench.connect();
        self.bench.run(90);
    }

    fn is_whole(&mut self, what: &str) {
        for kept in &self.kept {
            let (action, payload) = kept.found.clone();
            let Answer::Result(found) = self.bench.call(action, payload) else { panic!("{what}: no {action}") };
            assert_eq!(found.pointer(kept.at), Some(&kept.value), "{what}: {action}: {found}");
        }
        let stands = self.bench.all("StatusNotification").pop();
        let stands = stands.as_ref().and_then(|status| status.get("status").or(status.get("connectorStatus")));
        assert!(!self.is_off || stands == Some(&json!("Unavailable")), "{what}: {stands:?}");
        let told = books::kept(&self.bench);
        assert_eq!(told.len(), usize::from(self.charged), "{what}: every transaction is told: {told:#?}");
        told.iter().for_each(|told| self.ends_well(told, what));
    }

    fn ends_well(&self, told: &Told, what: &str) {
        match self.bench.was_cut {
            Some((at, true)) => {
                assert_eq!((told.reason.as_str(), told.ended), ("PowerLoss", at), "{what}: {told:#?}");
            }
            _ => assert_eq!(told.reason, "Remote", "{what}: {told:#?}"),
        }
    }
}

/// Cuts the power at each frame in turn; how many days that took.
fn at_each(version: Version, frames: usize, cut: fn(usize) -> Cut) -> usize {
    let root = Authority::new("Power").root();
    let mut cut_while_charging = 0;
    for frame in 1..=frames {
        let cut = cut(frame);
        let what = format!("{} {cut:?}", version.name());
        let mut day = day(version, &root, Some(cut));
        assert!(day.bench.was_cut.is_some(), "{what}: there is no such frame");
        cut_while_charging += usize::from(day.bench.was_cut.is_some_and(|(_, ran)| ran));
        day.goes_on();
        day.is_whole(&what);
    }
    assert!(cut_while_charging >= 10, "{}: {cut_while_charging} of {frames}", version.name());
    frames
}

fn cut_everywhere(version: Version) -> [usize; 3] {
    let mut whole = day(version, &Authority::new("Power").root(), None);
    assert_eq!((whole.kept.len(), whole.is_off, whole.charged), (4, true, true));
    let (sent, received) = (whole.bench.sent, whole.bench.received);
    whole.is_whole("a day without a cut");
    [at_each(version, sent, Cut::Lost), at_each(version, sent, Cut::Sent), at_each(version, received, Cut::Received)]
}

#[test]
fn a_1_6_charger_loses_nothing_wherever_the_power_is_cut() {
    assert_eq!(cut_everywhere(Version::V16), [27, 27, 27]);
}

#[test]
fn a_2_0_1_charger_loses_nothing_wherever_the_power_is_cut() {
    assert_eq!(cut_everywhere(Version::V201), [25, 25, 25]);
}

#[test]
fn a_2_1_charger_loses_nothing_wherever_the_power_is_cut() {
    assert_eq!(cut_everywhere(Version::V21), [25, 25, 25]);
}
