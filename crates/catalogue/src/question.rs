//! The question to the maker: what decides about a charger and is not established yet.

use crate::entry::Can;
use crate::{Access, Charger, Confidence};

/// The rule for what comes back.
pub const NO_ANSWER: &str = "No answer, or one that does not answer the question, counts as locked.";

/// Whether something needs to be asked of a charger, and the question.
type Ask = (fn(&Charger) -> bool, &'static str);

static ASKS: &[Ask] = &[
    (
        |it| !settled(it),
        "May the owner enter the URL of any OCPP server, without your permission and without leaving your warranty?",
    ),
    (
        |it| !(settled(it) && it.lan.is == Can::Yes && it.lan.confidence == Confidence::High),
        "May that be an address in a private network, such as ws://192.168.1.10:9616/ ?",
    ),
    (
        |it| it.version.is_empty() || it.version.iter().all(|version| version.confidence != Confidence::High),
        "Which version of OCPP does it speak to that server (1.6, 2.0.1, 2.1), and from which firmware on?",
    ),
    (
        |it| it.limits.is_some() || !settled(it),
        "Does it follow limits of the current that this server sets (SetChargingProfile), down to 6 A and to 0?",
    ),
    (|it| it.step.is_empty(), "Where is the URL entered, in which form, and who has the login that it takes?"),
    (
        |_| true,
        "Does it keep that URL, and does it go on working with that server, without internet and without your cloud?",
    ),
    (|_| true, "Is all of this free, now and later?"),
];

/// Whether it is established who may choose the server, without a condition.
fn settled(charger: &Charger) -> bool {
    charger.access.class == Access::OpenLan && charger.access.confidence == Confidence::High
}

/// The text to send to the maker of this charger; to be edited before it is sent.
pub fn question(charger: &Charger) -> String {
    let mut text = format!(
        "Hello,\n\nI am deciding about the {}. I want to control it with an OCPP server of my own choice. Please answer:\n\n",
        charger.name()
    );
    let asks = ASKS.iter().filter(|(needed, _)| needed(charger)).map(|(_, ask)| *ask);
    for (number, ask) in (1..).zip(asks) {
        text.push_str(&format!("{number}. {ask}\n"));
    }
    if let Some(said) = said(charger.access.class) {
        text.push_str(&format!("\nWhat I have read: {said} {} Is that so?\n", charger.access.because));
    }
    if !charger.unknown.is_empty() {
        text.push_str("\nThis I could not find either:\n");
        text.extend(charger.unknown.iter().map(|unknown| format!("- {unknown}\n")));
    }
    text.push_str("\nPlease answer each with yes or no, and name the firmware for which it holds. ");
    text.push_str("Without a clear answer I have to take the charger as locked.\n\nThank you\n");
    text
}

/// What was read of a charger, where a maker should set it right.
fn said(access: Access) -> Option<&'static str> {
    match access {
        Access::OpenLan | Access::Unknown => None,
        Access::OpenConditional => Some("an OCPP server of the owner's needs a condition to be met."),
        Access::MakerCloud => Some("only your cloud speaks OCPP, and a server in my network cannot be reached."),
        Access::PrivateApi => Some("there is no OCPP for owners, only your own interface."),
        Access::OpenNotControllable => Some("it connects to any OCPP server but takes no limits."),
        Access::Locked => Some("the owner cannot change its OCPP server."),
        Access::None => Some("it has no OCPP."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{charger, chargers};

    fn ask(id: &str) -> String {
        question(charger(id).expect("an entry"))
    }

    #[test]
    fn every_question_names_the_charger_and_says_what_silence_means() {
        for it in chargers() {
            let text = question(it);
            assert!(text.contains(&it.name()) && text.contains("as locked") && text.contains("\n1. "), "{text}");
            assert!(it.unknown.iter().all(|unknown| text.contains(unknown)), "{}", it.id);
        }
    }

    #[test]
    fn what_is_known_for_sure_is_not_asked() {
        assert!(!ask("wallbox-pulsar-plus").contains("any OCPP server"));
        assert!(ask("goodwe-hca").contains("any OCPP server"));
        assert!(ask("goodwe-hca").contains("private network"));
        assert!(ask("evecube").contains("follow limits"));
        assert!(ask("myenergi-zappi-v21").contains("only your cloud speaks OCPP"));
    }
}
