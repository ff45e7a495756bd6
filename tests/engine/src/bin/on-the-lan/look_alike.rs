//! Plays a device that is no charger.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use engine_tests::lan::look_alike::{Datagram, Holds, LookAlike, Open, Page, Registers};
use mdns_sd::{ServiceDaemon, ServiceInfo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

/// Opens all its ports and announces its services.
pub async fn play(about: LookAlike, address: Ipv4Addr) -> ServiceDaemon {
    let about: &'static LookAlike = Box::leak(Box::new(about));
    let mut ports: Vec<u16> = about.http.iter().map(|it| it.port).collect();
    ports.dedup();
    for port in ports {
        let pages: Vec<&Page> = about.http.iter().filter(|it| it.port == port).collect();
        serve(address, port, move |stream| page(stream, pages.clone())).await;
    }
    for registers in &about.modbus {
        serve(address, registers.port, move |stream| modbus(stream, registers)).await;
    }
    for open in &about.open {
        serve(address, open.port, move |stream| speak(stream, open)).await;
    }
    for udp in &about.udp {
        let everywhere = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, udp.port)).await.unwrap();
        tokio::spawn(echo(everywhere, udp));
    }
    announce(about, address)
}

fn announce(about: &LookAlike, address: Ipv4Addr) -> ServiceDaemon {
    let daemon = super::multicast_dns(address);
    let host = format!("{}.local.", about.host);
    for it in &about.mdns {
        let txt: HashMap<String, String> = it.txt.clone().into_iter().collect();
        let service = ServiceInfo::new(&it.service, &it.instance, &host, IpAddr::V4(address), it.port, txt).unwrap();
        daemon.register(service).unwrap();
    }
    daemon
}

/// Answers all that connect to a port.
async fn serve<F>(address: Ipv4Addr, port: u16, answer: impl Fn(TcpStream) -> F + Send + 'static)
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let listener = TcpListener::bind((address, port)).await.unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // who goes away in the middle is no error here
            tokio::spawn(answer(stream));
        }
    });
}

async fn page(mut stream: TcpStream, pages: Vec<&'static Page>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 8192 {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let fits = |it: &&&Page| it.path.as_deref().is_none_or(|own| own == path);
    let Some(page) = pages.iter().find(fits) else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    };
    let mut answer = format!("HTTP/1.1 {} As wanted\r\nConnection: close\r\n", page.status);
    page.headers.iter().for_each(|(name, value)| answer += &format!("{name}: {value}\r\n"));
    if page.endless {
        return endless(stream, &(answer + "\r\n" + &page.body), &page.body).await;
    }
    answer += &format!("Content-Length: {}\r\n\r\n{}", page.body.len(), page.body);
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

async fn endless(mut stream: TcpStream, first: &str, then: &str) -> std::io::Result<()> {
    stream.write_all(first.as_bytes()).await?;
    loop {
        stream.write_all(then.as_bytes()).await?;
    }
}

async fn speak(mut stream: TcpStream, open: &Open) -> std::io::Result<()> {
    if open.endless {
        return endless(stream, "", &open.says).await;
    }
    stream.write_all(open.says.as_bytes()).await?;
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.map(drop)
}

async fn modbus(mut stream: TcpStream, registers: &Registers) -> std::io::Result<()> {
    loop {
        let mut header = [0; 7];
        stream.read_exact(&mut header).await?;
        let mut request = vec![0; usize::from(header[5]).saturating_sub(1)];
        stream.read_exact(&mut request).await?;
        let answer = read(&request, registers).unwrap_or_else(|exception| vec![request[0] | 0x80, exception]);
        let [l1, l2] = (answer.len() as u16 + 1).to_be_bytes();
        let frame = [&[header[0], header[1], 0, 0, l1, l2, header[6]], &answer[..]].concat();
        stream.write_all(&frame).await?;
    }
}

/// The answer to a request, or the exception.
fn read(request: &[u8], registers: &Registers) -> Result<Vec<u8>, u8> {
    let [function @ (3 | 4), a, b, c, d] = *request else { return Err(1) };
    let (first, count) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    let count = count.min(125);
    let mut answer = vec![function, (count * 2) as u8];
    for address in (0..count).map(|offset| first.wrapping_add(offset)) {
        answer.extend(word(address, registers).ok_or(2_u8)?);
    }
    Ok(answer)
}

fn word(address: u16, registers: &Registers) -> Option<[u8; 2]> {
    let text = registers.texts.iter().find_map(|(begins, text)| {
        let offset = usize::from(address.checked_sub(begins.parse().ok()?)?) * 2;
        Some([*text.as_bytes().get(offset)?, *text.as_bytes().get(offset + 1).unwrap_or(&0)])
    });
    text.or(match registers.holds {
        Holds::Zero => Some([0, 0]),
        Holds::Address => Some(address.to_be_bytes()),
        Holds::Nothing => None,
    })
}

async fn echo(socket: UdpSocket, udp: &Datagram) {
    let mut asked = [0; 2048];
    while let Ok((length, from)) = socket.recv_from(&mut asked).await {
        let answer = udp.says.as_deref().map_or(&asked[..length], str::as_bytes);
        // who is gone does not hear it
        let _ = socket.send_to(answer, from).await;
    }
}
