//! The record of one charger: everything that is known of it, built only from what is on disk.

mod cards;
mod parts;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use chargehand_ocpp::v2::variable::Variable;
use chargehand_ocpp::{Ask, Call, Deviation, Policy, Severity, Version, subprotocol};

use crate::ceiling::{self, CeilingParts};
use crate::clock::ChargerClock;
use crate::demand::{DemandResponse, OutputDead};
use crate::event::{CheapHours, Event, Handshake, PermanentLimit, ReportFiles, Step};
use crate::limit::TEST_ID_TAG;
use crate::outcome::{Finding, Outcome, Verdict};
use crate::plan::Line;
use crate::plan::residue::Looked;
use crate::profiles;
use crate::report::{ConfigurationSnapshot, FrameRange, LimitProof};
use crate::units::Phases;

pub(crate) use cards::Held;
pub use cards::{KnownCards, Seen, SeenCard};
pub use parts::{Arrival, Before, Booted, Connector, InForce, Listed, Place, Reading, Tally, Transaction, waits};

/// The form of the record that is kept on disk; another number means: build it again from the frames.
pub const FORMAT: u32 = 1;

/// Bounds: what a hostile charger can make us keep in memory.
const READINGS: usize = 60;
const ARRIVALS: usize = 50;
const DEVIATIONS: usize = 200;
const FINDINGS: usize = 100;
const TRANSACTIONS: usize = 500;
const CONNECTORS: usize = 32;
const EVIDENCE: usize = 5;
const DEMAND_RESPONSES: usize = 20;

/// Everything known of one charger.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Record {
    /// [`FORMAT`].
    pub format: u32,
    /// Its OCPP identity.
    pub id: String,
    /// It may be commanded.
    pub adopted: bool,
    /// A simulated charger was here under this id, once: what was seen is not all of a real one.
    #[serde(default)]
    pub held_simulated: bool,
    /// The newest connection's facts.
    pub handshake: Option<Handshake>,
    /// When it first connected.
    pub first_connected: Option<Timestamp>,
    /// Since when it is connected; `None` while it is not.
    pub connected: Option<Timestamp>,
    /// The event of its newest connection: what was written before may be forgotten, where it has started anew meanwhile.
    #[serde(default)]
    pub came: u64,
    /// How often it connected.
    pub connections: u32,
    /// When the last frame came.
    pub last_heard: Option<Timestamp>,
    /// What it said it is.
    pub boot: Option<Booted>,
    /// BootNotifications that we answered `Pending`, since it was last accepted.
    pub pending_boots: VecDeque<Timestamp>,
    /// Its clock.
    pub clock: Option<ChargerClock>,
    /// Its connectors as last reported.
    pub connectors: BTreeMap<u32, Connector>,
    /// Its transactions, oldest first.
    pub transactions: VecDeque<Transaction>,
    /// The id the next transaction gets.
    pub next_transaction: i32,
    /// The newest readings, oldest first.
    pub readings: VecDeque<Reading>,
    /// The most phases seen carrying current in one reading since the charge that runs began; `None` while none runs.
    pub phases: Option<Phases>,
    /// Its configuration as last read.
    pub configuration: Option<ConfigurationSnapshot>,
    /// The parts of the ceiling as entered.
    pub ceiling_parts: CeilingParts,
    /// Each part as it was last entered, also where a later entry left it out.
    #[serde(default)]
    pub ceiling_known: CeilingParts,
    /// idTags whose status a person set.
    pub authorized: BTreeMap<String, String>,
    /// Limits that we sent and that are, or may be, in force.
    pub in_force: Vec<InForce>,
    /// What limited the charger before we wrote anything; `None` until that was asked.
    pub before: Option<Before>,
    /// What limited it before the check that is not undone yet: undo owes the charger this.
    #[serde(default)]
    pub owed: Option<Before>,
    /// The profiles a 2.x charger listed before we wrote anything; `None` until it did.
    #[serde(default)]
    pub listed: Option<Vec<Listed>>,
    /// How its deviant calls are answered.
    #[serde(default)]
    pub policy: Policy,
    /// The catalogue's quirks that a person switched off for it.
    #[serde(default)]
    pub quirks_off: BTreeSet<String>,
    /// `vendorId` of its last StatusNotification that had one.
    #[serde(default)]
    pub status_vendor: String,
    /// When we last changed a limit in it.
    #[serde(default)]
    pub limits_changed: Option<Timestamp>,
    /// The idTag with which a check of ours starts a charge, where it is not our own, and since when.
    #[serde(default)]
    pub starts_as: Option<(String, Timestamp)>,
    /// Deviations, each rule and place once.
    pub deviations: Vec<Tally>,
    /// Findings.
    pub findings: Vec<Finding>,
    /// The outcomes of the steps.
    pub outcomes: BTreeMap<Step, Outcome>,
    /// The limit check, also while it runs.
    pub proof: Option<LimitProof>,
    /// Demand response as rehearsed or held, oldest first.
    #[serde(default)]
    pub demand_responses: VecDeque<DemandResponse>,
    /// The limit that a person last held by hand, A per phase.
    #[serde(default)]
    pub by_hand: Option<crate::units::Amperes>,
    /// The newest word of a licensed person on whether the output was dead.
    #[serde(default)]
    pub output_dead: Option<OutputDead>,
    /// The permanent limit.
    pub permanent: Option<PermanentLimit>,
    /// What it is to keep from now on, line by line.
    #[serde(default)]
    pub plan: Vec<Line>,
    /// The number that the plan's next line gets.
    #[serde(default)]
    pub next_line: u32,
    /// What it named as its limit when nothing of ours was in force; `None` until it was asked.
    #[serde(default)]
    pub looked: Option<Looked>,
    /// How many of our messages changed something in the charger, or were meant to.
    #[serde(default)]
    pub writes: u64,
    /// The cheap hours.
    #[serde(default)]
    pub cheap_hours: Option<CheapHours>,
    /// The list of cards in it, and the cards that were held up to it.
    #[serde(default)]
    pub cards: KnownCards,
    /// Whose rules hold where it stands: an id of the catalogue's jurisdictions; empty where that is not known.
    #[serde(default)]
    pub jurisdiction: String,
    /// The newest report.
    pub report: Option<ReportFiles>,
    /// What arrived, oldest first.
    pub arrivals: VecDeque<Arrival>,
    /// Its stored frames.
    pub frames: FrameRange,
    /// The number of the last entry that is in this record.
    pub as_of: u64,
}

impl Record {
    /// Nothing is known yet of this charger.
    pub fn new(id: impl Into<String>) -> Self {
        Self { format: FORMAT, id: id.into(), next_transaction: 1, ..Self::default() }
    }

    /// Its maker's and model's name, else its id.
    pub fn title(&self) -> String {
        let name = self.boot.as_ref().map(|b| format!("{} {}", b.vendor, b.model).trim().to_owned());
        name.filter(|n| !n.is_empty()).unwrap_or_else(|| self.id.clone())
    }

    /// The OCPP version of its newest connection; 1.6 before the first.
    pub fn version(&self) -> Version {
        self.handshake.as_ref().map_or(Version::V16, |handshake| subprotocol::of(&handshake.chosen))
    }

    /// What we ask, in the words of its version.
    pub fn call(&self, ask: &Ask) -> Call {
        ask.call(self.version(), |number| {
            let transaction = self.transactions.iter().rev().find(|t| t.id == number);
            transaction.map(|t| t.name.clone()).unwrap_or_default()
        })
    }

    /// The transaction that runs now: the newest that was not stopped and does not wait for somebody to be authorized. One
    /// whose connector has become available since ended while nobody listened (field problem P21).
    pub fn running_transaction(&self) -> Option<&Transaction> {
        let vacant = |t: &Transaction| {
            self.connectors.get(&t.connector).is_some_and(|c| c.status == "Available" && c.at > t.started)
        };
        self.transactions.iter().rev().find(|t| t.stopped.is_none() && !t.waits() && !vacant(t))
    }

    /// The running transaction, if a check of ours started it.
    pub fn our_transaction(&self) -> Option<&Transaction> {
        self.running_transaction().filter(|t| t.ours || t.id_tag == TEST_ID_TAG)
    }

    /// A configuration value as last read; empty where it is not known.
    pub fn configured(&self, key: &str) -> &str {
        let keys = || self.configuration.iter().flat_map(|c| &c.keys);
        // Some chargers have a variable for each EVSE that others have once.
        let plain = |name: &str| Variable::parse(name).is_some_and(|v| v.plain().eq_ignore_ascii_case(key));
        let exact = keys().filter(|k| k.key.eq_ignore_ascii_case(key)).find_map(|k| k.value.as_deref());
        exact.or_else(|| keys().filter(|k| plain(&k.key)).find_map(|k| k.value.as_deref())).unwrap_or_default()
    }

    /// Our test limits that are, or may be, in force at `now`.
    pub fn test_limits(&self, now: Timestamp) -> impl Iterator<Item = &InForce> {
        self.in_force.iter().filter(move |f| f.is_test() && !f.is_over(now))
    }

    /// Does anything in it come from one of our own simulated chargers? Then everything says so, for ever.
    pub fn simulated(&self) -> bool {
        self.held_simulated || self.boot.as_ref().is_some_and(Booted::names_ours)
    }

    /// Does one of ours stand in the place of a profile that the charger listed?
    pub fn owes_profiles(&self) -> bool {
        self.listed.iter().flatten().any(|listed| listed.replaced)
    }

    /// The profile in the charger that plays this part of ours; its id is the part's own unless it has taken another's.
    pub fn played(&self, role: i32) -> i32 {
        self.in_force.iter().find(|f| f.role() == role).map_or(role, |f| f.profile)
    }

    /// Counts a stored frame.
    pub(crate) fn count_frame(&mut self, number: u64) {
        self.frames.count += 1;
        self.frames.first.get_or_insert(number);
        self.frames.last = Some(number);
        self.as_of = number;
    }

    /// Notes something for the live view.
    pub(crate) fn arrived(&mut self, at: Timestamp, number: u64, text: impl Into<String>) {
        push_bounded(&mut self.arrivals, Arrival { at, number, text: text.into() }, ARRIVALS);
    }

    /// Counts a deviation.
    pub(crate) fn deviated(&mut self, action: &str, mut deviation: Deviation, number: u64) {
        // idTags are masked in reports, and a deviation is shown in one.
        if deviation.pointer.ends_with("idTag") || deviation.pointer.ends_with("idToken") {
            deviation.got = crate::secret::MASK.to_owned();
        }
        let known = |t: &&mut Tally| {
            t.action == action && t.deviation.rule == deviation.rule && place(&t.deviation) == place(&deviation)
        };
        if let Some(tally) = self.deviations.iter_mut().find(known) {
            tally.count = tally.count.saturating_add(1);
            if tally.evidence.len() < EVIDENCE {
                tally.evidence.push(number);
            }
        } else if self.deviations.len() < DEVIATIONS {
            let action = action.chars().take(50).collect();
            self.deviations.push(Tally { action, deviation, count: 1, evidence: vec![number] });
        }
    }

    /// Adds a finding; one of the same code takes the place of the older one.
    pub(crate) fn found(&mut self, finding: Finding) {
        self.findings.retain(|f| f.code != finding.code);
        if self.findings.len() < FINDINGS {
            self.findings.push(finding);
        }
    }

    /// Adds a reading.
    pub(crate) fn read(&mut self, reading: Reading) {
        self.phases = self.phases.max(reading.phases);
        let named = reading.transaction;
        let of = |t: &&mut Transaction| match named {
            Some(id) => i64::from(t.id) == id,
            None => t.stopped.is_none() && t.connector == reading.connector,
        };
        if let Some(transaction) = self.transactions.iter_mut().rev().find(of) {
            transaction.readings = transaction.readings.saturating_add(1);
        }
        push_bounded(&mut self.readings, reading, READINGS);
    }

    /// Adds a connector's status.
    pub(crate) fn status(&mut self, connector: u32, state: Connector) {
        if self.connectors.contains_key(&connector) || self.connectors.len() < CONNECTORS {
            self.connectors.insert(connector, state);
        }
    }

    /// Adds a transaction.
    pub(crate) fn started(&mut self, transaction: Transaction) {
        self.next_transaction = transaction.id.checked_add(1).unwrap_or(1);
        // Another car may use fewer phases, and a limit in W for three of them would be three times too high for one.
        self.phases = None;
        push_bounded(&mut self.transactions, transaction, TRANSACTIONS);
    }

    /// Applies what is kept on disk beside the frames.
    pub fn apply(&mut self, event: Event, number: u64, at: Timestamp) {
        self.as_of = number;
        match event {
            Event::Connected { handshake } => self.connected(handshake, number, at),
            Event::Disconnected { by: _, code: _, reason } => {
                self.connected = None;
                self.arrived(at, number, format!("Disconnected: {reason}"));
            }
            // Concerns the site, not a charger.
            Event::Refused { .. } | Event::Attempt { .. } => {}
            Event::Adopted { automatic } => {
                self.adopted = true;
                let how = if automatic { "Adopted by itself" } else { "Adopted" };
                self.arrived(at, number, format!("{how}: it may be commanded now"));
            }
            Event::Simulated => self.held_simulated = true,
            Event::Ceiling { parts } => self.ceiling(parts, number),
            Event::Authorize { id_tag, status } => {
                if self.authorized.len() < 1000 || self.authorized.contains_key(&id_tag) {
                    self.authorized.insert(id_tag, status);
                }
            }
            Event::Silent { action } => self.arrived(at, number, format!("No answer to {action} within 15 s")),
            Event::Deviated { deviation } => self.deviated("", deviation, number),
            Event::Found { finding } => self.found(finding),
            Event::Before { limit } => {
                self.owed = Some(Before { limit, number });
                self.before = self.before.or(self.owed);
            }
            // Where an earlier check was not undone, the charger lists what we left.
            Event::Listed { profiles } => {
                profiles::doubt_unlisted(&mut self.in_force, &profiles, number);
                if !self.owes_profiles() {
                    self.listed = Some(profiles);
                }
            }
            Event::Policy { policy } => {
                self.policy = policy;
                let how = match policy {
                    Policy::Cooperative => "answered whenever they can be read",
                    Policy::Strict => "refused as a strict platform would",
                };
                self.arrived(at, number, format!("From now on deviant messages are {how}"));
            }
            Event::Quirk { id, on } => {
                let how = if on { "is heeded again" } else { "is no longer heeded" };
                self.arrived(at, number, format!("The known oddity {id} {how}"));
                self.heed(id, on);
            }
            Event::Starts { id_tag } => self.starts_as = Some((id_tag, at)),
            Event::Configuration { snapshot } => self.configuration = Some(snapshot),
            Event::Ended { step, outcome } => {
                if step == Step::Undo && matches!(outcome.verdict, Verdict::Passed | Verdict::NotApplicable) {
                    self.owed = None;
                    self.listed.iter_mut().for_each(|listed| listed.retain(|l| !l.replaced));
                }
                self.outcomes.insert(step, outcome);
            }
            // The frame after it belongs to a connection that is gone: it is kept, but it changes nothing.
            Event::Outlived => {}
            Event::Proved { proof } => self.proof = Some(*proof),
            Event::Permanent { limit } => {
                // A person decided what stays: there is nothing to go back to any more.
                self.owed = self.owed.filter(|_| limit.recipe.is_empty());
                if !limit.recipe.is_empty() {
                    self.listed = None;
                }
                self.permanent = Some(limit);
            }
            Event::DemandResponse { run } => self.demand_response(*run),
            Event::ByHand { limit } => self.by_hand = Some(limit),
            Event::OutputDead { by, dead } => self.output_dead = Some(OutputDead { by, dead, at, number }),
            Event::Reported { files } => self.report = Some(files),
            Event::Stands { jurisdiction } => self.jurisdiction = jurisdiction,
            Event::Planned { line, change } => self.planned(line, change),
            Event::Applying { line, was } => self.with_line(line, |it| (it.was, it.begun) = (Some(was), Some(at))),
            Event::Applied { line, written, restart, outcome } => {
                self.with_line(line, |it| {
                    (it.written, it.restart, it.outcome) = (Some(written), restart, Some(outcome))
                });
            }
            Event::Undone { line, outcome } => self.with_line(line, |it| it.undone = Some(outcome)),
            Event::Reread { key, value } => self.reread(&key, value),
            Event::Looked { named } => self.looked = Some(Looked { named, number }),
            Event::CheapHours { hours } => {
                // A person decided what stays: there is nothing to go back to any more.
                if hours.is_some() {
                    self.listed = None;
                }
                self.cheap_hours = hours.map(|hours| *hours);
            }
        }
    }

    /// One that goes on takes the place of what it was so far.
    fn demand_response(&mut self, run: DemandResponse) {
        self.demand_responses.retain(|kept| kept.began != run.began);
        push_bounded(&mut self.demand_responses, run, DEMAND_RESPONSES);
    }

    fn connected(&mut self, handshake: Handshake, number: u64, at: Timestamp) {
        self.connections = self.connections.saturating_add(1);
        self.first_connected.get_or_insert(at);
        (self.connected, self.came) = (Some(at), number);
        // The charge may have ended while nobody listened, and another begun: a limit in W counts on one phase until a
        // reading tells.
        self.phases = None;
        self.held_simulated = self.simulated() || handshake.simulated;
        let offered = match handshake.offered.join(", ") {
            none if none.is_empty() => "no subprotocol".to_owned(),
            some => some,
        };
        self.arrived(at, number, format!("Connected from {} to {} offering {offered}", handshake.peer, handshake.path));
        for deviation in handshake.deviations.clone() {
            self.deviated("connect", deviation, number);
        }
        self.handshake = Some(handshake);
    }

    /// May a person enter these parts now?
    ///
    /// # Errors
    /// They would raise the ceiling and leave out what was entered before; what that is, in words.
    pub fn may_enter(&self, parts: &CeilingParts) -> Result<(), String> {
        parts.may_follow(&self.ceiling_parts, &self.ceiling_known)
    }

    fn ceiling(&mut self, parts: CeilingParts, number: u64) {
        self.ceiling_known = parts.over(&self.ceiling_parts.over(&self.ceiling_known));
        self.ceiling_parts = parts;
        self.findings.retain(|f| !ceiling::is_about_parts(&f.code));
        ceiling::findings(&parts, number).into_iter().for_each(|finding| self.found(finding));
    }
}

/// The place of a deviation without list indices, so that one fault in every sample is one line.
pub fn place(deviation: &Deviation) -> String {
    deviation
        .pointer
        .split('/')
        .map(|part| if part.parse::<u32>().is_ok() { "*" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// Is it hard?
pub fn is_hard(deviation: &Deviation) -> bool {
    deviation.severity == Severity::Hard
}

fn push_bounded<T>(list: &mut VecDeque<T>, item: T, most: usize) {
    if list.len() == most {
        list.pop_front();
    }
    list.push_back(item);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Gravity;
    use crate::units::Amperes;

    #[test]
    fn a_charger_that_deviates_a_million_times_fills_one_line() {
        let mut record = Record::new("CP1");
        for number in 0..10_000 {
            let pointer = format!("/meterValue/{number}/timestamp");
            record.deviated("MeterValues", Deviation::hard("bad_time", pointer, "x"), number);
        }
        assert_eq!(record.deviations.len(), 1);
        assert_eq!((record.deviations[0].count, record.deviations[0].evidence.len()), (10_000, EVIDENCE));
    }

    #[test]
    fn a_record_that_ever_held_a_simulated_charger_says_so_for_ever() {
        let mut record = Record::new("CP1");
        let comes = |record: &mut Record, simulated| {
            let handshake = Handshake { simulated, ..Handshake::default() };
            record.apply(Event::Connected { handshake }, 1, Timestamp::UNIX_EPOCH);
        };
        comes(&mut record, false);
        assert!(!record.simulated());
        comes(&mut record, true);
        comes(&mut record, false);
        assert!(record.simulated());
        let mut awaited = Record::new("CP2");
        awaited.apply(Event::Simulated, 1, Timestamp::UNIX_EPOCH);
        comes(&mut awaited, false);
        assert!(awaited.simulated());
        let kept = serde_json::to_string(&record).expect("a record is JSON");
        assert!(serde_json::from_str::<Record>(&kept).expect("a record").simulated());
    }

    #[test]
    fn an_id_tag_is_not_shown_in_a_deviation() {
        let mut record = Record::new("CP1");
        record.deviated("Authorize", Deviation::hard("too_long", "/idTag", "\"04A2B7C8D9E0F1A2B3C4D5\""), 1);
        assert_eq!(record.deviations[0].deviation.got, "(masked)");
    }

    #[test]
    fn a_ceiling_without_a_confirmed_hardware_limit_is_a_red_finding_until_it_is_confirmed() {
        let mut record = Record::new("CP1");
        let mut parts = CeilingParts { breaker: Some(Amperes::from_milliamps(20_000)), ..Default::default() };
        record.apply(Event::Ceiling { parts }, 1, Timestamp::UNIX_EPOCH);
        assert_eq!((record.findings.len(), record.findings[0].gravity), (1, Gravity::Stop));
        (parts.installer, parts.installer_confirmed) = (parts.breaker, true);
        record.apply(Event::Ceiling { parts }, 2, Timestamp::UNIX_EPOCH);
        assert!(record.findings.is_empty());
    }

    #[test]
    fn a_ceiling_is_not_raised_in_two_steps_by_leaving_a_part_out_of_the_first() {
        let amps = |a: u32| Some(Amperes::from_milliamps(a * 1000));
        let mut record = Record::new("CP1");
        let parts = CeilingParts { breaker: amps(32), cable: amps(20), ..Default::default() };
        record.apply(Event::Ceiling { parts }, 1, Timestamp::UNIX_EPOCH);
        let lower = CeilingParts { breaker: amps(16), ..Default::default() };
        assert!(record.may_enter(&lower).is_ok());
        record.apply(Event::Ceiling { parts: lower }, 2, Timestamp::UNIX_EPOCH);
        let higher = CeilingParts { breaker: amps(32), ..Default::default() };
        assert!(record.may_enter(&higher).is_err_and(|why| why.contains("cable")));
        assert!(record.may_enter(&CeilingParts { cable: amps(32), ..higher }).is_ok());
    }

    #[test]
    fn a_ceiling_stored_by_an_older_program_is_read_as_it_was() {
        let old = r#"{"event":"ceiling","parts":{"breaker":20000,"cable":null,"nameplate":32000,"installer":16000,"installer_confirmed":true}}"#;
        let amps = |a: u32| Some(Amperes::from_milliamps(a * 1000));
        let Event::Ceiling { parts } = serde_json::from_str(old).expect("an event") else { panic!("another event") };
        let (breaker, nameplate, installer) = (amps(20), amps(32), amps(16));
        assert_eq!(
            parts,
            CeilingParts { breaker, nameplate, installer, installer_confirmed: true, ..Default::default() }
        );
    }
}
