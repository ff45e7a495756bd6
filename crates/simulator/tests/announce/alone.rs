//! On a network of its own a charger is found as in the real world: at its model's ports, by questions to all, by multicast
//! DNS on port 5353. Such a network is made with Linux's `unshare`; where that is not allowed, this is skipped.
#![cfg(target_os = "linux")]

use crate::{ask, device, rule};
use chargehand_catalogue::fingerprints;
use chargehand_simulator::{
    Act, AnnounceError, Announcer, Endpoint, Place, Ports, SimulatedCharger, announce, connect, personality,
};
use jiff::Timestamp;
use mdns_sd::{IfKind, ServiceDaemon, ServiceEvent};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(60);
const ALONE: &str = "CHARGEHAND_TEST_ALONE";
const EVERYBODY: Ipv4Addr = Ipv4Addr::new(127, 255, 255, 255);

/// Runs a test of this module again on a network of its own; `true` there, `false` here.
fn is_alone(test: &str) -> bool {
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let unshare = |command: &str| {
        let mut unshare = Command::new("unshare");
        unshare
            .args(["--map-root-user", "--net", "sh", "-c", &format!("ip link set lo up && {command}")])
            .env(ALONE, "1");
        unshare.output()
    };
    if !unshare("true").is_ok_and(|it| it.status.success()) {
        eprintln!("skipped: this computer allows no network of one's own (unshare, ip)");
        return false;
    }
    let own = std::env::current_exe().unwrap();
    let run = unshare(&format!("{} --exact alone::{test} --nocapture", own.display())).unwrap();
    let said = [run.stdout, run.stderr].map(|it| String::from_utf8_lossy(&it).into_owned()).concat();
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
    false
}

async fn start(name: &str, last: u8) -> Announcer {
    let place = Place { address: IpAddr::from([127, 0, 0, last]), ports: Ports::Real };
    Announcer::start(device(name), place, None).await.unwrap()
}

/// Asks all on the network, and gives the first answer and where it came from.
async fn ask_all(own: (IpAddr, u16), to: (Ipv4Addr, u16), question: &str) -> (Vec<u8>, SocketAddr) {
    let ear = UdpSocket::bind(own).await.unwrap();
    ear.set_broadcast(true).unwrap();
    ear.send_to(question.as_bytes(), to).await.unwrap();
    let mut heard = [0; 2048];
    let (length, from) = timeout(LONG, ear.recv_from(&mut heard)).await.unwrap().unwrap();
    (heard[..length].to_vec(), from)
}

#[tokio::test]
async fn chargers_are_at_their_real_ports_each_at_its_own_address() {
    if !is_alone("chargers_are_at_their_real_ports_each_at_its_own_address") {
        return;
    }
    let _tesla = start("tesla-wall-connector-3", 2).await;
    let _go_e = start("go-e-charger", 3).await;
    let version = ask::http(SocketAddr::from(([127, 0, 0, 2], 80)), false, "GET", "/api/1/version").await;
    assert!(rule::page(&device("tesla-wall-connector-3").http[0], version.status, &version.body));
    let status = ask::http(SocketAddr::from(([127, 0, 0, 3], 80)), false, "GET", "/status").await;
    assert!(rule::page(&device("go-e-charger").http[1], status.status, &status.body));
    let place = Place { address: IpAddr::from([127, 0, 0, 2]), ports: Ports::Real };
    let second = Announcer::start(device("openevse"), place, None).await.err().unwrap();
    assert!(matches!(second, AnnounceError::InUse { port: 80, .. }), "{second}");
}

#[tokio::test]
async fn every_device_can_be_shown_at_an_address_of_its_own() {
    if !is_alone("every_device_can_be_shown_at_an_address_of_its_own") {
        return;
    }
    let mut shown = Vec::new();
    for (about, last) in fingerprints().iter().zip(2u8..) {
        let place = Place { address: IpAddr::from([127, 0, 0, last]), ports: Ports::Real };
        let announcer = Announcer::start(about, place, None).await;
        let announcer = announcer.unwrap_or_else(|error| panic!("{}: {error}", about.name));
        assert_eq!(announcer.remarks(), [""; 0], "{}", about.name);
        shown.push(announcer);
    }
    assert_eq!(shown.len(), fingerprints().len());
}

#[tokio::test]
async fn a_question_to_all_is_answered_from_the_chargers_own_address_and_to_the_port_that_is_its_habit() {
    if !is_alone("a_question_to_all_is_answered_from_the_chargers_own_address_and_to_the_port_that_is_its_habit") {
        return;
    }
    let _keba = start("keba-p20-p30", 4).await;
    let _duosida = start("duosida", 5).await;
    let here = IpAddr::from([127, 0, 0, 1]);
    let (answer, from) = ask_all((here, 7090), (EVERYBODY, 7090), "i").await;
    assert!(rule::datagram(&device("keba-p20-p30").udp[0], &answer));
    assert_eq!(from, SocketAddr::from(([127, 0, 0, 4], 7090)));
    let (answer, from) = ask_all((here, 0), (EVERYBODY, 48899), "smart_chargepile_search\0").await;
    assert!(answer.starts_with(b"127.0.0.5,"), "it names its own address");
    assert_eq!(from, SocketAddr::from(([127, 0, 0, 5], 48899)));
    // a question from port 7091 is answered to 7090 all the same
    let ear = UdpSocket::bind((here, 7090)).await.unwrap();
    let other = UdpSocket::bind((here, 7091)).await.unwrap();
    other.send_to(b"report 1", "127.0.0.4:7090").await.unwrap();
    let mut heard = [0; 2048];
    let (length, _) = timeout(LONG, ear.recv_from(&mut heard)).await.unwrap().unwrap();
    assert!(rule::datagram(&device("keba-p20-p30").udp[1], &heard[..length]));
}

#[tokio::test]
async fn beacons_are_heard_by_all_on_the_network() {
    if !is_alone("beacons_are_heard_by_all_on_the_network") {
        return;
    }
    for (name, last) in [("evse-master", 6), ("inro-pantabox", 7)] {
        let beacon = device(name).udp.iter().find(|it| it.beacon_every_s.is_some()).unwrap();
        let ear = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, beacon.port)).await.unwrap();
        let _charger = start(name, last).await;
        let mut heard = [0; 2048];
        let (length, from) = timeout(LONG, ear.recv_from(&mut heard)).await.unwrap().unwrap();
        assert!(rule::datagram(beacon, &heard[..length]), "{name}");
        assert_eq!(from.ip(), IpAddr::from([127, 0, 0, last]));
    }
}

#[tokio::test]
async fn a_charger_is_found_by_multicast_dns_at_its_own_address() {
    if !is_alone("a_charger_is_found_by_multicast_dns_at_its_own_address") {
        return;
    }
    let _wattpilot = start("fronius-wattpilot", 8).await;
    let browser = ServiceDaemon::new().unwrap();
    browser.disable_interface(IfKind::All).unwrap();
    browser.enable_interface(IfKind::LoopbackV4).unwrap();
    let events = browser.browse("_Fronius-SE-Wattpilot._tcp.local.").unwrap();
    let found = tokio::task::spawn_blocking(move || {
        while let Ok(event) = events.recv_timeout(LONG) {
            if let ServiceEvent::ServiceResolved(service) = event {
                return Some(service);
            }
        }
        None
    });
    let found = found.await.unwrap().expect("it is found");
    let addresses: Vec<IpAddr> = found.addresses.iter().map(|it| it.to_ip_addr()).collect();
    assert_eq!((addresses, found.port), (vec![IpAddr::from([127, 0, 0, 8])], 80));
    browser.shutdown().unwrap();
}

#[tokio::test]
async fn a_tesla_that_runs_shows_the_car_that_is_plugged_in() {
    if !is_alone("a_tesla_that_runs_shows_the_car_that_is_plugged_in") {
        return;
    }
    let tesla = personality("tesla-wall-connector-3").unwrap();
    let address = IpAddr::from([127, 0, 0, 9]);
    let endpoint = Endpoint::new("ws://127.0.0.1:9000", "TESLA", None).unwrap();
    let hand = connect(endpoint, SimulatedCharger::new(tesla.behaviour.clone(), Timestamp::now()));
    let mut panel = hand.panel();
    let _shown = announce(tesla, address, Some(hand.panel())).await.unwrap().expect("it is known how it shows itself");
    let vitals = || ask::http(SocketAddr::from((address, 80)), false, "GET", "/api/1/vitals");
    assert!(vitals().await.body.contains("\"vehicle_connected\":false"));
    hand.act(Act::Plug);
    timeout(LONG, panel.wait_for(|panel| panel.plugged)).await.unwrap().unwrap();
    assert!(vitals().await.body.contains("\"vehicle_connected\":true"));
    hand.act(Act::Network { up: false });
    timeout(LONG, panel.wait_for(|panel| !panel.networked)).await.unwrap().unwrap();
    let silence = ask::silence(SocketAddr::from((address, 80)), "/api/1/vitals").await;
    assert_eq!(silence, b"", "without a network nothing answers");
}
