//! Discovery on the loopback network, with simulated devices on free ports.

use super::dial::Dial;
use super::registers::Talk;
use super::*;
use chargehand_catalogue::{Body, Fingerprint, Register, Seen, fingerprints, identify};
use chargehand_simulator::{Announcer, Place, Ports};
use std::net::{IpAddr, Ipv4Addr};

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;

async fn start(about: &'static Fingerprint) -> Announcer {
    let ports = Ports::Free { beacons: None, mdns: None };
    Announcer::start(about, Place { address: IpAddr::V4(HERE), ports }, None).await.expect("it starts")
}

/// What is seen of a server that says of another page that it is not there.
fn with_not_found(seen: Seen) -> Vec<Seen> {
    let Seen::Page { scheme, port, .. } = &seen else { return vec![seen] };
    let none = Seen::Page { scheme: *scheme, port: *port, path: "/".into(), status: 404, body: Body::default() };
    vec![seen, none]
}

fn has_sign_of(about: &Fingerprint, seen: &[Seen]) -> bool {
    identify(seen).iter().any(|it| it.fingerprint.name == about.name)
}

#[tokio::test]
async fn every_page_of_the_catalogue_is_read_and_fits() {
    let dial = Dial::new();
    let mut read = 0;
    for about in fingerprints().iter().filter(|it| !it.http.is_empty()) {
        let announcer = start(about).await;
        for rule in &about.http {
            let mut page = rule.clone();
            page.port = announcer.tcp(rule.port).expect("open").port();
            let mut seen = page::get(&dial, Target::here(HERE), &page).await.expect(about.name);
            if let Seen::Page { port, .. } = &mut seen {
                *port = rule.port;
            }
            assert!(has_sign_of(about, &with_not_found(seen)), "{} {}", about.name, rule.path);
            read += 1;
        }
    }
    assert!(read >= 30, "{read}");
}

#[tokio::test]
async fn every_greeting_of_the_catalogue_is_heard_and_fits() {
    let dial = Dial::new();
    for about in fingerprints().iter().filter(|it| !it.websocket.is_empty()) {
        let announcer = start(about).await;
        for rule in &about.websocket {
            let mut hello = rule.clone();
            hello.port = announcer.tcp(rule.port).expect("open").port();
            let mut seen = greeting::hear(&dial, Target::here(HERE), &hello).await.expect(about.name);
            if let Seen::Hello { port, .. } = &mut seen {
                *port = rule.port;
            }
            assert!(has_sign_of(about, &[seen]), "{}", about.name);
        }
    }
}

#[tokio::test]
async fn every_register_of_the_catalogue_is_read_as_it_stands_there() {
    let dial = Dial::new();
    for about in fingerprints() {
        let announcer = start(about).await;
        for modbus in about.modbus.iter().filter(|it| it.silent.is_none()) {
            let port = announcer.tcp(modbus.port).expect("open").port();
            let unit = modbus.units.first().copied().unwrap_or(1);
            let mut talk = Talk::new(&dial, Target::here(HERE), port);
            for register in &modbus.registers {
                let words = talk.words(unit, register).await.expect(about.name);
                assert_eq!(Some(words), register.words(), "{} {}", about.name, register.address);
            }
            let other = Register { address: 65_000, ..modbus.registers[0].clone() };
            assert_eq!(talk.words(unit, &other).await, None, "{}: no such register", about.name);
        }
    }
}

#[tokio::test]
async fn a_scan_may_run_in_a_task_of_its_own() {
    let discovery = Discovery::new(Log::default());
    let scan = tokio::spawn(async move { discovery.scan(Order::default(), Duration::from_secs(60)).await });
    assert_eq!(scan.await.expect("it ends"), Ok(Ended::Whole));
}

#[tokio::test]
async fn one_scan_runs_at_a_time_and_it_is_stopped_at_once() {
    let discovery = Discovery::new(Log::default());
    let listening = tokio::spawn({
        let discovery = discovery.clone();
        async move { discovery.listen(&[]).await }
    });
    let mut state = discovery.watch();
    state.wait_for(|state| state.phase == Phase::Listening).await.expect("it listens");
    assert_eq!(discovery.scan(Order::default(), Duration::from_secs(1)).await, Err(Busy.into()));
    discovery.cancel();
    assert_eq!(listening.await.expect("it ends"), Ok(()));
    assert_eq!(discovery.state().phase, Phase::Idle);
    assert_eq!(discovery.scan(Order::default(), Duration::from_secs(60)).await, Ok(Ended::Whole));
    let state = discovery.state();
    assert_eq!((state.phase, state.done_permille, state.devices.len()), (Phase::Idle, 1000, 0));
    assert!(state.advice.iter().any(|it| it.code == "type_address"), "nothing was found: what to try next");
}

#[tokio::test]
async fn a_host_where_nothing_listens_is_examined_and_is_no_device() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("discovery.log");
    let discovery = Discovery::new(Log::to(&path));
    // nobody has an address of the loopback network this far out
    let order = Order { hosts: vec![Target::here(Ipv4Addr::new(127, 99, 98, 97))], ..Order::default() };
    assert_eq!(discovery.scan(order, Duration::from_secs(60)).await, Ok(Ended::Whole));
    assert_eq!(discovery.state().devices, []);
    let log = std::fs::read_to_string(path).expect("a log");
    assert_eq!(log.lines().filter(|line| !line.contains("result")).count(), limits::PORTS, "{log}");
    assert!(log.lines().all(|line| line.contains("127.99.98.97")), "nobody else was asked: {log}");
}

#[test]
fn a_host_has_six_ports_tried_over_a_whole_scan() {
    let dial = Dial::new();
    let tried = |ports: std::ops::Range<u16>| ports.filter(|port| dial.may_try(Target::here(HERE), *port)).count();
    assert_eq!((tried(1..5), tried(1..100), tried(1..100)), (4, limits::PORTS, limits::PORTS));
    assert!(dial.may_try(Target::here(Ipv4Addr::new(127, 0, 0, 2)), 99), "another host has its own");
}

#[tokio::test]
async fn nothing_is_looked_for_where_it_cannot_be_written_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let discovery = Discovery::new(Log::to(&folder.path().join("no such folder").join("discovery.log")));
    let ended = discovery.scan(Order::default(), Duration::from_secs(60)).await;
    assert!(matches!(ended, Err(Refused::NotWritten(_))), "{ended:?}");
}

#[tokio::test]
async fn a_host_that_is_reached_through_a_vpn_is_neither_asked_nor_heard() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("discovery.log");
    let discovery = Discovery::new(Log::to(&path));
    let ours = crate::network::Interface {
        name: "eth0".into(),
        address: Ipv4Addr::new(192, 168, 1, 23),
        prefix: 24,
        kind: crate::network::Kind::Cable,
    };
    let network = Network::around(&ours).expect("private");
    let charger = Ipv4Addr::new(192, 168, 1, 77);
    let target = network.target(charger).expect("a host");
    let way = Way::by(vec![ours], |_| Some(Ipv4Addr::new(10, 8, 0, 2)));
    let (ear, _alive) = Ear::new(&discovery.shared, way, &[network], &[]);
    assert!(!examine::try_port(&Dial::new(), &ear, target, 80).await);
    ear.heard(charger, Seen::Mac([0xDC, 0x44, 0x27, 0x10, 0, 1]));
    assert!(discovery.state().devices.is_empty() && !path.exists(), "nothing was sent");
}

fn home(third: u8) -> Network {
    let address = Ipv4Addr::new(192, 168, third, 23);
    let kind = crate::network::Kind::Cable;
    Network::around(&crate::network::Interface { name: "eth0".into(), address, prefix: 24, kind }).expect("private")
}

#[tokio::test(start_paused = true)]
async fn a_network_is_left_in_peace_for_half_a_minute_after_it_was_looked_through() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("discovery.log");
    let before = Discovery::new(Log::to(&path));
    let began = Instant::now();
    assert!(before.leave_in_peace(&[home(1)]).await && began.elapsed().is_zero(), "a first scan is never delayed");
    before.shared.log.has_looked_through(&home(1));
    // another start of the program
    let discovery = Discovery::new(Log::to(&path));
    assert!(discovery.leave_in_peace(&[home(2)]).await && began.elapsed().is_zero(), "another network is not meant");
    let other = home(1).behind(Some([2, 0, 0, 0, 0, 1]));
    discovery.shared.log.has_looked_through(&other);
    let third = home(1).behind(Some([2, 0, 0, 0, 0, 3]));
    let mut state = discovery.watch();
    let told = async { state.wait_for(|it| it.phase == Phase::Waiting).await.expect("it says so").begins_in };
    let networks = [home(1)];
    let (peace, told) = tokio::join!(discovery.leave_in_peace(&networks), told);
    let begins_in = told.expect("and how long that takes");
    assert!(begins_in > limits::COOL_DOWN - Duration::from_secs(20) && begins_in <= limits::COOL_DOWN, "{begins_in:?}");
    assert!(peace && began.elapsed() >= begins_in, "it waited as long as it said");
    assert_eq!((discovery.state().phase, discovery.state().begins_in), (Phase::Idle, None));
    let alone = Discovery::new(Log::to(&folder.path().join("another.log")));
    alone.shared.log.has_looked_through(&other);
    let began = Instant::now();
    assert!(
        alone.leave_in_peace(&[third]).await && began.elapsed().is_zero(),
        "the same addresses behind another router"
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_the_next_scan_can_stop_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let discovery = Discovery::new(Log::to(&folder.path().join("discovery.log")));
    discovery.shared.log.has_looked_through(&home(1));
    let _running = discovery.shared.running.try_lock().expect("nothing runs");
    let mut state = discovery.watch();
    let stop = async {
        state.wait_for(|it| it.phase == Phase::Waiting).await.expect("it waits");
        discovery.cancel();
    };
    let (began, networks) = (Instant::now(), [home(1)]);
    let (peace, ()) = tokio::join!(discovery.leave_in_peace(&networks), stop);
    assert!(!peace && began.elapsed().is_zero());
}

#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn whoever_only_listens_is_told_when_what_is_sent_can_no_longer_be_written_down() {
    // a disk that takes nothing
    let discovery = Discovery::new(Log::to(std::path::Path::new("/dev/full")));
    let mut state = discovery.watch();
    let fill = async {
        state.wait_for(|it| it.phase == Phase::Listening).await.expect("it listens");
        assert!(!discovery.shared.log.sends(HERE, 80, "GET /status"));
    };
    let (ended, ()) = tokio::join!(discovery.listen(&[]), fill);
    assert!(matches!(ended, Err(Refused::NotWritten(_))), "{ended:?}");
}

#[tokio::test]
async fn a_charger_that_connected_by_itself_is_shown_also_before_anything_was_looked_for() {
    let discovery = Discovery::new(Log::default());
    discovery.arrived(Arrived { id: "CP1".into(), address: Some(Ipv4Addr::new(192, 168, 1, 7)), ..Arrived::default() });
    let devices = discovery.state().devices;
    assert_eq!(devices.len(), 1);
    assert_eq!(devices[0].connected.as_deref(), Some("CP1"));
}
