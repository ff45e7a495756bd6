//! Raising the security profile: what is written, what proves it, and that no charger is left behind.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chargehand_commissioning::attempt::{ClientCertificate, Password, Security, Tls};
use chargehand_commissioning::event::{ClosedBy, Handshake, Step};
use chargehand_commissioning::link::{Input, Link, Outgoing};
use chargehand_commissioning::outcome::Outcome;
use chargehand_commissioning::outcome::Verdict::{self, Failed, Inconclusive, NotApplicable, NotTested, Passed};
use chargehand_commissioning::step;
use chargehand_commissioning::step::upgrade_security::{Means, Secret, plan};
use chargehand_ocpp::Version;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::bench::Bench;

const PASSWORD: &str = "a-password-of:20+chr";

fn means(to: u8) -> Means {
    Means {
        to,
        password: Secret(PASSWORD.into()),
        root: Some("A ROOT".into()),
        plain: "ws://192.168.1.2:9616/".into(),
        secure: "wss://192.168.1.2:9616/".into(),
    }
}

/// How a connection of that profile looks to us.
fn shown(profile: u8) -> Security {
    let certificate = ClientCertificate { subject: "CN=CP1".into(), issuer: "CN=us".into(), trouble: String::new() };
    let tls =
        Tls { version: "TLS 1.3".into(), suite: String::new(), certificate: (profile == 3).then_some(certificate) };
    Security {
        tls: (profile >= 2).then_some(tls),
        password: if matches!(profile, 1 | 2) { Password::Right } else { Password::Missing },
    }
}

/// What a charger does with security.
#[derive(Clone, Copy)]
struct Charger {
    version: Version,
    /// What it starts on.
    profile: u8,
    /// It answers a write of the profile so.
    says: &'static str,
    /// On this profile it cannot connect, and goes back to the one before.
    falls_back_from: u8,
    /// On this profile it is never heard of again.
    vanishes_on: u8,
    /// It reconnects only when it is restarted.
    waits_for_restart: bool,
    /// What it answers to a root.
    root: &'static str,
    /// What it answers to the certificate it asked for.
    certificate: &'static str,
}

const OBEYS: Charger = Charger {
    version: Version::V16,
    profile: 0,
    says: "Accepted",
    falls_back_from: 9,
    vanishes_on: 9,
    waits_for_restart: false,
    root: "Accepted",
    certificate: "Accepted",
};

/// A charger at work.
struct Running {
    it: Charger,
    link: Link,
    session: u64,
    out: mpsc::UnboundedReceiver<Outgoing>,
    /// 2.x: the way in the new slot.
    way: Option<u8>,
    next: Option<u8>,
    said: VecDeque<Value>,
}

impl Running {
    async fn connect(it: Charger, link: Link, session: u64) -> Self {
        let (out, outgoing) = mpsc::unbounded_channel();
        let handshake = Handshake {
            offered: vec![it.version.subprotocol().into()],
            chosen: it.version.subprotocol().into(),
            security: shown(it.profile),
            ..Handshake::default()
        };
        link.send(Input::Connected { session, handshake, out, adopt: true }).await.unwrap();
        let boot = match it.version {
            Version::V16 => json!({"chargePointVendor": "V", "chargePointModel": "M"}),
            _ => json!({"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}}),
        };
        let said = VecDeque::from([json!([2, format!("boot{session}"), "BootNotification", boot])]);
        Self { it, link, session, out: outgoing, way: None, next: None, said }
    }

    async fn run(mut self) {
        loop {
            while let Some(frame) = self.said.pop_front() {
                let bytes = Bytes::from(frame.to_string());
                self.link.send(Input::Frame { session: self.session, bytes, binary: false }).await.unwrap();
            }
            let Some(Outgoing::Text(text)) = self.out.recv().await else { return };
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame[0] == 2 && !self.heard(&frame).await {
                return;
            }
        }
    }

    /// Hears a call; false: it is never heard of again.
    async fn heard(&mut self, frame: &Value) -> bool {
        let (action, payload) = (frame[2].as_str().unwrap(), &frame[3]);
        let mut restarts = action == "Reset";
        let answer = match action {
            "ChangeConfiguration" if payload["key"] == "SecurityProfile" => {
                self.next = payload["value"].as_str().and_then(|value| value.parse().ok());
                restarts = self.it.says == "Accepted" && !self.it.waits_for_restart;
                json!({"status": self.it.says})
            }
            "SetVariables" => {
                if payload["setVariableData"][0]["variable"]["name"] == "NetworkConfigurationPriority" {
                    self.next = self.way;
                }
                let mut result = payload["setVariableData"][0].clone();
                result.as_object_mut().unwrap().remove("attributeValue");
                result["attributeStatus"] = "Accepted".into();
                json!({ "setVariableResult": [result] })
            }
            "GetVariables" => {
                let mut result = payload["getVariableData"][0].clone();
                (result["attributeStatus"], result["attributeValue"]) = ("Accepted".into(), "1".into());
                json!({ "getVariableResult": [result] })
            }
            "SetNetworkProfile" => {
                self.way = payload["connectionData"]["securityProfile"].as_u64().map(|profile| profile as u8);
                json!({"status": self.it.says})
            }
            "InstallCertificate" => json!({"status": self.it.root}),
            "CertificateSigned" => json!({"status": self.it.certificate}),
            "ExtendedTriggerMessage" | "TriggerMessage" => {
                self.said.push_back(json!([2, "csr", "SignCertificate", {"csr": "A REQUEST"}]));
                json!({"status": "Accepted"})
            }
            _ => json!({"status": "Accepted"}),
        };
        self.said.push_front(json!([3, frame[1], answer]));
        match self.next.filter(|_| restarts) {
            Some(profile) => self.comes_back_on(profile).await,
            None => true,
        }
    }

    async fn comes_back_on(&mut self, profile: u8) -> bool {
        for frame in std::mem::take(&mut self.said) {
            let bytes = Bytes::from(frame.to_string());
            self.link.send(Input::Frame { session: self.session, bytes, binary: false }).await.unwrap();
        }
        // What it said is on its way before it hangs up.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let (session, by, reason) = (self.session, ClosedBy::Charger, "it restarts".to_owned());
        self.link.send(Input::Disconnected { session, by, code: None, reason }).await.unwrap();
        if profile == self.it.vanishes_on {
            return false;
        }
        tokio::time::sleep(Duration::from_secs(30)).await;
        let profile = if profile == self.it.falls_back_from { self.it.profile } else { profile };
        *self = Self::connect(Charger { profile, ..self.it }, self.link.clone(), self.session + 1).await;
        true
    }
}

/// A bench at which this charger has booted.
async fn bench(it: Charger) -> Bench {
    let bench = Bench::signing(Arc::new(|_, _| Ok("A CHAIN".into())));
    tokio::spawn(Running::connect(it, bench.link.clone(), 1000).await.run());
    bench.run(5).await;
    bench
}

/// Raises the profile of such a charger.
async fn raised(it: Charger, to: u8) -> (Bench, Outcome) {
    let bench = bench(it).await;
    let outcome = step::upgrade_security(&bench.link, &means(to)).await.unwrap();
    assert_eq!(bench.record().await.outcomes[&Step::Security], outcome, "it is kept");
    (bench, outcome)
}

/// The calls that were sent, with what they are about.
fn sent(bench: &Bench) -> Vec<String> {
    let about = |payload: &Value| {
        let variable = &payload["setVariableData"][0]["variable"]["name"];
        let known = [&payload["key"], variable, &payload["certificateType"], &payload["requestedMessage"]];
        known.iter().find_map(|known| known.as_str()).unwrap_or_default().to_owned()
    };
    let named = |call: crate::bench::Sent| format!("{} {}", call.action, about(&call.payload)).trim().to_owned();
    bench.sent().into_iter().map(named).collect()
}

fn has(bench: &Bench, part: &str) -> bool {
    sent(bench).iter().any(|call| call.contains(part))
}

#[tokio::test(start_paused = true)]
async fn a_charger_of_1_6_climbs_from_0_to_3_and_each_rung_is_proved_before_the_next_is_written() {
    let (bench, outcome) = raised(OBEYS, 3).await;
    assert_eq!((outcome.verdict, bench.record().await.connections), (Passed, 4), "{outcome:?}");
    assert_eq!(
        sent(&bench),
        [
            "ChangeConfiguration AuthorizationKey",
            "ChangeConfiguration SecurityProfile",
            "InstallCertificate CentralSystemRootCertificate",
            "ChangeConfiguration SecurityProfile",
            "ChangeConfiguration CpoName",
            "ExtendedTriggerMessage SignChargePointCertificate",
            "CertificateSigned",
            "ChangeConfiguration SecurityProfile",
        ]
    );
    let disk = bench.disk.lock().unwrap();
    let text: String = disk.entries.iter().map(|entry| String::from_utf8_lossy(&entry.bytes).into_owned()).collect();
    let hex: String = PASSWORD.bytes().map(|byte| format!("{byte:02X}")).collect();
    assert!(text.contains("AuthorizationKey") && !text.contains(PASSWORD) && !text.contains(&hex), "never on disk");
}

#[tokio::test(start_paused = true)]
async fn a_charger_of_2_x_gets_each_way_in_a_free_slot_before_the_one_that_works() {
    for version in [Version::V201, Version::V21] {
        let (bench, outcome) = raised(Charger { version, ..OBEYS }, 2).await;
        assert_eq!(outcome.verdict, Passed, "{outcome:?}");
        let ways = bench.calls("SetNetworkProfile");
        let data: Vec<&Value> = ways.iter().map(|call| &call.payload["connectionData"]).collect();
        assert_eq!(ways[0].payload["configurationSlot"], 2, "slot 1 is in use");
        assert_eq!(
            (&data[0]["ocppCsmsUrl"], &data[0]["securityProfile"]),
            (&json!("ws://192.168.1.2:9616/"), &json!(1))
        );
        assert_eq!(
            (&data[1]["ocppCsmsUrl"], &data[1]["securityProfile"]),
            (&json!("wss://192.168.1.2:9616/"), &json!(2))
        );
        let priority = bench.calls("SetVariables").into_iter().map(|call| call.payload["setVariableData"][0].clone());
        let priority: Vec<Value> = priority.filter(|data| data["attributeValue"] == "2,1").collect();
        assert_eq!(priority.len(), 2, "the way that works stays behind the new one");
    }
}

#[tokio::test(start_paused = true)]
async fn the_way_back_is_said_before_anything_is_written() {
    let (bench, _) = raised(OBEYS, 1).await;
    let disk = bench.disk.lock().unwrap();
    let at = |words: &str| disk.entries.iter().position(|entry| String::from_utf8_lossy(&entry.bytes).contains(words));
    let (said, written) = (at("security_way_back").unwrap(), at("AuthorizationKey").unwrap());
    assert!(said < written);
    let text = String::from_utf8_lossy(&disk.entries[said].bytes).into_owned();
    assert!(text.contains("no way down again") && text.contains("factory reset"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_falls_back_is_not_asked_for_more_and_nothing_is_lost() {
    let (bench, outcome) = raised(Charger { falls_back_from: 2, ..OBEYS }, 3).await;
    assert_eq!(outcome.verdict, Failed);
    assert!(outcome.finding.contains("Security profile 1 is what it has") && outcome.finding.contains("fell back"));
    assert!(!has(&bench, "ExtendedTriggerMessage"), "{:?}", sent(&bench));
    assert!(bench.record().await.connected.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_does_not_come_back_is_inconclusive_and_what_to_do_is_said() {
    let (_, outcome) = raised(Charger { vanishes_on: 1, ..OBEYS }, 3).await;
    assert_eq!(outcome.verdict, Inconclusive);
    assert!(outcome.finding.contains("20 minutes") && outcome.finding.contains("power off"), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_only_changes_when_it_restarts_is_restarted() {
    for says in ["Accepted", "RebootRequired"] {
        let (bench, outcome) = raised(Charger { waits_for_restart: true, says, ..OBEYS }, 1).await;
        assert_eq!((outcome.verdict, has(&bench, "Reset")), (Passed, true), "{says}: {outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_profile_is_not_touched_where_the_charger_does_not_take_what_it_needs() {
    for (it, to, untouched) in [
        (Charger { root: "Rejected", profile: 1, ..OBEYS }, 2, "SecurityProfile"),
        (Charger { certificate: "Rejected", profile: 2, ..OBEYS }, 3, "SecurityProfile"),
        (Charger { says: "Rejected", version: Version::V201, ..OBEYS }, 1, "NetworkConfigurationPriority"),
    ] {
        let (bench, outcome) = raised(it, to).await;
        assert_eq!(outcome.verdict, Failed, "{outcome:?}");
        assert!(!has(&bench, untouched), "{:?}", sent(&bench));
    }
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_knows_no_profiles_is_said_to_know_none() {
    let (_, outcome) = raised(Charger { says: "NotSupported", ..OBEYS }, 1).await;
    assert_eq!(outcome.verdict, Failed);
    assert!(outcome.finding.contains("installer menu"), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_where_the_climb_cannot_be_finished() {
    let with = |change: fn(&mut Means), to: u8| {
        let mut means = means(to);
        change(&mut means);
        means
    };
    let cases: [(Charger, Means, Verdict, &str); 3] = [
        (OBEYS, with(|means| means.root = None, 2), NotTested, "certificate authority"),
        (OBEYS, with(|means| means.password = Secret("short".into()), 1), NotTested, "16 to 20 characters"),
        (Charger { profile: 2, ..OBEYS }, means(1), NotApplicable, "2 already"),
    ];
    for (it, means, verdict, words) in cases {
        let bench = bench(it).await;
        let outcome = step::upgrade_security(&bench.link, &means).await.unwrap();
        assert_eq!(outcome.verdict, verdict, "{outcome:?}");
        assert!(outcome.finding.contains(words) && !outcome.finding.contains("short"), "{outcome:?}");
        assert_eq!(sent(&bench), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_climb_says_where_it_stands() {
    let bench = bench(Charger { vanishes_on: 1, ..OBEYS }).await;
    let link = bench.link.clone();
    let climbing = tokio::spawn(async move { step::upgrade_security(&link, &means(3)).await.unwrap() });
    bench.run(60).await;
    bench.link.cancel().await;
    let outcome = climbing.await.unwrap();
    assert_eq!(outcome.verdict, Inconclusive);
    assert!(outcome.finding.contains("Cancelled") && outcome.finding.contains("way back"), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn the_plan_names_every_rung_and_what_proves_it() {
    let bench = bench(Charger { profile: 1, ..OBEYS }).await;
    let plan = plan(&bench.record().await, 3);
    assert_eq!((plan.from, plan.rungs.iter().map(|rung| rung.profile).collect::<Vec<_>>()), (1, vec![2, 3]));
    assert!(plan.rungs.iter().all(|rung| rung.writes.ends_with('.') && rung.proof.ends_with('.')));
}
