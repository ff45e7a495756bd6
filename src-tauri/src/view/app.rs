//! The frame of the window: site, endpoint, notices, list.

use std::net::{IpAddr, SocketAddr};

use chargehand_commissioning::attempt::Attempt;
use chargehand_commissioning::link::View;
use chargehand_commissioning::record::Record;
use chargehand_site::network::Interface;
use chargehand_site::store::Health;
use chargehand_site::{Endpoint, PointedHere, Site, url};
use jiff::Timestamp;
use qrcodegen::{QrCode, QrCodeEcc};

use super::site_view;
use crate::app::{App, other, said};
use crate::ipc::*;

/// How many connections are listed.
const CONNECTIONS: usize = 30;

/// The whole frame. `practised` is the charger that is practised on.
pub fn app(app: &App, views: &[View], practised: Option<View>) -> AppView {
    let site = app.site.as_ref().ok();
    let settings = site.map(Site::settings).unwrap_or_default();
    AppView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        site: site.map(site_view).unwrap_or_default(),
        auto_adopt: settings.auto_adopt,
        endpoint: endpoint(app),
        notices: notices(app, views, practised.as_ref()),
        chargers: lines(views.iter().chain(&practised)),
        connections: connections(app),
        pointed_here: site.map(Site::pointed_here).unwrap_or_default().iter().map(super::reach::pointed_here).collect(),
        authority: app.authority(),
        practice: app.practice.with(super::practice),
        closing: app.closing(),
        data_folder: app.folders.data.display().to_string(),
    }
}

fn endpoint(app: &App) -> EndpointView {
    let failed = |problem| EndpointView {
        state: EndpointState::Failed,
        addresses: Vec::new(),
        secure_addresses: Vec::new(),
        port: 0,
        note: String::new(),
        problem: Some(problem),
    };
    let site = match &app.site {
        Ok(site) => site,
        Err(problem) => return failed(problem.clone()),
    };
    match site.endpoint() {
        Endpoint::Starting => EndpointView { state: EndpointState::Starting, problem: None, ..failed(other("", "")) },
        Endpoint::Failed(sentence) => failed(said(&sentence)),
        Endpoint::Listening { addresses, note } => {
            let interfaces = site.interfaces();
            let plain: Vec<String> = addresses.iter().map(url).collect();
            EndpointView {
                state: EndpointState::Listening,
                port: addresses.first().map(|a| u32::from(a.port())).unwrap_or_default(),
                addresses: shown(&addresses, &plain, &interfaces),
                secure_addresses: shown(&addresses, &site.secure_urls(), &interfaces),
                note,
                problem: None,
            }
        }
    }
}

/// The bound addresses in the order in which to try them: the interfaces come sorted that way. `urls` are theirs.
fn shown(bound: &[SocketAddr], urls: &[String], interfaces: &[Interface]) -> Vec<AddressView> {
    let place = |address: &SocketAddr| interfaces.iter().position(|i| IpAddr::V4(i.address) == address.ip());
    let mut sorted: Vec<(&SocketAddr, &String)> = bound.iter().zip(urls).collect();
    sorted.sort_by_key(|(address, _)| place(address).unwrap_or(usize::MAX));
    let one = |(index, (address, url)): (usize, &(&SocketAddr, &String))| {
        let interface = place(address).and_then(|i| interfaces.get(i));
        let (qr_side, qr_path) = qr(url);
        AddressView {
            url: (*url).clone(),
            interface: interface.map(|i| i.name.clone()).unwrap_or_default(),
            kind: interface.map(|i| i.kind.words().to_owned()).unwrap_or_default(),
            first_choice: index == 0 && interface.is_some_and(|i| i.kind.is_for_chargers()),
            qr_side,
            qr_path,
        }
    };
    sorted.iter().enumerate().map(one).collect()
}

/// What came to our port, and to that of practice since this one began, newest first.
fn connections(app: &App) -> Vec<ConnectionLine> {
    let real = app.site.as_ref().map(Site::attempts).unwrap_or_default();
    let practised = app.practice.attempts();
    let lines = real.iter().map(|a| (a, false)).chain(practised.iter().map(|a| (a, true)));
    let mut lines: Vec<(&Attempt, bool)> = lines.collect();
    lines.sort_by_key(|(attempt, _)| std::cmp::Reverse(attempt.id));
    lines.into_iter().take(CONNECTIONS).map(|(attempt, ours)| super::connection::line(attempt, ours)).collect()
}

/// A QR code as an SVG path: one square a dark module.
fn qr(text: &str) -> (u32, String) {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return (0, String::new()) };
    let side = code.size();
    let dark = (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    (u32::try_from(side).unwrap_or(0), dark.map(|(x, y)| format!("M{x} {y}h1v1h-1z")).collect())
}

fn notices(app: &App, views: &[View], practised: Option<&View>) -> Vec<NoticeView> {
    let mut list: Vec<NoticeView> = views.iter().chain(practised).filter_map(test_limit).collect();
    if let Ok(site) = &app.site {
        if let Health::Failing(text) = &*site.store().health().borrow() {
            list.push(notice("disk", GravityView::Stop, text.clone()));
        }
        if let Some(text) = site.clock_warning() {
            list.push(notice("computer_clock", GravityView::Attention, text));
        }
        if let Some(salvage) = site.store().salvage() {
            list.push(notice("database_damaged", GravityView::Attention, salvage.sentence()));
        }
        if let Endpoint::Listening { note, .. } = site.endpoint()
            && !note.is_empty()
        {
            list.push(notice("port_taken", GravityView::Attention, note));
        }
        list.extend(site.pointed_here().iter().map(|it| has_to_go_back(it, &site.endpoint())));
        list.extend(views.iter().filter_map(|view| stranded(&view.record, &site.endpoint())));
        if app.authority_waits() {
            let text = "Chargers cannot connect with TLS (wss) yet: open the certificate authority under Site";
            list.push(notice("authority_closed", GravityView::Attention, text.to_owned()));
        }
    }
    list.extend(views.iter().filter_map(|v| newcomer(&v.record)));
    list
}

fn notice(code: &str, gravity: GravityView, text: String) -> NoticeView {
    NoticeView { code: code.to_owned(), gravity, text, charger: None, action: None }
}

/// It must not be left pointed at a laptop that has gone.
fn has_to_go_back(it: &PointedHere, endpoint: &Endpoint) -> NoticeView {
    let (name, address) = (&it.name, it.address);
    let back = if it.before.url.is_empty() { "having no address" } else { &it.before.url };
    let still_ours = match endpoint {
        Endpoint::Listening { addresses, .. } => {
            addresses.iter().any(|one| it.ours.starts_with(url(one).trim_end_matches('/')))
        }
        _ => true,
    };
    let is = match still_ours {
        true => "is pointed at this computer".to_owned(),
        false => format!("looks for {}, which is no longer this computer's address", it.ours),
    };
    let text = format!("{name} ({address}) {is}. Put it back to {back} before you leave");
    notice("pointed_here", GravityView::Attention, text)
}

/// A charger that looks for us at an address that is ours no more.
fn stranded(record: &Record, endpoint: &Endpoint) -> Option<NoticeView> {
    let Endpoint::Listening { addresses, .. } = endpoint else { return None };
    let looks_for = &record.handshake.as_ref()?.url;
    let at = looks_for.split_once("://")?.1.trim_end_matches('/').parse::<SocketAddr>().ok()?;
    let is_gone = record.connected.is_none() && record.adopted && !addresses.contains(&at);
    is_gone.then(|| {
        let text =
            format!("{} still looks for {looks_for}, which is no longer this computer's address", record.title());
        let action = Some(NoticeAction::Open);
        NoticeView { action, ..about(record, "stranded", GravityView::Attention, text) }
    })
}

fn test_limit(view: &View) -> Option<NoticeView> {
    let record = &view.record;
    let test = record.test_limits(Timestamp::now()).next()?;
    // A step that runs takes its own limit away: nobody is needed, and clearing beside it would only be in its way.
    let (word, gravity, action) = match &view.running {
        None => ("still ", GravityView::Attention, Some(NoticeAction::Clear)),
        Some(running) if running.cancelling => ("", GravityView::Note, None),
        Some(_) => ("", GravityView::Note, Some(NoticeAction::Stop)),
    };
    let text = format!("Test limit of {} {word}in force{}: {}", test.limit, super::until(test), record.title());
    Some(NoticeView { action, ..about(record, "test_limit", gravity, text) })
}

fn newcomer(record: &Record) -> Option<NoticeView> {
    (!record.adopted && record.connected.is_some()).then(|| {
        let text = format!("{} has connected and waits to be adopted", record.title());
        let action = Some(NoticeAction::Adopt);
        NoticeView { action, ..about(record, "newcomer", GravityView::Attention, text) }
    })
}

/// A notice about a charger.
fn about(record: &Record, code: &str, gravity: GravityView, text: String) -> NoticeView {
    NoticeView { charger: Some(record.id.clone()), ..notice(code, gravity, text) }
}

fn lines<'a>(views: impl Iterator<Item = &'a View>) -> Vec<ChargerLine> {
    let mut records: Vec<&Record> = views.map(|v| &v.record).collect();
    records.sort_by_key(|r| std::cmp::Reverse(r.last_heard));
    records.into_iter().map(line).collect()
}

fn line(record: &Record) -> ChargerLine {
    let peer = record.handshake.as_ref().map(|h| h.peer.clone()).unwrap_or_default();
    let state = match (record.connected, record.adopted) {
        (Some(_), true) => "connected",
        (Some(_), false) => "connected, not adopted",
        (None, _) => "not connected",
    };
    ChargerLine {
        id: record.id.clone(),
        title: record.title(),
        summary: format!("{} · {peer} · {state}", record.id),
        connected: record.connected.is_some(),
        adopted: record.adopted,
        simulated: record.simulated(),
    }
}
