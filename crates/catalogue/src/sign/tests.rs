use super::*;

/// What is seen of a simulated one, without its network card.
fn example(about: &Fingerprint) -> Vec<Seen> {
    let services = about.mdns.iter().map(|it| Seen::Service {
        service: it.service.clone().or(it.announced.service.clone()).expect("a service"),
        instance: it.announced.instance.clone(),
        txt: it.announced.txt.clone(),
    });
    let pages = about.http.iter().flat_map(|it| {
        let page = |path: &str, status, body: &str| Seen::Page {
            scheme: it.scheme,
            port: it.port,
            path: path.into(),
            status,
            body: Body::read(body),
        };
        [page(&it.path, it.answer.status, &it.answer.body), page("/not-there", 404, "")]
    });
    let hellos = about.websocket.iter().map(|it| Seen::Hello {
        port: it.port,
        path: it.path.clone(),
        body: Body::read(&it.frames[0]),
    });
    let spoken = about.modbus.iter().filter(|it| it.silent.is_none());
    let registers = spoken.flat_map(|it| {
        it.registers.iter().map(|register| Seen::Registers {
            port: it.port,
            unit: it.units.first().copied().unwrap_or(1),
            function: register.function,
            address: register.address,
            words: register.words().expect("it answers"),
        })
    });
    let datagrams = about.udp.iter().map(|it| {
        let begin = it.answer.begin.as_bytes().chunks(2);
        let begin = begin.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        let text = it.answer.text.replace("{address}", "192.168.1.7");
        Seen::Datagram { port: it.port, bytes: begin.chain(text.bytes()).collect() }
    });
    let host = (!about.host.is_empty() && !about.hostname.is_empty()).then(|| Seen::HostName(about.host.clone()));
    services.chain(pages).chain(hellos).chain(registers).chain(datagrams).chain(host).collect()
}

/// Devices whose rules are not enough to name them, and how far they get by what a simulated one shows; everything else
/// that has a rule is named.
static NOT_NAMED: &[(&str, Certainty)] = &[
    // no register tells its maker: a voltage is where this one has it
    ("ambibox", Certainty::Possible),
    // no register tells its maker: a state of six bits is at a unit id that others seldom have
    ("chargex-aqueduct", Certainty::Possible),
    ("compleo-solo-duo", Certainty::Possible),
    ("evecube", Certainty::Possible),
    ("garo-entity-pro", Certainty::Possible),
    ("hardy-barth-salia", Certainty::Probable),
    ("hesotec", Certainty::Probable),
    ("homecharge-efr-secc", Certainty::Possible),
    ("lrt-wallbox", Certainty::Possible),
    ("openwb-2", Certainty::Probable),
    ("pulsatrix", Certainty::Probable),
    // no register tells its maker: a voltage is where this one has it
    ("raedian", Certainty::Possible),
    // a text that looks like an order number, and a state; how its order numbers begin is not known
    ("schneider-evlink-pro", Certainty::Possible),
    ("sigenergy-evac", Certainty::Probable),
    ("sma-ev-charger", Certainty::Possible),
    ("smappee-ev", Certainty::Probable),
    ("victron-gx", Certainty::Possible),
    ("voltie", Certainty::Probable),
    ("webasto-next", Certainty::Possible),
];

/// What names the first names the second as well: they show themselves alike.
static TWINS: &[(&str, &str)] = &[
    // the same register map
    ("elli-charger-2", "amperfied-connect"),
    // EEBUS is what they announce
    ("elli-charger-2", "eebus-ship-any"),
    ("tinkerforge-warp", "eebus-ship-any"),
    // it is one of the things by Shelly, and shows all that they show
    ("shelly-top-ac", "shelly"),
];

#[test]
fn every_fingerprint_is_named_by_what_its_device_shows() {
    for about in fingerprints() {
        let seen = example(about);
        let found = identify(&seen);
        let own = found.iter().find(|it| it.fingerprint.name == about.name).map(|it| it.certainty);
        let exception = NOT_NAMED.iter().find(|(name, _)| *name == about.name).map(|(_, it)| *it);
        let expected = (!seen.is_empty()).then_some(exception.unwrap_or(Certainty::Named));
        assert_eq!(own, expected, "{}", about.name);
        let first = found.first().map(|it| it.fingerprint.name);
        assert_eq!(first, own.map(|_| about.name), "{} is taken for {first:?}", about.name);
    }
}

#[test]
fn no_other_fingerprint_claims_a_device_with_strong_evidence() {
    for about in fingerprints() {
        for other in identify(&example(about)).iter().filter(|it| it.fingerprint.name != about.name) {
            let strong = other.signs.iter().any(|it| it.strength == Strength::Strong && !it.is_bare);
            let are_twins = TWINS.contains(&(about.name, other.fingerprint.name));
            assert_eq!(strong, are_twins, "{} and {}", about.name, other.fingerprint.name);
        }
    }
}

#[test]
fn each_device_has_a_name_of_its_own_however_sure_it_is() {
    let best = |about| identify(&example(about)).into_iter().next();
    let called = |it: &Match| it.identity.called(Some(it.fingerprint));
    let known = |name: &str| fingerprints().iter().find(|it| it.name == name).expect("known");
    let of = |name: &str| called(&best(known(name)).expect("it is seen"));
    for (name, _) in NOT_NAMED {
        let (about, words) = (known(name), of(name));
        let told = best(about).expect("it is seen").identity.model;
        let is_said = |it: &String| words.contains(it.as_str());
        let is_named = if told.is_empty() { about.models.iter().all(is_said) } else { is_said(&told) };
        assert!(is_named, "{name}: {words}");
    }
    assert_eq!(of("compleo-solo-duo"), "Compleo Solo or Duo");
    assert_eq!(of("lrt-wallbox"), "LRT Wallbox");
    assert_eq!(of("schneider-evlink-pro"), "Schneider Electric EVSIMULATED");
    assert_eq!(of("shelly-top-ac"), "Shelly Top AC portable EV charger");
    assert_eq!(of("keba-p40"), "KEBA KeContact P40 or P40 Pro");
    assert_eq!(of("eebus-ship-any"), "Simulated Charger", "what many makers share names none of them");
    for it in fingerprints().iter().filter_map(best) {
        let words = called(&it);
        assert!(!words.is_empty() && words.chars().count() <= 110, "{words}");
    }
}

#[test]
fn a_thing_by_shelly_is_a_charger_only_where_it_says_so() {
    let page = |body: &str| Seen::Page {
        scheme: crate::Scheme::Http,
        port: 80,
        path: "/shelly".into(),
        status: 200,
        body: Body::read(body),
    };
    let announced = service("_shelly._tcp.local.", "shelly-0001");
    let first = |body: &str| identify(&[announced.clone(), page(body)])[0].fingerprint.name;
    assert_eq!(first(r#"{"mac": "000000000001", "jwt": {"p": "EVE01"}}"#), "shelly-top-ac");
    for plug in [r#"{"mac": "000000000001"}"#, r#"{"mac": "000000000001", "jwt": {"p": "ST-802"}}"#] {
        assert_eq!(first(plug), "shelly", "{plug}");
    }
}

#[test]
fn a_kebas_product_code_tells_a_p30_from_a_p40() {
    let code = |number: u32| Seen::Registers {
        port: 502,
        unit: 255,
        function: 3,
        address: 1016,
        words: vec![(number >> 16) as u16, number as u16],
    };
    let name = |number| identify(&[code(number)]).first().map(|it| it.fingerprint.name);
    assert_eq!((name(311_221), name(4_112_210)), (Some("keba-p20-p30"), Some("keba-p40")));
    assert_eq!((name(1_234), name(9_000_000)), (None, None));
}

#[test]
fn a_device_tells_its_maker_model_serial_and_firmware() {
    let identity = |name: &str| {
        let about = fingerprints().iter().find(|it| it.name == name).expect("known");
        let it = identify(&example(about)).swap_remove(0).identity;
        [it.vendor, it.model, it.serial, it.firmware]
    };
    assert_eq!(identity("fronius-wattpilot"), ["Fronius", "wattpilot", "90000001", "36.3"]);
    assert_eq!(identity("keba-p20-p30"), ["KEBA", "KC-P30-SIMULATED", "90000001", "P30 v 3.10.27 (simulated)"]);
    assert_eq!(identity("sungrow-ac-charger"), ["Sungrow", "AC22E-01", "", ""]);
    assert_eq!(identity("nrgkick-gen2"), ["NRGkick (DiniTech)", "NRGkick Gen2", "SIM0000001", "1.0.0"]);
    assert_eq!(identity("eebus-ship-any"), ["Simulated", "Charger", "SIM0000001", ""]);
}

fn service(service: &str, instance: &str) -> Seen {
    Seen::Service { service: service.into(), instance: instance.into(), txt: BTreeMap::new() }
}

/// A server that answers so to whatever it is asked.
fn server(status: u16, body: &str) -> Vec<Seen> {
    let all = fingerprints().iter().flat_map(|it| &it.http);
    let page = |it: &crate::Http| Seen::Page {
        scheme: it.scheme,
        port: it.port,
        path: it.path.clone(),
        status,
        body: Body::read(body),
    };
    all.map(page).collect()
}

/// A device on Modbus that answers every register of the catalogue with the same.
fn registers(word: u16) -> Vec<Seen> {
    let all = fingerprints().iter().flat_map(|it| &it.modbus);
    let units = all.flat_map(|it| it.units.iter().map(move |unit| (it, *unit)));
    let registers = units.flat_map(|(it, unit)| it.registers.iter().map(move |register| (it.port, unit, register)));
    let read = registers.map(|(port, unit, register)| Seen::Registers {
        port,
        unit,
        function: register.function,
        address: register.address,
        words: vec![word; register.count.into()],
    });
    read.collect()
}

#[test]
fn what_is_no_charger_is_taken_for_none() {
    let everything_else = [
        vec![service("_http._tcp.local.", "HP LaserJet"), service("_ipp._tcp.local.", "HP LaserJet")],
        vec![service("_ssh._tcp.local.", "nas"), service("_smb._tcp.local.", "nas")],
        vec![service("_http._tcp.local.", "Diskstation"), Seen::HostName("Diskstation".into())],
        // a heat pump that speaks EEBUS
        vec![service("_ship._tcp.local.", "Heat pump")],
        vec![service("_googlecast._tcp.local.", "Living room"), Seen::HostName("SmartTV-1".into())],
        // a radio module, of which many things are made, and an address that was made up
        vec![Seen::Mac([0x24, 0x0A, 0xC4, 1, 2, 3])],
        vec![Seen::Mac([0xDE, 0x44, 0x27, 0x10, 0, 1])],
        // an nginx that serves one page for everything, a router that wants a login, a server that knows nothing
        server(200, ""),
        server(200, "<html><form action=login></form></html>"),
        server(401, ""),
        server(403, ""),
        server(302, ""),
        server(404, ""),
        server(500, ""),
        server(200, "{}"),
        server(200, "{\"error\": \"unknown\"}"),
        // an inverter that answers zeros, or that nothing is there
        registers(0),
        registers(0xFFFF),
        vec![Seen::Datagram { port: 7090, bytes: b"i".to_vec() }],
        vec![Seen::Datagram { port: 28376, bytes: vec![0; 2000] }],
        Vec::new(),
    ];
    for seen in everything_else {
        let found: Vec<_> = identify(&seen).iter().map(|it| (it.fingerprint.name, it.certainty)).collect();
        assert_eq!(found, [], "{:?}", seen.first());
    }
}

#[test]
fn the_prefix_of_a_network_card_is_the_longest_that_fits_and_no_more_than_a_hint() {
    let found = identify(&[Seen::Mac([0xDC, 0x44, 0x27, 0x10, 0, 1])]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].fingerprint.name, found[0].certainty), ("tesla-wall-connector-3", Certainty::Possible));
    // the next of the 28 bits belongs to somebody else
    assert_eq!(identify(&[Seen::Mac([0xDC, 0x44, 0x27, 0x20, 0, 1])]), []);
}

#[test]
fn a_medium_sign_and_a_hint_name_a_device_together() {
    let tedapi = service("_tedapi._tcp.local.", "x");
    let certainty = |seen: &[Seen]| identify(seen).first().map(|it| it.certainty);
    assert_eq!(certainty(std::slice::from_ref(&tedapi)), Some(Certainty::Probable));
    assert_eq!(certainty(&[tedapi.clone(), Seen::Mac([0x98, 0xED, 0x5C, 0, 0, 1])]), Some(Certainty::Named));
    assert_eq!(certainty(&[tedapi, Seen::HostName("TeslaWallConnector_1".into())]), Some(Certainty::Named));
}

#[test]
fn a_login_page_means_something_behind_its_makers_network_card() {
    let login = Seen::Page {
        scheme: crate::Scheme::Https,
        port: 8443,
        path: "/v2/wallboxes".into(),
        status: 401,
        body: Body::default(),
    };
    let certainty = |seen: &[Seen]| identify(seen).first().map(|it| (it.fingerprint.name, it.certainty));
    assert_eq!(certainty(std::slice::from_ref(&login)), None);
    let card = Seen::Mac([0x00, 0x60, 0xB5, 0, 0, 1]);
    assert_eq!(certainty(&[login, card]), Some(("keba-p40", Certainty::Named)));
}

#[test]
fn a_word_of_a_server_that_answers_everything_alike_means_nothing() {
    let page = |path: &str, status| Seen::Page {
        scheme: crate::Scheme::Http,
        port: 80,
        path: path.into(),
        status,
        body: Body::read(r#"{"state": 1}"#),
    };
    let first = |other| identify(&[page("/api/charger/state", 200), other]).first().map(|it| it.certainty);
    assert_eq!(first(page("/status", 200)), None);
    assert_eq!(first(page("/status", 404)), Some(Certainty::Possible));
}

#[test]
fn registers_that_hold_their_own_addresses_name_nobody() {
    let seen = |address: u16, count| Seen::Registers {
        port: 502,
        unit: 255,
        function: 4,
        address,
        words: (address..).take(count).collect(),
    };
    assert_eq!(identify(&[seen(190, 10), seen(210, 5)]), []);
}

#[test]
fn a_gateway_that_answers_alike_for_every_unit_says_it_once() {
    let seen = |unit| Seen::Registers { port: 502, unit, function: 4, address: 37, words: vec![512] };
    let certainty = |seen: &[Seen]| identify(seen).first().map(|it| (it.fingerprint.name, it.certainty));
    assert_eq!(certainty(&[seen(1), seen(70)]), Some(("solax-evc-modbus", Certainty::Probable)));
}

#[test]
fn what_a_device_says_of_itself_is_short_and_without_tricks() {
    let long = "x".repeat(1000);
    let txt = [("type", "a\u{202E}b\u{0000}"), ("version", "<b>"), ("id", long.as_str())];
    let txt = txt.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let seen =
        Seen::Service { service: "_openevse._tcp.local.".into(), instance: long.clone(), txt: BTreeMap::from(txt) };
    let found = identify(&[seen]).swap_remove(0);
    assert_eq!((found.identity.model.as_str(), found.identity.serial.len()), ("ab", 64));
    assert!(found.signs[0].seen.chars().count() <= 200 && !found.signs[0].seen.contains('\u{202E}'));
}
