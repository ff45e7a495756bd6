//! Who is on our networks, and behind which router, as the system knows it now. Nothing is sent for it.

#[cfg(target_os = "linux")]
use std::fs;
use std::net::Ipv4Addr;

#[cfg(any(windows, target_os = "macos"))]
use super::said;

/// The hosts on our networks whose hardware address the system knows now.
#[cfg(target_os = "linux")]
pub fn neighbours() -> Vec<(Ipv4Addr, [u8; 6])> {
    // inside some sandboxes (snap, flatpak) the file is hidden: then nobody is known
    arp_file(&fs::read_to_string("/proc/net/arp").unwrap_or_default())
}

/// The same, from what `arp -an` prints. The system's own call for it cannot be used without `unsafe`.
#[cfg(target_os = "macos")]
pub fn neighbours() -> Vec<(Ipv4Addr, [u8; 6])> {
    arp_list(&said("/usr/sbin/arp", &["-an"]).unwrap_or_default())
}

/// The same, from what `arp -a` prints: addresses and numbers, whatever the language. The system's own call
/// (GetIpNetTable2) cannot be used without `unsafe`.
#[cfg(windows)]
pub fn neighbours() -> Vec<(Ipv4Addr, [u8; 6])> {
    arp_list(&said("arp", &["-a"]).unwrap_or_default())
}

/// The router behind a network card.
#[cfg(target_os = "linux")]
pub fn router(interface: &str) -> Option<Ipv4Addr> {
    route_file(&fs::read_to_string("/proc/net/route").ok()?, interface)
}

/// The same, from what `netstat -rn` prints.
#[cfg(target_os = "macos")]
pub fn router(interface: &str) -> Option<Ipv4Addr> {
    let said = said("/usr/sbin/netstat", &["-rn", "-f", "inet"]).unwrap_or_default();
    let rows = said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.first() == Some(&"default") && row.contains(&interface))
        .find_map(|row| row.get(1)?.parse().ok())
}

/// The same, from what `route print` prints: a row names the router and our own address, not the card.
#[cfg(windows)]
pub fn router(interface: &str) -> Option<Ipv4Addr> {
    let ours = crate::network::interfaces().into_iter().find(|it| it.name == interface)?.address.to_string();
    let said = said("route", &["print", "-4", "0.0.0.0"]).unwrap_or_default();
    let rows = said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let leads_out = |row: &Vec<&str>| row.first() == Some(&"0.0.0.0") && row.get(3) == Some(&ours.as_str());
    rows.filter(leads_out).find_map(|row| row.get(2)?.parse().ok())
}

/// `/proc/net/arp`: address, type, flags, hardware address. Flag 2 (ATF_COM in include/uapi/linux/if_arp.h): it answered.
#[cfg(any(target_os = "linux", test))]
fn arp_file(text: &str) -> Vec<(Ipv4Addr, [u8; 6])> {
    let entry = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let flags = u32::from_str_radix(fields.get(2)?.trim_start_matches("0x"), 16).ok()?;
        let answered = flags & 2 != 0;
        answered.then_some((fields.first()?.parse().ok()?, hardware(fields.get(3)?)?))
    };
    text.lines().skip(1).filter_map(entry).collect()
}

/// What `arp` prints on macOS, `? (192.168.1.1) at 0:11:32:a:b:c on en0 …`, and on Windows, `192.168.1.1  00-11-… dynamic`:
/// in each line the first address, and the first hardware address after it.
#[cfg(any(windows, target_os = "macos", test))]
fn arp_list(text: &str) -> Vec<(Ipv4Addr, [u8; 6])> {
    let entry = |line: &str| {
        let mut words = line.split_whitespace();
        let address = words.find_map(|word| word.trim_matches(['(', ')']).parse().ok())?;
        Some((address, words.find_map(hardware)?))
    };
    text.lines().filter_map(entry).collect()
}

/// A hardware address with `:` or `-`, also without leading zeros. Those of groups and of nobody are none.
fn hardware(text: &str) -> Option<[u8; 6]> {
    let mut parts = text.split([':', '-']).map(|part| u8::from_str_radix(part, 16).ok());
    let mac: [Option<u8>; 6] = std::array::from_fn(|_| parts.next().flatten());
    let [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f)] = mac else { return None };
    let mac = [a, b, c, d, e, f];
    (parts.next().is_none() && a & 1 == 0 && mac != [0; 6]).then_some(mac)
}

/// `/proc/net/route`: card, destination, gateway in hexadecimal, lowest byte first. Flag 2 (RTF_GATEWAY).
#[cfg(any(target_os = "linux", test))]
fn route_file(text: &str, interface: &str) -> Option<Ipv4Addr> {
    text.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| u32::from_str_radix(fields.get(at)?, 16).ok();
        let leads_out = fields.first() == Some(&interface) && number(1) == Some(0) && number(3)? & 2 != 0;
        leads_out.then_some(Ipv4Addr::from(number(2)?.swap_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: [u8; 6] = [0, 0x11, 0x32, 0x0A, 0x0B, 0x0C];

    #[test]
    fn who_answered_is_read_from_what_each_system_prints() {
        let linux = "IP address       HW type     Flags       HW address            Mask     Device\n\
                     192.168.1.1      0x1         0x2         00:11:32:0a:0b:0c     *        eth0\n\
                     192.168.1.9      0x1         0x0         00:00:00:00:00:00     *        eth0\n";
        let macos = "? (192.168.1.1) at 0:11:32:a:b:c on en0 ifscope [ethernet]\n\
                     ? (192.168.1.9) at (incomplete) on en0 ifscope [ethernet]\n\
                     ? (224.0.0.251) at 1:0:5e:0:0:fb on en0 ifscope permanent [ethernet]\n";
        let windows = "\r\nSchnittstelle: 192.168.1.23 --- 0x5\r\n  Internetadresse       Physische Adresse     Typ\r\n\
                       \x20 192.168.1.1           00-11-32-0a-0b-0c     dynamisch\r\n\
                       \x20 192.168.1.255         ff-ff-ff-ff-ff-ff     statisch\r\n";
        let router = [(Ipv4Addr::new(192, 168, 1, 1), MAC)];
        assert_eq!(arp_file(linux), router);
        assert_eq!(arp_list(macos), router);
        assert_eq!(arp_list(windows), router);
        assert_eq!(arp_list("rubbish\n1.2.3.4\n1.2.3.4 zz:11"), []);
    }

    #[test]
    fn the_router_of_a_card_is_read_from_the_table_of_routes() {
        let table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n\
                     eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\n\
                     eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\n";
        assert_eq!(route_file(table, "eth0"), Some(Ipv4Addr::new(192, 168, 1, 1)));
        assert_eq!(route_file(table, "eth1"), None);
    }
}
