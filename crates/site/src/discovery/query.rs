//! One question to all over multicast DNS, from a port of our own (RFC 6762 section 6.7): whoever knows answers us alone.
//! It works where port 5353 is closed to us, and answers come at once. Answers are read with bounds, and nothing in them
//! is trusted: not even that they come from whom they name.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use chargehand_catalogue::{Seen, plain};
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, QCLASS, QTYPE, Question, ResourceRecord, TYPE};

use super::limits::{DATAGRAM, KEYS, RECORDS, TXT, VALUE};

/// Where multicast DNS is spoken.
pub(super) const GROUP: (Ipv4Addr, u16) = (Ipv4Addr::new(224, 0, 0, 251), 5353);
/// The question for all services there are.
pub(super) const META: &str = "_services._dns-sd._udp.local.";
/// The longest name of a service that is asked for, in characters.
const LONGEST: usize = 64;

/// A datagram with all these services as questions; nothing where one of them is no name.
pub(super) fn question(services: &[String]) -> Option<Vec<u8>> {
    let mut packet = Packet::new_query(0);
    for service in services {
        let name = Name::new(service.trim_end_matches('.')).ok()?;
        packet.questions.push(Question::new(name, QTYPE::TYPE(TYPE::PTR), QCLASS::CLASS(CLASS::IN), false));
    }
    packet.build_bytes_vec_compressed().ok()
}

/// What an answer tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// Services there are on the network.
    pub services: Vec<String>,
    /// Instances of services, with the addresses they have; none where the answer does not say.
    pub instances: Vec<(Vec<Ipv4Addr>, Vec<Seen>)>,
}

/// Reads an answer. What is no answer, or not whole, tells nothing.
pub(super) fn read(bytes: &[u8]) -> Answer {
    let mut answer = Answer::default();
    if bytes.len() > DATAGRAM {
        return answer;
    }
    let Ok(packet) = Packet::parse(bytes) else { return answer };
    let all = packet.answers.iter().chain(&packet.additional_records).take(RECORDS);
    let records: Vec<&ResourceRecord> = all.collect();
    for record in &records {
        let RData::PTR(to) = &record.rdata else { continue };
        let (of, full) = (text(&record.name), &to.0);
        if of.eq_ignore_ascii_case(META) {
            answer.services.extend(service(&text(full)));
        } else if let Some(instance) = instance(full, &of) {
            answer.instances.push(about(&records, full, instance, of));
        }
    }
    answer
}

/// A service as it may be asked for: `_x._tcp.local.`
pub(super) fn service(name: &str) -> Option<String> {
    let is_service = name.ends_with("._tcp.local.") || name.ends_with("._udp.local.");
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (is_service && name.starts_with('_') && name.len() <= LONGEST && name.chars().all(fits)).then(|| name.to_owned())
}

/// The instance's own name: what stands before the service.
fn instance(full: &Name, service: &str) -> Option<String> {
    let labels = full.get_labels();
    let (first, rest) = labels.split_first()?;
    let rest: String = rest.iter().map(|label| format!("{}.", String::from_utf8_lossy(label.as_ref()))).collect();
    rest.eq_ignore_ascii_case(service).then(|| String::from_utf8_lossy(first.as_ref()).chars().take(VALUE).collect())
}

/// What the other records say of an instance.
fn about(records: &[&ResourceRecord], full: &Name, instance: String, service: String) -> (Vec<Ipv4Addr>, Vec<Seen>) {
    let of_it = || records.iter().filter(|record| record.name == *full);
    let host = of_it().find_map(|record| match &record.rdata {
        RData::SRV(srv) => Some(&srv.target),
        _ => None,
    });
    let txt = of_it().find_map(|record| match &record.rdata {
        RData::TXT(txt) => Some(txt),
        _ => None,
    });
    let addresses =
        records.iter().filter(|record| Some(&record.name) == host).filter_map(|record| match &record.rdata {
            RData::A(a) => Some(Ipv4Addr::from(a.address)),
            _ => None,
        });
    let pairs = txt.into_iter().flat_map(|txt| txt.iter_raw());
    let seen = Seen::Service { service, instance, txt: pairs_of(pairs) };
    let name = host.and_then(|host| host_name(&text(host)));
    (addresses.take(8).collect(), [seen].into_iter().chain(name.map(Seen::HostName)).collect())
}

/// The keys of a TXT record, within bounds.
pub(super) fn pairs_of<'a>(pairs: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    let mut length = 0;
    for (key, value) in pairs.take(KEYS) {
        let value = value.unwrap_or_default();
        length += key.len() + value.len() + 2;
        if length > TXT {
            break;
        }
        let (key, value) = (String::from_utf8_lossy(key), String::from_utf8_lossy(value));
        kept.insert(plain(&key, VALUE), plain(&value, VALUE));
    }
    kept
}

/// A host name without its domain, as it may be compared: letters, digits, `-` and `_`.
pub(super) fn host_name(full: &str) -> Option<String> {
    let first = full.split('.').next()?;
    let fits = |c: char| c.is_alphanumeric() || "-_".contains(c);
    (!first.is_empty() && first.chars().count() <= 63 && first.chars().all(fits)).then(|| first.to_owned())
}

/// A name as text, with the dot at its end.
fn text(name: &Name) -> String {
    let labels = name.get_labels().iter().take(16);
    labels.map(|label| format!("{}.", String::from_utf8_lossy(label.as_ref()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use simple_dns::rdata::{A, PTR, SRV, TXT as Txt};

    fn record<'a>(name: &'a str, rdata: RData<'a>) -> ResourceRecord<'a> {
        ResourceRecord::new(Name::new(name).expect("a name"), CLASS::IN, 10, rdata)
    }

    fn name(text: &str) -> Name<'_> {
        Name::new(text).expect("a name")
    }

    fn openevse() -> Vec<u8> {
        let mut packet = Packet::new_reply(0);
        let full = r"Open\.EVSE <b>1</b>._openevse._tcp.local";
        let txt = Txt::new().with_string("type=x").and_then(|it| it.with_string("id=17")).expect("a record");
        packet.answers.push(record("_openevse._tcp.local", RData::PTR(PTR(name(full)))));
        packet.answers.push(record("_services._dns-sd._udp.local", RData::PTR(PTR(name("_openevse._tcp.local")))));
        let srv = SRV { priority: 0, weight: 0, port: 80, target: name("openevse-1234.local") };
        packet.additional_records.push(record(full, RData::SRV(srv)));
        packet.additional_records.push(record(full, RData::TXT(txt)));
        packet.additional_records.push(record("openevse-1234.local", RData::A(A { address: 0xC0A8_0107 })));
        packet.build_bytes_vec_compressed().expect("a packet")
    }

    #[test]
    fn an_answer_tells_instance_txt_host_and_address() {
        let answer = read(&openevse());
        assert_eq!(answer.services, ["_openevse._tcp.local."]);
        let txt = BTreeMap::from([("type".into(), "x".into()), ("id".into(), "17".into())]);
        let service =
            Seen::Service { service: "_openevse._tcp.local.".into(), instance: "Open.EVSE <b>1</b>".into(), txt };
        let expected = vec![service, Seen::HostName("openevse-1234".into())];
        assert_eq!(answer.instances, [(vec![Ipv4Addr::new(192, 168, 1, 7)], expected)]);
    }

    #[test]
    fn a_question_asks_for_every_service_of_the_catalogue_in_one_datagram() {
        let services: Vec<String> = super::super::probe::services().into_iter().map(str::to_owned).collect();
        let bytes = question(&services).expect("names");
        assert!(bytes.len() < 1400, "{}", bytes.len());
        let asked = Packet::parse(&bytes).expect("a question").questions.len();
        assert_eq!(asked, services.len());
        let exactly = bytes.windows(22).any(|part| part == b"\x15_Fronius-SE-Wattpilot");
        assert!(exactly, "the case is kept");
    }

    #[test]
    fn ten_thousand_records_and_a_txt_record_without_end_are_bounded() {
        let mut packet = Packet::new_reply(0);
        for _ in 0..10_000 {
            packet.answers.push(record("_http._tcp.local", RData::PTR(PTR(name("x._http._tcp.local")))));
        }
        let whole = packet.build_bytes_vec_compressed().expect("a packet");
        assert_eq!(read(&whole), Answer::default(), "longer than any datagram that is read");
        packet.answers.truncate(500);
        let part = packet.build_bytes_vec_compressed().expect("a packet");
        assert!(part.len() <= DATAGRAM && read(&part).instances.len() <= RECORDS, "{}", part.len());
        let endless = vec![b'x'; 65_000];
        let pairs = (0..10_000).map(|_| (&b"key"[..], Some(&endless[..])));
        assert_eq!(pairs_of(pairs), BTreeMap::new());
        let keys: Vec<String> = (0..10_000).map(|it| format!("k{it}")).collect();
        assert_eq!(pairs_of(keys.iter().map(|key| (key.as_bytes(), None))).len(), KEYS);
    }

    #[test]
    fn names_that_are_no_names_are_not_asked_for_and_not_kept() {
        for wrong in [
            "../../etc/passwd",
            "_x._tcp.local.; rm",
            "_<b>._tcp.local.",
            "_x.example.com.",
            "",
            "_\u{202E}._tcp.local.",
        ] {
            assert_eq!(service(wrong), None, "{wrong}");
        }
        for wrong in ["", "../x.local.", "a b.local.", "<script>.local.", "x\u{202E}y.local."] {
            assert_eq!(host_name(wrong), None, "{wrong}");
        }
        assert_eq!(host_name("Wattpilot_17.local.").as_deref(), Some("Wattpilot_17"));
    }

    #[test]
    fn a_name_that_points_at_itself_ends() {
        // one question whose name is a pointer to itself, and one of two that point at each other
        for name in [&[0xC0, 12][..], &[0xC0, 14, 0xC0, 12]] {
            let head = [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];
            let bytes = [&head[..], name, &[0, 12, 0, 1, 0, 0, 0, 10, 0, 2, 0xC0, 12]].concat();
            assert_eq!(read(&bytes), Answer::default());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd_to_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            read(&bytes);
        }

        #[test]
        fn an_answer_that_was_damaged_is_read_with_its_bounds(at in 0usize..200, byte in any::<u8>(), cut in 0usize..200) {
            let mut bytes = openevse();
            if let Some(it) = bytes.get_mut(at) {
                *it = byte;
            }
            bytes.truncate(bytes.len().saturating_sub(cut));
            prop_assert!(read(&bytes).instances.len() <= RECORDS);
        }
    }
}
