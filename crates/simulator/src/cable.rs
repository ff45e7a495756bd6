//! The cable: a charger with a socket reads from a resistor in the plug (PP) what the cable carries.

/// From which resistance on, in ohms, a coding counts no more, and what it is good for on one phase and on three, in
/// amperes. The tolerances are those of EVerest's guide to bringing up a charger; what lies between two codings is
/// taken as the lower rating.
const CODINGS: &[(f64, f64, f64)] = &[
    // 100 Ω (80 to 140)
    (140.0, 70.0, 63.0),
    // 220 Ω (164 to 308)
    (308.0, 32.0, 32.0),
    // 680 Ω (400 to 936)
    (936.0, 20.0, 20.0),
    // 1.5 kΩ (1100 to 2460)
    (4500.0, 13.0, 13.0),
];
/// Below this there is a short circuit, above the last coding no cable.
const LEAST_OHMS: f64 = 60.0;

/// What a cable with this resistor carries, in amperes; nothing when it cannot be a cable.
pub(crate) fn rating(ohms: f64, phases: u8) -> Option<f64> {
    let coding = CODINGS.iter().find(|(most, ..)| ohms >= LEAST_OHMS && ohms <= *most);
    coding.map(|(_, one, three)| if phases == 1 { *one } else { *three })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cable_is_rated_by_its_resistor_within_the_tolerances() {
        for (ohms, amps) in [
            (1500.0, Some(13.0)),
            (1100.0, Some(13.0)),
            (2460.0, Some(13.0)),
            (680.0, Some(20.0)),
            (400.0, Some(20.0)),
            (936.0, Some(20.0)),
            (220.0, Some(32.0)),
            (164.0, Some(32.0)),
            (308.0, Some(32.0)),
            (100.0, Some(63.0)),
            (80.0, Some(63.0)),
            (140.0, Some(63.0)),
        ] {
            assert_eq!(rating(ohms, 3), amps, "{ohms} Ω");
        }
        assert_eq!(rating(100.0, 1), Some(70.0));
    }

    #[test]
    fn a_resistor_between_two_codings_is_the_lower_and_one_outside_is_no_cable() {
        let ratings = [150.0, 350.0, 1000.0, 3000.0].map(|ohms| rating(ohms, 3));
        assert_eq!(ratings, [Some(32.0), Some(20.0), Some(13.0), Some(13.0)]);
        assert_eq!([0.0, 59.0, 4501.0, f64::INFINITY].map(|ohms| rating(ohms, 3)), [None; 4]);
    }
}
