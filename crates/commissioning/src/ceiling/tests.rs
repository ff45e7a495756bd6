//! Which part binds, what raises the ceiling, and what the parts say about the installation.

use super::*;
use crate::outcome::Gravity;

fn amps(a: u32) -> Option<Amperes> {
    Some(Amperes::from_milliamps(a * 1000))
}

fn of(parts: CeilingParts) -> (u32, CeilingPart) {
    let ceiling = parts.ceiling().expect("parts were entered");
    (ceiling.limit.milliamps(), ceiling.binding)
}

/// A whole circuit: 40 A breaker, cable and nameplate, with a supply of 63 A that has 50 A of something else on it.
fn circuit() -> CeilingParts {
    CeilingParts {
        breaker: amps(40),
        cable: amps(40),
        nameplate: amps(32),
        main_switch: amps(63),
        rest: amps(50),
        ..Default::default()
    }
}

fn managed() -> LoadManagement {
    LoadManagement { direction: CtDirection::Right, ratio: Some(2000), phase: CtPhase::L1, lost: CtLost::Stops }
}

fn may_follow(parts: CeilingParts, before: &CeilingParts) -> Result<(), String> {
    parts.may_follow(before, before)
}

fn gravity(parts: CeilingParts, code: &str) -> Option<Gravity> {
    findings(&parts, 7).into_iter().find(|f| f.code == code).map(|f| f.gravity)
}

#[test]
fn the_ceiling_is_the_least_part_and_says_which() {
    for (parts, binding) in [
        (CeilingParts { breaker: amps(25), ..circuit() }, CeilingPart::Breaker),
        (CeilingParts { cable: amps(25), ..circuit() }, CeilingPart::Cable),
        (CeilingParts { nameplate: amps(25), ..circuit() }, CeilingPart::Nameplate),
        (CeilingParts { installer: amps(25), ..circuit() }, CeilingPart::Installer),
        (CeilingParts { connector: amps(25), ..circuit() }, CeilingPart::Connector),
        (CeilingParts { rest: amps(38), ..circuit() }, CeilingPart::Headroom),
        (CeilingParts { approved: amps(25), ..circuit() }, CeilingPart::Network),
    ] {
        let parts =
            CeilingParts { main_switch: amps(if binding == CeilingPart::Headroom { 63 } else { 100 }), ..parts };
        assert_eq!(of(parts), (25_000, binding));
    }
}

#[test]
fn a_cable_counts_with_its_derating_rounded_down() {
    let derated = |per_mille| CeilingParts { derating: Derating::new(per_mille), ..circuit() }.cable_as_installed();
    assert_eq!(derated(870), Some(Amperes::from_milliamps(34_800)));
    assert_eq!(
        CeilingParts { cable: Some(Amperes::from_milliamps(32_999)), derating: Derating::new(777), ..circuit() }
            .cable_as_installed(),
        Some(Amperes::from_milliamps(25_600))
    );
    assert_eq!(derated(1000), amps(40));
    assert_eq!((Derating::new(0), Derating::new(1001)), (None, None));
    let stored: Derating = serde_json::from_str("5000").expect("a number");
    assert_eq!(
        stored.of(Amperes::from_milliamps(40_000)),
        Amperes::from_milliamps(40_000),
        "never more than the cable"
    );
}

#[test]
fn headroom_needs_the_main_switch_and_the_rest_and_may_be_nothing() {
    assert_eq!(of(circuit()), (13_000, CeilingPart::Headroom));
    assert_eq!(of(CeilingParts { rest: None, ..circuit() }), (32_000, CeilingPart::Nameplate));
    assert_eq!(of(CeilingParts { main_switch: None, ..circuit() }), (32_000, CeilingPart::Nameplate));
    assert_eq!(
        of(CeilingParts { rest: amps(80), ..circuit() }),
        (0, CeilingPart::Headroom),
        "it is no slip of the finger"
    );
    assert_eq!(of(CeilingParts { rest: amps(0), ..circuit() }), (32_000, CeilingPart::Nameplate));
}

#[test]
fn load_management_lifts_the_headroom_only_where_all_of_it_was_checked_and_it_is_safe_without_its_ct() {
    let with = |managed| of(CeilingParts { load_management: Some(managed), ..circuit() });
    let free = (32_000, CeilingPart::Nameplate);
    let bound = (13_000, CeilingPart::Headroom);
    let falls_to = |a: u32| CtLost::FallsTo(Amperes::from_milliamps(a * 1000));
    assert_eq!(with(managed()), free);
    assert_eq!(with(LoadManagement { lost: falls_to(13), ..managed() }), free);
    assert_eq!(with(LoadManagement { lost: falls_to(14), ..managed() }), bound);
    assert_eq!(with(LoadManagement { lost: CtLost::KeepsFull, ..managed() }), bound);
    assert_eq!(with(LoadManagement { lost: CtLost::Unknown, ..managed() }), bound);
    assert_eq!(with(LoadManagement { direction: CtDirection::Reversed, ..managed() }), bound);
    assert_eq!(with(LoadManagement { direction: CtDirection::NotChecked, ..managed() }), bound);
    assert_eq!(with(LoadManagement { ratio: None, ..managed() }), bound);
    assert_eq!(with(LoadManagement { phase: CtPhase::NotChecked, ..managed() }), bound);
}

#[test]
fn the_ceiling_rises_only_by_entering_every_part_again() {
    let before = CeilingParts { breaker: amps(20), cable: amps(25), ..Default::default() };
    assert!(may_follow(CeilingParts { breaker: amps(16), ..Default::default() }, &before).is_ok(), "lower");
    assert!(may_follow(CeilingParts { breaker: amps(32), ..Default::default() }, &before).is_err(), "no cable");
    assert!(
        may_follow(CeilingParts { cable: amps(0), breaker: amps(32), ..Default::default() }, &before).is_err(),
        "0 A"
    );
    assert!(may_follow(CeilingParts::default(), &before).is_err(), "taking it away");
    assert!(may_follow(CeilingParts { breaker: amps(32), cable: amps(32), ..Default::default() }, &before).is_ok());
}

#[test]
fn no_part_can_be_left_out_to_raise_the_ceiling() {
    let before = CeilingParts {
        derating: Derating::new(900),
        installer: amps(25),
        connector: amps(32),
        approved: amps(20),
        ..circuit()
    };
    let whole = CeilingParts { rest: amps(10), approved: amps(32), ..before };
    assert_eq!(may_follow(whole, &before), Ok(()));
    for (without, name) in [
        (CeilingParts { breaker: None, ..whole }, "breaker"),
        (CeilingParts { cable: None, ..whole }, "cable"),
        (CeilingParts { derating: None, ..whole }, "derating"),
        (CeilingParts { nameplate: None, ..whole }, "nameplate"),
        (CeilingParts { installer: None, ..whole }, "installer limit"),
        (CeilingParts { connector: None, ..whole }, "connector rating"),
        (CeilingParts { main_switch: None, ..whole }, "main switch"),
        (CeilingParts { rest: None, ..whole }, "rest"),
        (CeilingParts { approved: None, ..whole }, "network approval"),
    ] {
        assert!(may_follow(without, &before).is_err_and(|why| why.contains(name)), "{name}");
    }
}

#[test]
fn nothing_entered_is_no_ceiling() {
    assert_eq!(CeilingParts::default().ceiling(), None);
    assert_eq!(CeilingParts { breaker: amps(0), approved: amps(0), ..Default::default() }.ceiling(), None);
}

#[test]
fn a_hardware_limit_counts_only_when_confirmed_and_not_above_the_ceiling() {
    let mut parts = CeilingParts { breaker: amps(32), installer: amps(32), ..Default::default() };
    assert!(!parts.ceiling().expect("entered").hardware_confirmed, "not confirmed by a person");
    parts.installer_confirmed = true;
    assert!(parts.ceiling().expect("entered").hardware_confirmed);
    parts.cable = amps(20);
    assert!(!parts.ceiling().expect("entered").hardware_confirmed, "32 A in hardware does not guard a 20 A cable");
}

#[test]
fn a_breaker_above_the_derated_cable_is_named_in_red() {
    let code = "breaker_above_cable";
    assert_eq!(gravity(circuit(), code), None);
    assert_eq!(gravity(CeilingParts { derating: Derating::new(990), ..circuit() }, code), Some(Gravity::Stop));
    assert_eq!(gravity(CeilingParts { cable: amps(32), ..circuit() }, code), Some(Gravity::Stop));
    assert_eq!(gravity(CeilingParts { cable: None, ..circuit() }, code), None);
}

#[test]
fn a_breaker_that_carries_its_rating_for_hours_is_warned_of() {
    let code = "breaker_fully_loaded";
    let full = CeilingParts { breaker: amps(32), cable: amps(32), nameplate: amps(32), ..Default::default() };
    assert_eq!(gravity(full, code), Some(Gravity::Attention));
    assert_eq!(gravity(CeilingParts { breaker: amps(40), ..full }, code), None);
    assert_eq!(gravity(CeilingParts { installer: amps(25), ..full }, code), None, "the charger itself draws less");
}

#[test]
fn load_management_that_draws_more_than_the_headroom_without_its_ct_is_named_in_red() {
    let code = "load_management_above_headroom";
    let lost = |lost| CeilingParts { load_management: Some(LoadManagement { lost, ..managed() }), ..circuit() };
    assert_eq!(gravity(lost(CtLost::KeepsFull), code), Some(Gravity::Stop));
    assert_eq!(gravity(lost(CtLost::FallsTo(Amperes::from_milliamps(16_000))), code), Some(Gravity::Stop));
    assert_eq!(gravity(lost(CtLost::FallsTo(Amperes::from_milliamps(10_000))), code), None);
    assert_eq!(gravity(lost(CtLost::Stops), code), None);
}

#[test]
fn a_ct_that_counts_the_wrong_way_or_was_not_looked_at_is_told() {
    let with = |managed| CeilingParts { load_management: Some(managed), ..circuit() };
    let reversed = LoadManagement { direction: CtDirection::Reversed, ..managed() };
    assert_eq!(gravity(with(reversed), "load_management_reversed"), Some(Gravity::Stop));
    assert_eq!(gravity(with(managed()), "load_management_not_checked"), None);
    let new = with(LoadManagement::default());
    let told = findings(&new, 7).into_iter().find(|f| f.code == "load_management_not_checked").expect("it is told");
    for what in ["direction", "ratio", "phase", "lost"] {
        assert!(told.text.contains(what), "{what}: {}", told.text);
    }
}

#[test]
fn a_ceiling_under_which_no_car_charges_is_named_in_red() {
    let code = "ceiling_below_least_offer";
    assert_eq!(gravity(CeilingParts { rest: amps(58), ..circuit() }, code), Some(Gravity::Stop));
    assert_eq!(gravity(CeilingParts { rest: amps(57), ..circuit() }, code), None);
}

#[test]
fn half_of_the_supply_is_no_headroom_and_says_so() {
    let code = "headroom_not_known";
    assert_eq!(gravity(CeilingParts { rest: None, ..circuit() }, code), Some(Gravity::Note));
    assert_eq!(gravity(CeilingParts { main_switch: None, ..circuit() }, code), Some(Gravity::Note));
    assert_eq!(gravity(circuit(), code), None);
}
