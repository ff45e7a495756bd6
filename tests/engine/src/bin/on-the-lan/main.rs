//! What one host of the simulated LAN does, in its own network namespace: a device of the catalogue, a device that is no
//! charger, a hostile one, or the witness of what goes over the cable. On the laptop it tells which address is offered to a
//! charger, or listens for what devices tell. It says `here` when it is ready, and ends when its standard input closes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hostile;
mod look_alike;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use chargehand_catalogue::Fingerprint;
use chargehand_simulator::{Announcer, Place, Ports};
use chargehand_site::discovery::{Allowed, Discovery, Log, networks_now};
use chargehand_site::{addresses, network};
use engine_tests::lan::{guest, look_alike as files, witness};
use mdns_sd::{IfKind, ServiceDaemon};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *words {
        ["witness"] => witness::watch().unwrap(),
        ["device", name, address] => stay(device(name, address.parse().unwrap())),
        ["mute", name, address] => stay(mute(name, address.parse().unwrap())),
        ["look-alike", name, address] => stay(other(name, address.parse().unwrap())),
        ["hostile", address] => stay(hostile::play(address.parse().unwrap())),
        ["idle", _] => stay(async {}),
        ["offer", charger] => offer(charger.parse().unwrap()),
        ["listen"] => stay(listen()),
        _ => {
            panic!(
                "on-the-lan witness | (device | mute | look-alike) NAME ADDRESS | (hostile | idle) ADDRESS | offer CHARGER \
                 | listen"
            )
        }
    }
}

/// Sets it up, says so, and stays until standard input closes.
fn stay<T>(set_up: impl Future<Output = T>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let _there = set_up.await;
        println!("here");
        let _ = tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await;
    });
    // a thread that reads standard input may wait for ever
    runtime.shutdown_background();
}

async fn device(name: &str, address: IpAddr) -> Announcer {
    show(guest::device(name), address).await
}

/// The same device where nothing that it announces gets through.
async fn mute(name: &str, address: IpAddr) -> Announcer {
    let about = Fingerprint { mdns: Vec::new(), ..guest::device(name).clone() };
    show(Box::leak(Box::new(about)), address).await
}

async fn show(about: &'static Fingerprint, address: IpAddr) -> Announcer {
    let announcer = Announcer::start(about, Place { address, ports: Ports::Real }, None).await.unwrap();
    assert_eq!(announcer.remarks(), [""; 0], "{}", about.name);
    announcer
}

async fn other(name: &str, address: Ipv4Addr) -> ServiceDaemon {
    let about = files::all().into_iter().find(|it| it.name == name).expect(name);
    look_alike::play(about, address).await
}

/// The address that is offered to a charger first, and whether it is good.
fn offer(charger: Ipv4Addr) {
    let ours = network::interfaces();
    let offers = addresses::offers(&ours, Some(charger), addresses::known);
    let first = offers.first().expect("an address");
    println!("{} {}", first.interface.address, if first.is_good() { "good" } else { "not good" });
}

/// Listens as the window does, and says the name of each device that it hears.
async fn listen() {
    let discovery = Discovery::new(Log::default());
    let networks: Vec<Allowed> = networks_now().into_iter().map(Allowed::by_command).collect();
    let mut state = discovery.watch();
    tokio::spawn(async move { discovery.listen(&networks).await });
    tokio::spawn(async move {
        let mut told = BTreeSet::new();
        while state.changed().await.is_ok() {
            let names: Vec<&str> =
                state.borrow().devices.iter().filter_map(|it| it.fingerprint).map(|it| it.name).collect();
            names.into_iter().filter(|name| told.insert(*name)).for_each(|name| println!("{name}"));
        }
    });
}

/// Multicast DNS at this address alone.
fn multicast_dns(address: Ipv4Addr) -> ServiceDaemon {
    let daemon = ServiceDaemon::new().unwrap();
    daemon.set_service_name_len_max(30).unwrap();
    daemon.disable_interface(IfKind::All).unwrap();
    daemon.enable_interface(IfKind::Addr(address.into())).unwrap();
    daemon
}
