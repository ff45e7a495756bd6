//! Who is on the LAN beside the laptop.

use std::path::PathBuf;

use chargehand_catalogue::{Fingerprint, fingerprints};

use super::look_alike::LookAlike;
use super::namespace::Namespace;

/// A host that is brought to the LAN.
pub struct Guest {
    /// The laptop's card on whose switch it is.
    pub card: &'static str,
    /// Its address with prefix length.
    pub address: String,
    /// Its hardware address; empty: any.
    pub mac: String,
    /// What the host does: the arguments of the program `on-the-lan`.
    pub role: Vec<String>,
}

/// What a host does once it has its address: `$@` is a program, which says `here`.
const SCRIPT: &str =
    "ip link set lo up && ip address add $address broadcast + dev eth0 && ip link set eth0 up && exec \"$@\"";

impl Guest {
    /// The device of a file in the catalogue, as the simulator shows it.
    pub fn device(about: &Fingerprint, card: &'static str, address: &str) -> Guest {
        let mac = mac(about.oui.first().map_or("", String::as_str), address);
        Guest { card, address: address.into(), mac, role: ["device", about.name].map(Into::into).into() }
    }

    /// The same where nothing that it announces gets through, as behind many a Wi-Fi repeater.
    pub fn mute(about: &Fingerprint, card: &'static str, address: &str) -> Guest {
        Guest { role: ["mute", about.name].map(Into::into).into(), ..Guest::device(about, card, address) }
    }

    /// A device that is no charger, from the folder `look_alikes`.
    pub fn look_alike(about: &LookAlike, card: &'static str, address: &str) -> Guest {
        let role = ["look-alike", &about.name].map(Into::into).into();
        Guest { card, address: address.into(), mac: mac(&about.mac, address), role }
    }

    /// A host that says over multicast DNS what a hostile one would.
    pub fn hostile(card: &'static str, address: &str) -> Guest {
        Guest { card, address: address.into(), mac: String::new(), role: vec!["hostile".into()] }
    }

    /// A host that does nothing by itself.
    pub fn idle(card: &'static str, address: &str) -> Guest {
        Guest { card, address: address.into(), mac: String::new(), role: vec!["idle".into()] }
    }

    pub(super) fn start(&self) -> Namespace {
        let mut arguments = vec![program().display().to_string()];
        arguments.extend(self.role.iter().cloned());
        arguments.push(self.address.split('/').next().unwrap_or_default().to_owned());
        Namespace::start(SCRIPT, &arguments).expect("one more namespace")
    }
}

/// The program of this package that hosts run, beside the one that runs now.
pub fn program() -> PathBuf {
    let own = std::env::current_exe().expect("this program is a file");
    let program = own.ancestors().nth(2).expect("target/debug/deps").join("on-the-lan");
    assert!(program.exists(), "{} is not built", program.display());
    program
}

/// A hardware address that begins with these hexadecimal digits, and ends with the last number of the address: no two
/// hosts of a LAN have the same. Without digits it is one that no maker has.
fn mac(begins: &str, address: &str) -> String {
    let last: u8 = address.split('/').next().and_then(|it| it.rsplit('.').next()?.parse().ok()).unwrap_or(0);
    let begins = if begins.is_empty() { "02" } else { begins };
    let digits = format!("{begins:0<10}{last:02X}");
    let bytes: Vec<&str> = (0..6).filter_map(|index| digits.get(index * 2..index * 2 + 2)).collect();
    bytes.join(":")
}

/// The device of this name.
pub fn device(name: &str) -> &'static Fingerprint {
    fingerprints().iter().find(|it| it.name == name).unwrap_or_else(|| panic!("the catalogue has no {name}"))
}
