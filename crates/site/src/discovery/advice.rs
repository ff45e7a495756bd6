//! What a person can do where no charger was found.

use chargehand_catalogue::Kind;

use super::state::{Advice, State};
use crate::network::Kind as NetworkKind;

/// A piece of advice, and when it is worth giving.
type Worth = fn(&State) -> bool;

static ALL: &[(Advice, Worth)] = &[
    (
        Advice {
            code: "connect",
            text: "Point the charger at Chargehand's address. A charger that connects by itself is found in any case, and \
                   says what it is.",
        },
        |_| true,
    ),
    (
        Advice {
            code: "vpn",
            text: "A network was left out: this computer reaches its addresses by another way, mostly a VPN. Switch the \
                   VPN off, then look again.",
        },
        |state| !state.elsewhere.is_empty(),
    ),
    (
        Advice {
            code: "power",
            text: "Look whether the charger has power and is on the network: its display or its app says so. Many take two \
                   minutes after power comes back.",
        },
        |_| true,
    ),
    (
        Advice {
            code: "same_network",
            text: "Look whether this computer and the charger are on the same network. A guest Wi-Fi or a second router \
                   keeps them apart.",
        },
        |state| state.networks.iter().all(|it| it.kind() != NetworkKind::LinkLocal),
    ),
    (
        Advice {
            code: "isolation",
            text: "Hardly anything on this network can be seen. Some routers keep their Wi-Fi clients apart (client \
                   isolation, guest Wi-Fi). Use the main Wi-Fi or a cable.",
        },
        |state| !state.networks.is_empty() && state.devices.is_empty(),
    ),
    (
        Advice {
            code: "type_address",
            text: "Type the charger's address. The router's list of devices or the charger's app shows it.",
        },
        |_| true,
    ),
    (
        Advice {
            code: "modbus",
            text: "Ask every device over Modbus too. Some chargers can be recognised by nothing else; their Modbus often has \
                   to be switched on first.",
        },
        |state| !state.networks.is_empty(),
    ),
    (
        Advice {
            code: "hot_spot",
            text: "A new charger often opens a Wi-Fi of its own, named after its serial number. Join it with this computer, \
                   then look again.",
        },
        |_| true,
    ),
    (
        Advice {
            code: "narrowed",
            text: "The network is large: only the 254 addresses around this computer's were asked, and of the others those \
                   that showed themselves. Name another part of it, or type the charger's address.",
        },
        |state| state.networks.iter().any(|it| it.is_narrowed()),
    ),
];

/// What to try next; nothing where a charger was found.
pub(super) fn advice(state: &State) -> Vec<Advice> {
    if state.devices.iter().any(|it| it.kind != Kind::Companion) {
        return Vec::new();
    }
    ALL.iter().filter(|(_, worth)| worth(state)).map(|(advice, _)| advice.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_is_found_it_is_said_what_to_do() {
        let codes: Vec<_> = advice(&State::default()).iter().map(|it| it.code).collect();
        assert_eq!(codes, ["connect", "power", "same_network", "type_address", "hot_spot"]);
    }
}
