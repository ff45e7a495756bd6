//! Certificates, passwords, security profiles, logs and firmware, in every version.

use crate::authority::Authority;
use crate::bench::{Answer, Bench};
use chargehand_simulator::{Behaviour, Version};
use serde_json::{Value, json};

fn speaking(version: Version) -> Behaviour {
    Behaviour { version, ..<_>::default() }
}

fn payload(answer: Answer) -> Value {
    let Answer::Result(payload) = answer else { panic!("an answer, not {answer:?}") };
    payload
}

/// What the endpoint's root is called.
fn root_kind(version: Version) -> &'static str {
    if version.is_v2() { "CSMSRootCertificate" } else { "CentralSystemRootCertificate" }
}

fn install(bench: &mut Bench, certificate: &str) -> String {
    let kind = root_kind(bench.charger.version());
    let asked = json!({ "certificateType": kind, "certificate": certificate });
    bench.call("InstallCertificate", asked).status().to_owned()
}

fn installed(bench: &mut Bench) -> Value {
    let version = bench.charger.version();
    let kind = if version.is_v2() { json!([root_kind(version)]) } else { json!(root_kind(version)) };
    let answer = payload(bench.call("GetInstalledCertificateIds", json!({ "certificateType": kind })));
    match version {
        Version::V16 => answer["certificateHashData"][0].clone(),
        _ => answer["certificateHashDataChain"][0]["certificateHashData"].clone(),
    }
}

/// Has the charger ask for a certificate; its request.
fn request(bench: &mut Bench) -> Value {
    let (action, message) = match bench.charger.version() {
        Version::V16 => ("ExtendedTriggerMessage", "SignChargePointCertificate"),
        _ => ("TriggerMessage", "SignChargingStationCertificate"),
    };
    assert_eq!(bench.call(action, json!({ "requestedMessage": message })).status(), "Accepted");
    bench.all("SignCertificate").pop().unwrap()["csr"].clone()
}

fn change(bench: &mut Bench, key: &str, value: &str) -> String {
    bench.call("ChangeConfiguration", json!({ "key": key, "value": value })).status().to_owned()
}

fn set(bench: &mut Bench, component: &str, variable: &str, value: &str) -> Value {
    let data = json!({ "component": { "name": component }, "variable": { "name": variable }, "attributeValue": value });
    let answer = payload(bench.call("SetVariables", json!({ "setVariableData": [data] })));
    answer["setVariableResult"][0]["attributeStatus"].clone()
}

fn come_back(bench: &mut Bench) {
    bench.disconnect();
    bench.connect();
}

#[test]
fn a_root_is_kept_named_and_deleted() {
    for version in Version::ALL {
        let mut bench = Bench::booted(speaking(version));
        assert_eq!(install(&mut bench, "no certificate"), "Rejected");
        assert_eq!(install(&mut bench, &Authority::new("A").certify("10.0.0.2").certificate), "Rejected", "no root");
        assert_eq!(install(&mut bench, &Authority::new("B").root()), "Accepted");
        let named = installed(&mut bench);
        assert_eq!(named["issuerKeyHash"].as_str().unwrap().len(), 64);
        let delete = json!({ "certificateHashData": named });
        assert_eq!(bench.call("DeleteCertificate", delete.clone()).status(), "Accepted");
        assert_eq!(bench.call("DeleteCertificate", delete).status(), "NotFound");
        assert_eq!(installed(&mut bench), Value::Null);
    }
}

#[test]
fn a_charger_takes_the_certificate_for_the_key_it_made_and_no_other() {
    for version in Version::ALL {
        let mut bench = Bench::booted(speaking(version));
        let (ours, foreign) = (Authority::new("Ours"), Authority::new("Foreign"));
        install(&mut bench, &ours.root());
        let first = request(&mut bench);
        let second = request(&mut bench);
        let mut signed =
            |chain: String| bench.call("CertificateSigned", json!({ "certificateChain": chain })).status().to_owned();
        assert_eq!(signed(ours.sign(&first)), "Rejected", "that key was replaced");
        assert_eq!(signed(foreign.sign(&second)), "Rejected", "nobody it knows signed it");
        assert_eq!(signed(ours.sign(&second)), "Accepted");
        let events = bench.all("SecurityEventNotification");
        let bad = events.iter().filter(|event| event["type"].as_str().unwrap().starts_with("InvalidCharg"));
        assert_eq!(bad.count(), 2);
    }
}

#[test]
fn a_1_6_charger_rises_step_by_step_and_never_sinks() {
    let mut bench = Bench::booted(Behaviour::default());
    assert_eq!(change(&mut bench, "SecurityProfile", "1"), "Rejected", "it has no password");
    assert_eq!(change(&mut bench, "AuthorizationKey", "short"), "Rejected");
    assert_eq!(change(&mut bench, "AuthorizationKey", "4F43415F4F4354545F61646D696E5F74657374"), "Accepted");
    assert!(!bench.charger.reconnect_due(), "nothing uses it yet");
    assert_eq!(change(&mut bench, "SecurityProfile", "1"), "Accepted");
    assert!(bench.charger.reconnect_due());
    come_back(&mut bench);
    let keys = payload(bench.call("GetConfiguration", json!({ "key": ["SecurityProfile", "AuthorizationKey"] })));
    assert_eq!(keys["configurationKey"][0]["value"], "1");
    assert_eq!(keys["configurationKey"].as_array().unwrap().len(), 1, "the password cannot be read");
    assert_eq!(change(&mut bench, "SecurityProfile", "2"), "Rejected", "it has no root");
    let authority = Authority::new("Root");
    install(&mut bench, &authority.root());
    assert_eq!(change(&mut bench, "SecurityProfile", "2"), "Accepted");
    come_back(&mut bench);
    let delete = json!({ "certificateHashData": installed(&mut bench) });
    assert_eq!(bench.call("DeleteCertificate", delete).status(), "Failed", "the connection rests on it");
    assert_eq!(change(&mut bench, "SecurityProfile", "3"), "Rejected", "it has no certificate");
    let chain = authority.sign(&request(&mut bench));
    bench.call("CertificateSigned", json!({ "certificateChain": chain }));
    assert_eq!(change(&mut bench, "SecurityProfile", "3"), "Accepted");
    come_back(&mut bench);
    assert_eq!(change(&mut bench, "SecurityProfile", "1"), "Rejected");
    let mut lenient = Bench::booted(Behaviour { lowers_security: true, ..<_>::default() });
    change(&mut lenient, "AuthorizationKey", "0123456789abcdef0123");
    assert_eq!(change(&mut lenient, "SecurityProfile", "1"), "Accepted");
    come_back(&mut lenient);
    assert_eq!(change(&mut lenient, "SecurityProfile", "0"), "Accepted");
}

#[test]
fn a_2_x_charger_rises_with_a_network_profile_and_a_reset() {
    for version in [Version::V201, Version::V21] {
        let mut bench = Bench::booted(speaking(version));
        assert_eq!(set(&mut bench, "SecurityCtrlr", "BasicAuthPassword", "0123456789abcdef"), "Accepted");
        install(&mut bench, &Authority::new("Root").root());
        let profile = |slot: i64, security: i64, url: &str| {
            let data = json!({
                "ocppVersion": "OCPP20",
                "ocppTransport": "JSON",
                "ocppCsmsUrl": url,
                "messageTimeout": 30,
                "securityProfile": security,
                "ocppInterface": "Wired0",
            });
            json!({ "configurationSlot": slot, "connectionData": data })
        };
        let bad = profile(1, 2, "http://10.0.0.2");
        assert_eq!(bench.call("SetNetworkProfile", bad).status(), "Rejected");
        let unknown_slot = profile(9, 2, "wss://10.0.0.2");
        assert_eq!(bench.call("SetNetworkProfile", unknown_slot).status(), "Rejected");
        let priority =
            |bench: &mut Bench, slots: &str| set(bench, "OCPPCommCtrlr", "NetworkConfigurationPriority", slots);
        assert_eq!(priority(&mut bench, "1"), "Rejected", "nothing is in that slot");
        let good = profile(1, 2, "wss://10.0.0.2:9616");
        assert_eq!(bench.call("SetNetworkProfile", good).status(), "Accepted");
        assert_eq!(priority(&mut bench, "1"), "RebootRequired");
        bench.call("Reset", json!({ "type": "Immediate" }));
        come_back(&mut bench);
        let lower = profile(2, 1, "ws://10.0.0.2:9616");
        assert_eq!(bench.call("SetNetworkProfile", lower).status(), "Rejected", "less secure than now");
    }
}

#[test]
fn a_log_is_announced_uploaded_and_given_up_for_a_newer_one() {
    for version in Version::ALL {
        let mut bench = Bench::booted(speaking(version));
        let ask = |id: i64| json!({ "requestId": id, "logType": "SecurityLog", "log": { "remoteLocation": "http://10.0.0.2/" } });
        assert_eq!(bench.call("GetLog", ask(1)).status(), "Accepted");
        assert_eq!(bench.call("GetLog", ask(2)).status(), "AcceptedCanceled");
        let uploads = bench.charger.take_uploads();
        assert_eq!(uploads.iter().map(|upload| upload.request_id).collect::<Vec<_>>(), [2]);
        assert!(uploads[0].text.contains("Connected."));
        let frames = bench.charger.uploaded(2, true, bench.now);
        bench.take(frames);
        let told = bench.all("LogStatusNotification");
        assert_eq!(told.last().unwrap(), &json!({ "status": "Uploaded", "requestId": 2 }));
        let extended = if version.is_v2() { "TriggerMessage" } else { "ExtendedTriggerMessage" };
        bench.call(extended, json!({ "requestedMessage": "LogStatusNotification" }));
        assert_eq!(bench.all("LogStatusNotification").last().unwrap(), &json!({ "status": "Idle" }));
    }
}

#[test]
fn a_firmware_update_tells_every_state() {
    for version in Version::ALL {
        let mut bench = Bench::booted(speaking(version));
        let (action, told) = match version {
            Version::V16 => ("SignedUpdateFirmware", "SignedFirmwareStatusNotification"),
            _ => ("UpdateFirmware", "FirmwareStatusNotification"),
        };
        let update = |certificate: &str| {
            let later = bench.now + jiff::SignedDuration::from_secs(30);
            json!({ "requestId": 7, "firmware": {
                "location": "https://10.0.0.2/f.bin", "retrieveDateTime": later.to_string(),
                "signingCertificate": certificate, "signature": "x",
            }})
        };
        let (bad, good) = (update("no certificate"), update(&Authority::new("Maker").root()));
        assert_eq!(bench.call(action, bad).status(), "InvalidCertificate");
        assert_eq!(bench.call(action, good.clone()).status(), "Accepted");
        bench.run(20);
        assert_eq!(bench.call(action, good).status(), "AcceptedCanceled");
        bench.run(60);
        let states: Vec<Value> = bench.all(told).iter().map(|status| status["status"].clone()).collect();
        let wanted = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed"];
        assert_eq!(states[states.len() - 5..], wanted);
        let events = bench.all("SecurityEventNotification");
        assert_eq!(events.last().unwrap()["type"], "FirmwareUpdated");
    }
}
