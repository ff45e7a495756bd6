//! What strangers send ends their connection, costs little, and disturbs nobody else. The time of these tests is told: a
//! wait of seconds is over as soon as nothing else happens.

use crate::{ask, start};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends bytes, then says nothing more but stays; what is answered until the other side closes.
async fn after(to: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(to).await.unwrap();
    let mut answer = Vec::new();
    // who is cut off while sending, or reading, has its answer all the same
    let _ = stream.write_all(bytes).await;
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

async fn answers_still(to: SocketAddr) {
    assert_eq!(ask::http(to, false, "GET", "/status").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_line_without_end_is_cut_off() {
    let announcer = start("openevse").await;
    let to = announcer.tcp(80).unwrap();
    let line = [b"GET /", &[b'a'; 64 * 1024][..]].concat();
    let answer = after(to, &line).await;
    assert!(answer.starts_with(b"HTTP/1.1 431 "), "{:?}", String::from_utf8_lossy(&answer));
    answers_still(to).await;
}

#[tokio::test(start_paused = true)]
async fn half_a_head_is_waited_for_only_for_a_while() {
    let announcer = start("openevse").await;
    let to = announcer.tcp(80).unwrap();
    for half in [&b""[..], b"GET /status HTTP/1.1\r\nHost:", b"\r\n"] {
        assert_eq!(after(to, half).await, b"", "{half:?}");
    }
    answers_still(to).await;
}

#[tokio::test(start_paused = true)]
async fn slow_bytes_do_not_hold_a_connection_open() {
    let announcer = start("openevse").await;
    let to = announcer.tcp(80).unwrap();
    let mut stream = TcpStream::connect(to).await.unwrap();
    let mut sent = 0;
    for byte in b"GET /status HTTP/1.1\r\nX: ".iter().chain([b'a'; 100].iter()) {
        tokio::time::advance(std::time::Duration::from_secs(1)).await;
        if stream.write_all(&[*byte]).await.is_err() {
            break;
        }
        sent += 1;
    }
    assert!(sent < 100, "it was heard for {sent} seconds");
    answers_still(to).await;
}

#[tokio::test(start_paused = true)]
async fn garbage_is_no_request() {
    let announcer = start("openevse").await;
    let to = announcer.tcp(80).unwrap();
    for garbage in [&b"\x16\x03\x01\x02\x00\r\n\r\n"[..], b"\0\0\0\r\n\r\n", b"GET\r\n\r\n", b" \r\n\r\n"] {
        assert!(after(to, garbage).await.starts_with(b"HTTP/1.1 400 "), "{garbage:?}");
    }
    answers_still(to).await;
}

#[tokio::test(start_paused = true)]
async fn frames_that_are_no_modbus_end_the_connection() {
    let announcer = start("keba-p20-p30").await;
    let to = announcer.tcp(502).unwrap();
    let read = b"\0\x01\0\0\0\x06\xff\x03\x03\xf6\0\x02";
    let good = after(to, read).await;
    assert_eq!(good.len(), 13, "one answer, and no more when nothing more is asked: {good:?}");
    let others: [&[u8]; 6] = [
        b"\0\x01\0\x07\0\x06\xff\x03\x03\xf6\0\x02", // another protocol
        b"\0\x01\0\0\xff\xff\xff\x03\x03\xf6\0\x02", // 64 KiB are announced
        b"\0\x01\0\0\0\x01\xff",                     // no function
        b"\0\x01\0\0\0\0",                           // nothing at all
        b"\0\x01\0\0\0\x06\xff\x03",                 // half a request
        b"GET / HTTP/1.1\r\n\r\n",
    ];
    for other in others {
        assert_eq!(after(to, other).await, b"", "{other:?}");
    }
    assert_eq!(after(to, read).await, good);
}

#[tokio::test(start_paused = true)]
async fn a_hello_is_not_disturbed_by_what_is_said_to_it() {
    let announcer = start("fronius-wattpilot").await;
    let to = announcer.tcp(80).unwrap();
    let upgrade = b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    let answer = after(to, &[upgrade, &[0xFFu8; 64][..]].concat()).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    // RFC 6455 section 1.3 has this key and what comes of it
    assert!(answer.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{answer}");
    let plain = ask::http(to, false, "GET", "/ws").await;
    assert_eq!(plain.status, 426, "a WebSocket that is asked for a page");
}

#[tokio::test(start_paused = true)]
async fn many_who_say_nothing_do_not_keep_others_out_for_long() {
    let announcer = start("openevse").await;
    let to = announcer.tcp(80).unwrap();
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(TcpStream::connect(to).await.unwrap());
    }
    answers_still(to).await;
}

#[tokio::test]
async fn datagrams_that_are_no_question_are_not_answered() {
    let announcer = start("keba-p20-p30").await;
    let to = announcer.udp(7090).unwrap();
    let ear = tokio::net::UdpSocket::bind((crate::HERE, 0)).await.unwrap();
    for other in [&b""[..], b"I", b"i\n", b"ii", b"report 2", b"report 1 ", b"ena 0", b"curr 6000", &[0; 4000]] {
        ear.send_to(other, to).await.unwrap();
    }
    ear.send_to(b"i", to).await.unwrap();
    let mut heard = [0; 2048];
    let (length, _) = ear.recv_from(&mut heard).await.unwrap();
    assert!(heard[..length].starts_with(b"\"Firmware\""), "the first answer is to the one question");
}
