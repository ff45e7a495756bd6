//! Services are announced so that a browser finds them, on the loopback network and a port of their own. Linux carries
//! multicast there; other systems need not.
#![cfg(target_os = "linux")]

use crate::{HERE, rule};
use chargehand_catalogue::{Fingerprint, fingerprints};
use chargehand_simulator::{Announcer, Place, Ports};
use mdns_sd::{IfKind, ResolvedService, ServiceDaemon, ServiceEvent};
use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

/// Longer than anything takes on a busy computer.
const LONG: Duration = Duration::from_secs(60);

/// A UDP port that nobody uses now.
fn free_port() -> u16 {
    UdpSocket::bind((HERE, 0)).unwrap().local_addr().unwrap().port()
}

fn browser(port: u16) -> ServiceDaemon {
    let browser = ServiceDaemon::new_with_port(port).unwrap();
    browser.disable_interface(IfKind::All).unwrap();
    browser.enable_interface(IfKind::LoopbackV4).unwrap();
    browser
}

/// The instances of a service, once those that are awaited are all there.
async fn browse(browser: &ServiceDaemon, service: String, awaited: Vec<String>) -> Vec<ResolvedService> {
    let events = browser.browse(&service).unwrap();
    tokio::task::spawn_blocking(move || {
        let (mut found, until) = (Vec::<ResolvedService>::new(), Instant::now() + LONG);
        while let Ok(event) = events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if let ServiceEvent::ServiceResolved(service) = event {
                found.push(*service);
            }
            let there = |name: &String| found.iter().any(|it| it.fullname.starts_with(name.as_str()));
            if awaited.iter().all(there) {
                break;
            }
        }
        found
    })
    .await
    .unwrap()
}

/// The service under which the device is announced, and the names of its instances.
fn services(devices: &[&'static Fingerprint]) -> BTreeMap<String, Vec<String>> {
    let mut services = BTreeMap::<String, Vec<String>>::new();
    for mdns in devices.iter().flat_map(|it| &it.mdns) {
        let service = mdns.service.clone().or(mdns.announced.service.clone()).unwrap();
        services.entry(service).or_default().push(mdns.announced.instance.clone());
    }
    services
}

#[tokio::test]
async fn every_device_is_found_under_its_services_with_what_its_rule_looks_for() {
    let port = free_port();
    let place = Place { address: HERE, ports: Ports::Free { beacons: None, mdns: Some(port) } };
    let devices: Vec<&'static Fingerprint> = fingerprints().iter().filter(|it| !it.mdns.is_empty()).collect();
    let mut announcers = Vec::new();
    for about in &devices {
        announcers.push(Announcer::start(about, place, None).await.unwrap());
    }
    let browser = browser(port);
    let mut found = BTreeMap::new();
    for (service, awaited) in services(&devices) {
        found.insert(service.clone(), browse(&browser, service, awaited).await);
    }
    for (about, announcer) in devices.iter().zip(&announcers) {
        for mdns in &about.mdns {
            let service = mdns.service.as_ref().or(mdns.announced.service.as_ref()).unwrap();
            let name = format!("{}.{service}", mdns.announced.instance);
            let it = found[service].iter().find(|it| it.fullname == name);
            let it = it.unwrap_or_else(|| panic!("{}: {name} is not found", about.name));
            let txt = it.txt_properties.iter().map(|it| (it.key().to_owned(), it.val_str().to_owned())).collect();
            assert!(rule::service(mdns, &mdns.announced.instance, &txt), "{}: {txt:?}", about.name);
            assert_eq!(it.host, format!("{}.local.", about.host));
            assert!(it.addresses.iter().any(|address| address.to_ip_addr() == HERE), "{:?}", it.addresses);
            let port = announcer.tcp(mdns.announced.port).map_or(mdns.announced.port, |it| it.port());
            assert_eq!(it.port, port, "{}", about.name);
        }
    }
    browser.shutdown().unwrap();
}

#[tokio::test]
async fn a_service_says_goodbye() {
    let port = free_port();
    let place = Place { address: HERE, ports: Ports::Free { beacons: None, mdns: Some(port) } };
    let about = crate::device("fronius-wattpilot");
    let announcer = Announcer::start(about, place, None).await.unwrap();
    let browser = browser(port);
    let service = about.mdns[0].service.clone().unwrap();
    let events = browser.browse(&service).unwrap();
    let wait_for = move |what: fn(&ServiceEvent) -> bool| {
        let events = events.clone();
        tokio::task::spawn_blocking(move || {
            let until = Instant::now() + LONG;
            while let Ok(event) = events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                if what(&event) {
                    return true;
                }
            }
            false
        })
    };
    assert!(wait_for(|event| matches!(event, ServiceEvent::ServiceResolved(_))).await.unwrap(), "it is found");
    drop(announcer);
    assert!(wait_for(|event| matches!(event, ServiceEvent::ServiceRemoved(..))).await.unwrap(), "it is gone");
    browser.shutdown().unwrap();
}
