//! How the charger reaches its endpoint: address, security profile and password, and what it falls back to when a new
//! one does not work.

/// How often a new way is tried before the charger goes back to one that worked.
const ATTEMPTS: i64 = 3;

/// One way to an endpoint; unsecured unless it is said otherwise.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Way {
    /// 2.x: the configuration slot it is kept in.
    pub(crate) slot: i64,
    /// Without the charger's id; the one the charger was connected with at first when absent.
    pub(crate) url: Option<String>,
    /// 0 to 3.
    pub(crate) security_profile: i64,
    /// As bytes: 1.6 writes them as hexadecimal digits.
    pub(crate) password: Option<Vec<u8>>,
}

/// The ways in the order they are tried, and the one that is used.
pub(crate) struct Network {
    ways: Vec<Way>,
    at: usize,
    failures: i64,
    /// How often each is tried.
    attempts: i64,
}

impl Default for Network {
    fn default() -> Self {
        Network { ways: vec![Way::default()], at: 0, failures: 0, attempts: ATTEMPTS }
    }
}

impl Network {
    /// The way that is used, or tried next.
    pub(crate) fn way(&self) -> &Way {
        &self.ways[self.at]
    }

    /// From now on this way only.
    pub(crate) fn set(&mut self, way: Way) {
        *self = Network { ways: vec![way], ..Network::default() };
    }

    /// Tries this way next; the one in use stays as the way back.
    pub(crate) fn try_next(&mut self, way: Way) {
        let back = self.way().clone();
        *self = Network { ways: vec![way, back], ..Network::default() };
    }

    /// Tries these ways in turn, each as often as this; the one in use stays among them.
    pub(crate) fn try_in_turn(&mut self, mut ways: Vec<Way>, attempts: i64) {
        let back = self.way().clone();
        if !ways.contains(&back) {
            ways.push(back);
        }
        *self = Network { ways, at: 0, failures: 0, attempts: attempts.max(1) };
    }

    /// It worked: the others are of no use any more.
    pub(crate) fn connected(&mut self) {
        self.set(self.way().clone());
    }

    /// It did not: after enough attempts the next one has its turn.
    pub(crate) fn failed(&mut self) {
        self.failures += 1;
        if self.failures >= self.attempts {
            (self.at, self.failures) = ((self.at + 1) % self.ways.len(), 0);
        }
    }
}
