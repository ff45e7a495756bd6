//! The ceiling's parts, there and back, and what is asked of them at the place.

use chargehand_catalogue::jurisdiction::{self, Applied, Jurisdiction, Topic};
use chargehand_commissioning::ceiling::{
    self, CeilingParts, CtDirection, CtLost, CtPhase, Curve, Derating, LoadManagement, RestKnown,
};
use chargehand_commissioning::outcome::Finding;
use chargehand_commissioning::units::{Amperes, Phases};

use crate::ipc::*;

/// The parts as the engine wants them. A factor or a number of phases that is none is taken for "not entered".
pub fn entered(v: &CeilingPartsView) -> CeilingParts {
    let amps = |ma: Option<u32>| ma.map(Amperes::from_milliamps);
    CeilingParts {
        breaker: amps(v.breaker_ma),
        curve: v.curve.map(|curve| match curve {
            CurveView::B => Curve::B,
            CurveView::C => Curve::C,
            CurveView::D => Curve::D,
        }),
        cable: amps(v.cable_ma),
        derating: v.derating_per_mille.and_then(|it| u16::try_from(it).ok()).and_then(Derating::new),
        nameplate: amps(v.nameplate_ma),
        installer: amps(v.installer_ma),
        installer_confirmed: v.installer_confirmed,
        connector: amps(v.connector_ma),
        phases: v.phases.and_then(|it| u8::try_from(it).ok()).and_then(Phases::new),
        main_switch: amps(v.main_switch_ma),
        rest: amps(v.rest_ma),
        rest_known: v.rest_known.map(|known| match known {
            RestKnownView::Measured => RestKnown::Measured,
            RestKnownView::Calculated => RestKnown::Calculated,
        }),
        approved: amps(v.approved_ma),
        load_management: v.load_management.map(managed),
    }
}

fn managed(v: LoadManagementView) -> LoadManagement {
    LoadManagement {
        direction: match v.direction {
            CtDirectionView::NotChecked => CtDirection::NotChecked,
            CtDirectionView::Right => CtDirection::Right,
            CtDirectionView::Reversed => CtDirection::Reversed,
        },
        ratio: v.ratio.filter(|ratio| *ratio > 0),
        phase: match v.phase {
            CtPhaseView::NotChecked => CtPhase::NotChecked,
            CtPhaseView::L1 => CtPhase::L1,
            CtPhaseView::L2 => CtPhase::L2,
            CtPhaseView::L3 => CtPhase::L3,
            CtPhaseView::All => CtPhase::All,
        },
        lost: match v.lost {
            CtLostView::Unknown => CtLost::Unknown,
            CtLostView::Stops => CtLost::Stops,
            CtLostView::FallsTo => {
                v.falls_to_ma.map_or(CtLost::Unknown, |ma| CtLost::FallsTo(Amperes::from_milliamps(ma)))
            }
            CtLostView::KeepsFull => CtLost::KeepsFull,
        },
    }
}

/// The parts as the window shows them.
pub fn parts(parts: &CeilingParts) -> CeilingPartsView {
    let ma = |amps: Option<Amperes>| amps.map(Amperes::milliamps);
    CeilingPartsView {
        breaker_ma: ma(parts.breaker),
        curve: parts.curve.map(|curve| match curve {
            Curve::B => CurveView::B,
            Curve::C => CurveView::C,
            Curve::D => CurveView::D,
        }),
        cable_ma: ma(parts.cable),
        derating_per_mille: parts.derating.map(|it| u32::from(it.per_mille())),
        nameplate_ma: ma(parts.nameplate),
        installer_ma: ma(parts.installer),
        installer_confirmed: parts.installer_confirmed,
        connector_ma: ma(parts.connector),
        phases: parts.phases.map(|it| u32::from(it.count())),
        main_switch_ma: ma(parts.main_switch),
        rest_ma: ma(parts.rest),
        rest_known: parts.rest_known.map(|known| match known {
            RestKnown::Measured => RestKnownView::Measured,
            RestKnown::Calculated => RestKnownView::Calculated,
        }),
        approved_ma: ma(parts.approved),
        load_management: parts.load_management.map(managed_view),
    }
}

fn managed_view(it: LoadManagement) -> LoadManagementView {
    let (lost, falls_to_ma) = match it.lost {
        CtLost::Unknown => (CtLostView::Unknown, None),
        CtLost::Stops => (CtLostView::Stops, None),
        CtLost::FallsTo(limit) => (CtLostView::FallsTo, Some(limit.milliamps())),
        CtLost::KeepsFull => (CtLostView::KeepsFull, None),
    };
    LoadManagementView {
        direction: match it.direction {
            CtDirection::NotChecked => CtDirectionView::NotChecked,
            CtDirection::Right => CtDirectionView::Right,
            CtDirection::Reversed => CtDirectionView::Reversed,
        },
        ratio: it.ratio,
        phase: match it.phase {
            CtPhase::NotChecked => CtPhaseView::NotChecked,
            CtPhase::L1 => CtPhaseView::L1,
            CtPhase::L2 => CtPhaseView::L2,
            CtPhase::L3 => CtPhaseView::L3,
            CtPhase::All => CtPhaseView::All,
        },
        lost,
        falls_to_ma,
    }
}

/// Is it said beside the ceiling? That no hardware limit is confirmed has a place of its own there.
pub fn shown(finding: &Finding) -> bool {
    ceiling::is_about_parts(&finding.code) && finding.code != ceiling::HARDWARE_NOT_CONFIRMED
}

/// All places to choose from, networks under their state and country.
pub fn jurisdictions() -> Vec<JurisdictionView> {
    let mut all: Vec<JurisdictionView> =
        jurisdiction::all().iter().map(|it| JurisdictionView { id: it.id.to_owned(), name: full_name(it) }).collect();
    all.sort_by(|a, b| a.name.rsplit(", ").cmp(b.name.rsplit(", ")));
    all
}

fn full_name(it: &'static Jurisdiction) -> String {
    it.chain().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// What is asked at this place of a charger with these parts; `None` where no place of that id is known.
pub fn rules(id: &str, parts: &CeilingParts) -> Option<RulesView> {
    let place = jurisdiction::find(id)?;
    Some(RulesView {
        name: full_name(place),
        rules: jurisdiction::applies(id, &parts.connection()).into_iter().map(rule).collect(),
        unknown: place.chain().flat_map(|it| it.unknown.iter().cloned()).collect(),
    })
}

fn rule(it: Applied) -> RuleView {
    let date = if it.rule.date == "unknown" { String::new() } else { format!(", {}", it.rule.date) };
    RuleView {
        of: it.of.name.clone(),
        says: it.rule.says.clone(),
        sure: it.sure,
        unverified: it.rule.unverified(),
        acts: it.rule.acts(),
        approval: it.rule.topic == Topic::Approval,
        source: format!("{}{date}", it.rule.source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_electrician_entered_comes_back_as_it_was() {
        let managed = LoadManagementView {
            direction: CtDirectionView::Right,
            ratio: Some(2000),
            phase: CtPhaseView::L2,
            lost: CtLostView::FallsTo,
            falls_to_ma: Some(10_000),
        };
        let all = CeilingPartsView {
            breaker_ma: Some(40_000),
            curve: Some(CurveView::C),
            cable_ma: Some(41_000),
            derating_per_mille: Some(870),
            nameplate_ma: Some(32_000),
            installer_ma: Some(25_000),
            installer_confirmed: true,
            connector_ma: Some(33_000),
            phases: Some(1),
            main_switch_ma: Some(63_000),
            rest_ma: Some(0),
            rest_known: Some(RestKnownView::Measured),
            approved_ma: Some(30_000),
            load_management: Some(managed),
        };
        assert_eq!(parts(&entered(&all)), all);
        assert_eq!(parts(&entered(&CeilingPartsView::default())), CeilingPartsView::default());
        let open = LoadManagementView { falls_to_ma: None, ..managed };
        let open = entered(&CeilingPartsView { load_management: Some(open), ..all }).load_management;
        assert_eq!(open.map(|it| it.lost), Some(CtLost::Unknown), "to what was not entered yet");
    }

    #[test]
    fn a_place_is_listed_under_its_country_and_tells_what_it_asks() {
        let names: Vec<String> = jurisdictions().into_iter().map(|it| it.name).collect();
        let at = |name: &str| names.iter().position(|it| it == name);
        assert!(at("Australia") < at("South Australia, Australia"), "{names:?}");
        assert!(at("South Australia, Australia") < at("SA Power Networks, South Australia, Australia"), "{names:?}");
        let parts = CeilingParts { nameplate: Some(Amperes::from_milliamps(32_000)), ..CeilingParts::default() };
        let told = rules("sa-power-networks", &parts);
        assert!(told.is_some_and(|it| it.rules.iter().any(|rule| rule.approval && rule.sure)));
        assert!(rules("", &parts).is_none());
    }
}
