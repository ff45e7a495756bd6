//! What may be asked of a stranger's device: what stands in a fingerprint, and nothing else. Some chargers write on GET, so
//! a path, a register or a datagram cannot be put together here: a [`Probe`] is made of the catalogue's data alone.

use chargehand_catalogue::{
    Certainty, Fingerprint, Http, Kind, Match, Modbus, Register, Strength, Udp, WebSocket, fingerprints,
};

use super::limits::PORTS;

/// A question that the catalogue allows, and whose it is.
#[derive(Debug, Clone, Copy)]
pub struct Probe {
    about: &'static Fingerprint,
    ask: Ask,
}

/// How it is asked. All of these read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ask {
    /// GET.
    Page(&'static Http),
    /// The first frame over a WebSocket, with nothing said to it.
    Hello(&'static WebSocket),
    /// Modbus functions 3 and 4.
    Read(&'static Modbus, &'static Register),
    /// A datagram.
    Datagram(&'static Udp),
}

impl Probe {
    /// Whose question it is.
    pub fn about(&self) -> &'static Fingerprint {
        self.about
    }

    pub(super) fn ask(&self) -> Ask {
        self.ask
    }

    /// As it stands in the log.
    pub fn words(&self) -> String {
        match self.ask {
            Ask::Page(page) => format!("GET {}", page.path),
            Ask::Hello(hello) => format!("WebSocket {}", hello.path),
            Ask::Read(_, register) => {
                format!("Modbus read {} from {}, function {}", register.count, register.address, register.function)
            }
            Ask::Datagram(udp) => format!("datagram {:?}", udp.ask.as_deref().unwrap_or_default()),
        }
    }

    /// The TCP port it goes to, or the UDP port.
    pub fn port(&self) -> u16 {
        match self.ask {
            Ask::Page(page) => page.port,
            Ask::Hello(hello) => hello.port,
            Ask::Read(modbus, _) => modbus.port,
            Ask::Datagram(udp) => udp.port,
        }
    }

    fn strength(&self) -> Strength {
        match self.ask {
            Ask::Page(page) => page.strength,
            Ask::Hello(hello) => hello.strength,
            Ask::Read(_, register) => register.strength,
            Ask::Datagram(udp) => udp.strength,
        }
    }

    /// All that may be asked of this device.
    pub fn of(about: &'static Fingerprint) -> Vec<Self> {
        let pages = about.http.iter().map(Ask::Page);
        let hellos = about.websocket.iter().map(Ask::Hello);
        let reads = about.modbus.iter().flat_map(|it| it.registers.iter().map(move |register| Ask::Read(it, register)));
        let datagrams = about.udp.iter().filter(|it| it.ask.is_some()).map(Ask::Datagram);
        let asks = pages.chain(hellos).chain(reads).chain(datagrams);
        asks.map(|ask| Self { about, ask }).collect()
    }
}

/// TCP ports by how many devices they tell of. The last one tells of a charger that shows itself by nothing else; 8080 is
/// of one whose network card tells its maker.
static RANKED: [u16; PORTS] = [80, 502, 443, 1502, 8443, 30502];

/// The ports to try on a host: those of what it may be, then the ranked ones; six in all. Of a charger only ports on which
/// something may be asked: to connect begins a session on some. Of a platform also the one that chargers connect to.
pub(super) fn ports(hints: &[Match]) -> Vec<u16> {
    let of_hints = hints.iter().flat_map(|it| {
        let listed = it.fingerprint.tcp_ports.iter().copied().filter(|_| it.fingerprint.kind == Kind::Companion);
        let asked = Probe::of(it.fingerprint).into_iter().filter(|it| !matches!(it.ask, Ask::Datagram(_)));
        listed.chain(asked.map(|it| it.port())).collect::<Vec<u16>>()
    });
    let mut ports: Vec<u16> = Vec::new();
    for port in of_hints.chain(RANKED) {
        if !ports.contains(&port) && ports.len() < PORTS {
            ports.push(port);
        }
    }
    ports
}

/// The pages to ask for on a port, each path once: first those of what the host may be, then the others, the telling ones
/// first. Of the others one of each device that shows itself by nothing else, or with `every` all. Where it is known
/// already what it is, only its own.
pub(super) fn pages(port: u16, hints: &[Match], every: bool) -> Vec<Probe> {
    let is_page = |it: &Probe| matches!(it.ask, Ask::Page(_)) && it.port() == port;
    let mut pages: Vec<Probe> = fingerprints().iter().flat_map(|it| of_device(it, is_page, hints, every)).collect();
    first_of_hints(&mut pages, hints);
    let mut paths = Vec::new();
    pages.retain(|it| match it.ask {
        Ask::Page(page) if !paths.contains(&&page.path) => {
            paths.push(&page.path);
            true
        }
        _ => false,
    });
    pages
}

/// The WebSockets to listen to on a port, in the same order.
pub(super) fn hellos(port: u16, hints: &[Match], every: bool) -> Vec<Probe> {
    let is_hello = |it: &Probe| matches!(it.ask, Ask::Hello(_)) && it.port() == port;
    let mut hellos: Vec<Probe> = fingerprints().iter().flat_map(|it| of_device(it, is_hello, hints, every)).collect();
    first_of_hints(&mut hellos, hints);
    let mut paths = Vec::new();
    hellos.retain(|it| match it.ask {
        Ask::Hello(hello) if !paths.contains(&&hello.path) => {
            paths.push(&hello.path);
            true
        }
        _ => false,
    });
    hellos
}

/// What to ask of a host that may be this device: all of this kind where something points at it; else the most telling one
/// where nothing else could.
fn of_device(
    about: &'static Fingerprint,
    is_of_kind: impl Fn(&Probe) -> bool,
    hints: &[Match],
    every: bool,
) -> Vec<Probe> {
    let mut probes: Vec<Probe> = Probe::of(about).into_iter().filter(is_of_kind).collect();
    if every || hints.iter().any(|it| it.fingerprint.name == about.name) {
        return probes;
    }
    probes.sort_by_key(|it| std::cmp::Reverse(it.strength()));
    probes.truncate(usize::from(!shows_itself(about)));
    probes
}

/// It is heard, or its network card tells its maker, before it is asked for anything. Host names are heard with services.
fn shows_itself(about: &Fingerprint) -> bool {
    !about.mdns.is_empty() || !about.oui.is_empty() || about.udp.iter().any(|it| it.ask.is_some())
}

fn first_of_hints(probes: &mut Vec<Probe>, hints: &[Match]) {
    let place = |probe: &Probe| hints.iter().position(|it| it.fingerprint.name == probe.about.name);
    if hints.first().is_some_and(|it| it.certainty == Certainty::Named) {
        probes.retain(|probe| place(probe) == Some(0));
    }
    probes.sort_by_key(|probe| (place(probe).unwrap_or(usize::MAX), std::cmp::Reverse(probe.strength())));
}

/// In which order makers are asked for over Modbus: those whose answer cannot be taken for another's come first, and an
/// inverter is recognised before anything else. The rest follows by its unit ids, which change as seldom as can be.
pub(super) static ORDER: &[&str] = &[
    "sunspec",
    "alfen-eve",
    "vestel-evc04",
    "keba-p20-p30",
    "keba-p40",
    "bender-cc",
    "mennekes-hcc3",
    "peblar",
    "victron-evcs",
    "enovates-eno",
    "abb-terra-ac",
    "innogy-ebox",
    "delta",
    "etrel-inch",
    "foxess-evc",
    "siemens-versicharge",
    "goodwe-hca",
    "sungrow-ac-charger",
    "sigenergy-evac",
];

/// The register reads on a port, device by device; of one unit id each, the telling register first. With hints only
/// those of what the host may be.
pub(super) fn reads(port: u16, hints: &[Match], everything: bool) -> Vec<(&'static Fingerprint, u8, Vec<Probe>)> {
    let place = |about: &Fingerprint| ORDER.iter().position(|it| *it == about.name).unwrap_or(ORDER.len());
    let hinted =
        |about: &Fingerprint| hints.iter().any(|it| it.fingerprint.name == about.name) || about.name == "sunspec";
    let mut plan = Vec::new();
    for about in fingerprints().iter().filter(|about| everything || hinted(about)) {
        for modbus in about.modbus.iter().filter(|it| it.port == port) {
            let read = |register| Probe { about, ask: Ask::Read(modbus, register) };
            let mut probes: Vec<Probe> = modbus.registers.iter().map(read).collect();
            probes.sort_by_key(|probe| std::cmp::Reverse((probe.strength(), probe.is_telling())));
            // where no unit id is known, the one that most devices answer to
            let units = if modbus.units.is_empty() { &[1][..] } else { &modbus.units };
            plan.extend(units.iter().map(|unit| (about, *unit, probes.clone())));
        }
    }
    let hint = |about: &Fingerprint| !hints.iter().any(|it| it.fingerprint.name == about.name);
    plan.sort_by_key(|(about, unit, _)| (about.name != "sunspec", hint(about), place(about), *unit, about.name));
    plan
}

impl Probe {
    /// What is read there is expected to be something.
    fn is_telling(&self) -> bool {
        match self.ask {
            Ask::Read(_, register) => {
                register.matches.is_some() || register.among.is_some() || register.range.is_some()
            }
            _ => true,
        }
    }
}

/// The TCP ports on which something speaks Modbus.
pub(super) fn is_modbus(port: u16) -> bool {
    fingerprints().iter().flat_map(|it| &it.modbus).any(|it| it.port == port)
}

/// Whether Modbus on a TCP port is one maker's habit: who has it open may be read without being asked for. 502 is the
/// standard's, and 1502 what many take in its place.
pub(super) fn is_makers_own(port: u16) -> bool {
    is_modbus(port) && ![502, 1502].contains(&port)
}

/// The questions that go to all in a network. A device's first question is asked of all; its others only of who answered.
pub(super) fn broadcasts() -> Vec<Probe> {
    let first =
        |about: &'static Fingerprint| Probe::of(about).into_iter().find(|it| matches!(it.ask, Ask::Datagram(_)));
    fingerprints().iter().filter_map(first).collect()
}

/// The UDP ports that devices tell something to without being asked, or answer to.
pub(super) fn ears() -> Vec<u16> {
    let udp = fingerprints().iter().flat_map(|it| &it.udp);
    let mut ports: Vec<u16> = udp.filter_map(|it| own_port(it).or(it.beacon_every_s.map(|_| it.port))).collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// The port that a question has to be asked from, where any would not do.
pub(super) fn own_port(udp: &Udp) -> Option<u16> {
    udp.answers_to.or(udp.asked_from)
}

/// What else is asked, by datagram, of a host that is this device.
pub(super) fn second_questions(about: &'static Fingerprint) -> Vec<Probe> {
    Probe::of(about).into_iter().filter(|it| matches!(it.ask, Ask::Datagram(_))).skip(1).collect()
}

/// The services to browse for over multicast DNS.
pub(super) fn services() -> Vec<&'static str> {
    let mut services: Vec<&str> =
        fingerprints().iter().flat_map(|it| &it.mdns).filter_map(|it| it.service.as_deref()).collect();
    services.sort_unstable();
    services.dedup();
    services
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::limits::UNHINTED;
    use chargehand_catalogue::{Seen, identify};

    /// What is known to write, or to give an order, on GET.
    static WRITES: &[&str] = &["/api/set", "/mqtt", "/write", "/setCurrent", "/setStatus", "/r?", "/reset", "/reboot"];

    #[test]
    fn no_probe_writes() {
        let mut asked = 0;
        for probe in fingerprints().iter().flat_map(Probe::of) {
            asked += 1;
            match probe.ask {
                Ask::Page(page) => {
                    let writes = WRITES.iter().any(|path| page.path.to_lowercase().starts_with(&path.to_lowercase()));
                    assert!(!writes && page.path.starts_with('/'), "{}", probe.words());
                    assert!(page.path.chars().all(|c| c.is_ascii_graphic()), "{}", probe.words());
                }
                Ask::Hello(hello) => assert!(hello.path.starts_with('/'), "{}", probe.words()),
                Ask::Read(_, register) => assert!([3, 4].contains(&register.function), "{}", probe.words()),
                Ask::Datagram(udp) => {
                    let known = ["i", "report 1", "smart_chargepile_search\0", "WIFIKIT-214028-READ"];
                    assert!(known.contains(&udp.ask.as_deref().unwrap_or_default()), "{}", probe.words());
                }
            }
        }
        assert!(asked > 150, "{asked}");
    }

    #[test]
    fn at_most_six_ports_are_tried_and_those_of_what_it_may_be_come_first() {
        assert_eq!(ports(&[]), RANKED);
        let garo = identify(&[Seen::Mac([0x4C, 0x3B, 0x6C, 0, 0, 1])]);
        let tried = ports(&garo);
        assert!(tried.len() == PORTS && tried.contains(&2222) && tried.contains(&80), "{tried:?}");
        let bytes = b"192.168.1.7,000000000001,smart_wifi,1.0".to_vec();
        let duosida = identify(&[Seen::Datagram { port: 48899, bytes }]);
        assert_eq!(duosida[0].fingerprint.name, "duosida");
        assert_eq!(ports(&duosida), RANKED, "to connect to its own port begins a session");
        let service = "_http._tcp.local.".to_owned();
        let evcc = identify(&[Seen::Service { service, instance: "evcc".into(), txt: Default::default() }]);
        assert!(ports(&evcc).contains(&8887), "where chargers connect to it");
    }

    #[test]
    fn pages_of_what_it_may_be_are_asked_for_first_and_no_others_once_it_is_named() {
        let words = |probes: &[Probe]| probes.iter().map(Probe::words).collect::<Vec<_>>();
        let tesla = identify(&[Seen::Mac([0xDC, 0x44, 0x27, 0x10, 0, 1])]);
        let asked = words(&pages(80, &tesla, true));
        assert_eq!(asked[..2], ["GET /api/1/version", "GET /api/1/vitals"]);
        assert!(asked.len() > 20 && asked.iter().filter(|it| *it == "GET /status").count() == 1);
        assert_eq!(words(&pages(80, &tesla, false))[..2], asked[..2]);
        let service = "_Fronius-SE-Wattpilot._tcp.local.".to_owned();
        let wattpilot = identify(&[Seen::Service { service, instance: "x".into(), txt: Default::default() }]);
        assert_eq!(words(&pages(80, &wattpilot, false)), [""; 0]);
        assert_eq!(words(&hellos(80, &wattpilot, false)), ["WebSocket /ws"]);
    }

    #[test]
    fn a_host_of_which_nothing_is_known_is_asked_for_few_pages_and_no_device_is_missed_by_that() {
        let asked: Vec<Probe> = RANKED.iter().flat_map(|port| pages(*port, &[], false)).collect();
        assert_eq!(asked.len(), UNHINTED);
        let heard = RANKED.iter().flat_map(|port| hellos(*port, &[], false)).map(|it| it.words());
        assert_eq!(heard.collect::<Vec<_>>(), ["WebSocket /api/ws"]);
        for about in fingerprints().iter().filter(|it| !it.http.is_empty() && !shows_itself(it)) {
            let is_its = |probe: &Probe| {
                about.http.iter().any(|page| matches!(probe.ask, Ask::Page(it) if it.path == page.path))
            };
            assert!(asked.iter().any(is_its), "{}", about.name);
        }
        let every: usize = RANKED.iter().map(|port| pages(*port, &[], true).len()).sum();
        assert!(every > 2 * UNHINTED, "{every}");
    }

    #[test]
    fn only_a_port_that_is_one_makers_habit_may_be_read_unasked() {
        assert_eq!([502, 1502, 80, 30502, 4701].map(is_makers_own), [false, false, false, true, true]);
        for port in [30502, 4701] {
            let makers = fingerprints().iter().filter(|it| it.modbus.iter().any(|rule| rule.port == port)).count();
            assert_eq!(makers, 1, "{port}");
        }
    }

    #[test]
    fn an_inverter_is_recognised_before_anything_else_is_read() {
        for name in ORDER {
            assert!(fingerprints().iter().any(|it| it.name == *name), "{name}");
        }
        let plan = reads(502, &[], true);
        assert_eq!(
            plan[..3].iter().map(|(about, ..)| about.name).collect::<Vec<_>>(),
            ["sunspec", "sunspec", "alfen-eve"]
        );
        let keba = identify(&[Seen::Mac([0x00, 0x60, 0xB5, 0, 0, 1])]);
        let plan = reads(502, &keba, false);
        let names: Vec<_> = plan.iter().map(|(about, ..)| about.name).collect();
        assert_eq!(names, ["sunspec", "sunspec", "keba-p20-p30", "keba-p40"], "nothing else without being asked for");
    }
}
