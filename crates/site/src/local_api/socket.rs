//! The WebSocket of a Wattpilot: it says who it is, asks for the password, tells all that it holds, and takes one value at
//! a time. Fronius does not document it; the catalogue names the programs that speak it.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use aws_lc_rs::{hmac, pbkdf2, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use zeroize::Zeroizing;

use super::{Credentials, LocalApiError};
use crate::http::HttpError;
use crate::store::hex;

/// How long it may take to tell all it holds, and again to take a value.
const PATIENCE: Duration = Duration::from_secs(15);
/// The most of one message, bytes. All that a Wattpilot holds is some 60 kB, in several messages.
const LARGEST: usize = 256 * 1024;
/// The most messages that are read for one answer: it tells what flows several times a second.
const MESSAGES: usize = 500;
/// The most values that are held of it.
const VALUES: usize = 5_000;
/// How often the password is hashed (PBKDF2).
const ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(99_999);
/// How often, as a power of two, a Flex hashes it (bcrypt).
const COST: u32 = 8;
/// How many characters of the hash are the key.
const KEY: usize = 32;

/// The key that stands for the password.
type Key = Zeroizing<String>;

/// A connection on which the charger knows us.
pub(super) struct Socket {
    at: SocketAddr,
    path: String,
    password: Zeroizing<String>,
    stream: WebSocketStream<TcpStream>,
    /// What it holds, by its own names.
    holds: Map<String, Value>,
    key: Key,
    /// It takes only values that are signed.
    signed: bool,
    /// How many values were set.
    count: u32,
}

impl Socket {
    /// Connects, answers the challenge, and hears what it holds.
    ///
    /// # Errors
    /// Nobody is there, or the password is not its own.
    pub(super) async fn open(at: SocketAddr, path: &str, who: Option<&Credentials>) -> Result<Self, LocalApiError> {
        let password = who.map(|who| who.password.clone()).ok_or(LocalApiError::Login)?;
        let opened = timeout(PATIENCE, connect(at, path)).await.map_err(|_| HttpError::Silent { at })?;
        let (path, key) = (path.to_owned(), Key::default());
        let holds = Map::new();
        let mut socket = Self { at, path, password, stream: opened?, holds, key, signed: false, count: 0 };
        timeout(PATIENCE, socket.begin()).await.map_err(|_| HttpError::Silent { at })??;
        Ok(socket)
    }

    /// All it holds; where something was set meanwhile, as it tells it on a new connection.
    ///
    /// # Errors
    /// It does not tell.
    pub(super) async fn all(&mut self) -> Result<Value, LocalApiError> {
        if self.count > 0 {
            let who = Credentials { user: String::new(), password: self.password.clone() };
            *self = Self::open(self.at, &self.path.clone(), Some(&who)).await?;
        }
        Ok(Value::Object(self.holds.clone()))
    }

    /// Sets a value.
    ///
    /// # Errors
    /// It refuses, or says nothing.
    pub(super) async fn set(&mut self, name: &str, value: &Value) -> Result<(), LocalApiError> {
        self.count += 1;
        let number = self.count;
        let order = json!({ "type": "setValue", "requestId": number, "key": name, "value": value }).to_string();
        self.say(if self.signed { sealed(&order, number, &self.key) } else { order }).await?;
        let answered = timeout(PATIENCE, self.answer(number)).await;
        answered.map_err(|_| HttpError::Silent { at: self.at })?
    }

    /// From its first word to the last part of what it holds.
    async fn begin(&mut self) -> Result<(), LocalApiError> {
        let (mut serial, mut flex) = (String::new(), false);
        for _ in 0..MESSAGES {
            let told = self.hear().await?;
            match told["type"].as_str() {
                Some("hello") => {
                    serial = told["serial"].as_str().unwrap_or_default().chars().take(40).collect();
                    flex = told["devicetype"] == "wattpilot_flex";
                    self.signed = told["secured"] == true || told["secured"].as_u64().is_some_and(|it| it > 0);
                }
                Some("authRequired") => {
                    let bcrypt = told["hash"].as_str().map_or(flex, |hash| hash == "bcrypt");
                    self.key = hashed(&self.password, &serial, bcrypt).await?;
                    let answer = proof(&told, &self.key);
                    self.say(answer).await?;
                }
                Some("authError") => return Err(LocalApiError::Login),
                _ if self.note(&told) => return Ok(()),
                _ => {}
            }
        }
        Err(self.unreadable("it tells no end of what it holds"))
    }

    /// Keeps what a message tells; true where it was the last of the first telling.
    fn note(&mut self, told: &Value) -> bool {
        if let (Some("fullStatus" | "deltaStatus" | "response"), Some(status)) =
            (told["type"].as_str(), told["status"].as_object())
        {
            let room = VALUES.saturating_sub(self.holds.len());
            self.holds.extend(status.iter().take(room).map(|(name, value)| (name.clone(), value.clone())));
        }
        told["type"] == "fullStatus" && told["partial"] != true
    }

    /// Its answer to what was set.
    async fn answer(&mut self, number: u32) -> Result<(), LocalApiError> {
        for _ in 0..MESSAGES {
            let told = self.hear().await?;
            self.note(&told);
            let id = &told["requestId"];
            let ours = id.as_u64() == Some(u64::from(number))
                || id.as_str().is_some_and(|id| id.trim_end_matches("sm") == number.to_string());
            if told["type"] != "response" || !ours {
                continue;
            }
            if told["success"] == true {
                return Ok(());
            }
            let says = told["message"].as_str().unwrap_or_default().chars().take(200).collect();
            return Err(LocalApiError::Declined { says });
        }
        Err(self.unreadable("it does not answer what it is told"))
    }

    async fn say(&mut self, text: String) -> Result<(), LocalApiError> {
        let said = self.stream.send(Message::text(text)).await;
        said.map_err(|e| self.unreadable(&e.to_string()))
    }

    /// The next message that can be read.
    async fn hear(&mut self) -> Result<Value, LocalApiError> {
        while let Some(message) = self.stream.next().await {
            let message = message.map_err(|e| self.unreadable(&e.to_string()))?;
            if let Message::Text(text) = message
                && let Ok(told) = serde_json::from_str(&text)
            {
                return Ok(told);
            }
        }
        Err(self.unreadable("it closed the connection"))
    }

    fn unreadable(&self, why: &str) -> LocalApiError {
        HttpError::Unreadable { at: self.at, why: why.to_owned() }.into()
    }
}

async fn connect(at: SocketAddr, path: &str) -> Result<WebSocketStream<TcpStream>, HttpError> {
    let unreachable = |why: String| HttpError::Unreachable { at, why };
    let stream = TcpStream::connect(at).await.map_err(|e| unreachable(e.to_string()))?;
    let bounds = WebSocketConfig::default().max_frame_size(Some(LARGEST)).max_message_size(Some(LARGEST));
    let opened = client_async_with_config(format!("ws://{at}{path}"), stream, Some(bounds)).await;
    Ok(opened.map_err(|e| unreachable(e.to_string()))?.0)
}

/// The password as the charger keeps it: with its serial number, by PBKDF2, or by bcrypt on a Flex.
async fn hashed(password: &Zeroizing<String>, serial: &str, by_bcrypt: bool) -> Result<Key, LocalApiError> {
    let (password, serial) = (password.clone(), serial.to_owned());
    let hashing = tokio::task::spawn_blocking(move || match by_bcrypt {
        true => by_blowfish(&password, &serial),
        false => Some(stretched(&password, &serial)),
    });
    let odd = || LocalApiError::NotPossible("How this charger wants its password is not known.".into());
    hashing.await.ok().flatten().ok_or_else(odd)
}

fn stretched(password: &str, serial: &str) -> Key {
    // 24 bytes are the 32 characters that count
    let mut raw = Zeroizing::new([0; KEY / 4 * 3]);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA512, ROUNDS, serial.as_bytes(), password.as_bytes(), &mut *raw);
    Zeroizing::new(STANDARD.encode(*raw))
}

/// The salt is the digits of the serial number as bytes, behind zeros.
fn by_blowfish(password: &str, serial: &str) -> Option<Key> {
    let digits: Vec<u8> = serial.chars().map(|c| c.to_digit(10)?.try_into().ok()).collect::<Option<_>>()?;
    let mut salt = [0; 16];
    salt.get_mut(16_usize.checked_sub(digits.len())?..)?.copy_from_slice(&digits);
    let short = Zeroizing::new(hex(&Sha256::digest(password.as_bytes())));
    let hash = Zeroizing::new(bcrypt::hash_with_salt(short.as_bytes(), COST, salt).ok()?.to_string());
    // $2b$08$, the salt in 22 characters, and what counts
    Some(Zeroizing::new(hash.get(29..)?.to_owned()))
}

/// The answer to its challenge.
fn proof(challenge: &Value, key: &str) -> String {
    let mut chance = [0; 16];
    // known to all on the wire; the system's source of chance hardly ever fails
    let _ = rand::fill(&mut chance);
    let ours = hex(&chance);
    let hash = proved(challenge, &ours, key);
    json!({ "type": "auth", "token3": ours, "hash": hash }).to_string()
}

fn proved(challenge: &Value, ours: &str, key: &str) -> String {
    let token = |name: &str| challenge[name].as_str().unwrap_or_default().to_owned();
    let inner = hex(&Sha256::digest(format!("{}{key}", token("token1")).as_bytes()));
    hex(&Sha256::digest(format!("{ours}{}{inner}", token("token2")).as_bytes()))
}

/// An order with what shows that it is ours.
fn sealed(order: &str, number: u32, key: &str) -> String {
    let seal = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), order.as_bytes());
    json!({ "type": "securedMsg", "data": order, "requestId": format!("{number}sm"), "hmac": hex(seal.as_ref()) })
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    // made with the programs that the catalogue names, from the password "secret" and the serial number 90000001
    const HOME: &str = "vrSFDaaQ+sFD7p+3hnREjXA1429Gwj6v";
    const FLEX: &str = "uBDiJuAjOpirOe9hDSrj/7m6/fNZktu";

    #[test]
    fn the_password_is_hashed_as_the_charger_keeps_it() {
        assert_eq!(stretched("secret", "90000001").as_str(), HOME);
        assert_eq!(by_blowfish("secret", "90000001").expect("digits").as_str(), FLEX);
        assert_eq!(by_blowfish("secret", "SN-1"), None, "only digits are known");
        assert_eq!(by_blowfish("secret", "12345678901234567"), None);
    }

    #[test]
    fn the_challenge_is_answered_and_an_order_is_sealed_as_others_do() {
        let challenge = json!({ "token1": "11", "token2": "22" });
        assert_eq!(proved(&challenge, "33", HOME), "973609ee1c984c0f0bcd269c9fdf7622343c0d869236d1f3815b964660ec81cc");
        let order = r#"{"type": "setValue", "requestId": 1, "key": "ocppe", "value": true}"#;
        let sealed: Value = serde_json::from_str(&sealed(order, 1, HOME)).expect("JSON");
        assert_eq!(
            (&sealed["requestId"], &sealed["hmac"]),
            (&json!("1sm"), &json!("f82e2076a53f3dbbf57c7309d000b884ca9b5d7289a8cd4503160c9bf16bf331"))
        );
    }
}
