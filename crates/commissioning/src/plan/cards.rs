//! The list of cards in a charger (the local authorization list) as a line of a plan.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use chargehand_ocpp::Version;
use chargehand_ocpp::local_list::Entry;

use super::{Change, Difference, Line, Offered, Risk, Was, offered};
use crate::record::{Record, Seen, SeenCard};

/// The most cards of one line: chargers in homes and garages hold tens, some a hundred.
pub const MOST_CARDS: usize = 500;
/// The type of a card's UID in 2.x: most cards are of this standard.
pub const CARD: &str = "ISO14443";
/// The types that an idToken can have (schema of SendLocalList of 2.0.1); that of no token at all is left out.
pub const KINDS: [&str; 7] = [CARD, "ISO15693", "KeyCode", "Local", "Central", "eMAID", "MacAddress"];
/// The longest idTag of 1.6 (7.28 there), characters.
const LONGEST_16: usize = 20;
/// The longest idToken of 2.0.1, characters.
const LONGEST_2: usize = 36;
/// From this length on some 1.6 chargers corrupt or refuse an idTag (field problem P22, rule R01).
const DOUBTFUL: usize = 19;
/// Cards in one message where the charger does not say how many it takes.
const AT_ONCE: usize = 20;
/// A 2.x entry has at most about this many bytes.
const ENTRY_BYTES: usize = 160;
/// How many card numbers are named in one sentence.
const NAMED: usize = 5;

/// A card that may charge without a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Its number as the charger reads it: idTag (1.6) or idToken (2.x).
    pub id_tag: String,
    /// 2.x: the type of it, one of [`KINDS`].
    #[serde(default = "card")]
    pub kind: String,
}

fn card() -> String {
    CARD.to_owned()
}

impl Card {
    /// A card with this number.
    pub fn new(id_tag: impl Into<String>) -> Self {
        Self { id_tag: id_tag.into(), kind: card() }
    }

    /// As an entry of the message that allows it, or takes it out of the list.
    pub(crate) fn entry(&self, allowed: bool) -> Entry<'_> {
        Entry { token: &self.id_tag, kind: &self.kind, allowed }
    }
}

/// How a card is named where others may read it: who has the whole number can charge with it. The last four characters,
/// of a short number fewer.
pub fn masked(id_tag: &str) -> String {
    let all: Vec<char> = id_tag.chars().collect();
    let shown = (all.len() / 2).min(4);
    format!("…{}", all[all.len() - shown..].iter().collect::<String>())
}

/// May these be kept in a plan? What is wrong with each of them is told by the difference.
///
/// # Errors
/// There are more than any list holds, or one is longer than any card's number.
pub fn may_be_planned(cards: &[Card]) -> Result<(), String> {
    let long = |card: &Card| card.id_tag.len() > 255 || card.kind.len() > 20;
    if cards.len() > MOST_CARDS || cards.iter().any(long) {
        return Err(format!(
            "At most {MOST_CARDS} cards with numbers of at most {LONGEST_2} characters can be planned."
        ));
    }
    Ok(())
}

/// The longest number of a card, characters.
pub fn longest(version: Version) -> usize {
    if version.is_v2() { LONGEST_2 } else { LONGEST_16 }
}

/// Why these cards are not sent; `None` where they can be.
fn fault(record: &Record, cards: &[Card], replace: bool) -> Option<String> {
    let (is_v2, longest) = (record.version().is_v2(), longest(record.version()));
    let mut known = BTreeSet::new();
    for card in cards {
        let tag = &card.id_tag;
        let name = masked(tag);
        if tag.is_empty() || tag.chars().count() > longest {
            return Some(format!("A card's number has 1 to {longest} characters: {name} has {}.", tag.chars().count()));
        }
        if !tag.bytes().all(|b| b.is_ascii_graphic()) {
            return Some(format!(
                "The number {name} holds a space or another character that no card has. Write it as the charger reads it."
            ));
        }
        if is_v2 && !KINDS.contains(&card.kind.as_str()) {
            return Some(format!("The type of {name} is none that OCPP knows. Most cards are {CARD}."));
        }
        if !known.insert(tag.to_ascii_lowercase()) {
            return Some(format!("The card {name} is named twice: capital and small letters are the same."));
        }
    }
    if cards.is_empty() && !replace {
        return Some("No card is named.".into());
    }
    let most = most(record).unwrap_or(MOST_CARDS).min(MOST_CARDS);
    (cards.len() > most).then(|| format!("These are {} cards, and its list holds {most}.", cards.len()))
}

/// Which setting says it, in each version.
fn named(record: &Record, v16: &'static str, v2: &'static str) -> &'static str {
    if record.version().is_v2() { v2 } else { v16 }
}

fn whole(text: &str) -> Option<usize> {
    text.trim().parse().ok().filter(|number| *number > 0)
}

/// How many cards the charger's list holds at most, where it says so.
pub fn most(record: &Record) -> Option<usize> {
    if !record.version().is_v2() {
        return whole(record.configured("LocalAuthListMaxLength"));
    }
    let keys = || record.configuration.iter().flat_map(|it| &it.keys);
    let entries = keys().find(|key| super::plain(&key.key).eq_ignore_ascii_case("LocalAuthListCtrlr.Entries"))?;
    // The least and the most.
    let allowed = entries.attributes.as_ref()?.allowed.rsplit(|c: char| !c.is_ascii_digit() && c != '.').next()?;
    whole(allowed.split('.').next()?)
}

/// How many cards go in one message.
pub(crate) fn at_once(record: &Record) -> usize {
    let items = named(record, "SendLocalListMaxLength", "LocalAuthListCtrlr.ItemsPerMessage");
    let items = whole(record.configured(items)).unwrap_or(AT_ONCE);
    let bytes = if record.version().is_v2() { record.configured("LocalAuthListCtrlr.BytesPerMessage") } else { "" };
    items.min(whole(bytes).map_or(MOST_CARDS, |bytes| bytes / ENTRY_BYTES)).clamp(1, MOST_CARDS)
}

/// The charger says that it has no such list.
pub(crate) fn lacks(record: &Record) -> Option<String> {
    let says = |text: String| Some(format!("{text} It has no list of cards."));
    if record.cards.told == Some(-1) {
        return says("The charger answered version -1.".into());
    }
    if record.version().is_v2() {
        let available = record.configured("LocalAuthListCtrlr.Available");
        return available
            .eq_ignore_ascii_case("false")
            .then(|| says("LocalAuthListCtrlr.Available is false.".into()))?;
    }
    let profiles = record.configured("SupportedFeatureProfiles");
    let names = profiles.split(',').any(|it| it.trim().eq_ignore_ascii_case("LocalAuthListManagement"));
    (!profiles.trim().is_empty() && !names)
        .then(|| says("SupportedFeatureProfiles does not name LocalAuthListManagement.".into()))?
}

/// How what was written is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The list was empty: it is emptied again.
    Empty,
    /// What was added is taken out again.
    TakeOut,
    /// What was there cannot be read, so it cannot be put back.
    None,
}

/// From the version that the charger told before anything was written.
pub(crate) fn way(told: Option<i64>, replace: bool) -> Way {
    match (told, replace) {
        (Some(0), _) => Way::Empty,
        (_, false) => Way::TakeOut,
        (_, true) => Way::None,
    }
}

/// The version before this line: as it was kept, where it stands already, else as the charger last told it.
fn before(record: &Record, cards: &[Card], replace: bool) -> Option<i64> {
    let is = |line: &&Line| matches!(&line.change, Change::Cards { cards: its, replace: so } if its == cards && *so == replace);
    match record.plan.iter().rev().find(is) {
        Some(Line { was: Some(Was::Cards { version }), .. }) => Some(*version),
        _ => record.cards.told,
    }
}

fn back(before: Option<i64>, replace: bool) -> Result<String, String> {
    match (way(before, replace), before) {
        (Way::Empty, _) => {
            Ok("The list is emptied again, as it was. Where somebody else has changed it meanwhile, only \
                               these cards are taken out."
                .into())
        }
        (Way::TakeOut, _) => {
            Ok("Exactly these cards are taken out again: OCPP cannot read a list. One of them that stood \
                                 there already goes, too."
                .into())
        }
        (Way::None, Some(version)) => Err(format!(
            "The list holds cards already (version {version}), and OCPP cannot read them: what is replaced cannot be put \
             back."
        )),
        (Way::None, None) => Err("Whether the list holds cards already is not known. OCPP cannot read them: what is \
                                  replaced cannot be put back. Ask for its version first."
            .into()),
    }
}

/// The settings that decide when a list acts, as this charger has them: its list is on, with no platform, before the
/// platform's answer.
pub fn switches(record: &Record) -> Vec<Offered<'_>> {
    const IDS: [&str; 3] = ["own-list", "offline-known", "starts-before-the-answer"];
    offered(record).into_iter().filter(|it| IDS.contains(&it.setting.id.as_str())).collect()
}

fn is_off(it: &&Offered<'_>) -> bool {
    it.key.and_then(|key| key.value.as_deref()).is_some_and(|value| value.trim().eq_ignore_ascii_case("false"))
}

/// The settings without which the list does not act, as lines to plan beside it: those that the charger has, that read
/// `false`, can be written and are not planned yet.
pub fn goes_with(record: &Record, change: &Change) -> Vec<Change> {
    if !matches!(change, Change::Cards { .. }) {
        return Vec::new();
    }
    let needed = switches(record);
    let off = needed.iter().filter(|it| it.setting.id != "starts-before-the-answer").filter(is_off);
    let on = |key: &str| Change::Setting { key: key.to_owned(), value: "true".into(), confirmed: false };
    let wanted = off.filter_map(|it| it.key).filter(|key| !key.readonly).map(|key| on(&key.key));
    let planned = |it: &Change| record.plan.iter().any(|line| line.waits() && line.change.same_target(it));
    wanted.filter(|it| !planned(it)).collect()
}

/// When the list acts, by its settings as they were read.
pub(crate) fn acts(record: &Record) -> String {
    let off: Vec<&str> = switches(record).iter().filter(is_off).filter_map(|it| it.key).map(|key| &*key.key).collect();
    let is = |id: &str| switches(record).iter().filter(is_off).any(|it| it.setting.id == id);
    match (is("own-list"), is("offline-known"), is("starts-before-the-answer")) {
        (true, ..) => format!("It does not act: {} is false.", off[0]),
        (_, true, true) => format!("It does not act: {} are false.", off.join(" and ")),
        (_, true, false) => format!("It does not act while there is no platform: {} is false.", off[0]),
        (_, false, true) => {
            format!("It acts only while there is no platform: {} is false, so else the platform is asked.", off[0])
        }
        (false, false, false) if switches(record).iter().all(|it| it.key.is_none()) => {
            "Which setting switches it on was not read: read the configuration.".into()
        }
        (false, false, false) => String::new(),
    }
}

fn cards_of(number: usize) -> String {
    if number == 1 { "1 card".into() } else { format!("{number} cards") }
}

/// The cards by the ends of their numbers.
pub(crate) fn names(cards: &[Card]) -> String {
    let mut named: Vec<String> = cards.iter().take(NAMED).map(|card| masked(&card.id_tag)).collect();
    if cards.len() > NAMED {
        named.push(format!("and {} more", cards.len() - NAMED));
    }
    named.join(", ")
}

/// A version of the list in words.
pub fn version_words(told: Option<i64>) -> String {
    match told {
        None => String::new(),
        Some(-1) => "no list".into(),
        Some(0) => "empty (version 0)".into(),
        Some(version) => format!("version {version}"),
    }
}

fn now(record: &Record) -> String {
    let mut now = version_words(record.cards.told);
    let entries = record.configured("LocalAuthListCtrlr.Entries");
    if !now.is_empty() && record.version().is_v2() && !entries.is_empty() {
        let entries: String = entries.chars().take(10).collect();
        now.push_str(&format!(", {entries} on it when the configuration was read"));
    }
    let ours = ours(record);
    if ours > 0 {
        let since = if now.is_empty() { "" } else { ", " };
        now.push_str(&format!("{since}{} written by Chargehand", cards_of(ours)));
    }
    now
}

/// How many cards of it are in the charger by our hand, as far as we know.
fn ours(record: &Record) -> usize {
    let standing = record.plan.iter().filter(|line| line.stands() && line.outcome.is_some());
    let mut cards = BTreeSet::new();
    for line in standing {
        let Change::Cards { cards: these, replace } = &line.change else { continue };
        if *replace {
            cards.clear();
        }
        cards.extend(these.iter().map(|card| card.id_tag.to_ascii_lowercase()));
    }
    cards.len()
}

/// What a line about the list of cards would mean.
pub(super) fn difference(record: &Record, cards: &[Card], replace: bool) -> Difference {
    let will = match (replace, cards.is_empty()) {
        (true, true) => "empty: no card charges by it".to_owned(),
        (true, false) => format!("only {}: {}", cards_of(cards.len()), names(cards)),
        (false, _) => format!("also {}: {}", cards_of(cards.len()), names(cards)),
    };
    let obstacle = lacks(record).or_else(|| fault(record, cards, replace));
    let doubtful = !record.version().is_v2() && cards.iter().any(|card| card.id_tag.len() >= DOUBTFUL);
    let doubt = "A number of 19 or 20 characters comes back changed from some chargers, or is refused.";
    let risk =
        ["It changes who may charge.".to_owned(), acts(record), if doubtful { doubt.into() } else { String::new() }];
    Difference {
        what: "Cards that charge without asking (local authorization list)".into(),
        now: now(record),
        will,
        why: "The charger lets these cards charge without asking a platform, also where there is none.".into(),
        risk: Risk::Care,
        risk_words: risk.join(" ").trim().replace("  ", " "),
        back: back(before(record, cards, replace), replace),
        obstacle: obstacle.unwrap_or_default(),
        already: false,
    }
}

/// The cards that were seen at the charger, the newest first: those that are no number of its own for charging without a
/// card.
pub fn seen(record: &Record) -> impl Iterator<Item = &SeenCard> {
    let keys = || record.configuration.iter().flat_map(|it| &it.keys).filter_map(|key| key.value.as_deref());
    let its_own = move |tag: &str| tag.len() > 3 && keys().any(|value| value.trim().eq_ignore_ascii_case(tag));
    let longest = longest(record.version());
    record.cards.seen.iter().rev().filter(move |card| card.id_tag.len() <= longest && !its_own(&card.id_tag))
}

/// A card of a line was held up to the charger after the line was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The end of its number.
    pub card: String,
    /// When, and in which frame.
    pub seen: Seen,
    /// A charge began with it, and the charger had not asked before: that is what the list is for.
    pub unasked: bool,
}

/// What was seen of the cards of a line since it was written.
pub fn used(record: &Record, line: &Line) -> Vec<Used> {
    let (Change::Cards { cards, .. }, Some(outcome), true) = (&line.change, &line.outcome, line.stands()) else {
        return Vec::new();
    };
    let written = outcome.evidence.iter().copied().max().unwrap_or(u64::MAX);
    let of_line = |it: &&SeenCard| cards.iter().any(|card| card.id_tag.eq_ignore_ascii_case(&it.id_tag));
    let after = |seen: Option<Seen>| seen.filter(|seen| seen.number > written);
    let use_of = |it: &SeenCard| {
        let (asked, started) = (after(it.asked), after(it.started));
        let unasked = started.filter(|started| asked.is_none_or(|asked| asked.number > started.number));
        let seen = unasked.or(started).or(asked)?;
        Some(Used { card: masked(&it.id_tag), seen, unasked: unasked.is_some() })
    };
    record.cards.seen.iter().filter(of_line).filter_map(use_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Handshake;
    use crate::report::{ConfigurationKey, ConfigurationSnapshot, VariableAttributes};

    fn record(subprotocol: &str, keys: &[(&str, &str)]) -> Record {
        let key = |(key, value): &(&str, &str)| ConfigurationKey {
            key: (*key).into(),
            value: Some((*value).into()),
            ..Default::default()
        };
        let keys = keys.iter().map(key).collect();
        let handshake = Some(Handshake { chosen: subprotocol.into(), ..Handshake::default() });
        let configuration = Some(ConfigurationSnapshot { keys, ..Default::default() });
        Record { handshake, configuration, ..Record::new("CP1") }
    }

    fn obstacle(record: &Record, tags: &[&str]) -> String {
        let cards: Vec<Card> = tags.iter().map(|tag| Card::new(*tag)).collect();
        difference(record, &cards, false).obstacle
    }

    #[test]
    fn a_number_that_no_card_has_is_said_before_anything_is_sent() {
        let (v16, v2) = (record("ocpp1.6", &[]), record("ocpp2.0.1", &[]));
        let twenty_one = "123456789012345678901";
        assert!(obstacle(&v16, &[twenty_one]).contains("1 to 20 characters"));
        assert_eq!(obstacle(&v2, &[twenty_one]), "");
        assert!(obstacle(&v2, &[&"1".repeat(37)]).contains("1 to 36"));
        for faulty in [&[""][..], &["04 A2"], &["04\u{e9}"], &["04\u{7}"], &["04a2b7c8", "04A2B7C8"], &[]] {
            assert_ne!(obstacle(&v16, faulty), "", "{faulty:?}");
        }
        let odd = [Card { kind: "Tattoo".into(), ..Card::new("04A2B7C8") }];
        assert!(difference(&v2, &odd, false).obstacle.contains("none that OCPP knows"));
        assert_eq!(difference(&v16, &odd, false).obstacle, "", "1.6 has no types");
        assert_eq!(difference(&v16, &[], true).obstacle, "", "an empty list is one");
    }

    #[test]
    fn a_number_that_some_chargers_corrupt_is_warned_of() {
        let warns = |subprotocol: &str, length: usize| {
            let card = [Card::new("1".repeat(length))];
            difference(&record(subprotocol, &[]), &card, false).risk_words.contains("19 or 20")
        };
        assert_eq!([warns("ocpp1.6", 18), warns("ocpp1.6", 19), warns("ocpp2.0.1", 20)], [false, true, false]);
    }

    #[test]
    fn no_whole_number_stands_in_what_others_may_read() {
        let card = [Card::new("04A2B7C8D9E0F1")];
        let shown = format!("{:?}", difference(&record("ocpp1.6", &[]), &card, true));
        assert!(shown.contains("…E0F1") && !shown.contains("D9E0F1"), "{shown}");
        assert_eq!([masked("1234"), masked("1"), masked("")], ["…34", "…", "…"]);
    }

    #[test]
    fn a_charger_without_a_list_is_told_and_one_that_does_not_say_is_tried() {
        let one = ["04A2B7C8"];
        assert!(
            obstacle(&record("ocpp1.6", &[("SupportedFeatureProfiles", "Core, SmartCharging")]), &one)
                .contains("no list")
        );
        assert_eq!(
            obstacle(&record("ocpp1.6", &[("SupportedFeatureProfiles", "Core,LocalAuthListManagement")]), &one),
            ""
        );
        assert_eq!(obstacle(&record("ocpp1.6", &[("SupportedFeatureProfiles", "")]), &one), "");
        assert!(obstacle(&record("ocpp2.0.1", &[("LocalAuthListCtrlr.Available", "False")]), &one).contains("no list"));
        assert_eq!(obstacle(&record("ocpp2.0.1", &[]), &one), "");
        let mut told = record("ocpp1.6", &[]);
        told.cards.told = Some(-1);
        assert!(obstacle(&told, &one).contains("version -1"));
    }

    #[test]
    fn more_cards_than_a_list_holds_are_refused_and_more_than_a_message_holds_are_cut() {
        let two = ["04A2B7C8", "04A2B7C9"];
        let v16 = record("ocpp1.6", &[("LocalAuthListMaxLength", "1"), ("SendLocalListMaxLength", "1")]);
        assert!(obstacle(&v16, &two).contains("its list holds 1"));
        assert_eq!(at_once(&v16), 1);
        let mut v2 = record(
            "ocpp2.0.1",
            &[
                ("LocalAuthListCtrlr.Entries", "0"),
                ("LocalAuthListCtrlr.ItemsPerMessage", "9"),
                ("LocalAuthListCtrlr.BytesPerMessage", "330"),
            ],
        );
        assert_eq!(at_once(&v2), 2);
        for key in v2.configuration.iter_mut().flat_map(|it| &mut it.keys) {
            key.attributes = Some(VariableAttributes { allowed: "0 to 1".into(), ..Default::default() });
        }
        assert!(obstacle(&v2, &two).contains("its list holds 1"));
        for hostile in ["0", "-7", "99999999999999999999999", "many"] {
            let it = record("ocpp1.6", &[("LocalAuthListMaxLength", hostile), ("SendLocalListMaxLength", hostile)]);
            assert_eq!((obstacle(&it, &two).as_str(), at_once(&it)), ("", AT_ONCE), "{hostile}");
        }
        assert!(may_be_planned(&vec![Card::new("1"); MOST_CARDS + 1]).is_err());
        assert!(may_be_planned(&[Card::new("1".repeat(256))]).is_err());
    }

    #[test]
    fn the_way_back_is_said_before_anything_is_sent() {
        let back = |told: Option<i64>, replace: bool| {
            let mut record = record("ocpp1.6", &[]);
            record.cards.told = told;
            difference(&record, &[Card::new("04A2B7C8")], replace).back
        };
        assert!(back(Some(0), false).is_ok_and(|way| way.contains("emptied again")));
        assert!(back(Some(0), true).is_ok_and(|way| way.contains("emptied again")));
        assert!(back(Some(3), false).is_ok_and(|way| way.contains("stood there already goes")));
        assert!(back(None, false).is_ok());
        assert!(back(Some(3), true).is_err_and(|why| why.contains("version 3")));
        assert!(back(None, true).is_err());
    }

    #[test]
    fn the_setting_that_keeps_the_list_from_acting_is_named_and_offered() {
        let change = Change::Cards { cards: vec![Card::new("04A2B7C8")], replace: false };
        let off = record("ocpp1.6", &[("LocalAuthListEnabled", "false"), ("LocalAuthorizeOffline", "true")]);
        assert!(super::difference(&off, &[], true).risk_words.contains("LocalAuthListEnabled is false"));
        let wanted = Change::Setting { key: "LocalAuthListEnabled".into(), value: "true".into(), confirmed: false };
        assert_eq!(goes_with(&off, &change), [wanted]);
        let on = record(
            "ocpp1.6",
            &[("LocalAuthListEnabled", "true"), ("LocalAuthorizeOffline", "true"), ("LocalPreAuthorize", "false")],
        );
        assert!(super::difference(&on, &[], true).risk_words.contains("only while there is no platform"));
        assert_eq!(goes_with(&on, &change), []);
        assert_eq!(goes_with(&off, &Change::ClearAll), []);
    }

    #[test]
    fn a_number_that_the_charger_keeps_for_charging_without_a_card_is_not_offered() {
        let mut record = record("ocpp1.6", &[("FreeChargingIdTag", "FREEVEND")]);
        let seen_card = |tag: &str| SeenCard { id_tag: tag.into(), kind: String::new(), asked: None, started: None };
        record.cards.seen.extend([seen_card("04A2B7C8"), seen_card("FREEVEND")]);
        assert_eq!(seen(&record).map(|it| it.id_tag.as_str()).collect::<Vec<_>>(), ["04A2B7C8"]);
    }
}
