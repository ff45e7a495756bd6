//! HTTP Digest authentication (RFC 7616) with MD5 and `qop=auth`: what WARP chargers ask for.

use aws_lc_rs::rand;
use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use super::Credentials;
use crate::store::hex;

/// A charger's challenge, until it gives another.
pub(super) struct Digest {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    /// How often it was answered.
    count: u32,
}

impl Digest {
    /// From `WWW-Authenticate`; nothing where it asks for something else.
    pub(super) fn read(challenge: &str) -> Option<Self> {
        let (scheme, rest) = challenge.trim().split_once(' ')?;
        let part = |name: &str| parts(rest).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let is_md5 = part("algorithm").is_none_or(|it| it.eq_ignore_ascii_case("MD5"));
        let is_auth = part("qop").is_some_and(|it| it.split(',').any(|way| way.trim() == "auth"));
        let known = scheme.eq_ignore_ascii_case("Digest") && is_md5 && is_auth;
        let (realm, nonce) = (part("realm")?, part("nonce")?);
        known.then(|| Self { realm, nonce, opaque: part("opaque"), count: 0 })
    }

    /// The header `Authorization` of the next request.
    pub(super) fn answer(&mut self, method: &str, path: &str, who: &Credentials) -> String {
        let mut chance = [0; 8];
        // a chosen plaintext harms nobody here; the system's source of chance hardly ever fails
        let _ = rand::fill(&mut chance);
        self.answer_with(&hex(&chance), method, path, who)
    }

    fn answer_with(&mut self, cnonce: &str, method: &str, path: &str, who: &Credentials) -> String {
        self.count = self.count.saturating_add(1);
        let Self { realm, nonce, count, .. } = self;
        let secret = Zeroizing::new(format!("{}:{realm}:{}", who.user, *who.password));
        let (person, asked) = (Zeroizing::new(md5(&secret)), md5(&format!("{method}:{path}")));
        let response = md5(&format!("{}:{nonce}:{count:08x}:{cnonce}:auth:{asked}", *person));
        let opaque = self.opaque.as_ref().map(|it| format!(", opaque=\"{}\"", quoted(it))).unwrap_or_default();
        format!(
            "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{path}\", qop=auth, nc={count:08x}, \
             cnonce=\"{cnonce}\", response=\"{response}\"{opaque}",
            quoted(&who.user),
            quoted(realm),
            quoted(nonce),
        )
    }
}

/// The parts of a challenge: `name=value`, the value with or without quotation marks, in which a comma may stand.
fn parts(text: &str) -> impl Iterator<Item = (String, String)> {
    let mut inside = false;
    let pieces = text.split(move |c: char| {
        inside ^= c == '"';
        c == ',' && !inside
    });
    pieces.filter_map(|piece| {
        let (name, value) = piece.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().trim_matches('"').to_owned()))
    })
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn md5(text: &str) -> String {
    hex(&Md5::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_is_answered_as_it_says() {
        // RFC 7616, 3.9.1
        let challenge = "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=MD5, \
                         nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        let who = Credentials { user: "Mufasa".into(), password: Zeroizing::new("Circle of Life".into()) };
        let mut digest = Digest::read(challenge).expect("it is a digest");
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let answer = digest.answer_with(cnonce, "GET", "/dir/index.html", &who);
        assert!(answer.contains("response=\"8ca523f5e9506fed4657c9700eebdbec\""), "{answer}");
        assert!(answer.contains("nc=00000001") && answer.contains("opaque=\"FQhe/"), "{answer}");
    }

    #[test]
    fn another_challenge_is_not_answered() {
        for other in ["Basic realm=\"x\"", "Digest realm=\"x\", nonce=\"y\", qop=\"auth\", algorithm=SHA-256", ""] {
            assert!(Digest::read(other).is_none(), "{other}");
        }
    }
}
