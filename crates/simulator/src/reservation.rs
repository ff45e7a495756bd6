//! The connector kept free for one token (1.6 section 5.13, 2.x block H).

use crate::SimulatedCharger;
use crate::session::{Condition, IdToken};
use jiff::Timestamp;

/// A reservation of the connector.
#[derive(Debug)]
pub(crate) struct Reservation {
    pub(crate) id: i64,
    /// When it is over, in true time.
    pub(crate) until: Timestamp,
    pub(crate) id_token: IdToken,
}

impl SimulatedCharger {
    /// ReserveNow for the connector: the status to answer, which both versions call the same.
    pub(crate) fn reserve(&mut self, wanted: Reservation) -> &'static str {
        let is_ours = self.connector.reservation.as_ref().is_some_and(|held| held.id == wanted.id);
        match self.condition() {
            Condition::Unavailable => "Unavailable",
            Condition::Faulted => "Faulted",
            Condition::Available => self.keep_free(wanted),
            Condition::Reserved if is_ours => self.keep_free(wanted),
            _ => "Occupied",
        }
    }

    fn keep_free(&mut self, wanted: Reservation) -> &'static str {
        self.connector.reservation = Some(wanted);
        "Accepted"
    }

    /// CancelReservation: whether there was one of this number.
    pub(crate) fn cancel_reservation(&mut self, id: i64) -> bool {
        self.connector.reservation.take_if(|held| held.id == id).is_some()
    }

    /// Whether the connector is kept for someone else.
    pub(crate) fn is_kept_from(&self, id_token: &IdToken) -> bool {
        self.connector.reservation.as_ref().is_some_and(|held| held.id_token.text != id_token.text)
    }

    /// Lets go of a reservation whose time is over, or whose connector was switched off.
    pub(crate) fn drop_overdue_reservation(&mut self, now: Timestamp) {
        let is_off = self.connector.operative != [true, true];
        let is_over = |held: &mut Reservation| held.until <= now || is_off;
        if let Some(held) = self.connector.reservation.take_if(is_over) {
            (self.dialect().unreserved)(self, held.id, if is_off { "Removed" } else { "Expired" });
        }
    }
}
