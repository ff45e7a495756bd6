//! The way between a charger and us, converted for the window.

use chargehand_catalogue::local_api::{LocalApi, Login, local_apis};
use chargehand_catalogue::{Acts, Recognised};
use chargehand_commissioning::nothing_arrives::{Answer, Answers, Cause, Question, Sure};
use chargehand_commissioning::quirk::Heeded;
use chargehand_commissioning::record::Record;
use chargehand_site::PointedHere;
use chargehand_site::addresses::{Offer, Situation};
use chargehand_site::local_api::Pointed;
use chargehand_site::self_check::{Firewall, SelfCheck, Verdict};

use super::{gravity, time};
use crate::ipc::*;

/// A self-check.
pub fn self_check(check: &SelfCheck) -> SelfCheckView {
    SelfCheckView {
        verdict: match check.verdict() {
            Verdict::Proved => ReachView::Proved,
            Verdict::Nothing => ReachView::Nothing,
            Verdict::Perhaps => ReachView::Perhaps,
            Verdict::KeptOut => ReachView::KeptOut,
            Verdict::NotListening => ReachView::NotListening,
        },
        addresses: check
            .addresses
            .iter()
            .map(|(address, accepted)| OwnAddressView { address: address.to_string(), accepted: *accepted })
            .collect(),
        firewalls: check.firewalls.iter().map(firewall).collect(),
        reached_by: check.reached_by.map(|peer| peer.to_string()),
    }
}

fn firewall(it: &Firewall) -> FirewallView {
    FirewallView { name: it.name.to_owned(), lets_in: it.lets_in, remedy: it.remedy.clone() }
}

/// An address of ours, at this port.
pub fn offer(offer: &Offer, port: u16) -> OfferView {
    OfferView {
        url: chargehand_site::url(&(offer.interface.address, port).into()),
        network: format!("{} ({})", offer.interface.kind.words(), offer.interface.name),
        good: offer.is_good(),
        doubts: offer.doubts.iter().map(chargehand_site::addresses::Doubt::words).collect(),
    }
}

/// How this computer is connected.
pub fn situation(it: Situation) -> SituationView {
    match it {
        Situation::Router => SituationView::Router,
        Situation::DirectCable => SituationView::DirectCable,
        Situation::OwnHotSpot => SituationView::OwnHotSpot,
        Situation::ChargerHotSpot => SituationView::ChargerHotSpot,
        Situation::Nothing => SituationView::Nothing,
    }
}

/// What the person answered.
pub fn answers(it: &MissingView) -> Answers {
    let MissingView { restarted, exactly, numeric, same_network, .. } = *it;
    Answers { restarted, exactly, numeric, same_network }
}

/// A question, as the window answers it.
pub fn asked(question: QuestionView) -> Question {
    match question {
        QuestionView::Restarted => Question::Restarted,
        QuestionView::Exactly => Question::Exactly,
        QuestionView::Numeric => Question::Numeric,
        QuestionView::SameNetwork => Question::SameNetwork,
    }
}

/// Why nothing arrives.
pub fn why(answer: &Answer) -> WhyView {
    WhyView {
        finding: answer.finding.clone(),
        gravity: gravity(answer.gravity),
        asks: answer.asks.map(|question| match question {
            Question::Restarted => QuestionView::Restarted,
            Question::Exactly => QuestionView::Exactly,
            Question::Numeric => QuestionView::Numeric,
            Question::SameNetwork => QuestionView::SameNetwork,
        }),
        causes: answer.causes.iter().map(cause).collect(),
    }
}

fn cause(it: &Cause) -> CauseView {
    let sure = match it.sure {
        Sure::Found => SureView::Found,
        Sure::Possible => SureView::Possible,
        Sure::RuledOut => SureView::RuledOut,
    };
    CauseView { problem: it.problem.to_owned(), sure, says: it.says.clone() }
}

/// What setting a charger from here takes.
pub fn interface(api: &LocalApi) -> InterfaceView {
    let user = if let Some(Login::Session { user, .. }) = &api.login { user.clone() } else { String::new() };
    InterfaceView {
        title: api.title.clone(),
        before: api.before.clone(),
        after: api.after.clone().unwrap_or_default(),
        login: login(api),
        user,
        source: api.source.clone(),
    }
}

fn login(api: &LocalApi) -> LoginView {
    match api.login {
        None => LoginView::Never,
        Some(Login::Basic | Login::Digest) => LoginView::Perhaps,
        Some(Login::Challenge) => LoginView::Password,
        Some(Login::Session { .. }) => LoginView::Always,
    }
}

/// Where a charger connects to.
pub fn pointed(it: &Pointed) -> PointedView {
    PointedView { url: it.url.clone(), on: it.on, id: it.id.clone().unwrap_or_default() }
}

/// A charger that has to go back.
pub fn pointed_here(it: &PointedHere) -> PointedHereView {
    PointedHereView {
        address: it.address.to_string(),
        fingerprint: it.fingerprint.clone(),
        name: it.name.clone(),
        user: it.user.clone(),
        login: local_apis().iter().find(|api| api.fingerprint == it.fingerprint).map_or(LoginView::Never, login),
        before: pointed(&it.before),
        ours: it.ours.clone(),
        at: time(it.at),
    }
}

/// What is odd about a charger, as the catalogue knows it.
pub fn oddities(record: &Record, known: &Recognised) -> OdditiesView {
    let quirks = record.quirks(known);
    OdditiesView { because: known.because.clone(), quirks: quirks.iter().map(quirk).collect() }
}

fn quirk(it: &Heeded) -> QuirkView {
    let quirk = it.applied.quirk;
    QuirkView {
        id: quirk.id.clone(),
        says: quirk.says.clone(),
        remedy: quirk.remedy.clone(),
        acts: quirk.acts.as_ref().map(Acts::says).unwrap_or_default(),
        otherwise: quirk.acts.as_ref().map(|acts| acts.else_says().to_owned()).unwrap_or_default(),
        sure: it.applied.sure,
        on: it.on,
        source: quirk.source.clone(),
        date: quirk.date.clone(),
    }
}
