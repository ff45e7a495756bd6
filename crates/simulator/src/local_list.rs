//! The list of tokens that the charger may let charge without asking (1.6 section 3.5.2, 2.x block D).

/// How many tokens it holds.
pub(crate) const MOST: usize = 100;
/// How many one message may bring.
pub(crate) const AT_ONCE: usize = 50;

/// The list with its version; 0 when none was sent yet.
#[derive(Debug, Default)]
pub(crate) struct LocalList {
    pub(crate) version: i64,
    /// The token's text, and whether it may charge.
    entries: Vec<(String, bool)>,
}

/// A change of one token: whether it may charge from now on, or nothing when it leaves the list.
pub(crate) type Change = (String, Option<bool>);

impl LocalList {
    /// SendLocalList: the status to answer, which both versions call the same.
    pub(crate) fn update(&mut self, version: i64, is_full: bool, changes: Vec<Change>) -> &'static str {
        if version <= 0 || changes.len() > AT_ONCE {
            return "Failed";
        }
        if !is_full && version <= self.version {
            return "VersionMismatch";
        }
        let mut entries = if is_full { Vec::new() } else { self.entries.clone() };
        for (token, allowed) in changes {
            entries.retain(|(held, _)| !held.eq_ignore_ascii_case(&token));
            entries.extend(allowed.map(|allowed| (token, allowed)));
        }
        if entries.len() > MOST {
            return "Failed";
        }
        (self.version, self.entries) = (version, entries);
        "Accepted"
    }

    /// What 1.6 has for the version of a list without tokens: none was ever sent (5.10 there).
    pub(crate) fn as_new_if_empty(&mut self) {
        if self.entries.is_empty() {
            self.version = 0;
        }
    }

    /// How many tokens it holds now.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether a token may charge unasked.
    pub(crate) fn allows(&self, token: &str) -> bool {
        self.entry(token) == Some(true)
    }

    /// What it says of a token; nothing when it does not know it.
    pub(crate) fn entry(&self, token: &str) -> Option<bool> {
        // neither version tells capital letters from small ones
        self.entries.iter().find(|(held, _)| held.eq_ignore_ascii_case(token)).map(|(_, allowed)| *allowed)
    }
}
