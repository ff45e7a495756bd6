//! A charger by hand: a TCP socket and bytes, so that it can break every rule of HTTP, WebSocket and OCPP-J.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::program::PATIENCE;

/// The key of RFC 6455, 1.3, and what a server must make of it.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;

/// What a charger sends first.
pub const BOOT: &str = r#"[2,"boot","BootNotification",{"chargePointVendor":"Raw","chargePointModel":"Bytes"}]"#;

/// What came from the endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// A text message.
    Text(String),
    /// A close frame with its code.
    Close(Option<u16>),
    /// The end of the connection.
    End,
}

/// A charger and its connection.
pub struct Charger {
    pub socket: TcpStream,
    /// The head of the HTTP answer.
    pub head: String,
    bytes: Vec<u8>,
    /// Calls of the endpoint that came while something else was waited for.
    calls: VecDeque<(String, String, Value)>,
    sent: u32,
}

/// An upgrade request for a path, with further header lines (each ending in CR LF).
pub fn request(path: &str, headers: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: {KEY}\r\n{headers}\r\n"
    )
}

/// The header line every charger should send.
pub const OCPP16: &str = "Sec-WebSocket-Protocol: ocpp1.6\r\n";

/// A frame as it goes over the wire.
pub fn frame(opcode: u8, last: bool, masked: bool, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![if last { 0x80 | opcode } else { opcode }];
    let mask = if masked { 0x80 } else { 0 };
    match payload.len() {
        short @ 0..126 => bytes.push(mask | short as u8),
        middle @ 126..65_536 => {
            bytes.push(mask | 126);
            bytes.extend((middle as u16).to_be_bytes());
        }
        long => {
            bytes.push(mask | 127);
            bytes.extend((long as u64).to_be_bytes());
        }
    }
    let key = [0x37, 0xfa, 0x21, 0x3d];
    if masked {
        bytes.extend(key);
        bytes.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    } else {
        bytes.extend(payload);
    }
    bytes
}

impl Charger {
    /// Opens a connection and sends nothing.
    pub fn dial(port: u16) -> Self {
        let socket = TcpStream::connect(("127.0.0.1", port)).expect("the endpoint listens");
        socket.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        socket.set_nodelay(true).expect("no delay");
        Self { socket, head: String::new(), bytes: Vec::new(), calls: VecDeque::new(), sent: 0 }
    }

    /// Sends bytes as they are and reads the head of the answer; empty where there is none.
    pub fn knock(port: u16, bytes: impl AsRef<[u8]>) -> Self {
        let mut charger = Self::dial(port);
        charger.raw(bytes.as_ref());
        while !charger.bytes.windows(4).any(|end| end == b"\r\n\r\n") && charger.more() {}
        let end = charger.bytes.windows(4).position(|end| end == b"\r\n\r\n").map_or(0, |at| at + 4);
        charger.head = String::from_utf8(charger.bytes.drain(..end).collect()).expect("a head is text");
        charger
    }

    /// Connects as a charger should.
    pub fn connect(port: u16, id: &str) -> Self {
        Self::at(port, &format!("/{id}"), OCPP16)
    }

    /// Connects to a path with further headers; the endpoint must let it in.
    pub fn at(port: u16, path: &str, headers: &str) -> Self {
        let charger = Self::knock(port, request(path, headers));
        assert!(charger.head.starts_with("HTTP/1.1 101 "), "{path}: {}", charger.head);
        assert!(charger.head.contains(ACCEPT), "{}", charger.head);
        charger
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// The value of a header of the answer.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).expect("the endpoint reads");
    }

    /// Sends a text message.
    pub fn send(&mut self, text: &str) {
        self.raw(&frame(TEXT, true, true, text.as_bytes()));
    }

    fn more(&mut self) -> bool {
        let mut piece = [0; 8192];
        match self.socket.read(&mut piece) {
            Ok(0) => false,
            Ok(read) => {
                self.bytes.extend(&piece[..read]);
                true
            }
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted) => false,
            Err(error) => panic!("the endpoint said nothing: {error}"),
        }
    }

    fn need(&mut self, length: usize) -> bool {
        while self.bytes.len() < length {
            if !self.more() {
                return false;
            }
        }
        true
    }

    /// The next message.
    pub fn came(&mut self) -> Came {
        loop {
            if !self.need(2) {
                return Came::End;
            }
            let (opcode, short) = (self.bytes[0] & 15, usize::from(self.bytes[1] & 127));
            assert_eq!(self.bytes[1] & 128, 0, "a server does not mask");
            let (start, length) = match short {
                126 if self.need(4) => (4, usize::from(u16::from_be_bytes([self.bytes[2], self.bytes[3]]))),
                126 => return Came::End,
                127 if self.need(10) => {
                    let length: [u8; 8] = self.bytes[2..10].try_into().expect("eight bytes");
                    (10, usize::try_from(u64::from_be_bytes(length)).expect("it fits"))
                }
                127 => return Came::End,
                short => (2, short),
            };
            if !self.need(start + length) {
                return Came::End;
            }
            let payload: Vec<u8> = self.bytes.drain(..start + length).skip(start).collect();
            match opcode {
                TEXT => return Came::Text(String::from_utf8(payload).expect("text")),
                CLOSE => return Came::Close(payload.get(..2).map(|code| u16::from_be_bytes([code[0], code[1]]))),
                PING => self.raw(&frame(10, true, true, &payload)),
                _ => {}
            }
        }
    }

    /// The next text message, as JSON.
    pub fn heard(&mut self) -> Value {
        match self.came() {
            Came::Text(text) => serde_json::from_str(&text).expect("JSON"),
            other => panic!("a message was expected, and {other:?} came"),
        }
    }

    /// The answer to the message with this id: `[3, …]` or `[4, …]`. Calls that come before it wait.
    pub fn answer_to(&mut self, id: &Value) -> Value {
        loop {
            let message = self.heard();
            if message[0] == 2 {
                self.calls.push_back(parts(&message));
            } else if message[1] == *id {
                return message;
            }
        }
    }

    /// Calls and waits for the result's payload.
    pub fn call(&mut self, action: &str, payload: Value) -> Value {
        self.sent += 1;
        let id = format!("c{}", self.sent);
        self.send(&json!([2, id, action, payload]).to_string());
        let answer = self.answer_to(&json!(id));
        assert_eq!(answer[0], 3, "{action}: {answer}");
        answer[2].clone()
    }

    /// Boots; the answer.
    pub fn boot(&mut self) -> Value {
        self.call("BootNotification", json!({"chargePointVendor": "Raw", "chargePointModel": "Bytes"}))
    }

    /// The endpoint's next call: its id, action and payload.
    pub fn asked(&mut self) -> (String, String, Value) {
        if let Some(call) = self.calls.pop_front() {
            return call;
        }
        loop {
            let message = self.heard();
            if message[0] == 2 {
                return parts(&message);
            }
        }
    }

    /// Answers a call of the endpoint.
    pub fn answer(&mut self, id: &str, payload: Value) {
        self.send(&json!([3, id, payload]).to_string());
    }
}

fn parts(call: &Value) -> (String, String, Value) {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    (text(&call[1]), text(&call[2]), call[3].clone())
}
