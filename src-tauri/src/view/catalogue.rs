//! The catalogue, converted for the window.

use chargehand_catalogue::{
    Access, Can, Charger, Confidence, Local, Purpose, Quirk, Server, Statement, Step, StepKind, Topic, chargers,
    question, search, uses,
};
use chargehand_commissioning::record::Record;

use crate::ipc::*;

/// At most this many are listed.
const LISTED: usize = 30;

/// What these words find. No words find nothing.
pub fn found(words: &str) -> FoundView {
    let found = if words.trim().is_empty() { Vec::new() } else { search(words) };
    FoundView {
        chargers: found.iter().take(LISTED).map(|it| line(it.charger)).collect(),
        listed: u32::try_from(chargers().len()).unwrap_or(u32::MAX),
    }
}

/// The line of a charger.
pub fn line(it: &Charger) -> KnownLine {
    KnownLine {
        id: it.id.to_owned(),
        vendor: it.vendor.clone(),
        model: it.model.clone(),
        access: access(it.access.class),
        confidence: confidence(it.access.confidence),
        summary: it.summary.clone(),
    }
}

/// What a charger's boot message says it is.
pub fn recognised(record: &Record) -> Option<KnownLine> {
    record.recognised().filter(|it| it.model_known).map(|it| line(it.charger))
}

/// All that is known of a charger.
pub fn known(it: &Charger) -> KnownView {
    KnownView {
        line: line(it),
        which: it.which.clone(),
        aliases: it.aliases.clone(),
        because: fact(&it.access.because, &it.access.source, &it.access.date, it.access.confidence),
        uses: uses(it).into_iter().map(used).collect(),
        facts: it.facts().iter().map(|it| TopicFact { topic: topic(it.topic), fact: stated(it) }).collect(),
        unknown: it.unknown.clone(),
        question: question(it),
    }
}

fn used(it: chargehand_catalogue::Use) -> UseView {
    let purpose = match it.purpose {
        Purpose::SolarDiversion => PurposeView::Solar,
        Purpose::TariffScheduling => PurposeView::Tariff,
        Purpose::DemandResponse => PurposeView::DemandResponse,
        Purpose::VehicleToGrid => PurposeView::V2g,
    };
    UseView { purpose, can: can(it.answer), why: it.because }
}

/// How a model is pointed at us.
pub fn recipe(it: &Charger, server: &Server) -> RecipeView {
    let typed = it.form().to_type(server);
    let steps = |kind: StepKind| it.steps().iter().filter(|step| step.kind == kind).map(step).collect();
    RecipeView {
        line: line(it),
        lan: can(it.lan.is),
        fields: typed.fields.into_iter().map(|it| FieldView { name: it.name.to_owned(), text: it.text }).collect(),
        form_known: typed.known,
        heed: typed.heed,
        needs: steps(StepKind::Needs),
        login: steps(StepKind::Login),
        menu: steps(StepKind::Menu),
        cautions: it.cautions().map(caution).collect(),
        local_api: it.local.iter().find_map(|local| local.api.clone()),
        by_hand: it.by_hand().map(|(local, why)| by_hand(local, why)),
        back: it.way_back().map(stated).collect(),
        unknown: it.unknown.clone(),
    }
}

fn caution(it: &Quirk) -> CautionView {
    let what = format!("{} {}", it.says, it.remedy);
    CautionView { id: it.id.clone(), fact: fact(&what, &it.source, &it.date, it.confidence) }
}

fn by_hand(it: &Local, why: &str) -> ByHandView {
    let known = fact(&it.says, &it.source, &it.date, it.confidence);
    ByHandView { name: it.name.clone(), password: it.password == Some(true), why: why.to_owned(), fact: known }
}

fn step(it: &Step) -> FactView {
    fact(&it.says, &it.source, &it.date, it.confidence)
}

fn stated(it: &Statement) -> FactView {
    fact(&it.says, &it.source, &it.date, it.confidence)
}

/// A fact with where it is known from.
pub fn fact(what: &str, source: &str, date: &str, sure: Confidence) -> FactView {
    FactView { what: what.to_owned(), source: source.to_owned(), date: date.to_owned(), confidence: confidence(sure) }
}

/// How sure something is.
pub fn confidence(it: Confidence) -> ConfidenceView {
    match it {
        Confidence::High => ConfidenceView::High,
        Confidence::Medium => ConfidenceView::Medium,
        Confidence::Low => ConfidenceView::Low,
        Confidence::Unknown => ConfidenceView::Unknown,
    }
}

fn access(it: Access) -> AccessView {
    match it {
        Access::OpenLan => AccessView::OpenLan,
        Access::OpenConditional => AccessView::OpenConditional,
        Access::MakerCloud => AccessView::MakerCloud,
        Access::PrivateApi => AccessView::PrivateApi,
        Access::OpenNotControllable => AccessView::OpenNotControllable,
        Access::Locked => AccessView::Locked,
        Access::None => AccessView::None,
        Access::Unknown => AccessView::Unknown,
    }
}

fn can(it: Can) -> CanView {
    match it {
        Can::Yes => CanView::Yes,
        Can::Conditions => CanView::Conditions,
        Can::No => CanView::No,
        Can::Unknown => CanView::Unknown,
    }
}

fn topic(it: Topic) -> TopicView {
    match it {
        Topic::Access => TopicView::Access,
        Topic::Lan => TopicView::Lan,
        Topic::Version => TopicView::Version,
        Topic::Phases => TopicView::Phases,
        Topic::Current => TopicView::Current,
        Topic::Address => TopicView::Address,
        Topic::Identity => TopicView::Identity,
        Topic::Password => TopicView::Password,
        Topic::Encryption => TopicView::Encryption,
        Topic::Setup => TopicView::Setup,
        Topic::Connection => TopicView::Connection,
        Topic::Boot => TopicView::Boot,
        Topic::Limits => TopicView::Limits,
        Topic::Start => TopicView::Start,
        Topic::Authorization => TopicView::Authorization,
        Topic::Metering => TopicView::Metering,
        Topic::Offline => TopicView::Offline,
        Topic::Solar => TopicView::Solar,
        Topic::Control => TopicView::Control,
        Topic::WayBack => TopicView::WayBack,
        Topic::Quirk => TopicView::Quirk,
        Topic::App => TopicView::App,
        Topic::Local => TopicView::Local,
        // Of platforms only.
        Topic::Chargers | Topic::Requirements | Topic::Forwarding | Topic::Owner => TopicView::Other,
    }
}
