//! The contactor: when the charger puts the mains on the plug (IEC 61851-1, table A.6).

use crate::clock::after;
use jiff::Timestamp;

/// How long a car that was told to stop may go on before it is cut off under load, in seconds (sequence 10.2).
const PATIENCE: i64 = 6;

/// The contactor of the one plug.
#[derive(Debug, Default)]
pub(crate) struct Contactor {
    is_closed: bool,
    /// When the offer ended.
    off_since: Option<Timestamp>,
}

impl Contactor {
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Closes for a car that is ready (C or D) and is offered something. Opens when the car is not ready any more, when
    /// `may` is gone (the transaction, the power), or when the offer has been gone for six seconds.
    pub(crate) fn turn(&mut self, may: bool, offered: bool, is_ready: bool, now: Timestamp) {
        self.off_since = if offered { None } else { self.off_since.or(Some(now)) };
        let may_go_on = self.is_closed && self.cuts_at().is_none_or(|at| now < at);
        self.is_closed = may && is_ready && (offered || may_go_on);
    }

    /// When a car that does not stop is cut off.
    pub(crate) fn cuts_at(&self) -> Option<Timestamp> {
        self.off_since.map(|since| after(since, PATIENCE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_closes_for_a_ready_car_opens_with_it_and_cuts_off_one_that_does_not_stop() {
        let start: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        let at = |seconds| after(start, seconds);
        let mut contactor = Contactor::default();
        contactor.turn(true, true, false, at(0));
        assert!(!contactor.is_closed(), "B2");
        contactor.turn(true, true, true, at(1));
        assert!(contactor.is_closed(), "C2");
        contactor.turn(true, true, false, at(2));
        assert!(!contactor.is_closed(), "C2 to B2: the car stopped");
        contactor.turn(true, true, true, at(3));
        contactor.turn(true, false, true, at(10));
        contactor.turn(true, false, true, at(15));
        assert!(contactor.is_closed(), "C1: the car may take its time");
        contactor.turn(true, false, true, at(16));
        assert!(!contactor.is_closed(), "but not more than six seconds");
        contactor.turn(true, true, true, at(17));
        contactor.turn(false, true, true, at(18));
        assert!(!contactor.is_closed(), "no transaction");
    }
}
