//! How long our addresses are lent, and what the system takes a network for.

use std::net::Ipv4Addr;
use std::time::Duration;

use super::said;

/// How long an address of ours is still lent; nothing where it is fixed, or the system does not say.
pub fn lease_left(address: Ipv4Addr) -> Option<Duration> {
    let seconds = if cfg!(target_os = "linux") {
        of_ip(&said("ip", &["-json", "-4", "address", "show"])?, address)?
    } else if cfg!(windows) {
        let ask = format!("(Get-NetIPAddress -IPAddress {address}).ValidLifetime.TotalSeconds");
        // a fixed address has a time that never ends, too great for a number of ours
        said("powershell", &["-NoProfile", "-Command", &ask])?.trim().parse().ok()?
    } else {
        return None;
    };
    Some(Duration::from_secs(seconds))
}

/// From what `ip -json address show` prints.
fn of_ip(json: &str, address: Ipv4Addr) -> Option<u64> {
    /// INFINITY_LIFE_TIME in linux/if_addr.h
    const FOREVER: u64 = u32::MAX as u64;
    let links: serde_json::Value = serde_json::from_str(json).ok()?;
    let addresses = links.as_array()?.iter().filter_map(|link| link["addr_info"].as_array()).flatten();
    let wanted = address.to_string();
    let ours = addresses.into_iter().find(|it| it["local"] == wanted.as_str())?;
    ours["valid_life_time"].as_u64().filter(|seconds| *seconds < FOREVER)
}

/// The system takes this network for a public one and lets nothing in; Windows only.
pub fn is_public_profile(interface: &str) -> bool {
    if !cfg!(windows) {
        return false;
    }
    let name = interface.replace('\'', "''");
    let ask = format!("(Get-NetConnectionProfile -InterfaceAlias '{name}').NetworkCategory");
    said("powershell", &["-NoProfile", "-Command", &ask]).is_some_and(|answer| answer.trim() == "Public")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_an_address_is_lent_is_read_and_a_fixed_one_has_none() {
        let json = r#"[{"ifname":"eth0","addr_info":[
            {"family":"inet","local":"192.168.1.2","prefixlen":24,"dynamic":true,"valid_life_time":1200},
            {"family":"inet","local":"10.0.0.2","prefixlen":24,"valid_life_time":4294967295}]},{"ifname":"lo"}]"#;
        let left = |address: &str| of_ip(json, address.parse().expect("an address"));
        assert_eq!((left("192.168.1.2"), left("10.0.0.2"), left("10.9.9.9")), (Some(1200), None, None));
        assert_eq!(of_ip("not JSON", Ipv4Addr::LOCALHOST), None);
    }
}
