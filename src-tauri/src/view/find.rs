//! Discovery, converted for the window.

use chargehand_catalogue::{
    Booted, Certainty, Charger, Kind, Sign, Strength, Way, charger as known_charger, recognise,
};
use chargehand_site::discovery::{Advice, Allowed, Device, Ended, Network, Phase, State, Step, Tried};

use super::catalogue::{fact, line};
use crate::finding::Scans;
use crate::ipc::*;

/// Discovery as it stands.
pub fn find(networks: &[(Network, Option<Allowed>)], state: &State, scans: Scans) -> FindView {
    let elsewhere = |it: &Network| state.elsewhere.iter().any(|other| other.cidr() == it.cidr());
    FindView {
        networks: networks.iter().map(|(it, word)| network(it, word.is_some(), elsewhere(it))).collect(),
        scanning: state.phase == Phase::Scanning,
        begins_in_s: state.begins_in.map(|left| u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)),
        problem: scans.problem,
        scans: scans.begun,
        ended: scans.ended.map(ended),
        permille: u32::from(state.done_permille),
        took_ms: u32::try_from(state.took.as_millis()).unwrap_or(u32::MAX),
        tried: state.tried.iter().map(tried).collect(),
        devices: state.devices.iter().map(device).collect(),
        advice: state.advice.iter().map(|Advice { text, .. }| (*text).to_owned()).collect(),
    }
}

fn network(it: &Network, allowed: bool, elsewhere: bool) -> NetworkView {
    NetworkView {
        key: it.key().to_owned(),
        interface: it.interface().to_owned(),
        kind: it.kind().words().to_owned(),
        range: it.cidr(),
        hosts: it.hosts(),
        narrowed: it.is_narrowed(),
        allowed,
        recognised: it.is_recognised(),
        elsewhere,
    }
}

fn ended(it: Ended) -> EndedView {
    match it {
        Ended::Whole => EndedView::Whole,
        Ended::Cancelled => EndedView::Cancelled,
        Ended::OutOfTime => EndedView::OutOfTime,
    }
}

fn tried(it: &Tried) -> TriedView {
    let look = match it.step {
        Step::Mdns => LookView::Mdns,
        Step::Udp => LookView::Udp,
        Step::Arp => LookView::Arp,
        Step::Tcp => LookView::Tcp,
        Step::Identify => LookView::Identify,
    };
    TriedView { look, result: it.result.clone(), done: it.is_done }
}

fn device(it: &Device) -> DeviceView {
    let companion = it.kind == Kind::Companion;
    let addresses: Vec<String> = it.addresses.iter().map(ToString::to_string).collect();
    DeviceView {
        key: it.id.to_string(),
        name: it.called(),
        certainty: match (&it.connected, it.certainty) {
            (Some(_), _) => CertaintyView::Connected,
            (None, Certainty::Named) => CertaintyView::Named,
            (None, Certainty::Probable) => CertaintyView::Probable,
            (None, Certainty::Possible) => CertaintyView::Possible,
        },
        companion,
        platform: it.is_platform,
        address: addresses.join(", "),
        serial: it.identity.serial.clone(),
        known: if companion { Vec::new() } else { known(it).into_iter().map(line).collect() },
        charger: it.connected.clone(),
        signs: it.signs.iter().map(sign).collect(),
        cautions: it.fingerprint.map(|it| it.cautions.clone()).unwrap_or_default(),
    }
}

/// The charger of the catalogue that it says it is, else those that may stand behind its fingerprint.
fn known(it: &Device) -> Vec<&'static Charger> {
    let identity = it.connected.as_deref().unwrap_or_default();
    let (vendor, model) = (it.identity.vendor.as_str(), it.identity.model.as_str());
    let (serial, firmware) = (it.identity.serial.as_str(), it.identity.firmware.as_str());
    let told = recognise(Booted { vendor, model, serial, firmware, identity, ..Booted::default() })
        .filter(|it| it.model_known);
    let may: Vec<&'static Charger> =
        it.fingerprint.into_iter().flat_map(|it| &it.chargers).filter_map(|id| known_charger(id)).collect();
    match told {
        Some(told) if may.is_empty() || may.iter().any(|it| it.id == told.charger.id) => vec![told.charger],
        _ => may,
    }
}

fn sign(it: &Sign) -> SignView {
    SignView {
        way: match it.way {
            Way::Mdns => WayView::Mdns,
            Way::NetworkCard => WayView::NetworkCard,
            Way::HostName => WayView::HostName,
            Way::Http => WayView::Http,
            Way::WebSocket => WayView::WebSocket,
            Way::Modbus => WayView::Modbus,
            Way::Udp => WayView::Udp,
            Way::Boot => WayView::Boot,
        },
        seen: fact(&it.seen, &it.source, &it.date, it.confidence),
        strength: match it.strength {
            Strength::Strong => StrengthView::Strong,
            Strength::Medium => StrengthView::Medium,
            Strength::Weak => StrengthView::Weak,
        },
    }
}
