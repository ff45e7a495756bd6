//! The form in which a charger's field wants the server's address, and the text to type into it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::entry::{Can, Known, Statement, Topic};

/// Where a part of the address is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the URL.
    InUrl,
    /// In a field of its own.
    OwnField,
    /// Nowhere.
    LeftOut,
    /// Nowhere: the charger puts its serial number at the end of the URL itself.
    Appended,
    /// Nowhere: the charger connects with its serial number.
    Serial,
    /// In the URL as `{deviceId}`, in whose place the charger puts its serial number.
    Placeholder,
}

/// Whether the URL ends with a `/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slash {
    /// It has to.
    Needed,
    /// It must not.
    Forbidden,
}

/// What a charger's field wants. What is absent is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The whole text, with `{host}`, `{port}` and `{id}` in their places, and `ws` for plain.
    pub form: Option<Known<String>>,
    /// Where `ws` or `wss` is given.
    pub scheme: Option<Known<Place>>,
    /// Where the port is given.
    pub port: Option<Known<Place>>,
    /// Where the id is given.
    pub id: Option<Known<Place>>,
    /// Whether it ends with a `/`.
    pub slash: Option<Known<Slash>>,
    /// Whether it takes `ws`.
    pub plain: Option<Known<bool>>,
    /// Whether it takes `wss`.
    pub tls: Option<Known<Can>>,
    /// Whether it takes a numeric address of a private network.
    pub private: Option<Known<bool>>,
    /// The longest URL, characters.
    pub longest: Option<Known<u16>>,
    /// The longest id, characters.
    pub longest_id: Option<Known<u16>>,
    /// The longest password, characters.
    pub longest_password: Option<Known<u16>>,
    /// The longest URL and password together, characters.
    pub longest_with_password: Option<Known<u16>>,
    /// The subprotocol that it asks for.
    pub subprotocol: Option<Known<String>>,
    /// How the password is entered, as a sentence.
    pub password: Option<Known<String>>,
    /// What an id may not hold, in words.
    pub id_characters: Option<Known<String>>,
}

/// The server that is to be entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Server<'a> {
    /// Its address or name.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// The id that the charger is to have.
    pub id: &'a str,
    /// By TLS.
    pub tls: bool,
}

/// A field of the charger's screen and the text to type into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// What the field is for.
    pub name: &'static str,
    /// The text.
    pub text: String,
}

/// What is to be typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Typed {
    /// The fields, in the order in which one thinks of them.
    pub fields: Vec<Field>,
    /// What to heed, as sentences.
    pub heed: Vec<String>,
    /// Whether the form is known; else it is the usual one.
    pub known: bool,
}

/// What a path may hold as it is (RFC 3986, unreserved).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Form {
    /// The text to type so that the charger connects to this server.
    pub fn to_type(&self, server: &Server) -> Typed {
        let url = self.url(server);
        let mut fields = Vec::new();
        if is(&self.scheme, Place::OwnField) {
            fields.push(Field { name: "Protocol", text: if server.tls { "WSS" } else { "WS" }.to_owned() });
        }
        let heed = self.heed(server, &url);
        fields.push(Field { name: "URL", text: url });
        if is(&self.port, Place::OwnField) {
            fields.push(Field { name: "Port", text: server.port.to_string() });
        }
        if is(&self.id, Place::OwnField) {
            fields.push(Field { name: "Id", text: server.id.to_owned() });
        }
        Typed { fields, heed, known: self.form.is_some() }
    }

    fn url(&self, server: &Server) -> String {
        let template = self.form.as_ref().map_or_else(|| self.usual(), |form| form.is.clone());
        let host = if server.host.contains(':') { format!("[{}]", server.host) } else { server.host.to_owned() };
        let id = utf8_percent_encode(server.id, PLAIN).to_string();
        let plain = template.strip_prefix("ws://").filter(|_| server.tls);
        let template = plain.map_or_else(|| template.clone(), |rest| format!("wss://{rest}"));
        template.replace("{host}", &host).replace("{port}", &server.port.to_string()).replace("{id}", &id)
    }

    /// The form of most, changed by what is known.
    fn usual(&self) -> String {
        let apart = [Place::OwnField, Place::LeftOut].iter().any(|place| is(&self.scheme, *place));
        let scheme = if apart { "" } else { "ws://" };
        let port = if is(&self.port, Place::OwnField) { "" } else { ":{port}" };
        let id = match self.id.as_ref().map(|id| id.is) {
            Some(Place::InUrl) => "{id}",
            Some(Place::Placeholder) => "{deviceId}",
            _ => "",
        };
        let slash = self.slash.as_ref().map(|slash| slash.is);
        match slash {
            Some(Slash::Needed) if !id.is_empty() => format!("{scheme}{{host}}{port}/{id}/"),
            Some(Slash::Forbidden) if id.is_empty() => format!("{scheme}{{host}}{port}"),
            _ => format!("{scheme}{{host}}{port}/{id}"),
        }
    }

    /// What to heed when this is typed.
    fn heed(&self, server: &Server, url: &str) -> Vec<String> {
        let mut all = Vec::new();
        let tries = self.tries();
        if !tries.is_empty() {
            all.push(format!(
                "How its field wants the URL is not known for sure. Try it like this; if nothing comes, try it {}.",
                tries.join(", or ")
            ));
        }
        if self.private.as_ref().is_some_and(|private| !private.is) {
            all.push("It refuses an address in a private network: this one cannot be entered.".to_owned());
        }
        if server.tls && self.tls.as_ref().is_some_and(|tls| tls.is == Can::No) {
            all.push("It does not take wss: use the plain address.".to_owned());
        }
        if !server.tls && self.plain.as_ref().is_some_and(|plain| !plain.is) {
            all.push("It takes wss only: turn TLS on first.".to_owned());
        }
        let long = self.longest.as_ref().filter(|longest| url.chars().count() > usize::from(longest.is));
        all.extend(long.map(|longest| format!("This is longer than the {} characters that it keeps.", longest.is)));
        let long = self.longest_id.as_ref().filter(|longest| server.id.chars().count() > usize::from(longest.is));
        all.extend(long.map(|longest| format!("The id is longer than the {} characters that it keeps.", longest.is)));
        let known = self.facts().into_iter().filter(|fact| !self.is_seen(fact, server));
        all.extend(known.map(|fact| fact.says));
        all
    }

    /// What else to try where nothing comes: only what is not known.
    fn tries(&self) -> Vec<&'static str> {
        let tries = [
            (self.scheme.is_none(), "without ws://"),
            (self.slash.is_none(), "without the last /"),
            (self.id.is_none(), "with the id at its end"),
        ];
        let unknown = tries.into_iter().filter(|(unknown, _)| *unknown && self.form.is_none());
        unknown.map(|(_, what)| what).collect()
    }

    /// Need this not be told to somebody who types what stands in the fields, because it is seen there, or forbids nothing?
    fn is_seen(&self, fact: &Statement, server: &Server) -> bool {
        let says = |text: &str| fact.says.starts_with(text);
        let is_own_field = fact.says.ends_with("has a field of its own.") || fact.says.ends_with("is part of the URL.");
        is_own_field
            || says("Its field wants")
            || says("It takes ws.")
            || says("It takes an address in a private")
            || (fact.topic == Topic::Encryption && !server.tls)
            || says("It takes wss.")
    }

    /// What is known, as sentences.
    pub(crate) fn facts(&self) -> Vec<Statement> {
        let told = [
            told(Topic::Address, &self.form, |text| format!("Its field wants {text}")),
            told(Topic::Address, &self.scheme, |place| place_of("ws:// or wss://", *place)),
            told(Topic::Address, &self.port, |place| place_of("The port", *place)),
            told(Topic::Identity, &self.id, |place| place_of("The id", *place)),
            told(Topic::Address, &self.slash, |slash| match slash {
                Slash::Needed => "The URL must end with a /.".to_owned(),
                Slash::Forbidden => "The URL must not end with a /.".to_owned(),
            }),
            told(Topic::Encryption, &self.plain, |yes| {
                if *yes { "It takes ws." } else { "It does not take ws." }.to_owned()
            }),
            told(Topic::Encryption, &self.tls, |can| tls(*can).to_owned()),
            told(Topic::Address, &self.private, |yes| match yes {
                true => "It takes an address in a private network.".to_owned(),
                false => "It refuses an address in a private network.".to_owned(),
            }),
            told(Topic::Address, &self.longest, |n| format!("The URL has at most {n} characters.")),
            told(Topic::Identity, &self.longest_id, |n| format!("The id has at most {n} characters.")),
            told(Topic::Password, &self.longest_password, |n| format!("The password has at most {n} characters.")),
            told(Topic::Password, &self.longest_with_password, |n| {
                format!("URL and password together have at most {n} characters.")
            }),
            told(Topic::Connection, &self.subprotocol, |text| format!("It asks for the subprotocol {text}.")),
            told(Topic::Password, &self.password, Clone::clone),
            told(Topic::Identity, &self.id_characters, |text| format!("In the id: {text}.")),
        ];
        told.into_iter().flatten().collect()
    }
}

fn is<T: PartialEq>(known: &Option<Known<T>>, value: T) -> bool {
    known.as_ref().is_some_and(|known| known.is == value)
}

fn told<T>(topic: Topic, known: &Option<Known<T>>, says: impl Fn(&T) -> String) -> Option<Statement> {
    let it = known.as_ref()?;
    let (source, date) = (it.source.clone(), it.date.clone());
    Some(Statement { topic, says: says(&it.is), source, date, confidence: it.confidence })
}

fn place_of(what: &str, place: Place) -> String {
    let place = match place {
        Place::InUrl => "is part of the URL",
        Place::OwnField => "has a field of its own",
        Place::LeftOut => "is not entered",
        Place::Appended => "is put at the end of the URL by the charger itself: its serial number",
        Place::Serial => "is the charger's serial number",
        Place::Placeholder => "is {deviceId} in the URL: the charger puts its serial number there",
    };
    format!("{what} {place}.")
}

fn tls(can: Can) -> &'static str {
    match can {
        Can::Yes => "It takes wss.",
        Can::Conditions => "It takes wss under conditions.",
        Can::No => "It does not take wss.",
        Can::Unknown => "Whether it takes wss is not known.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{charger, chargers};

    const OURS: Server = Server { host: "192.168.1.10", port: 9616, id: "CP1", tls: false };

    fn typed(id: &str) -> Vec<(&'static str, String)> {
        let typed = charger(id).expect("an entry").form().to_type(&OURS);
        typed.fields.into_iter().map(|field| (field.name, field.text)).collect()
    }

    fn url(id: &str) -> String {
        typed(id).into_iter().find(|(name, _)| *name == "URL").expect("a URL").1
    }

    #[test]
    fn each_charger_gets_the_url_in_its_own_form() {
        for (id, expected) in [
            ("ocular-lte-plus-v3", "192.168.1.10:9616/central"),
            ("tinkerforge-warp", "ws://192.168.1.10:9616"),
            ("mennekes-4you", "ws://192.168.1.10:9616/"),
            ("goe-gemini", "ws://192.168.1.10:9616/CP1"),
            ("growatt-thor", "ws://192.168.1.10:9616"),
            ("wallbox-copper-sb", "ws://192.168.1.10:9616/"),
            ("fronius-wattpilot-home", "192.168.1.10:9616/"),
            ("orbis-viaris", "ws://192.168.1.10/CP1"),
            ("keba-p30", "ws://192.168.1.10/"),
        ] {
            assert_eq!(url(id), expected, "{id}");
        }
    }

    #[test]
    fn what_has_a_field_of_its_own_is_not_lost() {
        let expected = [("URL", "ws://192.168.1.10/"), ("Port", "9616"), ("Id", "CP1")];
        assert_eq!(typed("keba-p30"), expected.map(|(name, text)| (name, text.to_owned())));
        assert_eq!(typed("fronius-wattpilot-home").first(), Some(&("Protocol", "WS".to_owned())));
    }

    #[test]
    fn a_form_that_is_not_known_says_so() {
        let typed = charger("sungrow-ac22e-01").expect("an entry").form().to_type(&OURS);
        assert!(!typed.known && typed.heed.iter().any(|it| it.contains("not known")), "{typed:?}");
        assert!(charger("autel-maxicharger-ac").expect("an entry").form().to_type(&OURS).known);
    }

    #[test]
    fn a_recipe_does_not_contradict_itself_and_says_only_what_is_to_be_heeded() {
        let typed = charger("fronius-wattpilot-home").expect("an entry").form().to_type(&OURS);
        assert_eq!(typed.fields.first().map(|it| it.text.as_str()), Some("WS"));
        assert!(typed.heed.iter().all(|it| !it.contains("ws://") && !it.contains("It takes")), "{typed:?}");
        assert!(typed.heed.iter().any(|it| it.contains("without the last /, or with the id at its end")), "{typed:?}");
        for it in chargers() {
            let typed = it.form().to_type(&OURS);
            let apart = typed.fields.iter().any(|field| field.name == "Protocol");
            assert!(!apart || typed.heed.iter().all(|line| !line.contains("without ws://")), "{}", it.id);
        }
    }

    #[test]
    fn a_charger_that_refuses_private_addresses_is_told_so_at_once() {
        let typed = charger("myenergi-zappi-v21").expect("an entry").form().to_type(&OURS);
        assert!(typed.heed.iter().any(|it| it.contains("this one cannot be entered")), "{typed:?}");
    }

    #[test]
    fn a_url_that_is_too_long_is_noticed() {
        let host = "a".repeat(200);
        let typed = charger("tinkerforge-warp").expect("an entry").form().to_type(&Server { host: &host, ..OURS });
        assert!(typed.heed.iter().any(|it| it.contains("longer than the 128")), "{typed:?}");
    }

    #[test]
    fn tls_and_ipv6_and_odd_ids_keep_the_url_whole() {
        let odd = Server { host: "fd00::1", port: 443, id: "a b/ü", tls: true };
        let typed = charger("goe-pro").expect("an entry").form().to_type(&odd);
        assert_eq!(typed.fields.first().map(|field| field.text.as_str()), Some("wss://[fd00::1]:443/a%20b%2F%C3%BC"));
    }

    #[test]
    fn every_form_gives_a_whole_text() {
        for it in chargers() {
            let typed = it.form().to_type(&OURS);
            let whole = |text: &str| !text.replace("{deviceId}", "").contains(['{', '}']);
            assert!(typed.fields.iter().all(|field| whole(&field.text)), "{}: {typed:?}", it.id);
        }
    }
}
