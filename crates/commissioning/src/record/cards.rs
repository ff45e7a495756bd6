//! The list of cards in a charger, and the cards that were held up to it.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use chargehand_ocpp::read::text;
use chargehand_ocpp::{Call, local_list};

/// The most cards that are remembered as seen.
const SEEN: usize = 10;
/// The most idTags of starts of ours that are remembered.
const OURS: usize = 10;
/// The longest idToken (OCPP 2.0.1, schema of Authorize), characters.
const LONGEST: usize = 36;

/// What an idToken may hold besides letters and digits (OCPP 2.0.1, the type identifierString).
const SIGNS: &[u8] = b"*-_=:+|@.";

/// What is known of the list of cards in a charger, and which cards it saw.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KnownCards {
    /// The version of its list as it last told it; `None` where it did not.
    pub told: Option<i64>,
    /// The version that it took with our newest change of the list.
    pub sent: Option<i64>,
    /// The cards that were last held up to it, oldest first.
    pub seen: VecDeque<SeenCard>,
    /// The idTags of charges that we started from afar, oldest first: they are nobody's card.
    pub ours: VecDeque<String>,
}

/// A card that was held up to the charger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenCard {
    /// Its idTag or idToken.
    pub id_tag: String,
    /// 2.x: its type, as spelled; else empty.
    pub kind: String,
    /// When the charger last asked whether it may charge.
    pub asked: Option<Seen>,
    /// When a charge with it last began, or was first heard of.
    pub started: Option<Seen>,
}

/// When, and in which frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// When it came, by our clock.
    pub at: Timestamp,
    /// The frame.
    pub number: u64,
}

impl SeenCard {
    /// When it was last seen.
    pub fn last(&self) -> Option<Seen> {
        [self.asked, self.started].into_iter().flatten().max_by_key(|seen| seen.number)
    }
}

/// What a charger did with a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// It asked whether it may charge.
    Asked,
    /// It began a charge.
    Started,
}

impl KnownCards {
    /// A card was held up to the charger. What no card can have as its number is passed over: it is the charger's word.
    pub(crate) fn held(&mut self, id_tag: &str, kind: &str, how: Held, seen: Seen) {
        let of_tag = |b: u8| b.is_ascii_alphanumeric() || SIGNS.contains(&b);
        let is_tag = (1..=LONGEST).contains(&id_tag.len()) && id_tag.bytes().all(of_tag);
        if !is_tag || kind == "NoAuthorization" || self.ours.iter().any(|ours| ours.eq_ignore_ascii_case(id_tag)) {
            return;
        }
        let known = self.seen.iter().position(|it| it.id_tag.eq_ignore_ascii_case(id_tag));
        let known = known.and_then(|at| self.seen.remove(at));
        let kind = kind.chars().filter(|c| c.is_ascii_graphic()).take(20).collect();
        let mut card =
            known.unwrap_or_else(|| SeenCard { id_tag: id_tag.to_owned(), kind, asked: None, started: None });
        match how {
            Held::Asked => card.asked = Some(seen),
            Held::Started => card.started = Some(seen),
        }
        super::push_bounded(&mut self.seen, card, SEEN);
    }

    /// A call of ours goes out: the idTag of a remote start is nobody's card.
    pub(crate) fn on_sent(&mut self, call: &Call) {
        let token = match call.action.as_str() {
            "RemoteStartTransaction" => text(&call.payload, "idTag"),
            "RequestStartTransaction" => text(&call.payload["idToken"], "idToken"),
            _ => return,
        };
        self.ours.retain(|ours| !ours.eq_ignore_ascii_case(&token));
        super::push_bounded(&mut self.ours, token, OURS);
    }

    /// The charger answered a call of ours about the list.
    pub(crate) fn on_answer(&mut self, call: &Call, status: &str, payload: Option<&Value>) {
        match call.action.as_str() {
            "GetLocalListVersion" => self.told = payload.and_then(local_list::told),
            "SendLocalList" if status == "Accepted" => self.sent = local_list::told(&call.payload),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chargehand_ocpp::{Ask, Version};

    fn seen(number: u64) -> Seen {
        Seen { at: Timestamp::UNIX_EPOCH, number }
    }

    #[test]
    fn a_card_is_remembered_once_and_a_thousand_are_not() {
        let mut known = KnownCards::default();
        known.held("04a2b7c8", "", Held::Asked, seen(1));
        known.held("04A2B7C8", "", Held::Started, seen(2));
        assert_eq!(known.seen.len(), 1);
        assert_eq!((known.seen[0].asked, known.seen[0].last()), (Some(seen(1)), Some(seen(2))));
        (0..1000).for_each(|n| known.held(&format!("TAG{n}"), "", Held::Asked, seen(n)));
        assert_eq!(known.seen.len(), SEEN);
        assert_eq!(known.seen[SEEN - 1].id_tag, "TAG999");
    }

    #[test]
    fn what_can_be_no_card_is_not_remembered() {
        let mut known = KnownCards::default();
        for tag in ["", "with space", "\u{1}x", "<b>ü</b>", &"9".repeat(37)] {
            known.held(tag, "", Held::Asked, seen(1));
        }
        known.held("X", "NoAuthorization", Held::Started, seen(2));
        assert!(known.seen.is_empty(), "{known:?}");
    }

    #[test]
    fn the_id_tags_of_our_own_starts_are_nobodys_card() {
        for version in Version::ALL {
            let mut known = KnownCards::default();
            let start = Ask::Start { connector: 1, id_tag: "CHARGEHAND".into(), number: 1 };
            known.on_sent(&start.call(version, |_| String::new()));
            known.held("CHARGEHAND", "", Held::Started, seen(3));
            assert!(known.seen.is_empty(), "{version}");
        }
    }
}
