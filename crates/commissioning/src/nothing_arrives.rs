//! Why does the charger not come? What can be seen from here, cause by cause (field problems P01 to P08), until one is
//! found or all are told apart. It ends in a finding, also where that is "not shown".

use crate::attempt::{Attempt, Speaks, State, What};
use crate::outcome::Gravity;

/// What is known when nothing arrives.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Why this model can never come, with what can still be proved, as the catalogue has it; `None`: it can, or nobody
    /// knows.
    pub never: Option<String>,
    /// We accept connections on at least one address.
    pub listens: bool,
    /// Somebody else has reached us since the start.
    pub reached: bool,
    /// Firewalls of this computer: name, whether it lets our port in where it says so, what to do.
    pub firewalls: Vec<(String, Option<bool>, String)>,
    /// What speaks against our address for this charger, as sentences with what to do.
    pub doubts: Vec<String>,
    /// The charger was seen in the LAN: its address.
    pub charger: Option<String>,
    /// What came to our port, oldest first.
    pub attempts: Vec<Attempt>,
    /// Minutes that were waited since the address was entered.
    pub waited_min: u32,
    /// What the person answered.
    pub answers: Answers,
    /// What the person was asked and cannot see.
    pub unseen: Vec<Question>,
}

/// What only the person at the charger can see; `None`: not asked yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answers {
    /// The charger was restarted after the address was entered.
    pub restarted: Option<bool>,
    /// The address stands there exactly as shown: scheme, numbers, port, last slash.
    pub exactly: Option<bool>,
    /// The address there begins with numbers, not with a name.
    pub numeric: Option<bool>,
    /// The charger shows that it is on this network, and not on mobile data or a Wi-Fi for guests.
    pub same_network: Option<bool>,
}

/// A question to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// [`Answers::restarted`].
    Restarted,
    /// [`Answers::exactly`].
    Exactly,
    /// [`Answers::numeric`].
    Numeric,
    /// [`Answers::same_network`].
    SameNetwork,
}

/// How sure a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// It is this.
    Found,
    /// It may be this.
    Possible,
    /// It is not this.
    RuledOut,
}

/// A cause, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The field problem, `P01` to `P08`, or `password`.
    pub problem: &'static str,
    /// How sure it is.
    pub sure: Sure,
    /// What was seen, what it means and what to do.
    pub says: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// All causes, in the order in which they are looked for.
    pub causes: Vec<Cause>,
    /// What to ask next; `None`: no answer would tell more.
    pub asks: Option<Question>,
    /// The finding so far, as a sentence.
    pub finding: String,
    /// How serious it is.
    pub gravity: Gravity,
}

/// Looks at what is known.
pub fn explain(seen: &Seen) -> Answer {
    let causes: Vec<Cause> = CAUSES.iter().map(|(problem, look)| look(seen).of(problem)).collect();
    let found = causes.iter().find(|cause| cause.sure == Sure::Found);
    let asks = if found.is_some() { None } else { next(seen) };
    let (finding, gravity) = match found {
        Some(cause) => (cause.says.clone(), Gravity::Stop),
        None => (not_shown(seen, &causes), Gravity::Attention),
    };
    Answer { causes, asks, finding, gravity }
}

/// The next question that can tell something.
fn next(seen: &Seen) -> Option<Question> {
    QUESTIONS.iter().find(|(ask, open)| open(seen) && !seen.unseen.contains(ask)).map(|(ask, _)| *ask)
}

/// What is known of one cause.
type Known = (Sure, String);

/// Looks at what is known of all.
type Look<T> = fn(&Seen) -> T;

trait Of {
    fn of(self, problem: &'static str) -> Cause;
}

impl Of for Known {
    fn of(self, problem: &'static str) -> Cause {
        Cause { problem, sure: self.0, says: self.1 }
    }
}

/// The causes, in the order in which they are looked for. A wrong password has no number among the field problems.
const CAUSES: &[(&str, Look<Known>)] = &[
    ("P01", maker_only),
    ("P02", kept_out),
    ("P03", name),
    ("P04", form),
    ("P05", id),
    ("P06", encryption),
    ("P07", trust),
    ("P08", subprotocol),
    ("password", password),
];

/// What is asked, in this order, while it can tell something.
const QUESTIONS: &[(Question, Look<bool>)] = &[
    (Question::Restarted, |seen| seen.answers.restarted.is_none()),
    (Question::SameNetwork, |seen| seen.answers.same_network.is_none() && seen.charger.is_none()),
    (Question::Numeric, |seen| seen.answers.numeric.is_none()),
    (Question::Exactly, |seen| seen.answers.exactly.is_none()),
];

fn maker_only(seen: &Seen) -> Known {
    match &seen.never {
        Some(why) => (Sure::Found, why.clone()),
        None if seen.arrived().is_some() => (Sure::RuledOut, "It has reached this computer.".into()),
        None => (Sure::Possible, "Nothing known says that this model reaches its maker's servers only.".into()),
    }
}

fn kept_out(seen: &Seen) -> Known {
    if !seen.listens {
        let says = "Chargehand does not listen on any address. Look at the line at the top: it says why.";
        return (Sure::Found, says.into());
    }
    if seen.arrived().is_some() {
        return (Sure::RuledOut, "Something has reached this computer from outside.".into());
    }
    let closed = seen.firewalls.iter().find(|(_, lets_in, _)| *lets_in == Some(false) && !seen.reached);
    if let Some((name, _, remedy)) = closed {
        return (Sure::Found, format!("{name} keeps chargers out of this computer. Let Chargehand in: {remedy}"));
    }
    if let Some(doubt) = seen.doubts.first() {
        return (Sure::Found, doubt.clone());
    }
    if seen.answers.same_network == Some(false) {
        let says = "The charger is on another network and cannot reach this computer. Bring both onto the same one, by \
                    cable where possible.";
        return (Sure::Found, says.into());
    }
    match seen.firewalls.iter().find(|(_, lets_in, _)| lets_in.is_none()) {
        _ if seen.reached => {
            (Sure::RuledOut, "Others have reached this computer, so its firewall lets them in.".into())
        }
        Some((name, _, remedy)) => {
            (Sure::Possible, format!("{name} is on and does not say whether it lets chargers in. To be sure: {remedy}"))
        }
        None => (Sure::Possible, "No firewall of this computer is known to keep chargers out; a router may.".into()),
    }
}

fn name(seen: &Seen) -> Known {
    match seen.answers.numeric {
        _ if seen.arrived().is_some() => (Sure::RuledOut, "It has found this computer.".into()),
        Some(true) => (Sure::RuledOut, "The address has numbers and needs no name.".into()),
        Some(false) => {
            let says = "Many chargers cannot find a computer by its name. Enter the address with numbers.";
            (Sure::Found, says.into())
        }
        None => (Sure::Possible, "A name instead of numbers is often not found by a charger.".into()),
    }
}

fn form(seen: &Seen) -> Known {
    if let Some(says) = seen.refused(&["not_http", "head_too_long", "browser"]) {
        return (
            Sure::Found,
            format!("{says} Look at the form of the address: what stands before it, its port, its end."),
        );
    }
    match seen.answers.exactly {
        _ if seen.requested() => (Sure::RuledOut, "Its request arrived and could be read.".into()),
        Some(false) => {
            let says = "The address is not entered as shown. Some apps add a port, a slash or the id by themselves: correct \
                        it until what the charger shows is exactly the address.";
            (Sure::Found, says.into())
        }
        Some(true) => (Sure::Possible, "It is entered as shown; some apps change it when they keep it.".into()),
        None => (Sure::Possible, "A wrong scheme, port or end of the address leads nowhere.".into()),
    }
}

fn id(seen: &Seen) -> Known {
    let nameless = seen.arrived().is_some_and(|attempt| attempt.charger.is_empty()) && seen.requested();
    match nameless {
        true => (
            Sure::Possible,
            "It came without an id. Chargehand takes it all the same; most platforms would not. Enter an id.".into(),
        ),
        false if seen.requested() => (Sure::RuledOut, "It came with an id.".into()),
        false => (Sure::Possible, "Not shown: no request has arrived.".into()),
    }
}

fn encryption(seen: &Seen) -> Known {
    let speaks = |kind| seen.stages().any(|what| matches!(what, What::FirstBytes { kind: its, .. } if *its == kind));
    if seen.requested() {
        return (Sure::RuledOut, "Its request arrived, so both agree on encryption.".into());
    }
    if let Some(says) = seen.refused(&["tls_failed_here", "tls_without_authority"]) {
        return (Sure::Found, says);
    }
    if speaks(Speaks::Junk) {
        let says =
            "It speaks neither ws nor wss: perhaps another program uses this address, or the port is another one's.";
        return (Sure::Found, says.into());
    }
    match speaks(Speaks::Tls) {
        true => (Sure::Possible, "It encrypts (wss). Where ws was entered, its app changed that.".into()),
        false => (Sure::Possible, "Not shown: no first byte has arrived.".into()),
    }
}

fn trust(seen: &Seen) -> Known {
    let began = seen.stages().any(|what| matches!(what, What::Hello { .. }));
    let secured = seen.stages().any(|what| matches!(what, What::Secured { .. }));
    match (began, secured, seen.latest_refusal()) {
        (true, false, Some(says)) => (Sure::Found, says),
        (_, true, _) => (Sure::RuledOut, "It trusts our certificate.".into()),
        (true, false, None) => (Sure::Possible, "It began to encrypt and has not ended.".into()),
        (false, ..) if seen.requested() => (Sure::RuledOut, "It came unencrypted: no certificate is asked for.".into()),
        (false, ..) => (Sure::Possible, "Not shown: no hello has arrived.".into()),
    }
}

fn subprotocol(seen: &Seen) -> Known {
    let answers = seen.stages().filter_map(|what| match what {
        What::Answer { status, offered, chosen } => Some((*status, offered, chosen)),
        _ => None,
    });
    match answers.last() {
        Some((101, _, chosen)) if !chosen.is_empty() => (Sure::RuledOut, format!("Both speak {chosen}.")),
        Some((101, ..)) => (Sure::RuledOut, "It names no version of OCPP and was let in all the same.".into()),
        Some((401, ..)) => (Sure::RuledOut, "It was not refused for its version.".into()),
        Some((status, offered, _)) => {
            let offers = if offered.is_empty() { "no version of OCPP".into() } else { offered.join(", ") };
            (
                Sure::Found,
                format!("It offers {offers}, and was answered with HTTP {status}. Choose OCPP 1.6J or 2.0.1 in it."),
            )
        }
        None => (Sure::Possible, "Not shown: no request has arrived.".into()),
    }
}

fn password(seen: &Seen) -> Known {
    let refused = seen.stages().any(|what| matches!(what, What::Answer { status: 401, .. }));
    match seen.latest_refusal() {
        Some(says) if refused => (Sure::Found, says),
        _ if seen.requested() => (Sure::RuledOut, "It was not refused for its password.".into()),
        _ => (Sure::Possible, "Not shown: no request has arrived.".into()),
    }
}

/// Nothing was found: what is ruled out, what is left, and that this is no verdict about the charger.
fn not_shown(seen: &Seen, causes: &[Cause]) -> String {
    let of = |sure| causes.iter().filter(|it| it.sure == sure).map(|it| it.problem).collect::<Vec<_>>().join(", ");
    let came = match seen.arrived() {
        Some(_) => "Something arrived, and why it goes no further is not shown.".to_owned(),
        None => format!("Nothing has arrived in {} minutes, and what keeps it away is not shown.", seen.waited_min),
    };
    let out = of(Sure::RuledOut);
    let out = if out.is_empty() { String::new() } else { format!(" Ruled out: {out}.") };
    let restart = match seen.answers.restarted {
        Some(false) => " Restart the charger: many read a new address only when they start.",
        _ => "",
    };
    format!("{came}{out} Still possible: {}.{restart} This is inconclusive, not locked.", of(Sure::Possible))
}

impl Seen {
    /// What came from the charger, where its address is known, else from anybody; the newest.
    fn arrived(&self) -> Option<&Attempt> {
        self.attempts.iter().rev().find(|attempt| self.is_of_charger(attempt))
    }

    fn is_of_charger(&self, attempt: &Attempt) -> bool {
        let from = attempt.peer.rsplit_once(':').map_or("", |(host, _)| host);
        self.charger.as_ref().is_none_or(|charger| from == charger)
    }

    fn stages(&self) -> impl Iterator<Item = &What> {
        self.arrived().into_iter().flat_map(|attempt| &attempt.stages).map(|stage| &stage.what)
    }

    fn requested(&self) -> bool {
        self.stages().any(|what| matches!(what, What::Request { .. }))
    }

    /// Why the newest one was refused, if for one of these reasons.
    fn refused(&self, codes: &[&str]) -> Option<String> {
        let refusal = self.arrived().filter(|attempt| attempt.state == State::Refused)?.refusal()?;
        codes.contains(&refusal.code.as_str()).then(|| refusal.text.clone())
    }

    fn latest_refusal(&self) -> Option<String> {
        Some(self.arrived()?.refusal()?.text.clone())
    }
}

#[cfg(test)]
mod tests;
