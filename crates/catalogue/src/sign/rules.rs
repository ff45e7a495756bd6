//! Whether a rule of a fingerprint fits what was seen, and how much that says.

use std::collections::BTreeMap;

use super::{Identity, Seen, Sign, Way};
use crate::register::Reading;
use crate::{
    Body, Confidence, Fingerprint, Http, Mdns, Modbus, Part, Pattern, Register, Strength, Udp, WebSocket, plain,
};

/// Services that things of any kind announce: without a name or a TXT record that fits they say nothing.
static SHARED: &[&str] = &["_http._tcp.local.", "_ssh._tcp.local.", "_ship._tcp.local."];
/// What many devices answer for registers they do not have.
const NOT_THERE: u16 = 0xFFFF;
/// The longest value of an identity, in characters.
const NAME: usize = 64;
/// The longest sentence of what was seen, in characters.
const SENTENCE: usize = 200;

/// The signs of a fingerprint in one thing that was seen. What else was seen tells how much an answer is worth.
pub(super) fn signs(about: &Fingerprint, it: &Seen, all: &[Seen]) -> Vec<Sign> {
    match it {
        Seen::Service { service, instance, txt } => {
            about.mdns.iter().filter_map(|rule| of_service(rule, service, instance, txt)).collect()
        }
        Seen::Mac(mac) => of_card(about, mac).into_iter().collect(),
        Seen::HostName(name) => of_host(about, name).into_iter().collect(),
        Seen::Page { scheme, port, path, status, body } => {
            let asked = |rule: &&Http| (rule.scheme, rule.port, &rule.path) == (*scheme, *port, path);
            let tells_apart = Telling::of(all, *port);
            about.http.iter().filter(asked).filter_map(|rule| of_page(rule, *status, body, tells_apart)).collect()
        }
        Seen::Hello { port, path, body } => {
            let asked = |rule: &&WebSocket| (rule.port, &rule.path) == (*port, path);
            about.websocket.iter().filter(asked).filter_map(|rule| of_hello(rule, body)).collect()
        }
        // many answer alike whatever the unit id: that says it once
        Seen::Registers { .. } if is_repeated(about, it, all) => Vec::new(),
        Seen::Registers { port, unit, function, address, words } => {
            let rules = about.modbus.iter().filter(|rule| is_of(rule, *port, *unit));
            let registers = rules.flat_map(|rule| rule.registers.iter().map(move |register| (rule, register)));
            let same = |register: &Register| (register.function, register.address) == (*function, *address);
            let read = registers.filter(|(_, register)| same(register));
            read.filter_map(|(rule, register)| of_registers(rule, register, *unit, words)).collect()
        }
        Seen::Datagram { port, bytes } => {
            about.udp.iter().filter(|rule| rule.port == *port).filter_map(|rule| of_datagram(rule, bytes)).collect()
        }
    }
}

fn is_of(rule: &Modbus, port: u16, unit: u8) -> bool {
    rule.port == port && (rule.units.is_empty() || rule.units.contains(&unit))
}

/// The same stands in the same registers of another unit of this device, which was read before.
fn is_repeated(about: &Fingerprint, it: &Seen, all: &[Seen]) -> bool {
    let place = |seen: &Seen| match seen {
        Seen::Registers { port, function, address, words, .. } => Some((*port, *function, *address, words.clone())),
        _ => None,
    };
    let is_own = |seen: &Seen| match seen {
        Seen::Registers { port, unit, .. } => about.modbus.iter().any(|rule| is_of(rule, *port, *unit)),
        _ => false,
    };
    all.iter().take_while(|other| *other != it).any(|other| is_own(other) && place(other) == place(it))
}

/// What it means that a server answers at all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// It says of another page that it is not there: so it means something by one that is.
    Apart,
    /// It was asked for one page only.
    Unknown,
    /// It answers whatever it is asked.
    Nothing,
}

impl Telling {
    fn of(all: &[Seen], of: u16) -> Self {
        let statuses = all.iter().filter_map(|it| match it {
            Seen::Page { port, status, .. } if *port == of => Some(*status),
            _ => None,
        });
        let statuses: Vec<u16> = statuses.collect();
        match statuses.len() {
            _ if statuses.contains(&404) => Self::Apart,
            0 | 1 => Self::Unknown,
            _ => Self::Nothing,
        }
    }
}

fn of_service(rule: &Mdns, service: &str, instance: &str, txt: &BTreeMap<String, String>) -> Option<Sign> {
    // host names and services are compared without regard to case (RFC 6763 section 7)
    let same = rule.service.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(service));
    let named = rule.instance.as_ref().is_none_or(|pattern| pattern.fits(instance));
    let value = |key: &str| txt.iter().find(|(it, _)| it.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str());
    let fits = rule.txt.iter().all(|(key, pattern)| value(key).is_some_and(|value| pattern.fits(value)));
    if !(same && named && fits) {
        return None;
    }
    let shared = SHARED.iter().any(|it| it.eq_ignore_ascii_case(service));
    let shown: Vec<String> = rule.txt.keys().filter_map(|key| Some(format!("{key}={}", value(key)?))).collect();
    let seen = format!("announces {service} as \u{201C}{}\u{201D} {}", plain(instance, NAME), shown.join(" "));
    let is_bare = shared && rule.instance.is_none() && rule.txt.is_empty();
    let gives = identity(rule.gives.iter().filter_map(|(part, key)| Some((*part, value(key)?.to_owned()))));
    Some(sign(Way::Mdns, seen, rule.strength, is_bare, (&rule.source, &rule.date, rule.confidence), gives))
}

/// The longest prefix that fits. An address that was made up (bit 1 of the first byte) says nothing.
fn of_card(about: &Fingerprint, mac: &[u8; 6]) -> Option<Sign> {
    let made_up = mac.first().is_none_or(|first| first & 2 != 0);
    let digits: String = mac.iter().map(|byte| format!("{byte:02X}")).collect();
    let prefix = about.oui.iter().filter(|oui| digits.starts_with(oui.as_str())).max_by_key(|oui| oui.len())?;
    let seen = format!("its network card begins with {prefix}: {}", about.vendor);
    (!made_up).then(|| sign(Way::NetworkCard, seen, Strength::Weak, false, of(about), Identity::default()))
}

fn of_host(about: &Fingerprint, name: &str) -> Option<Sign> {
    about.hostname.iter().find(|pattern| pattern.fits(name))?;
    let seen = format!("its host name is {}", plain(name, NAME));
    // such rules were written for cards of these prefixes: `sma` alone begins many names
    let is_bare = !about.oui.is_empty();
    Some(sign(Way::HostName, seen, Strength::Weak, is_bare, of(about), Identity::default()))
}

fn of_page(rule: &Http, status: u16, body: &Body, telling: Telling) -> Option<Sign> {
    let fits = if rule.status.is_empty() { status != 404 } else { rule.status.contains(&status) };
    if !fits {
        return None;
    }
    let expects = !rule.keys.is_empty() || !rule.values.is_empty();
    // a program that answers 200 to everything mostly answers with its page
    let says_data = body.is_object() || status != 200 || rule.status.is_empty();
    if !(if expects { has(body, &rule.keys, &rule.values) } else { telling != Telling::Nothing && says_data }) {
        return None;
    }
    // a word or two are what a program that answers everything may say as well
    if rule.strength == Strength::Weak && telling == Telling::Nothing {
        return None;
    }
    let keys: Vec<&str> = rule.keys.iter().chain(rule.values.keys()).map(String::as_str).collect();
    let with = if keys.is_empty() { String::new() } else { format!(" with {}", keys.join(", ")) };
    let seen = format!("GET {} on port {} answers {status}{with}", rule.path, rule.port);
    let gives = told(body, &rule.gives);
    let is_bare = !expects && telling == Telling::Unknown;
    Some(sign(Way::Http, seen, rule.strength, is_bare, (&rule.source, &rule.date, rule.confidence), gives))
}

fn of_hello(rule: &WebSocket, body: &Body) -> Option<Sign> {
    if !has(body, &rule.keys, &rule.values) {
        return None;
    }
    let values = identity_words(body, rule.values.keys());
    let seen = format!("WebSocket {} on port {} begins with {values}", rule.path, rule.port);
    let gives = told(body, &rule.gives);
    Some(sign(Way::WebSocket, seen, rule.strength, false, (&rule.source, &rule.date, rule.confidence), gives))
}

fn of_registers(rule: &Modbus, register: &Register, unit: u8, words: &[u16]) -> Option<Sign> {
    let words = words.get(..usize::from(register.count))?;
    if words.iter().all(|word| *word == NOT_THERE) {
        return None;
    }
    let reading = register.reading(words)?;
    let (text, fits) = match &reading {
        Reading::Text(text) => (text.clone(), register.matches.as_ref().is_none_or(|pattern| pattern.fits(text))),
        Reading::Number(number) => (number.to_string(), fits_number(register, *number)),
        Reading::Several => (format!("{words:?}"), true),
    };
    if !fits {
        return None;
    }
    let (strength, is_bare) = worth(register, &reading, words);
    // some controllers have its own address in every register
    let echoes = words.iter().zip(register.address..).all(|(word, address)| *word == address);
    let seen = format!(
        "Modbus unit {unit}, {} {}: {} ({})",
        if register.function == 3 { "holding register" } else { "input register" },
        register.address,
        plain(&text, NAME),
        register.means
    );
    let named = register.names.get(&text).cloned();
    let value = if register.names.is_empty() { Some(text) } else { named };
    let gives = identity(register.gives.into_iter().filter_map(|part| Some((part, value.clone()?))));
    Some(sign(Way::Modbus, seen, strength, is_bare || echoes, (&rule.source, &rule.date, rule.confidence), gives))
}

fn fits_number(register: &Register, number: u32) -> bool {
    register.range.is_none_or(|[least, most]| (least..=most).contains(&number))
        && register.among.as_ref().is_none_or(|among| among.contains(&number))
}

/// How much a read says. Any text, or any number but zero, is an answer that other devices could give at the same place,
/// so it takes two of them; zeros are what many devices answer to everything.
fn worth(register: &Register, reading: &Reading, words: &[u16]) -> (Strength, bool) {
    let only_zeros = words.iter().all(|word| *word == 0);
    let open = register.range.is_none_or(|[_, most]| most == u32::MAX) && register.among.is_none();
    match reading {
        Reading::Text(_) if register.matches.is_none() => (register.strength.min(Strength::Medium), false),
        Reading::Text(_) => (register.strength, false),
        _ if only_zeros => (Strength::Weak, true),
        _ if open => (register.strength.min(Strength::Medium), register.strength == Strength::Weak),
        _ => (register.strength, false),
    }
}

fn of_datagram(rule: &Udp, bytes: &[u8]) -> Option<Sign> {
    let digits: String = bytes.iter().take(rule.starts.len()).map(|byte| format!("{byte:02x}")).collect();
    let text = String::from_utf8_lossy(bytes);
    // what we asked all, we may hear ourselves
    let is_question = rule.ask.as_deref().is_some_and(|ask| ask.as_bytes() == bytes);
    if is_question || !digits.starts_with(&rule.starts) || !rule.matches.fits(&text) {
        return None;
    }
    let gives = identity(rule.gives.iter().filter_map(|(part, it)| Some((*part, it.group(&text)?.to_owned()))));
    let asked = rule.ask.as_deref().map_or_else(
        || format!("tells all, UDP port {}, what it is", rule.port),
        |ask| format!("answers \u{201C}{}\u{201D} on UDP port {}", plain(ask, NAME), rule.port),
    );
    let seen = if text.contains('\u{FFFD}') { asked } else { format!("{asked}: {}", plain(&text, NAME)) };
    Some(sign(Way::Udp, seen, rule.strength, false, (&rule.source, &rule.date, rule.confidence), gives))
}

fn of(about: &Fingerprint) -> (&str, &str, Confidence) {
    (&about.source, &about.date, about.confidence)
}

/// What was said once and nowhere else counts one step less.
fn sign(
    way: Way,
    seen: String,
    strength: Strength,
    is_bare: bool,
    (source, date, confidence): (&str, &str, Confidence),
    gives: Identity,
) -> Sign {
    let strength = match (confidence, strength) {
        (Confidence::Low | Confidence::Unknown, Strength::Strong) => Strength::Medium,
        (Confidence::Low | Confidence::Unknown, _) => Strength::Weak,
        (_, strength) => strength,
    };
    let seen = plain(&seen, SENTENCE);
    Sign { way, seen, strength, is_bare, source: source.into(), date: date.into(), confidence, gives }
}

fn identity(parts: impl Iterator<Item = (Part, String)>) -> Identity {
    let mut identity = Identity::default();
    parts.for_each(|(part, value)| *identity.part(part) = plain(&value, NAME));
    identity
}

fn has(body: &Body, keys: &[String], values: &BTreeMap<String, Pattern>) -> bool {
    let fits = |(path, pattern): (&String, &Pattern)| body.text(path).is_some_and(|value| pattern.fits(&value));
    body.is_object() && keys.iter().all(|key| body.has(key)) && values.iter().all(fits)
}

fn told(body: &Body, gives: &BTreeMap<Part, String>) -> Identity {
    identity(gives.iter().filter_map(|(part, path)| Some((*part, body.text(path)?))))
}

fn identity_words<'a>(body: &Body, paths: impl Iterator<Item = &'a String>) -> String {
    paths.filter_map(|path| Some(format!("{path}={}", body.text(path)?))).collect::<Vec<_>>().join(", ")
}
