//! The passwords of Basic authentication: kept as hashes, compared in constant time, in each form chargers send them.

use std::collections::BTreeMap;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use chargehand_commissioning::attempt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

type Hash = [u8; 32];

/// A password that a charger must know, kept only as its hashes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Password {
    text: Hash,
    /// OCPP 1.6: the AuthorizationKey is written as hex and sent as the bytes it means.
    key: Option<Hash>,
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

impl Password {
    /// From the text a person typed.
    pub fn new(text: &str) -> Self {
        Self { text: hash(text.as_bytes()), key: unhex(text.as_bytes()).map(|bytes| hash(&bytes)) }
    }

    /// Does what a charger sent fit? As the text's UTF-8 (2.x), as the bytes that the text is hex for (1.6), and as hex
    /// for the text: some chargers send the hex they were given as it is.
    pub fn fits(&self, given: &[u8]) -> bool {
        let forms = [Some(hash(given)), unhex(given).map(|bytes| hash(&bytes))];
        let mut fits = false;
        for form in forms.iter().flatten() {
            for right in [Some(&self.text), self.key.as_ref()].into_iter().flatten() {
                fits |= verify_slices_are_equal(form, right).is_ok();
            }
        }
        fits
    }
}

fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).map(|digit| digit as u8);
    let digits: Option<Vec<u8>> = text.iter().map(digit).collect();
    let digits = digits.filter(|d| !d.is_empty() && d.len().is_multiple_of(2))?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Which passwords are right.
#[derive(Debug, Clone, Default)]
pub(crate) struct Passwords {
    /// Every charger must know this one, or its own; `None`: nobody has to know any.
    pub required: Option<Password>,
    /// Passwords that we set in chargers, by their ids; newest first, and the one before stays right until the newest is
    /// proved.
    pub own: BTreeMap<String, Vec<Password>>,
}

impl Passwords {
    /// A password is, or is about to be, set in a charger.
    pub(crate) fn set(&mut self, id: &str, password: Password) {
        let own = self.own.entry(id.to_owned()).or_default();
        own.retain(|known| *known != password);
        own.insert(0, password);
        own.truncate(2);
    }

    /// The newest is proved: the one before is right no more.
    pub(crate) fn proved(&mut self, id: &str) {
        self.own.entry(id.to_owned()).and_modify(|own| own.truncate(1));
    }

    /// What is to be said of the password a charger gave, and whether it may come in.
    pub(crate) fn judge(&self, id: &str, given: Option<&[u8]>) -> (attempt::Password, bool) {
        let right: Vec<&Password> = self.required.iter().chain(self.own.get(id).into_iter().flatten()).collect();
        let judged = match given {
            None => attempt::Password::Missing,
            Some(_) if right.is_empty() => attempt::Password::Unchecked,
            Some(given) if right.iter().any(|password| password.fits(given)) => attempt::Password::Right,
            Some(_) => attempt::Password::Wrong,
        };
        (judged, self.required.is_none() || judged == attempt::Password::Right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_in_every_form_that_chargers_send() {
        let password = Password::new("0001FEff");
        assert!(password.fits(b"0001FEff") && password.fits(&[0, 1, 254, 255]) && password.fits(b"0001feff"));
        assert!(!password.fits(b"0001fefe") && !password.fits(b""));
        assert!(Password::new("schlüssel").fits("schlüssel".as_bytes()));
        assert!(Password::new("secret").fits(b"736563726574"), "hex for the text, sent as it is");
        assert!(!Password::new("").fits(b"x") && !Password::new("secret").fits(b"73656372657"));
    }

    #[test]
    fn a_password_is_never_shown() {
        let kept =
            format!("{:?} {}", Password::new("hunter2"), serde_json::to_string(&Password::new("hunter2")).unwrap());
        assert!(kept.starts_with("Password(..)") && !kept.contains("hunter2"), "{kept}");
    }

    #[test]
    fn nobody_needs_a_password_where_none_is_required_and_a_wrong_one_is_still_named() {
        let own = BTreeMap::from([("CP1".to_owned(), vec![Password::new("own")])]);
        let open = Passwords { required: None, own: own.clone() };
        let closed = Passwords { required: Some(Password::new("all")), own };
        for (passwords, id, given, expected) in [
            (&open, "CP1", None, (attempt::Password::Missing, true)),
            (&open, "CP1", Some("own"), (attempt::Password::Right, true)),
            (&open, "CP1", Some("old"), (attempt::Password::Wrong, true)),
            (&open, "CP2", Some("any"), (attempt::Password::Unchecked, true)),
            (&closed, "CP1", None, (attempt::Password::Missing, false)),
            (&closed, "CP1", Some("own"), (attempt::Password::Right, true)),
            (&closed, "CP1", Some("all"), (attempt::Password::Right, true)),
            (&closed, "CP2", Some("own"), (attempt::Password::Wrong, false)),
        ] {
            assert_eq!(passwords.judge(id, given.map(str::as_bytes)), expected, "{id} {given:?}");
        }
    }

    #[test]
    fn the_password_before_stays_right_until_the_new_one_is_proved() {
        let mut passwords = Passwords { required: Some(Password::new("all")), ..Passwords::default() };
        ["first", "second", "third", "third"].into_iter().for_each(|text| passwords.set("CP1", Password::new(text)));
        let right = |passwords: &Passwords, text: &str| passwords.judge("CP1", Some(text.as_bytes())).1;
        let held = |passwords: &Passwords| ["first", "second", "third"].map(|text| right(passwords, text));
        assert_eq!(held(&passwords), [false, true, true]);
        passwords.proved("CP1");
        assert_eq!(held(&passwords), [false, false, true]);
    }
}
