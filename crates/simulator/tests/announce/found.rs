//! Every device of the catalogue is found by its own rules, and answers nothing else.

use crate::{FREE, HERE, ask, device, rule, start};
use chargehand_catalogue::{Modbus, Register, Scheme, fingerprints};
use chargehand_simulator::{AnnounceError, Announcer, Place, Ports, announce, personalities, personality};
use futures_util::StreamExt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;
use tokio_modbus::client::{Context, Reader, Writer, tcp};
use tokio_modbus::prelude::ExceptionCode;
use tokio_modbus::slave::{Slave, SlaveContext};
use tokio_tungstenite::client_async;

/// Longer than anything takes on a busy computer.
const LONG: Duration = Duration::from_secs(30);

async fn connect(announcer: &Announcer, modbus: &Modbus) -> Context {
    let unit = Slave(modbus.units.first().copied().unwrap_or(1));
    tcp::connect_slave(announcer.tcp(modbus.port).unwrap(), unit).await.unwrap()
}

async fn read(client: &mut Context, register: &Register) -> Result<Vec<u16>, ExceptionCode> {
    let (address, count) = (register.address, register.count);
    let answer = match register.function {
        3 => client.read_holding_registers(address, count).await,
        _ => client.read_input_registers(address, count).await,
    };
    answer.unwrap()
}

#[tokio::test]
async fn every_device_is_recognised_by_what_it_answers_over_http() {
    for about in fingerprints().iter().filter(|it| !it.http.is_empty()) {
        let announcer = Announcer::start(about, Place { address: HERE, ports: FREE }, None).await.unwrap();
        for page in &about.http {
            let to = announcer.tcp(page.port).unwrap();
            let answer = ask::http(to, page.scheme == Scheme::Https, "GET", &page.path).await;
            let fits = rule::page(page, answer.status, &answer.body);
            assert!(fits, "{} {}: {} {}", about.name, page.path, answer.status, answer.body);
        }
    }
}

#[tokio::test]
async fn every_device_is_recognised_by_its_first_frame_over_websocket() {
    let mut greeted = 0;
    for about in fingerprints().iter().filter(|it| !it.websocket.is_empty()) {
        let announcer = Announcer::start(about, Place { address: HERE, ports: FREE }, None).await.unwrap();
        for socket in &about.websocket {
            let to = announcer.tcp(socket.port).unwrap();
            let stream = TcpStream::connect(to).await.unwrap();
            let (mut stream, _) = client_async(format!("ws://{to}{}", socket.path), stream).await.unwrap();
            let frame = stream.next().await.unwrap().unwrap().into_text().unwrap();
            assert!(rule::hello(socket, &frame), "{}: {frame}", about.name);
            greeted += 1;
        }
    }
    assert!(greeted >= 3, "{greeted}");
}

#[tokio::test]
async fn every_device_is_recognised_by_its_registers() {
    let mut read_in_all = 0;
    for about in fingerprints().iter().filter(|it| !it.modbus.is_empty()) {
        let announcer = Announcer::start(about, Place { address: HERE, ports: FREE }, None).await.unwrap();
        for modbus in about.modbus.iter().filter(|it| it.silent.is_none()) {
            let mut client = connect(&announcer, modbus).await;
            for register in &modbus.registers {
                let words = read(&mut client, register).await.unwrap();
                assert!(rule::register(register, &words), "{} {}: {words:?}", about.name, register.address);
                read_in_all += 1;
            }
        }
    }
    assert!(read_in_all > 100, "{read_in_all}");
}

#[tokio::test]
async fn every_device_is_recognised_by_its_datagrams() {
    for about in fingerprints().iter().filter(|it| !it.udp.is_empty()) {
        let ear = UdpSocket::bind((HERE, 0)).await.unwrap();
        let beacons = Some(ear.local_addr().unwrap());
        let place = Place { address: HERE, ports: Ports::Free { beacons, mdns: None } };
        let announcer = Announcer::start(about, place, None).await.unwrap();
        for udp in &about.udp {
            if let Some(question) = &udp.ask {
                ear.send_to(question.as_bytes(), announcer.udp(udp.port).unwrap()).await.unwrap();
            }
            let mut heard = [0; 2048];
            let (length, from) = timeout(LONG, ear.recv_from(&mut heard)).await.expect(about.name).unwrap();
            assert!(rule::datagram(udp, &heard[..length]), "{}: {:?}", about.name, &heard[..length]);
            assert_eq!(from.ip(), HERE);
        }
    }
}

#[tokio::test]
async fn a_pantabox_beacon_names_the_address_it_comes_from_and_its_checksum_is_right() {
    let ear = UdpSocket::bind((HERE, 0)).await.unwrap();
    let ports = Ports::Free { beacons: Some(ear.local_addr().unwrap()), mdns: None };
    let _announcer = Announcer::start(device("inro-pantabox"), Place { address: HERE, ports }, None).await.unwrap();
    let mut heard = [0; 2048];
    let (length, _) = timeout(LONG, ear.recv_from(&mut heard)).await.unwrap().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&heard[4..length - 1]).unwrap();
    assert_eq!(json["ipAddress"], HERE.to_string());
    // CRC-8/NRSC-5, bit by bit: over everything with its checksum it is 0
    let mut crc = 0xFFu8;
    for byte in &heard[..length] {
        for bit in (0..8).rev() {
            let carries = (crc >> 7) ^ (byte >> bit & 1) == 1;
            crc = crc << 1 ^ if carries { 0x31 } else { 0 };
        }
    }
    assert_eq!(crc, 0);
}

#[tokio::test]
async fn paths_that_are_not_in_the_data_are_not_found() {
    let announcer = start("go-e-charger").await;
    let to = announcer.tcp(80).unwrap();
    for path in ["/", "/api/status", "/api/set?amp=6", "/mqtt?payload=amp=6", "/status/", "/status?a", "/../status"] {
        let answer = ask::http(to, false, "GET", path).await;
        assert_eq!((answer.status, answer.body.as_str()), (404, ""), "{path}");
    }
    assert_eq!(announcer.tcp(443), None);
    assert_eq!(announcer.udp(7090), None);
}

#[tokio::test]
async fn what_would_write_over_http_is_refused() {
    let announcer = start("openevse").await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get"] {
        let answer = ask::http(announcer.tcp(80).unwrap(), false, method, "/config").await;
        assert_eq!((answer.status, answer.body.as_str()), (405, ""), "{method}");
    }
}

#[tokio::test]
async fn what_would_write_registers_is_refused() {
    let about = device("goodwe-hca");
    let announcer = start(about.name).await;
    let mut client = connect(&announcer, &about.modbus[0]).await;
    let refused = Err(ExceptionCode::IllegalFunction);
    assert_eq!(client.write_single_coil(10058, true).await.unwrap(), refused);
    assert_eq!(client.write_single_register(10058, 1).await.unwrap(), refused);
    assert_eq!(client.write_multiple_coils(10058, &[true]).await.unwrap(), refused);
    assert_eq!(client.write_multiple_registers(10058, &[1]).await.unwrap(), refused);
    assert_eq!(client.masked_write_register(10058, 1, 1).await.unwrap(), refused);
    assert_eq!(client.read_coils(10058, 1).await.unwrap().err(), Some(ExceptionCode::IllegalFunction));
    assert_eq!(client.read_holding_registers(10058, 2).await.unwrap(), Ok(vec![1, 0]), "nothing has changed");
}

#[tokio::test]
async fn registers_and_units_that_are_not_in_the_data_do_not_answer() {
    let about = device("goodwe-hca");
    let announcer = start(about.name).await;
    let mut client = connect(&announcer, &about.modbus[0]).await;
    let no_address = Some(ExceptionCode::IllegalDataAddress);
    assert_eq!(client.read_holding_registers(10057, 2).await.unwrap().err(), no_address);
    assert_eq!(client.read_holding_registers(10059, 2).await.unwrap().err(), no_address);
    assert_eq!(client.read_input_registers(10058, 2).await.unwrap().err(), no_address);
    client.set_slave(Slave(1));
    let no_unit = Some(ExceptionCode::GatewayTargetDevice);
    assert_eq!(client.read_holding_registers(10058, 2).await.unwrap().err(), no_unit);
}

#[tokio::test]
async fn a_charger_of_one_kind_does_not_answer_for_another() {
    let about = device("sungrow-ac-charger");
    let silent = about.modbus.iter().find(|it| it.silent.is_some()).unwrap();
    let announcer = start(about.name).await;
    let mut client = connect(&announcer, silent).await;
    assert_eq!(read(&mut client, &silent.registers[0]).await.err(), Some(ExceptionCode::GatewayTargetDevice));
}

#[tokio::test]
async fn a_device_that_is_dropped_is_gone() {
    let announcer = start("openevse").await;
    let to: SocketAddr = announcer.tcp(80).unwrap();
    assert_eq!(ask::http(to, false, "GET", "/status").await.status, 200);
    drop(announcer);
    // the task that held the port ends at its next turn
    timeout(LONG, async {
        while TcpStream::connect(to).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the port is closed");
}

#[tokio::test]
async fn an_address_of_another_computer_is_refused_with_what_to_do() {
    let address = IpAddr::from([192, 0, 2, 77]);
    let refused = Announcer::start(device("openevse"), Place { address, ports: FREE }, None).await.err();
    let refused = refused.expect("not an address of this computer");
    assert!(matches!(refused, AnnounceError::NotHere(it) if it == address), "{refused}");
    assert!(refused.to_string().contains("network card"), "{refused}");
}

#[tokio::test]
async fn a_personality_whose_model_is_not_known_to_show_itself_shows_nothing() {
    let spec = personality("spec-16").unwrap();
    assert!(announce(spec, HERE, None).await.unwrap().is_none());
}

#[test]
fn of_the_chargers_that_people_own_those_show_themselves_of_which_it_is_known_how() {
    let known: Vec<&str> = personalities().iter().filter_map(|it| it.about.announces.as_deref()).collect();
    let chargers =
        ["fronius-wattpilot", "goodwe-hca", "sigenergy-evac", "sungrow-ac-charger", "tesla-wall-connector-3"];
    for name in chargers {
        assert!(known.contains(&name), "{name}");
    }
}
