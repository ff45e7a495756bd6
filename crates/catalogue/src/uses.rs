//! What apps can do with a charger, derived from who may choose its server, the versions it speaks and its quirks.

use serde::Serialize;

use crate::entry::Can;
use crate::{Access, Charger, ChargerKind};

/// What an app may want to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Charge with what the sun gives beyond the house.
    SolarDiversion,
    /// Charge when power is cheap.
    TariffScheduling,
    /// Charge less when the grid asks for it.
    DemandResponse,
    /// Feed back from the car.
    VehicleToGrid,
}

/// Whether an app can do something with a charger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Use {
    /// What.
    pub purpose: Purpose,
    /// Whether it can.
    pub answer: Can,
    /// Why, in words.
    pub because: String,
}

/// What one access class means for solar diversion and tariffs, and why.
type Line = (Access, Can, &'static str);

static LINES: &[Line] = &[
    (
        Access::OpenLan,
        Can::Yes,
        "An app, in the home network or on the internet, can be its OCPP server and set its current.",
    ),
    (
        Access::OpenConditional,
        Can::Conditions,
        "An app can be its OCPP server and set its current once the condition is met.",
    ),
    (
        Access::OpenNotControllable,
        Can::No,
        "An app can be its OCPP server, but it takes no limits; starting and stopping may still work.",
    ),
    (
        Access::MakerCloud,
        Can::Conditions,
        "Only a platform on the internet that works with the maker's cloud; no app in the home network.",
    ),
    (Access::PrivateApi, Can::Conditions, "Only apps that use the maker's own interface."),
    (Access::Locked, Can::No, "No app can be its OCPP server."),
    (Access::None, Can::No, "Nothing controls it from afar; some cars and timers can decide when to charge."),
    (Access::Unknown, Can::Unknown, "Who may choose its OCPP server is not established."),
];

/// What apps can do with this charger. In a fixed order, one for each purpose.
pub fn uses(charger: &Charger) -> Vec<Use> {
    let current = current(charger);
    vec![
        Use { purpose: Purpose::SolarDiversion, ..current.clone() },
        Use { purpose: Purpose::TariffScheduling, ..current.clone() },
        demand_response(current),
        vehicle_to_grid(charger),
    ]
}

/// Whether apps can set its current, which solar diversion and tariffs rest on.
fn current(charger: &Charger) -> Use {
    let line = LINES.iter().find(|(access, ..)| *access == charger.access.class);
    let (mut answer, mut because) =
        line.map_or((Can::Unknown, String::new()), |(_, can, why)| (*can, (*why).to_owned()));
    let apps: Vec<&str> = charger.app.iter().map(|app| app.says.as_str()).collect();
    if !apps.is_empty() {
        answer = if answer == Can::No { Can::Conditions } else { answer };
        because = format!("{because} But: {}", apps.join(" "));
    }
    let doubt = charger.limits.as_ref().is_some_and(|limits| limits.is != Can::Yes);
    if doubt && matches!(answer, Can::Yes | Can::Conditions) {
        answer = Can::Conditions;
        because.push_str(" Whether it follows limits is in doubt.");
    } else if answer != Can::No && charger.quirks().any(|quirk| quirk.rule.as_deref() == Some("R11")) {
        because.push_str(
            " Have it proved that it follows limits: there are reports of limits that were not followed as set.",
        );
    }
    Use { purpose: Purpose::SolarDiversion, answer, because }
}

/// A programme needs what a tariff needs, and must take this charger. No wired input for it is known of any charger.
fn demand_response(current: Use) -> Use {
    let answer = if current.answer == Can::Yes { Can::Conditions } else { current.answer };
    let programme = match answer {
        Can::Conditions => {
            " The programme must take this charger. A wired input for it (DRED, AS 4755) was found of no charger."
        }
        _ => "",
    };
    Use { purpose: Purpose::DemandResponse, answer, because: format!("{}{programme}", current.because) }
}

/// Feeding back came into OCPP with 2.1.
fn vehicle_to_grid(charger: &Charger) -> Use {
    let versions: Vec<&str> = charger.version.iter().map(|version| version.ocpp.as_str()).collect();
    let (answer, because) = match charger.kind {
        ChargerKind::Portable => (Can::No, "It charges from a power point only.".to_owned()),
        _ if charger.access.class == Access::None => (Can::No, "No app reaches it.".to_owned()),
        _ if versions.is_empty() => (Can::Unknown, "Nothing was found on it.".to_owned()),
        _ if versions.contains(&"2.1") => {
            (Can::Unknown, "OCPP 2.1 has words for it; whether it uses them was not found.".to_owned())
        }
        // one that can feed back may speak a version that nobody has named
        _ if charger.phases.as_ref().is_some_and(|it| it.is.contains("DC")) => (
            Can::Unknown,
            "It is made for direct current, and may feed back; over which version of OCPP was not found.".to_owned(),
        ),
        _ => {
            let spoken = versions.join(" and ");
            let why = format!(
                "OCPP has words for feeding back since 2.1; only {spoken} is known of it. What its maker's own app can is another matter."
            );
            (Can::No, why)
        }
    };
    Use { purpose: Purpose::VehicleToGrid, answer, because }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{charger, chargers};

    fn answers(id: &str) -> Vec<Can> {
        uses(charger(id).expect("an entry")).into_iter().map(|it| it.answer).collect()
    }

    #[test]
    fn every_access_class_has_an_answer() {
        for access in Access::ALL {
            assert_eq!(LINES.iter().filter(|(of, ..)| *of == access).count(), 1, "{access:?}");
        }
        for it in chargers() {
            assert!(uses(it).iter().all(|it| !it.because.is_empty()), "{}", it.id);
        }
    }

    #[test]
    fn what_apps_can_do_follows_from_who_may_choose_the_server() {
        use Can::{Conditions, No, Unknown, Yes};
        assert_eq!(answers("ocular-iq-home-solar"), [Yes, Yes, Conditions, No]);
        assert_eq!(answers("myenergi-zappi-v21"), [Conditions, Conditions, Conditions, No]);
        assert_eq!(answers("heidelberg-connect-business"), [No, No, No, No]);
        assert_eq!(answers("goodwe-hca"), [Unknown, Unknown, Unknown, No]);
        assert_eq!(answers("siemens-versicharge"), [No, No, No, No]);
        assert_eq!(answers("portable-mode2"), [No, No, No, No]);
        assert_eq!(answers("enphase-iq-evse"), [Unknown; 4]);
    }

    #[test]
    fn a_locked_charger_that_an_app_reaches_through_its_maker_is_no_plain_no() {
        for id in ["evnex-e2", "tesla-wall-connector-3"] {
            let solar = uses(charger(id).expect("an entry")).remove(0);
            assert_eq!(solar.answer, Can::Conditions, "{id}");
            assert!(solar.because.contains("Amber"), "{id}: {}", solar.because);
        }
    }
}
