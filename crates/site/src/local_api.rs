//! Points a charger at an endpoint over its own interface in the LAN: reads where it connects to, writes another address,
//! reads it back. What is asked of which charger is data of the catalogue.

mod digest;
mod socket;

use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chargehand_catalogue::Scheme;
use chargehand_catalogue::local_api::{LocalApi, Login, Over, Write};
use hyper::Method;
use hyper::header::{AUTHORIZATION, COOKIE, HeaderName};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::http::{Answer, Ask, Device, HttpError};
use digest::Digest;
use socket::Socket;

/// The longest address that is believed, characters.
const LONGEST: usize = 500;

/// Where a charger connects to, as it says itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Pointed {
    /// The address of its endpoint; empty where it has none.
    pub url: String,
    /// OCPP is switched on.
    pub on: bool,
    /// The id it will connect with, where it says so.
    pub id: Option<String>,
}

/// Who a person is to the charger; in memory only.
#[derive(Clone)]
pub struct Credentials {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: Zeroizing<String>,
}

/// Why a charger was not read or not pointed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocalApiError {
    /// No answer.
    #[error("{0} Is it switched on, and is this its address?")]
    Http(#[from] HttpError),
    /// It wants to know who asks.
    #[error("The charger wants to know who asks. Enter what lets you in to its own web page or app.")]
    Login,
    /// It said no.
    #[error("The charger refused it (HTTP {status}). {}", hint(before))]
    Refused {
        /// The status code.
        status: u16,
        /// What has to be done first.
        before: String,
    },
    /// It said no, in its own words.
    #[error(
        "The charger did not take it{}. Enter the address in its app or on its web page instead.",
        if says.is_empty() { String::new() } else { format!(": {says:?}") }
    )]
    Declined {
        /// Its words; empty for none.
        says: String,
    },
    /// The answer has not what it should have.
    #[error("The charger's answer does not say where it connects to. {}", hint(before))]
    NotThere {
        /// What has to be done first.
        before: String,
    },
    /// The address cannot be entered there.
    #[error("{0}")]
    NotPossible(String),
    /// It agreed, and says something else afterwards.
    #[error("The charger agreed, but says that it connects to {got:?} and not to {wanted:?}.")]
    NotKept {
        /// What was written.
        wanted: String,
        /// What it says.
        got: String,
    },
}

fn hint(before: &str) -> String {
    if before.is_empty() {
        "Enter the address in its app or on its web page instead.".to_owned()
    } else {
        before.into()
    }
}

/// A charger's own interface, for one visit.
pub struct Visit<'a> {
    api: &'a LocalApi,
    line: Line,
    credentials: Option<Credentials>,
    /// What a login gave: it goes with every request.
    pass: Option<(HeaderName, String)>,
    /// The challenge that every request answers.
    digest: Option<Digest>,
}

/// What is spoken on the connection.
enum Line {
    Http(Device),
    Socket(Box<Socket>),
}

impl<'a> Visit<'a> {
    /// Connects, and logs in where that is needed.
    ///
    /// # Errors
    /// Nobody is there, or it does not know this person.
    pub async fn begin(
        api: &'a LocalApi,
        address: IpAddr,
        credentials: Option<Credentials>,
    ) -> Result<Self, LocalApiError> {
        Visit::begin_at(api, SocketAddr::new(address, api.port), credentials).await
    }

    /// As [`Visit::begin`], at another port than its own.
    ///
    /// # Errors
    /// As there.
    pub async fn begin_at(
        api: &'a LocalApi,
        at: SocketAddr,
        credentials: Option<Credentials>,
    ) -> Result<Self, LocalApiError> {
        let line = match api.over {
            Over::Http => Line::Http(Device::open(at, api.scheme == Scheme::Https).await?),
            Over::WebSocket => Line::Socket(Box::new(Socket::open(at, &api.read.path, credentials.as_ref()).await?)),
        };
        let mut visit = Visit { api, line, pass: None, credentials, digest: None };
        visit.log_in().await?;
        Ok(visit)
    }

    /// Some give a token, some a cookie, some remember the connection.
    async fn log_in(&mut self) -> Result<(), LocalApiError> {
        match &self.api.login {
            // asked for with the first request, or answered when the connection began
            None | Some(Login::Digest | Login::Challenge) => {}
            Some(Login::Basic) => self.pass = self.credentials.as_ref().map(basic),
            Some(Login::Session { .. }) if self.credentials.is_none() => return Err(LocalApiError::Login),
            Some(Login::Session { open, .. }) => {
                let answer = self.request(open, &Pointed::default(), None).await?;
                let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                let token = told["access"].as_str().map(|token| (AUTHORIZATION, format!("Bearer {token}")));
                self.pass = token.or(answer.cookie.map(|it| (COOKIE, it)));
            }
        }
        Ok(())
    }

    /// Where it connects to.
    ///
    /// # Errors
    /// It does not say.
    pub async fn read(&mut self) -> Result<Pointed, LocalApiError> {
        Ok(self.look().await?.0)
    }

    /// Switches OCPP on, where it would else neither tell nor take an address, and reads again. What it says then is
    /// what it had all the time, but for `on`.
    ///
    /// # Errors
    /// It refuses.
    pub async fn uncover(&mut self, seen: Pointed) -> Result<Pointed, LocalApiError> {
        let Some(step) = self.api.switch_on.as_ref().filter(|_| !seen.on) else { return Ok(seen) };
        self.write(step, &seen, None).await?;
        Ok(Pointed { on: false, ..self.read().await? })
    }

    /// An address as it is entered here, by a charger with this id.
    pub fn form(&self, url: &str, id: Option<&str>) -> String {
        let id = id.map(|id| utf8_percent_encode(id, NON_ALPHANUMERIC).to_string());
        self.api.form(url, id.as_deref())
    }

    /// Writes where it shall connect to, to the letter, and reads it back.
    ///
    /// # Errors
    /// It refuses, or says something else afterwards.
    pub async fn point(&mut self, to: &Pointed) -> Result<Pointed, LocalApiError> {
        if let Some(why) = self.api.refuses(&to.url) {
            return Err(LocalApiError::NotPossible(why));
        }
        let whole = self.look().await?.1;
        for write in &self.api.write.steps {
            self.write(write, to, Some(&whole)).await?;
        }
        let now = self.read().await?;
        // while it is off some tell no address
        let is_hidden = self.api.switch_on.is_some() && !now.on && !to.on;
        if now.on != to.on || (now.url != to.url && !is_hidden) {
            return Err(LocalApiError::NotKept { wanted: to.url.clone(), got: now.url });
        }
        Ok(now)
    }

    /// Whether it says that it is connected; nothing where it does not say.
    pub async fn is_connected(&mut self) -> Option<bool> {
        let told = self.api.connected.as_ref()?;
        let answer = self.get(&told.path).await.ok()?;
        Some(says_yes(answer.pointer(&told.at)?, told.reads.as_deref()))
    }

    /// Logs out. That it cannot changes nothing: the login ends with the connection.
    pub async fn end(mut self) {
        if let Some(Login::Session { close, .. }) = &self.api.login {
            let _ = self.request(close, &Pointed::default(), None).await;
        }
    }

    /// What it says, and the whole of it.
    async fn look(&mut self) -> Result<(Pointed, Value), LocalApiError> {
        let read = &self.api.read;
        let whole = self.get(&read.path).await?;
        let url = whole.pointer(&read.url).and_then(Value::as_str).map(bounded);
        let on = match &read.on {
            Some(at) => whole.pointer(at).map(|value| says_yes(value, read.on_reads.as_deref())),
            None => Some(true),
        };
        let id = read.id.as_ref().and_then(|at| whole.pointer(at)?.as_str().map(bounded));
        let (Some(url), Some(on)) = (url, on) else { return Err(LocalApiError::NotThere { before: self.before() }) };
        Ok((Pointed { url, on, id }, whole))
    }

    async fn get(&mut self, path: &str) -> Result<Value, LocalApiError> {
        if let Line::Socket(socket) = &mut self.line {
            return socket.all().await;
        }
        let answer = self.ask(Method::GET, path, None).await?;
        serde_json::from_slice(&answer.body).map_err(|_| LocalApiError::NotThere { before: self.before() })
    }

    async fn write(&mut self, write: &Write, to: &Pointed, whole: Option<&Value>) -> Result<(), LocalApiError> {
        if matches!(self.line, Line::Http(_)) {
            return self.request(write, to, whole).await.map(drop);
        }
        let values = write.body.as_ref().map(|table| table_of(table, &|text: &str| self.fill(text, to), to.on));
        let Line::Socket(socket) = &mut self.line else { return Ok(()) };
        for (name, value) in values.as_ref().and_then(Value::as_object).into_iter().flatten() {
            socket.set(name, value).await?;
        }
        Ok(())
    }

    async fn request(&mut self, write: &Write, to: &Pointed, whole: Option<&Value>) -> Result<Answer, LocalApiError> {
        let fill = |text: &str| self.fill(text, to);
        let query: Vec<String> = write
            .query
            .iter()
            .map(|(key, text)| format!("{key}={}", utf8_percent_encode(&fill(text), NON_ALPHANUMERIC)))
            .collect();
        let path = if query.is_empty() { write.path.clone() } else { format!("{}?{}", write.path, query.join("&")) };
        let body = write.body.as_ref().map(|table| {
            let changed = table_of(table, &fill, to.on);
            if write.whole { over(whole.cloned().unwrap_or_default(), changed) } else { changed }
        });
        let method = Method::from_bytes(write.method.as_bytes())
            .map_err(|e| LocalApiError::NotPossible(format!("{} cannot be sent ({e}).", write.method)))?;
        self.ask(method, &path, body.map(|it| it.to_string())).await
    }

    async fn ask(&mut self, method: Method, path: &str, json: Option<String>) -> Result<Answer, LocalApiError> {
        let mut answer = self.ask_once(&method, path, json.clone()).await?;
        if answer.status == 401 && self.challenged(&answer) {
            answer = self.ask_once(&method, path, json).await?;
        }
        match answer.status {
            200..=299 => Ok(answer),
            401 | 403 => Err(LocalApiError::Login),
            status => Err(LocalApiError::Refused { status, before: self.before() }),
        }
    }

    async fn ask_once(&mut self, method: &Method, path: &str, json: Option<String>) -> Result<Answer, LocalApiError> {
        let Line::Http(device) = &mut self.line else {
            return Err(LocalApiError::NotPossible("This charger does not speak HTTP.".into()));
        };
        let answered = self.digest.as_mut().zip(self.credentials.as_ref());
        let answered = answered.map(|(it, who)| (AUTHORIZATION, it.answer(method.as_str(), path, who)));
        let header = answered.or_else(|| self.pass.clone());
        Ok(device.ask(Ask { method: method.clone(), path, header, json }).await?)
    }

    /// Is there a challenge to answer, and somebody to answer it?
    fn challenged(&mut self, answer: &Answer) -> bool {
        if self.api.login != Some(Login::Digest) || self.credentials.is_none() {
            return false;
        }
        self.digest = answer.challenge.as_deref().and_then(Digest::read);
        self.digest.is_some()
    }

    fn before(&self) -> String {
        self.api.before.join(" ")
    }

    /// A text with what is meant put in.
    fn fill(&self, text: &str, to: &Pointed) -> String {
        let (user, password) = self.credentials.as_ref().map_or(("", ""), |it| (&it.user, &it.password));
        text.replace("{on:1:0}", if to.on { "1" } else { "0" })
            .replace("{on}", if to.on { "true" } else { "false" })
            .replace("{user}", user)
            .replace("{password}", password)
            // last: an address may hold anything
            .replace("{url}", &to.url)
    }
}

/// HTTP Basic authentication (RFC 7617).
fn basic(who: &Credentials) -> (HeaderName, String) {
    let pair = Zeroizing::new(format!("{}:{}", who.user, *who.password));
    (AUTHORIZATION, format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

/// The body of the catalogue as JSON; a text that is nothing but `{on}` becomes a truth value.
fn table_of(table: &toml::Table, fill: &impl Fn(&str) -> String, on: bool) -> Value {
    let member = |value: &toml::Value| match value {
        toml::Value::String(text) if text == "{on}" => json!(on),
        toml::Value::String(text) => json!(fill(text)),
        toml::Value::Table(inner) => table_of(inner, fill, on),
        other => serde_json::to_value(other).unwrap_or_default(),
    };
    Value::Object(table.iter().map(|(key, value)| (key.clone(), member(value))).collect())
}

/// The object with these members changed.
fn over(mut whole: Value, changed: Value) -> Value {
    if let (Value::Object(whole), Value::Object(changed)) = (&mut whole, changed) {
        whole.extend(changed);
    }
    whole
}

fn says_yes(value: &Value, word: Option<&str>) -> bool {
    match word {
        Some(word) => value.as_str() == Some(word),
        None => value.as_bool() == Some(true),
    }
}

/// What a charger says is not believed to be short.
fn bounded(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}
