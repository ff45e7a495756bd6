//! How a charge begins and ends.

use serde::Deserialize;

/// How a charge begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sessions {
    /// P25: refuses a remote start that names no connector (EVSE).
    pub starts_only_on_named_connector: bool,
    /// P25: rejects whatever is asked of connector 0, or in 2.x of the whole station: profiles, availability, triggers.
    pub rejects_connector_0: bool,
    /// P26: what becomes of ChangeAvailability.
    pub availability: Availability,
    /// P21, 1.6: StopTransaction and MeterValues bear a number of its own, whatever number the endpoint gave.
    pub own_transaction_ids: bool,
    /// P21, 1.6: the closing reading comes after StopTransaction.
    pub reads_after_stop: bool,
    /// P22, 1.6: what becomes of an idTag of 20 characters, the most that is allowed.
    pub long_tags: LongTags,
    /// P31: a limit of 0 A ends the transaction.
    pub zero_ends_session: bool,
    /// P31: after a transaction nothing starts until the plug was pulled; a start is rejected.
    pub needs_unplug_after_stop: bool,
    /// P32: a remote start is accepted, and nothing begins unless its tag is on the local list.
    pub waits_for_local_tag: bool,
    /// P39: from its first connection on it starts no charge by itself any more.
    pub one_way_door: bool,
    /// The end of a transaction is reported this much later than it happened, in seconds.
    pub reports_end_late_s: Option<u32>,
}

/// What becomes of ChangeAvailability (P26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// It is carried out.
    #[default]
    Changed,
    /// It is rejected.
    Rejected,
    /// It gets no answer, and the charger reboots.
    Reboots,
}

/// What becomes of an idTag of 20 characters (P22).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LongTags {
    /// It is a tag like others.
    #[default]
    Kept,
    /// It comes back in StopTransaction with two characters more; where that is refused, the charge goes on.
    Corrupted,
    /// A remote start with it is refused with a TypeConstraintViolation.
    Refused,
}
