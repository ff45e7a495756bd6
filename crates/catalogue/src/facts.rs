//! All that an entry holds, as sentences with their sources: for lists, comparison and the command line.

use crate::entry::{Can, Known, Statement, Topic};
use crate::{Charger, Confidence};

/// Where something is known from.
type Cited<'a> = (&'a str, &'a str, Confidence);

fn state(topic: Topic, says: String, (source, date, confidence): Cited) -> Statement {
    Statement { topic, says, source: source.to_owned(), date: date.to_owned(), confidence }
}

fn known<T>(topic: Topic, value: Option<&Known<T>>, says: impl Fn(&T) -> String) -> Option<Statement> {
    let it = value?;
    Some(state(topic, says(&it.is), (&it.source, &it.date, it.confidence)))
}

/// Everything known of a charger; what it shares with another entry is there.
pub(crate) fn stated(it: &Charger) -> Vec<Statement> {
    let mut all = head(it);
    all.extend(it.url.facts());
    for step in &it.step {
        all.push(state(Topic::Setup, step.says.clone(), (&step.source, &step.date, step.confidence)));
    }
    all.extend(it.fact.iter().cloned());
    for quirk in &it.quirk {
        let says = format!("{} {}", quirk.says, quirk.remedy);
        all.push(state(Topic::Quirk, says, (&quirk.source, &quirk.date, quirk.confidence)));
    }
    for boot in &it.boot {
        all.push(state(Topic::Boot, boot.sentence(), (&boot.source, &boot.date, boot.confidence)));
    }
    for app in &it.app {
        let says = format!("{}: {}", app.name, app.says);
        all.push(state(Topic::App, says, (&app.source, &app.date, app.confidence)));
    }
    for local in &it.local {
        let by_hand = local.by_hand.iter().map(|why| format!(" {why}")).collect::<String>();
        let says = format!("{}: {}{by_hand}", local.name, local.says);
        all.push(state(Topic::Local, says, (&local.source, &local.date, local.confidence)));
    }
    all
}

fn head(it: &Charger) -> Vec<Statement> {
    let access = &it.access;
    let class = format!("{} {}", access.class.says(), access.because);
    let mut all = vec![state(Topic::Access, class, (&access.source, &access.date, access.confidence))];
    all.extend(known(Topic::Lan, Some(&it.lan), |can| lan(*can).to_owned()));
    for version in &it.version {
        let says = format!("It speaks OCPP {}. {}", version.ocpp, version.says).trim_end().to_owned();
        all.push(state(Topic::Version, says, (&version.source, &version.date, version.confidence)));
    }
    all.extend(known(Topic::Limits, it.limits.as_ref(), |can| limits(*can).to_owned()));
    all.extend(known(Topic::Phases, it.phases.as_ref(), |text| format!("Phases: {text}.")));
    all.extend(known(Topic::Current, it.amps.as_ref(), |text| format!("Largest current, A: {text}.")));
    all.extend(known(Topic::Setup, it.like.as_ref(), |id| {
        let twin = crate::charger(id).map_or_else(|| id.clone(), Charger::name);
        format!("It is set up as the {twin} is, and shares its quirks.")
    }));
    all
}

fn lan(can: Can) -> &'static str {
    match can {
        Can::Yes => "A server in the home network works.",
        Can::Conditions => "A server in the home network works, under conditions.",
        Can::No => "A server in the home network does not work.",
        Can::Unknown => "Whether a server in the home network works is not known.",
    }
}

fn limits(can: Can) -> &'static str {
    match can {
        Can::Yes => "It follows limits over OCPP.",
        Can::Conditions => "Limits over OCPP are doubtful: it follows some of them at most.",
        Can::No => "It takes no limits over OCPP.",
        Can::Unknown => "Whether it follows limits over OCPP is not known.",
    }
}

impl crate::entry::Boot {
    /// What it says of itself, in words.
    pub fn sentence(&self) -> String {
        let parts =
            [("vendor", &self.vendor), ("model", &self.model), ("serial number", &self.serial), ("id", &self.identity)];
        let told =
            parts.iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?.replace('*', "…"))));
        let told = told.collect::<Vec<_>>().join(", ");
        format!("It shows itself by {told}. {}", self.says).trim_end().to_owned()
    }
}
