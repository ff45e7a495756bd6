//! Cheap hours as the window shows them.

use chargehand_catalogue::{Confidence, Tariff, platform, platforms, tariffs};
use chargehand_commissioning::event::CheapHours;
use chargehand_commissioning::plan::planned_limit;
use chargehand_commissioning::record::Record;
use chargehand_commissioning::step::set_windows;
use chargehand_commissioning::units::Amperes;
use chargehand_commissioning::windows::{self, Fight, Span, Unfit, Week};
use jiff::Timestamp;
use jiff::tz::{TimeZone, db};

use super::outcome;
use crate::ipc::{
    CheapHoursView, FactView, FightView, HoursChoices, HoursPlan, PlatformLine, PresetView, SpanView, WeekView,
};

/// As they stand in a charger.
pub fn cheap_hours(hours: &CheapHours) -> CheapHoursView {
    CheapHoursView { week: of_week(&hours.week), words: hours.words.clone(), outcome: outcome(&hours.outcome) }
}

fn of_week(week: &Week) -> WeekView {
    let span =
        |span: &Span| SpanView { from_min: span.from_min, to_min: span.to_min, limit_ma: span.limit.milliamps() };
    WeekView {
        zone: week.zone().to_owned(),
        days: week.days().iter().map(|day| day.iter().map(span).collect()).collect(),
        random_delay_s: week.random_delay_s(),
    }
}

/// As the engine has them.
///
/// # Errors
/// What is wrong with them, in words.
pub fn week(view: &WeekView) -> Result<Week, Unfit> {
    let span = |span: &SpanView| {
        let limit = Amperes::from_milliamps(span.limit_ma);
        Span { from_min: span.from_min, to_min: span.to_min, limit }
    };
    let day = |day: usize| view.days.get(day).into_iter().flatten().map(span).collect();
    Ok(Week::new(&view.zone, std::array::from_fn(day))?.starting_late(view.random_delay_s))
}

/// What there is to choose from.
pub fn hours_choices() -> HoursChoices {
    let mut zones: Vec<String> =
        db().available().map(|name| name.as_str().to_owned()).filter(|it| is_place(it)).collect();
    zones.sort();
    zones.dedup();
    let own_zone = TimeZone::system().iana_name().unwrap_or("UTC").to_owned();
    let platform = |it: &chargehand_catalogue::Platform| PlatformLine { id: it.id.to_owned(), name: it.name.clone() };
    HoursChoices {
        zones,
        presets: presets(&own_zone),
        own_zone,
        platforms: platforms().iter().map(platform).collect(),
        otherwise: windows::OVERRIDE.map(str::to_owned).into(),
    }
}

/// `Australia/Adelaide`, and not the copies and short forms that tables have besides.
fn is_place(name: &str) -> bool {
    let area = name.split_once('/').map(|(area, _)| area);
    name == "UTC" || area.is_some_and(|area| !matches!(area, "Etc" | "posix" | "right" | "SystemV" | "US"))
}

/// Market by market, that of this computer's zone first.
fn presets(own_zone: &str) -> Vec<PresetView> {
    let area = |zone: &str| zone.split('/').next().unwrap_or_default().to_owned();
    let is_here = |it: &Tariff| it.zone.contains('/') && area(&it.zone) == area(own_zone);
    let here = tariffs().iter().find(|it| is_here(it)).map(market);
    let mut all: Vec<&Tariff> = tariffs().iter().collect();
    all.sort_by_key(|it| (Some(market(it)) != here, market(it)));
    all.into_iter().map(preset).collect()
}

fn market(it: &Tariff) -> &str {
    it.markets.first().map_or("", String::as_str)
}

fn preset(it: &Tariff) -> PresetView {
    let span = |(from_min, to_min): &(u16, u16)| SpanView { from_min: *from_min, to_min: *to_min, limit_ma: 0 };
    let days = it.days().iter().map(|day| day.iter().map(span).collect()).collect();
    let fact = |what: &str, source: &str, date: &str, sure: Confidence| super::fact(what, source, date, sure);
    let delay = it.random_delay.as_ref().map(|it| fact(&it.says, &it.source, &it.date, it.confidence));
    let unknown =
        it.unknown.iter().map(|text| FactView { what: text.clone(), ..fact("", "", "", Confidence::Unknown) });
    PresetView {
        id: it.id.to_owned(),
        name: it.name.clone(),
        what: fact(&it.summary, &it.hours.source, &it.hours.date, it.hours.confidence),
        market: market(it).to_owned(),
        week: WeekView {
            zone: it.zone.clone(),
            days,
            random_delay_s: it.random_delay.as_ref().map(|delay| delay.default_s),
        },
        besides: delay.into_iter().chain(unknown).collect(),
    }
}

/// What would be written of these hours, and what speaks against it.
pub fn hours_plan(record: &Record, week: Result<Week, Unfit>, on: Option<&str>, now: Timestamp) -> HoursPlan {
    let fight = |it: Fight| FightView { text: it.text, evidence: it.evidence, refuses: it.refuses };
    let fights = windows::fights(record, on.and_then(platform)).into_iter().map(fight).collect();
    let week = match week {
        Ok(week) => week,
        Err(unfit) => return HoursPlan { refused: Some(unfit.to_string()), words: Vec::new(), fights },
    };
    let plan = set_windows::first_plan(record, &week, now);
    let refused = set_windows::refused(record, &week, on, planned_limit(record));
    let too_few = || plan.is_none().then(|| "The charger holds too few periods for any of these hours.".to_owned());
    HoursPlan {
        refused: refused.or_else(too_few),
        words: plan.as_ref().map(|plan| windows::sentences(&week, plan)).unwrap_or_default(),
        fights,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn known_hours_come_market_by_market_and_those_at_hand_first() {
        for (zone, first) in
            [("Australia/Brisbane", "AU"), ("Pacific/Auckland", "NZ"), ("Europe/London", "GB"), ("UTC", "AU")]
        {
            let mut markets: Vec<String> = presets(zone).into_iter().map(|it| it.market).collect();
            assert_eq!(markets[0], first, "{zone}");
            markets.dedup();
            assert_eq!(markets.len(), 3, "{zone}: {markets:?}");
        }
    }

    #[test]
    fn zones_are_places_and_this_computers_is_one_of_them_or_utc() {
        let choices = hours_choices();
        for zone in
            ["Australia/Adelaide", "Australia/Darwin", "Australia/Lord_Howe", "Pacific/Chatham", "Europe/London"]
        {
            assert!(choices.zones.iter().any(|it| it == zone), "{zone}");
        }
        assert!(choices.zones.iter().all(|it| it == "UTC" || it.contains('/')), "{:?}", choices.zones);
        assert!(choices.presets.iter().all(|it| week(&it.week).is_err()), "a preset names no limit: a person does");
        assert!(!choices.otherwise.is_empty());
    }

    #[test]
    fn hours_that_cannot_be_meant_are_told_why_and_written_nowhere() {
        let record = Record::new("CP1");
        let view = WeekView { zone: "Australia/Adelaide".into(), days: vec![Vec::new(); 7], random_delay_s: None };
        let plan = hours_plan(&record, week(&view), Some("chargehq"), Timestamp::UNIX_EPOCH);
        assert!(plan.refused.unwrap().contains("never charge"));
        assert!(plan.words.is_empty() && plan.fights[0].refuses);
    }
}
