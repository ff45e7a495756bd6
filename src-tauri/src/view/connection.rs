//! What came to our port, converted for the window.

use chargehand_commissioning::attempt::{Attempt, ClientCertificate, Password, Speaks, Stage, State, What};
use chargehand_commissioning::event::{ClosedBy, Step};
use chargehand_commissioning::link::View;
use chargehand_commissioning::step::upgrade_security::{self, Plan, Rung};

use super::{finding, outcome, time};
use crate::ipc::*;

/// A connection in the list.
pub fn line(a: &Attempt, simulated: bool) -> ConnectionLine {
    ConnectionLine {
        id: a.id.to_string(),
        at: time(a.at),
        peer: a.peer.clone(),
        charger: a.charger.clone(),
        state: state(a.state),
        secured: a.stages.iter().any(|stage| matches!(stage.what, What::Secured { .. })),
        why: a.refusal().map(|finding| finding.text.clone()).unwrap_or_default(),
        stages: u32::try_from(a.stages.len()).unwrap_or(u32::MAX),
        simulated,
    }
}

/// A connection with its stages.
pub fn connection(a: &Attempt) -> ConnectionView {
    let stage = |stage: &Stage| StageView {
        ms: u32::try_from(stage.at.duration_since(a.at).as_millis()).unwrap_or(0),
        what: what(&stage.what),
    };
    ConnectionView {
        id: a.id.to_string(),
        at: time(a.at),
        peer: a.peer.clone(),
        local: a.local.clone(),
        charger: a.charger.clone(),
        state: state(a.state),
        stages: a.stages.iter().map(stage).collect(),
        findings: a.findings.iter().map(finding).collect(),
    }
}

/// How a charger's newest connection is secured.
pub fn security(view: &View) -> SecurityView {
    let record = &view.record;
    let s = record.handshake.as_ref().map(|handshake| handshake.security.clone()).unwrap_or_default();
    let raising = view.running.as_ref().is_some_and(|running| running.step == Step::Security);
    SecurityView {
        profile: s.profile(),
        tls: s.tls.as_ref().map(|tls| format!("{}, {}", tls.version, tls.suite)),
        password: password(s.password),
        certificate: s.tls.as_ref().and_then(|tls| tls.certificate.as_ref()).map(certificate),
        has: upgrade_security::profile(record),
        raising,
        raised: record.outcomes.get(&Step::Security).filter(|_| !raising).map(outcome),
    }
}

/// What raising a security profile would do.
pub fn plan(plan: Plan) -> PlanView {
    let rung = |Rung { profile, writes, proof }| RungView { profile, writes, proof };
    PlanView { from: plan.from, rungs: plan.rungs.into_iter().map(rung).collect(), way_back: plan.way_back }
}

fn state(s: State) -> ConnectionState {
    match s {
        State::Coming => ConnectionState::Coming,
        State::Connected => ConnectionState::Connected,
        State::Ended => ConnectionState::Ended,
        State::Refused => ConnectionState::Refused,
    }
}

fn what(what: &What) -> WhatView {
    match what {
        What::FirstBytes { kind, hex } => WhatView::FirstBytes { speaks: speaks(*kind), hex: hex.clone() },
        What::Hello { hello } => WhatView::Hello {
            versions: hello.versions.clone(),
            suites: hello.suites.clone(),
            server_name: hello.server_name.clone(),
            alpn: hello.alpn.clone(),
        },
        What::Secured { tls } => WhatView::Secured {
            version: tls.version.clone(),
            suite: tls.suite.clone(),
            certificate: tls.certificate.as_ref().map(certificate),
        },
        What::Request { line, headers, password: sent } => WhatView::Request {
            line: line.clone(),
            headers: headers.iter().map(|h| HeaderView { name: h.name.clone(), value: h.value.clone() }).collect(),
            password: password(*sent),
        },
        What::Answer { status, offered, chosen } => {
            WhatView::Answer { status: *status, offered: offered.clone(), chosen: chosen.clone() }
        }
        What::FirstMessage { text } => WhatView::FirstMessage { text: text.clone() },
        What::Closed { by, code, reason } => {
            WhatView::Closed { by: closed_by(*by), code: *code, reason: reason.clone() }
        }
    }
}

fn speaks(s: Speaks) -> SpeaksView {
    match s {
        Speaks::Tls => SpeaksView::Tls,
        Speaks::Http => SpeaksView::Http,
        Speaks::Junk => SpeaksView::Junk,
    }
}

fn password(p: Password) -> PasswordView {
    match p {
        Password::Missing => PasswordView::Missing,
        Password::Unchecked => PasswordView::Unchecked,
        Password::Right => PasswordView::Right,
        Password::Wrong => PasswordView::Wrong,
    }
}

fn closed_by(by: ClosedBy) -> ClosedByView {
    match by {
        ClosedBy::Charger => ClosedByView::Charger,
        ClosedBy::Us => ClosedByView::Us,
        ClosedBy::NewerConnection => ClosedByView::NewerConnection,
        ClosedBy::Network => ClosedByView::Network,
    }
}

fn certificate(c: &ClientCertificate) -> CertificateView {
    CertificateView { subject: c.subject.clone(), issuer: c.issuer.clone(), trouble: c.trouble.clone() }
}
