//! What was seen of each address, and the devices that makes.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use chargehand_catalogue::{Certainty, Confidence, Identity, Kind, Match, Seen, Sign, Strength, Way, identify, plain};

use super::limits::{HOSTS, SEEN, VALUE};
use super::state::Device;

/// A charger that connected by itself: the strongest sign of all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrived {
    /// Its OCPP identity.
    pub id: String,
    /// Where it came from; `None` where that is not IPv4.
    pub address: Option<Ipv4Addr>,
    /// What its BootNotification says; empty where none came yet.
    pub identity: Identity,
}

/// All that was seen, by address.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    hosts: BTreeMap<Ipv4Addr, Host>,
    arrived: BTreeMap<String, Arrived>,
    /// The numbers of devices, by what they are known under.
    numbers: BTreeMap<String, u32>,
}

/// What was seen of one address.
#[derive(Debug, Default)]
struct Host {
    seen: Vec<Seen>,
    matches: Vec<Match>,
    mac: Option<[u8; 6]>,
    name: String,
    open_ports: Vec<u16>,
}

impl Hosts {
    /// Takes up what was seen of an address. Tells whether that was new.
    pub(super) fn saw(&mut self, address: Ipv4Addr, seen: Seen) -> bool {
        let has_room = self.hosts.len() < HOSTS;
        if !self.hosts.contains_key(&address) && !has_room {
            return false;
        }
        let host = self.hosts.entry(address).or_default();
        match &seen {
            Seen::Mac(mac) => host.mac = Some(*mac),
            Seen::HostName(name) if host.name.is_empty() => host.name = plain(name, VALUE),
            _ => {}
        }
        if host.seen.contains(&seen) || host.seen.len() >= SEEN {
            return false;
        }
        host.seen.push(seen);
        host.matches = identify(&host.seen);
        true
    }

    /// Takes up that a port is open.
    pub(super) fn opened(&mut self, address: Ipv4Addr, port: u16) {
        let has_room = self.hosts.len() < HOSTS;
        if self.hosts.contains_key(&address) || has_room {
            let ports = &mut self.hosts.entry(address).or_default().open_ports;
            if !ports.contains(&port) {
                ports.push(port);
                ports.sort_unstable();
            }
        }
    }

    /// Takes up that a charger has connected, or has named itself.
    pub(super) fn arrived(&mut self, arrived: Arrived) {
        if self.arrived.len() < HOSTS || self.arrived.contains_key(&arrived.id) {
            self.arrived.insert(arrived.id.clone(), arrived);
        }
    }

    /// What an address may be, the best first.
    pub(super) fn matches(&self, address: Ipv4Addr) -> Vec<Match> {
        self.hosts.get(&address).map(|host| host.matches.clone()).unwrap_or_default()
    }

    /// Whether any of these addresses has announced a service.
    pub(super) fn is_announced(&self, among: impl Fn(Ipv4Addr) -> bool) -> bool {
        let announces = |host: &Host| host.seen.iter().any(|it| matches!(it, Seen::Service { .. }));
        self.hosts.iter().any(|(address, host)| among(*address) && announces(host))
    }

    /// Forgets what was seen; who connected stays.
    pub(super) fn forget(&mut self) {
        self.hosts.clear();
    }

    /// The devices, chargers first, the surest first.
    pub(super) fn devices(&mut self) -> Vec<Device> {
        let mut devices: Vec<Device> = Vec::new();
        let found: Vec<Device> = self.hosts.iter().filter_map(|(address, host)| device(*address, host)).collect();
        for device in found {
            match devices.iter_mut().find(|other| is_same(other, &device)) {
                Some(other) => join(other, device),
                None => devices.push(device),
            }
        }
        for arrived in self.arrived.values() {
            match devices.iter_mut().find(|device| has_arrived(device, arrived)) {
                Some(device) => connect(device, arrived),
                None => devices.push(connected(arrived)),
            }
        }
        for device in &mut devices {
            let next = self.numbers.len() as u32 + 1;
            device.id = *self.numbers.entry(key(device)).or_insert(next);
        }
        devices.sort_by_key(|it| {
            let is_companion = it.kind == Kind::Companion;
            (
                is_companion,
                it.connected.is_none(),
                std::cmp::Reverse(it.certainty),
                it.addresses.first().copied(),
                it.id,
            )
        });
        devices
    }
}

/// What a device is known under while discovery runs: its first address, else its OCPP identity.
fn key(device: &Device) -> String {
    match device.addresses.first() {
        Some(address) => address.to_string(),
        None => format!("id {}", device.connected.as_deref().unwrap_or_default()),
    }
}

fn device(address: Ipv4Addr, host: &Host) -> Option<Device> {
    let (best, others) = host.matches.split_first()?;
    let alike = others.iter().filter(|it| it.certainty == best.certainty && !it.fingerprint.generic);
    let mut identity = best.identity.clone();
    // another of the same maker may have read more, a generic one tells what its device says
    let same = |it: &&Match| it.fingerprint.generic || it.fingerprint.vendor == best.fingerprint.vendor;
    others.iter().filter(same).for_each(|it| identity.complete(&it.identity));
    Some(Device {
        id: 0,
        addresses: vec![address],
        mac: host.mac.map(|mac| mac.map(|byte| format!("{byte:02x}")).join(":")).unwrap_or_default(),
        host: host.name.clone(),
        kind: best.fingerprint.kind,
        certainty: best.certainty,
        identity,
        fingerprint: Some(best.fingerprint),
        others: alike.map(|it| it.fingerprint.name).collect(),
        signs: best.signs.clone(),
        open_ports: host.open_ports.clone(),
        connected: None,
        is_platform: PLATFORMS.contains(&best.fingerprint.name),
    })
}

/// Companions to which chargers connect.
static PLATFORMS: &[&str] = &["evcc", "home-assistant"];

/// One device with two addresses: the same serial number of the same maker; or the same network card where both are
/// named the same and no serial number speaks against it. The card alone proves nothing: repeaters put theirs in place
/// of others'.
fn is_same(a: &Device, b: &Device) -> bool {
    let same_name = a.fingerprint.map(|it| it.name) == b.fingerprint.map(|it| it.name);
    let (mine, other) = (&a.identity.serial, &b.identity.serial);
    if !mine.is_empty() && !other.is_empty() {
        return mine == other && a.identity.vendor == b.identity.vendor && same_name;
    }
    let named = a.certainty == Certainty::Named && b.certainty == Certainty::Named;
    !a.mac.is_empty() && a.mac == b.mac && same_name && named
}

fn join(device: &mut Device, other: Device) {
    device.addresses.extend(other.addresses);
    device.addresses.sort_unstable();
    device.certainty = device.certainty.max(other.certainty);
    device.identity.complete(&other.identity);
    device.signs.extend(other.signs);
    device.signs.dedup();
    device.open_ports.extend(other.open_ports);
    device.open_ports.sort_unstable();
    device.open_ports.dedup();
}

/// By its serial number, which many put into their OCPP identity, else by its address.
fn has_arrived(device: &Device, arrived: &Arrived) -> bool {
    let serial = &device.identity.serial;
    let same_serial = !serial.is_empty() && (*serial == arrived.identity.serial || *serial == arrived.id);
    let same_address = arrived.address.is_some_and(|address| device.addresses.contains(&address));
    device.kind != Kind::Companion && device.connected.is_none() && (same_serial || same_address)
}

fn connect(device: &mut Device, arrived: &Arrived) {
    let mut identity = arrived.identity.clone();
    identity.complete(&device.identity);
    device.identity = identity;
    device.certainty = Certainty::Named;
    device.connected = Some(arrived.id.clone());
    device.signs.insert(0, boot(arrived));
}

fn connected(arrived: &Arrived) -> Device {
    let mut device = Device {
        id: 0,
        addresses: arrived.address.into_iter().collect(),
        mac: String::new(),
        host: String::new(),
        kind: Kind::Charger,
        certainty: Certainty::Named,
        identity: Identity::default(),
        fingerprint: None,
        others: Vec::new(),
        signs: Vec::new(),
        open_ports: Vec::new(),
        connected: None,
        is_platform: false,
    };
    connect(&mut device, arrived);
    device
}

fn boot(arrived: &Arrived) -> Sign {
    let it = &arrived.identity;
    let said = [&it.vendor, &it.model, &it.firmware].into_iter().filter(|it| !it.is_empty());
    let said = said.map(String::as_str).collect::<Vec<_>>().join(" ");
    let seen = if said.is_empty() {
        format!("connected to us as {}", arrived.id)
    } else {
        format!("connected to us as {} and says it is {said}", arrived.id)
    };
    Sign {
        way: Way::Boot,
        seen: plain(&seen, 200),
        strength: Strength::Strong,
        is_bare: false,
        source: "its own BootNotification".into(),
        date: "unknown".into(),
        confidence: Confidence::High,
        gives: arrived.identity.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chargehand_catalogue::Seen;
    use std::collections::BTreeMap;

    fn ip(last: u8) -> Ipv4Addr {
        Ipv4Addr::new(192, 168, 1, last)
    }

    fn openevse(serial: &str) -> Seen {
        let txt = [("type", "x"), ("version", "5"), ("id", serial)].map(|(k, v)| (k.to_owned(), v.to_owned()));
        Seen::Service {
            service: "_openevse._tcp.local.".into(),
            instance: "openevse-1234".into(),
            txt: BTreeMap::from(txt),
        }
    }

    #[test]
    fn a_charger_with_two_addresses_is_one_device_by_its_serial_number() {
        let mut hosts = Hosts::default();
        hosts.saw(ip(7), openevse("A1"));
        hosts.saw(ip(9), openevse("A1"));
        hosts.saw(ip(8), openevse("B2"));
        let addresses: Vec<_> = hosts.devices().into_iter().map(|it| it.addresses).collect();
        assert_eq!(addresses, [vec![ip(7), ip(9)], vec![ip(8)]]);
    }

    #[test]
    fn a_repeaters_network_card_does_not_make_two_chargers_one() {
        let mut hosts = Hosts::default();
        for (last, serial) in [(7, "A1"), (8, "B2")] {
            hosts.saw(ip(last), Seen::Mac([0x98, 0xFC, 0x84, 0x10, 0, 1]));
            hosts.saw(ip(last), openevse(serial));
        }
        assert_eq!(hosts.devices().len(), 2);
        let mut hosts = Hosts::default();
        for last in [7, 8] {
            hosts.saw(ip(last), Seen::Mac([0xDC, 0x44, 0x27, 0x10, 0, 1]));
        }
        assert_eq!(hosts.devices().len(), 2, "two possible chargers behind a repeater");
    }

    #[test]
    fn a_charger_that_connects_is_the_one_that_was_found() {
        let mut hosts = Hosts::default();
        hosts.saw(ip(7), openevse("A1"));
        hosts.saw(ip(8), openevse("B2"));
        let before: Vec<u32> = hosts.devices().iter().map(|it| it.id).collect();
        let identity = Identity { vendor: "OpenEVSE".into(), serial: "B2".into(), ..Identity::default() };
        hosts.arrived(Arrived { id: "CP1".into(), address: Some(ip(99)), identity });
        hosts.arrived(Arrived { id: "CP2".into(), address: Some(ip(7)), identity: Identity::default() });
        hosts.arrived(Arrived { id: "CP3".into(), address: Some(ip(50)), identity: Identity::default() });
        let devices = hosts.devices();
        let ids: Vec<_> = devices.iter().map(|it| (it.addresses[0], it.connected.clone().expect("all came"))).collect();
        assert_eq!(ids, [(ip(7), "CP2".into()), (ip(8), "CP1".into()), (ip(50), "CP3".into())]);
        assert_eq!(devices[..2].iter().map(|it| it.id).collect::<Vec<_>>(), before, "they keep their numbers");
        assert_eq!(devices[0].signs[0].way, Way::Boot);
    }

    #[test]
    fn what_one_host_says_is_bounded() {
        let mut hosts = Hosts::default();
        for number in 0..10_000 {
            hosts.saw(ip(7), openevse(&number.to_string()));
        }
        for number in 0..10_000u32 {
            hosts.saw(Ipv4Addr::from(0xC0A8_0000 | number), Seen::HostName("x".into()));
        }
        assert_eq!(hosts.hosts[&ip(7)].seen.len(), SEEN);
        assert_eq!(hosts.hosts.len(), HOSTS);
    }
}
