//! Which OCPP version is spoken: chosen from the offered WebSocket subprotocols, never from the URL.

use crate::deviation::Deviation;
use crate::version::Version;

/// What to answer to the offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The header value to answer, spelled as the charger spelled it; `None`: answer without the header.
    pub answer: Option<String>,
    /// What will be spoken; 1.6 where nothing was agreed.
    pub version: Version,
    /// We can speak with it. False only where every offer is a version we do not speak.
    pub speaks: bool,
    /// What was odd about the offer.
    pub deviations: Vec<Deviation>,
}

/// Chooses the first offer that we speak: their order is the charger's preference (RFC 6455 4.1). No offer at all is
/// taken for 1.6, as field tools do.
pub fn choose(offered: &[String]) -> Choice {
    let none = |speaks, deviation| Choice { answer: None, version: Version::V16, speaks, deviations: vec![deviation] };
    if offered.is_empty() {
        return none(true, Deviation::hard("subprotocol_missing", "", ""));
    }
    let Some((first, version)) = offered.iter().find_map(|offer| Some((offer, read(offer)?))) else {
        return none(false, Deviation::hard("subprotocol_unknown", "", offered.join(", ")));
    };
    let others: Vec<&str> = offered.iter().filter(|offer| read(offer).is_none()).map(String::as_str).collect();
    let mut deviations = Vec::new();
    if !others.is_empty() {
        deviations.push(Deviation::soft("subprotocol_others", "", others.join(", ")));
    }
    if offered.iter().any(|offer| offer == version.subprotocol()) {
        let answer = Some(version.subprotocol().to_owned());
        return Choice { answer, version, speaks: true, deviations };
    }
    deviations.push(Deviation::hard("subprotocol_spelling", "", first));
    Choice { answer: Some(first.clone()), version, speaks: true, deviations }
}

/// As [`choose`], where one version is wanted: that one if it is among the offered, else the first that we speak.
pub fn choose_only(wanted: Version, offered: &[String]) -> Choice {
    let those: Vec<String> = offered.iter().filter(|offer| read(offer) == Some(wanted)).cloned().collect();
    choose(if those.is_empty() { offered } else { &those })
}

/// The version of a subprotocol that was chosen, however it is spelled; 1.6 for an empty one.
pub fn of(chosen: &str) -> Version {
    read(chosen).unwrap_or(Version::V16)
}

/// `ocpp1.6`, and `OCPP1.6`, `ocpp1.6J`, `ocpp16` … as seen in the field. `ocpp2.0` is another protocol than 2.0.1.
fn read(offer: &str) -> Option<Version> {
    let plain = offer.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase());
    let (digits, letters): (String, String) = plain.partition(char::is_ascii_digit);
    let of = |version: &Version| version.name().replace('.', "") == digits;
    Version::ALL.into_iter().find(of).filter(|_| matches!(letters.as_str(), "ocpp" | "ocppj"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(list: &[&str]) -> Choice {
        choose(&list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_charger_that_offers_several_versions_gets_the_first_that_we_speak() {
        for (list, answer, others) in [
            (&["ocpp2.0.1", "ocpp1.6", "ocpp1.5"][..], "ocpp2.0.1", "ocpp1.5"),
            (&["ocpp1.6", "ocpp2.1"], "ocpp1.6", ""),
            (&["ocpp2.0", "ocpp1.5", "ocpp2.1", "ocpp1.6"], "ocpp2.1", "ocpp2.0, ocpp1.5"),
            (&["OCPP1.6", "ocpp1.6"], "ocpp1.6", ""),
        ] {
            let choice = offer(list);
            assert_eq!(choice.answer.as_deref(), Some(answer));
            assert_eq!(choice.version, of(answer));
            assert!(choice.speaks, "{choice:?}");
            assert_eq!(choice.deviations.first().map_or("", |deviation| &deviation.got), others);
        }
    }

    #[test]
    fn one_version_is_chosen_where_it_is_wanted_and_offered() {
        let only = |list: &[&str]| choose_only(Version::V16, &list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
        let both = only(&["ocpp2.0.1", "ocpp1.6"]);
        assert_eq!((both.version, both.answer.as_deref()), (Version::V16, Some("ocpp1.6")));
        assert_eq!(only(&["ocpp2.0.1"]).version, Version::V201);
        assert_eq!(only(&[]), choose(&[]));
    }

    #[test]
    fn a_missing_subprotocol_is_let_in_as_1_6_with_a_finding() {
        let choice = offer(&[]);
        assert!(choice.speaks && choice.answer.is_none());
        assert_eq!((choice.version, of("")), (Version::V16, Version::V16));
        assert_eq!(choice.deviations[0].rule, "subprotocol_missing");
    }

    #[test]
    fn an_odd_spelling_is_echoed_because_the_charger_compares_it() {
        for (spelling, version) in [
            ("OCPP1.6", Version::V16),
            ("ocpp1.6J", Version::V16),
            ("OCPP-J 1.6", Version::V16),
            ("ocpp201", Version::V201),
            ("OCPP2.0.1", Version::V201),
            ("ocpp2.1J", Version::V21),
        ] {
            let choice = offer(&[spelling]);
            assert_eq!(choice.answer.as_deref(), Some(spelling));
            assert_eq!((choice.version, of(spelling)), (version, version));
            assert_eq!(choice.deviations[0].rule, "subprotocol_spelling");
        }
    }

    #[test]
    fn a_version_we_do_not_speak_is_not_pretended() {
        for spelling in ["ocpp1.5", "ocpp2.0", "soap", "1.6", "ocpp1.6.2.0.1"] {
            assert!(!offer(&[spelling]).speaks, "{spelling}");
        }
    }
}
