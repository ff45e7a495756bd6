//! The LAN itself: a test on it can only fail if it is what it seems to be.

use engine_tests::lan::guest::device;
use engine_tests::lan::look_alike;
use engine_tests::lan::seen::Kind;
use engine_tests::lan::{Guest, Lan};

use crate::looking::{CARD, LAN, address};

#[test]
fn a_device_has_an_address_and_a_hardware_address_of_its_own_as_its_maker_gives_it() {
    let Some(mut lan) = Lan::make(&[CARD]) else { return };
    let tesla = Guest::device(device("tesla-wall-connector-3"), "eth0", "192.168.77.10/24");
    let alfen = Guest::device(device("alfen-eve"), "eth0", "192.168.77.11/24");
    assert_eq!((&*tesla.mac, &*alfen.mac), ("DC:44:27:10:00:0A", "54:9A:11:90:00:0B"));
    lan.bring(&[tesla, alfen]);
    let reach = |address: &str| lan.on_laptop("bash").args(["-c", &format!("exec 3<>/dev/tcp/{address}")]).status();
    assert!(reach("192.168.77.10/80").unwrap().success() && reach("192.168.77.11/443").unwrap().success());
    assert!(!reach("192.168.77.11/80").unwrap().success(), "it answers only where its model does");
    let neighbours = lan.on_laptop("ip").args(["neighbour"]).output().unwrap();
    let neighbours = String::from_utf8(neighbours.stdout).unwrap();
    for it in ["192.168.77.10 dev eth0 lladdr dc:44:27:10:00:0a", "192.168.77.11 dev eth0 lladdr 54:9a:11:90:00:0b"] {
        assert!(neighbours.contains(it), "{it}: {neighbours}");
    }
}

#[test]
fn the_witness_sees_what_leaves_the_lan_and_what_is_asked() {
    let Some(mut lan) = Lan::make(&[CARD]) else { return };
    lan.bring(&[Guest::device(device("go-e-charger"), "eth0", "192.168.77.1/24")]);
    lan.laptop_ip("route add default via 192.168.77.1");
    let watch = lan.watch();
    let talk = "echo > /dev/udp/203.0.113.5/53; exec 3<>/dev/tcp/192.168.77.1/80; \
                printf 'GET /api/set?amp=6 HTTP/1.1\\r\\n\\r\\n' >&3; cat <&3; exec 3<>/dev/tcp/192.168.77.1/502; \
                printf '\\0\\1\\0\\0\\0\\6\\1\\6\\0\\1\\0\\1' >&3; exit 0";
    assert!(lan.on_laptop("bash").args(["-c", talk]).status().unwrap().success());
    let seen = watch.end();
    let outside: Vec<_> = seen.outside(&[LAN]).into_iter().map(|it| (it.kind, it.to.to_string())).collect();
    assert_eq!(outside, [(Kind::Udp, "203.0.113.5:53".to_owned())]);
    let requests = seen.requests();
    assert_eq!((requests.len(), requests[0].1.starts_with("GET /api/set?amp=6 HTTP/1.1")), (1, true));
    assert_eq!(seen.modbus(&[502]), [("192.168.77.1:502".parse().unwrap(), 6)]);
    assert_eq!(seen.ports().values().map(|it| it.len()).collect::<Vec<_>>(), [2]);
}

#[test]
fn forty_devices_of_any_kind_can_be_there_at_once() {
    let Some(mut lan) = Lan::make(&[CARD]) else { return };
    let others = look_alike::all();
    let others: Vec<Guest> =
        others.iter().zip(10..).map(|(it, last)| Guest::look_alike(it, "eth0", &address(last))).collect();
    assert!(others.len() >= 20, "{}", others.len());
    lan.bring(&others);
    lan.send_home();
    lan.bring(&[Guest::hostile("eth0", &address(10))]);
}
