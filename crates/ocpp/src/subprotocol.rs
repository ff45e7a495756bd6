//! Which OCPP version is spoken: chosen from the offered WebSocket subprotocols, never from the URL.

use crate::deviation::Deviation;

/// The subprotocol of OCPP 1.6 over JSON (OCPP-J 1.6 3.1.2).
pub const OCPP16: &str = "ocpp1.6";

/// What to answer to the offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The header value to answer, spelled as the charger spelled it; `None`: answer without the header.
    pub answer: Option<String>,
    /// We can speak with it. False only where every offer is a version we do not speak.
    pub speaks: bool,
    /// What was odd about the offer.
    pub deviations: Vec<Deviation>,
}

/// Chooses from the offers in the charger's order. No offer at all is taken for 1.6, as field tools do.
pub fn choose(offered: &[String]) -> Choice {
    if offered.is_empty() {
        let deviations = vec![Deviation::hard("subprotocol_missing", "", "")];
        return Choice { answer: None, speaks: true, deviations };
    }
    if let Some(exact) = offered.iter().find(|o| *o == OCPP16) {
        return Choice { answer: Some(exact.clone()), speaks: true, deviations: Vec::new() };
    }
    if let Some(near) = offered.iter().find(|o| looks_like_16(o)) {
        let deviations = vec![Deviation::hard("subprotocol_spelling", "", near)];
        return Choice { answer: Some(near.clone()), speaks: true, deviations };
    }
    let deviations = vec![Deviation::hard("subprotocol_unknown", "", offered.join(", "))];
    Choice { answer: None, speaks: false, deviations }
}

/// `OCPP1.6`, `ocpp1.6J`, `ocpp16` … as seen in the field.
fn looks_like_16(offer: &str) -> bool {
    let plain: String = offer.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    matches!(plain.as_str(), "ocpp16" | "ocpp16j" | "ocppj16")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(list: &[&str]) -> Choice {
        choose(&list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_charger_that_offers_several_versions_gets_1_6() {
        let choice = offer(&["ocpp2.0.1", "ocpp1.6", "ocpp1.5"]);
        assert_eq!(choice.answer.as_deref(), Some("ocpp1.6"));
        assert!(choice.speaks && choice.deviations.is_empty());
    }

    #[test]
    fn a_missing_subprotocol_is_let_in_with_a_finding() {
        let choice = offer(&[]);
        assert!(choice.speaks && choice.answer.is_none());
        assert_eq!(choice.deviations[0].rule, "subprotocol_missing");
    }

    #[test]
    fn an_odd_spelling_is_echoed_because_the_charger_compares_it() {
        for spelling in ["OCPP1.6", "ocpp1.6J"] {
            assert_eq!(offer(&[spelling]).answer.as_deref(), Some(spelling));
        }
    }

    #[test]
    fn a_version_we_do_not_speak_is_not_pretended() {
        assert!(!offer(&["ocpp1.5"]).speaks);
    }
}
