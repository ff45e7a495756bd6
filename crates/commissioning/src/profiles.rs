//! What stands in a 2.x charger already: it is listed before anything is written, and comes back as it was.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use chargehand_ocpp::profile::Purpose;
use chargehand_ocpp::read::{answer_status, int, list as items, long_text, text};
use chargehand_ocpp::v2::read::ProfilesPart;
use chargehand_ocpp::{Ask, Call, Version, v2};

use crate::event::{Event, Happened, Step};
use crate::guard;
use crate::in_force;
use crate::limit::{self, SESSION_PROFILE, TEST_PROFILE};
use crate::link::{Answered, Link};
use crate::outcome::{Finding, Gravity};
use crate::record::{InForce, Listed, Place, Record};
use crate::units::Amperes;

/// The next part of a list comes within this.
const PART: Duration = Duration::from_secs(15);
/// The most profiles that are named in a sentence.
const NAMED: usize = 10;
/// The most connectors that a charger is believed to have.
const CONNECTORS: u32 = 32;
/// The most profiles that are kept: a real charger holds a few dozen.
const MOST: usize = 100;

impl Listed {
    /// Its id in the charger.
    pub fn id(&self) -> Option<i32> {
        int(&self.profile, "id").and_then(|id| i32::try_from(id).ok())
    }

    /// Where it stands; `None` where it does not say what it is for.
    pub fn place(&self) -> Option<Place> {
        let purpose = Purpose::read(&text(&self.profile, "chargingProfilePurpose"))?;
        let stack_level = int(&self.profile, "stackLevel").and_then(|level| i32::try_from(level).ok())?;
        Some(Place { purpose, connector: self.connector, stack_level })
    }

    /// Which of ours it is, where it is one of ours: what we left in the charger is listed with the others.
    fn role(&self) -> Option<i32> {
        let schedule = items(&self.profile, "chargingSchedule").first()?;
        int(schedule, "id").and_then(|id| i32::try_from(id).ok()).filter(|role| limit::is_ours(*role))
    }

    /// It is not ours.
    pub fn is_foreign(&self) -> bool {
        self.role().is_none()
    }

    /// Does a ClearChargingProfile name it?
    fn is_named(&self, version: Version, payload: &Value) -> bool {
        let named = |(id, place)| in_force::names(version, payload, id, place);
        self.id().zip(self.place()).is_some_and(named)
    }

    /// Is it named by one, if that is read in whatever way names most?
    pub(crate) fn may_be_named(&self, version: Version, payload: &Value) -> bool {
        let named = |(id, place)| in_force::may_name(version, payload, id, place);
        self.id().zip(self.place()).is_some_and(named)
    }

    /// Does it hold every session of its EVSE (0: of all) down to the ceiling, for as long as it stands?
    fn guards(&self, record: &Record, ceiling: Amperes) -> bool {
        let for_all = |place: Place| matches!(place.purpose, Purpose::TxDefaultProfile | Purpose::StationMaxProfile);
        let ends = ["validFrom", "validTo", "recurrencyKind"].iter().any(|key| self.profile.get(key).is_some())
            || items(&self.profile, "chargingSchedule").iter().any(|schedule| schedule.get("duration").is_some());
        !self.replaced
            && !ends
            && self.place().is_some_and(for_all)
            && guard::schedules(record, &self.profile).is_ok_and(|highest| highest <= ceiling)
    }

    /// The call that puts it back as it was.
    pub(crate) fn put_back(&self, version: Version) -> Call {
        v2::call::set_charging_profile(self.connector, &v2::profile::as_reported(version, &self.profile))
    }

    /// Purpose, EVSE, level and whose it is.
    pub fn words(&self) -> String {
        let purpose = long_text(&self.profile, "chargingProfilePurpose", 40);
        let level = int(&self.profile, "stackLevel").unwrap_or(0);
        format!("{purpose} on EVSE {} at level {level} ({})", self.connector, self.source)
    }
}

/// The listed profiles that stand in the charger now.
fn standing(record: &Record) -> impl Iterator<Item = &Listed> {
    record.listed.iter().flatten().filter(|listed| !listed.replaced)
}

/// The places that are taken in a 2.x charger, with the id of what stands there.
pub fn taken(record: &Record) -> Vec<(Place, i32)> {
    if !record.version().is_v2() {
        return Vec::new();
    }
    let ours = record.in_force.iter().filter(|f| f.accepted).map(|f| (f.place(), f.profile));
    ours.chain(standing(record).filter_map(|listed| Some((listed.place()?, listed.id()?)))).collect()
}

/// The highest level at which somebody else's limit of sessions stands.
pub fn highest_level(record: &Record) -> Option<i32> {
    let of_sessions = |place: &Place| matches!(place.purpose, Purpose::TxDefaultProfile | Purpose::TxProfile);
    let places = standing(record).filter(|listed| listed.is_foreign()).filter_map(Listed::place);
    places.filter(of_sessions).map(|place| place.stack_level).max()
}

/// Do profiles that are not ours hold every session down to the ceiling?
pub fn guarded(record: &Record, ceiling: Amperes) -> bool {
    cover_all(record, &guarded_on(record, ceiling, |listed| !listed.is_foreign()))
}

/// The connectors (0: all of them) whose sessions are held down to the ceiling by a profile that the charger listed, without
/// these.
pub(crate) fn guarded_on(record: &Record, ceiling: Amperes, without: impl Fn(&Listed) -> bool) -> Vec<u32> {
    let guards = standing(record).filter(|listed| !without(listed) && listed.guards(record, ceiling));
    guards.map(|listed| listed.connector).collect()
}

/// Do limits on these connectors hold every session down? One on connector 0 does; else each connector that the charger has
/// shown needs its own, and of one that has shown none nobody knows how many there are.
pub(crate) fn cover_all(record: &Record, on: &[u32]) -> bool {
    let told = record.configured("NumberOfConnectors").trim().parse::<u32>().unwrap_or(0).min(CONNECTORS);
    let shown = record.connectors.keys().copied().filter(|connector| *connector > 0);
    let mut all = shown.chain(1..=told).peekable();
    on.contains(&0) || (all.peek().is_some() && all.all(|connector| on.contains(&connector)))
}

/// Notes that the charger accepted a profile: what stood in its place, or had its id, is gone. True: it is what was there
/// before, and not ours.
pub(crate) fn accepted(record: &mut Record, entry: &InForce, sent: &Value) -> bool {
    let version = record.version();
    let mut back = false;
    let of_others = !limit::is_ours(entry.role());
    if let Some(all) = record.listed.as_mut().filter(|_| of_others) {
        // Somebody else's takes the place of ours again: nobody is owed ours.
        all.retain(|it| it.is_foreign() || (it.id() != Some(entry.profile) && it.place() != Some(entry.place())));
    }
    for listed in record.listed.iter_mut().flatten() {
        if listed.id() == Some(entry.profile) || listed.place() == Some(entry.place()) {
            let same = v2::profile::as_reported(version, &listed.profile) == *sent;
            listed.replaced = !same;
            back |= same && listed.is_foreign();
        }
    }
    back
}

/// A charger that lists its profiles to the end may have lost those of ours that it does not list: some do when they start
/// anew. Nothing is built on them any more. Tests are not kept in the list, and are warned of until they are over.
pub(crate) fn doubt_unlisted(all: &mut [InForce], listed: &[Listed], number: u64) {
    let passing = |f: &InForce| [TEST_PROFILE, SESSION_PROFILE].contains(&f.role());
    let missing = |f: &&mut InForce| !passing(f) && !listed.iter().any(|it| it.id() == Some(f.profile));
    for f in all.iter_mut().filter(|_| listed.len() < MOST).filter(missing) {
        f.doubted.get_or_insert(number);
    }
}

/// Notes that the charger took away what a ClearChargingProfile names. What one of ours had replaced is still owed.
pub(crate) fn cleared(record: &mut Record, payload: &Value) {
    let version = record.version();
    if let Some(profiles) = &mut record.listed {
        profiles.retain(|listed| listed.replaced || !listed.is_named(version, payload));
    }
}

/// The calls that put back what ours replaced. A limit of a transaction that is over is not put back.
pub fn put_back(record: &Record) -> Vec<(Call, String)> {
    let version = record.version();
    let over = |listed: &Listed| {
        let name = text(&listed.profile, "transactionId");
        !name.is_empty() && !record.transactions.iter().any(|t| t.name == name && t.stopped.is_none())
    };
    let owed = record.listed.iter().flatten().filter(|listed| listed.replaced && !over(listed));
    owed.map(|listed| (listed.put_back(version), listed.words())).collect()
}

/// What is in the charger before a check writes anything, with what that means for undoing. `evidence` is where the charger
/// told the limit in force.
pub async fn note(link: &Link, step: Step, record: &Record, evidence: Option<u64>) {
    let finding = if record.version().is_v2() {
        match read(link, step, record).await {
            Some((profiles, frames)) => found(&profiles, frames),
            None => Some(not_listed()),
        }
    } else {
        Some(cannot_be_listed())
    };
    let Some(mut finding) = finding else { return };
    finding.evidence.extend(evidence);
    finding.evidence.sort_unstable();
    let _ = link.keep(Event::Found { finding }).await;
}

/// Asks a 2.x charger for its charging profiles and keeps them: all of them, and the frames they came in. `None` where it
/// does not list them to the end, and in 1.6, which cannot list any.
pub async fn read(link: &Link, step: Step, record: &Record) -> Option<(Vec<Listed>, Vec<u64>)> {
    if !record.version().is_v2() {
        return None;
    }
    let (profiles, evidence) = list(link, step, record).await?;
    let _ = link.keep(Event::Listed { profiles: profiles.clone() }).await;
    Some((profiles, evidence))
}

/// Gives the place of one of ours back: to what stood there before, else it is empty again.
pub async fn give_back(link: &Link, role: i32) {
    let Ok(record) = link.record().await else { return };
    let Some(entry) = record.in_force.iter().find(|f| f.role() == role) else { return };
    let before = record.listed.iter().flatten().find(|l| l.replaced && l.place() == Some(entry.place()));
    let _ = match before {
        Some(listed) => link.call(listed.put_back(record.version())).await,
        None => link.ask(Ask::ClearProfile { id: entry.profile }).await,
    };
}

/// All profiles and the frames they came in; `None` where the charger does not list them to the end.
async fn list(link: &Link, step: Step, record: &Record) -> Option<(Vec<Listed>, Vec<u64>)> {
    let mut told = link.watch().await.ok()?;
    let request = request(record);
    link.doing(step, "Asking which charging profiles there are", Some(PART)).await;
    let Answered { payload, sent, number, .. } = link.call(v2::call::get_charging_profiles(request)).await.ok()?;
    let (mut profiles, mut evidence) = (Vec::new(), vec![sent, number]);
    match answer_status(&payload).as_str() {
        "NoProfiles" => return Some((profiles, evidence)),
        "Accepted" => {}
        _ => return None,
    }
    loop {
        let news = timeout_at(Instant::now() + PART, told.recv()).await.ok()??;
        match news.what {
            Happened::Profiles { part } if part.request == i64::from(request) => {
                evidence.push(news.number);
                let more = part.more;
                add(&mut profiles, *part);
                if !more {
                    return Some((profiles, evidence));
                }
            }
            Happened::Disconnected { .. } => return None,
            _ => {}
        }
    }
}

fn add(profiles: &mut Vec<Listed>, part: ProfilesPart) {
    let ProfilesPart { evse, source, profiles: new, .. } = part;
    let listed = |profile| Listed { connector: evse, source: source.clone(), profile, replaced: false };
    // A test of ours, or what was for one session of ours, is nothing to go back to.
    let passing = |listed: &Listed| listed.role().is_some_and(|role| [TEST_PROFILE, SESSION_PROFILE].contains(&role));
    let room = MOST.saturating_sub(profiles.len());
    profiles.extend(new.into_iter().map(listed).filter(|listed| !passing(listed)).take(room));
}

/// A number for a request whose answer comes in messages of its own: it is not used twice for a charger.
pub fn request(record: &Record) -> i32 {
    i32::try_from(record.as_of % u64::from(i32::MAX.unsigned_abs())).unwrap_or(0)
}

fn cannot_be_listed() -> Finding {
    Finding {
        code: "profiles_cannot_be_listed".into(),
        gravity: Gravity::Note,
        text:
            "OCPP 1.6 cannot list a charger's profiles. If an earlier platform left a default limit at stack level 0, \
               it was overwritten and cannot be restored as it was; its value, where the charger told it, is kept."
                .into(),
        evidence: Vec::new(),
    }
}

fn not_listed() -> Finding {
    Finding {
        code: "profiles_not_listed".into(),
        gravity: Gravity::Attention,
        text:
            "The charger did not list its charging profiles. If an earlier platform left a limit where ours stands, it \
               was overwritten and cannot be restored as it was; its value, where the charger told it, is kept."
                .into(),
        evidence: Vec::new(),
    }
}

fn found(profiles: &[Listed], evidence: Vec<u64>) -> Option<Finding> {
    let words: Vec<String> = profiles.iter().filter(|listed| listed.is_foreign()).map(Listed::words).collect();
    if words.is_empty() {
        return None;
    }
    let more = words.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    Some(Finding {
        code: "profiles_found".into(),
        gravity: Gravity::Note,
        text: format!(
            "The charger already held limits before this check: {}{more}. What ours replaces is put back as it was.",
            words.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ")
        ),
        evidence,
    })
}
