//! The charging profiles a charger holds, and what they come to together.

use crate::Deviations;
use crate::profile::{Installed, Kind, Mode, Moment, Profile, Purpose};
use jiff::Timestamp;

/// How many charging profiles a charger holds.
pub(crate) const MAX_PROFILES: usize = 20;

/// The profiles installed on the charger; all but a transaction's own survive a reboot.
#[derive(Debug, Default)]
pub(crate) struct Profiles(Vec<Installed>);

impl Profiles {
    /// Installs a profile in place of one with the same id; false when there is no room.
    pub(crate) fn install(&mut self, connector: i64, profile: Profile, now: Timestamp) -> bool {
        let kept = self.0.iter().filter(|held| held.profile.id != profile.id).count();
        if kept < MAX_PROFILES {
            self.0.retain(|held| held.profile.id != profile.id);
            self.0.push(Installed { connector, received: now, updated: now, asked: now, profile });
        }
        kept < MAX_PROFILES
    }

    /// Whether another one of its purpose, place and level holds at the same time: 2.x refuses that (K01.FR.06 and
    /// 39), and a default for all EVSEs beside one of its level for a single one (K01.FR.52 and 53).
    pub(crate) fn conflicts(&self, connector: i64, profile: &Profile) -> bool {
        let rival = |held: &Installed| {
            let same_place = held.connector == connector && held.profile.overlaps(profile);
            let other_place = held.connector != connector && profile.purpose == Purpose::TxDefault;
            held.profile.id != profile.id
                && (held.profile.purpose, held.profile.stack_level) == (profile.purpose, profile.stack_level)
                && (same_place || other_place)
        };
        self.0.iter().any(rival)
    }

    /// Every profile with the connector it is for.
    pub(crate) fn all(&self) -> impl Iterator<Item = (i64, &Profile)> {
        self.0.iter().map(|held| (held.connector, &held.profile))
    }

    /// Removes every profile that matches; whether there was one.
    pub(crate) fn clear(&mut self, matches: impl Fn(i64, &Profile) -> bool) -> bool {
        let before = self.0.len();
        self.0.retain(|held| !matches(held.connector, &held.profile));
        self.0.len() < before
    }

    /// The connection is back: what was not to outlast its loss is gone (2.1 K01.FR.102).
    pub(crate) fn reconnected(&mut self, moment: Moment) {
        self.0.retain(|held| !(held.profile.ends_offline && held.is_too_long_offline(moment)));
    }

    /// The dynamic profile of this id (2.1), its value renewed now.
    pub(crate) fn renew(&mut self, id: i64, now: Timestamp) -> Option<&mut Profile> {
        let is_meant = |held: &&mut Installed| held.profile.id == id && held.profile.kind == Kind::Dynamic;
        let held = self.0.iter_mut().find(is_meant)?;
        (held.updated, held.asked) = (now, now);
        Some(&mut held.profile)
    }

    /// When a new value is to be asked for (2.1 K28.FR.10).
    pub(crate) fn pull_due(&self) -> Option<Timestamp> {
        self.0.iter().filter_map(Installed::pull_due).min()
    }

    /// The profiles whose new value is due, counted as asked for now.
    pub(crate) fn pull(&mut self, now: Timestamp) -> Vec<i64> {
        let due = self.0.iter_mut().filter(|held| held.pull_due().is_some_and(|at| at <= now));
        due.map(|held| {
            held.asked = now;
            held.profile.id
        })
        .collect()
    }

    /// The profile of a purpose that counts, with what it comes to: the highest stack level in force.
    fn best(&self, purpose: Purpose, connector: i64, but: Deviations, moment: Moment) -> Option<(f64, Mode)> {
        (self.0.iter())
            .filter(|held| held.profile.purpose == purpose && held.connector == connector)
            .filter(|held| held.is_obeyed(but, moment))
            .filter_map(|held| {
                let period = held.period(but, moment)?;
                Some((held.profile.stack_level, (held.profile.amps(but, period, moment.drawn)?, period.mode)))
            })
            .max_by_key(|(level, _)| *level)
            .map(|(_, found)| found)
    }

    /// What the transaction goes by. Its own profile overrules the default, and a default for the connector the one
    /// for all; priority charging overrules them all.
    fn session(&self, but: Deviations, moment: Moment) -> Option<(f64, Mode)> {
        let order = [
            (Purpose::Priority, 1),
            (Purpose::Priority, 0),
            (Purpose::Tx, 1),
            (Purpose::TxDefault, 1),
            (Purpose::TxDefault, 0),
        ];
        let counts = order.iter().filter(|(purpose, _)| moment.priority || *purpose != Purpose::Priority);
        counts.into_iter().find_map(|(purpose, connector)| self.best(*purpose, *connector, but, moment))
    }

    /// The limit in amperes per phase at a moment: the least across purposes. Negative where the car is to give.
    pub(crate) fn limit(&self, but: Deviations, moment: Moment) -> Option<f64> {
        let station = self.best(Purpose::StationMaximum, 0, but, moment).map(|(amps, _)| amps);
        let session = self.session(but, moment).map(|(amps, _)| amps);
        [station, session].into_iter().flatten().reduce(f64::min)
    }

    /// How the transaction is operated (2.1).
    pub(crate) fn mode(&self, but: Deviations, moment: Moment) -> Mode {
        self.session(but, moment).map_or(Mode::default(), |(_, mode)| mode)
    }

    /// Whether there is one for priority charging (2.1).
    pub(crate) fn has_priority(&self) -> bool {
        self.0.iter().any(|held| held.profile.purpose == Purpose::Priority)
    }

    /// What is to flow over the next `horizon` seconds as the specification has it, where it changes: from second,
    /// amperes per phase capped at `ceiling`, mode.
    pub(crate) fn composite(&self, moment: Moment, horizon: f64, ceiling: f64) -> Vec<(i64, f64, Mode)> {
        let mut marks: Vec<i64> = (self.0.iter().flat_map(|held| held.changes(moment, horizon)))
            .filter(|second| *second > 0.0 && *second < horizon)
            .map(|second| second.ceil() as i64)
            .collect();
        marks.push(0);
        marks.sort_unstable();
        let mut periods = Vec::<(i64, f64, Mode)>::new();
        for second in marks {
            let (but, then) = (Deviations::default(), moment.after(second as f64));
            let amps = self.limit(but, then).unwrap_or(f64::INFINITY).min(ceiling);
            let mode = self.mode(but, then);
            if periods.last().is_none_or(|(_, last, its)| (*last, *its) != (amps, mode)) {
                periods.push((second, amps, mode));
            }
        }
        periods
    }
}
