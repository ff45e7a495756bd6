//! How far discovery goes, at most. Each bound is held by a test.

use std::time::Duration;

/// The shortest prefix of a network that is looked through whole: 1022 hosts.
pub const WIDEST: u8 = 22;
/// The prefix that a wider network is cut down to, around our own address.
pub const NARROWED: u8 = 24;
/// Sockets open at once, over all hosts.
pub const SOCKETS: usize = 256;
/// TCP ports tried on one host, over a whole scan.
pub const PORTS: usize = 6;
/// Pages that a host is asked for where nothing says what it may be: one of each device that shows itself by nothing else,
/// neither announced nor asked nor by its network card. Four would do for a scan that may miss those. More is asked only of
/// what a device may be, and all there is where a person named the host or nothing announces itself in its network.
pub const UNHINTED: usize = 10;
/// How long a network that was looked through is left in peace before it is looked through again: chargers serve few at
/// once, and their owners' own programs are among those.
pub const COOL_DOWN: Duration = Duration::from_secs(30);
/// Connections at once to one host: many chargers serve four in all, and their own app needs one.
pub const CONNECTIONS: usize = 2;
/// The longest answer over HTTP or WebSocket that is read, in bytes.
pub const BODY: usize = 64 * 1024;
/// What is kept of one such answer, in bytes of JSON; what more it says is not looked for.
pub const KEPT: usize = 4 * 1024;
/// The longest head of an answer over HTTP, in bytes.
pub const HEAD: usize = 16 * 1024;
/// The longest datagram that is read, in bytes: multicast DNS sends up to 9000 (RFC 6762 section 17).
pub const DATAGRAM: usize = 9000;
/// Resource records that are read of one datagram.
pub const RECORDS: usize = 256;
/// The longest TXT record that is read, in bytes.
pub const TXT: usize = 1300;
/// Keys of a TXT record that are kept, and the characters of each value.
pub const KEYS: usize = 32;
/// Characters of a value, of a name's instance, of a host name.
pub const VALUE: usize = 256;
/// Things that are kept of one host.
pub const SEEN: usize = 64;
/// Hosts that are kept and examined; those of the widest network that is looked through whole fit.
pub const HOSTS: usize = 1100;
/// Hosts poked at once in the ARP sweep: Linux holds up sends when its neighbour table is full of hosts that have not
/// answered.
pub const BATCH: usize = 128;
/// How long a TCP connection may take.
pub const CONNECT: Duration = Duration::from_millis(450);
/// How long a GET may take, from connecting to the last byte.
pub const GET: Duration = Duration::from_millis(1500);
/// How long all pages of one host may take together.
pub const PAGES: Duration = Duration::from_secs(4);
/// How long one Modbus request may take.
pub const REQUEST: Duration = Duration::from_millis(300);
/// How long all Modbus requests to one host may take together.
pub const REGISTERS: Duration = Duration::from_secs(3);
/// The pause after the Modbus unit is changed: some gateways need it.
pub const UNIT_PAUSE: Duration = Duration::from_millis(30);
/// How long multicast DNS is listened to in a scan: browsers repeat their question after one second.
pub const LISTEN: Duration = Duration::from_secs(3);
/// How often it is asked again while discovery only listens.
pub const ASK_AGAIN: Duration = Duration::from_secs(60);
/// The longest log of probes, in bytes; one such file more is kept from before.
pub const LOG: u64 = 4 * 1024 * 1024;
