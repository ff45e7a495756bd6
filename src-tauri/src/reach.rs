//! The way between a charger and us: which address to give, can we be reached, why does nothing arrive, and chargers whose
//! own interface lets them be pointed here.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use chargehand_catalogue::local_api::local_apis;
use chargehand_catalogue::{Access, charger as model};
use chargehand_commissioning::attempt::Attempt;
use chargehand_commissioning::nothing_arrives::{Seen, explain};
use chargehand_site::addresses::{Known, known, offers, situation};
use chargehand_site::local_api::{Credentials, LocalApiError};
use chargehand_site::network::Interface;
use chargehand_site::self_check::{SelfCheck, self_check as look};
use chargehand_site::{Endpoint, PointError, Site, Target};
use jiff::{SignedDuration, Timestamp};
use tauri::State;
use zeroize::Zeroizing;

use crate::app::{App, other, said};
use crate::ipc::*;
use crate::view::reach as view;

/// Whether a charger can reach us, as far as it can be seen from here.
#[tauri::command]
#[specta::specta]
pub async fn self_check(app: State<'_, App>) -> Result<SelfCheckView, UiError> {
    Ok(view::self_check(&checked(app.site()?).await))
}

async fn checked(site: &Site) -> SelfCheck {
    let peers = site.attempts();
    let peers = peers.iter().filter_map(|attempt| Some(attempt.peer.parse::<SocketAddr>().ok()?.ip()));
    look(&listening(site), peers).await
}

fn listening(site: &Site) -> Vec<SocketAddr> {
    match site.endpoint() {
        Endpoint::Listening { addresses, .. } => addresses,
        _ => Vec::new(),
    }
}

/// Which of our addresses to give to a charger; without its address, all that chargers could reach.
#[tauri::command]
#[specta::specta]
pub async fn addresses_for(app: State<'_, App>, address: Option<String>) -> Result<OffersView, UiError> {
    let site = app.site()?;
    let port = listening(site).first().map(SocketAddr::port).unwrap_or_default();
    let charger = address.as_deref().and_then(|text| text.parse::<Ipv4Addr>().ok());
    let (interfaces, isolated) = (site.interfaces(), app.finding.isolated());
    // programs of the system are asked, which may take their time
    let asked = tauri::async_runtime::spawn_blocking(move || {
        let all = |it: &Interface| Known { is_isolated: isolated.contains(&it.address), ..known(it) };
        let found = offers(&interfaces, charger, all);
        (found, situation(&interfaces))
    });
    let (found, how) = asked.await.map_err(|e| said(&e.to_string()))?;
    let offers = found.iter().map(|offer| view::offer(offer, port)).collect();
    Ok(OffersView { offers, situation: view::situation(how) })
}

/// Why a charger does not come: what is known by now, and what to ask next.
#[tauri::command]
#[specta::specta]
pub async fn why_nothing(app: State<'_, App>, missing: MissingView) -> Result<WhyView, UiError> {
    let practised = missing.charger.as_deref().and_then(|id| app.practice.site_of(id));
    let site = practised.map_or_else(|| app.site(), Ok)?;
    let check = checked(site).await;
    let charger = missing.address.clone();
    let doubts = match charger.as_deref().and_then(|text| text.parse::<Ipv4Addr>().ok()) {
        Some(address) => {
            let best = offers(&site.interfaces(), Some(address), |_| Known::default()).into_iter().next();
            best.filter(|it| !it.is_good()).map(|it| it.doubts).unwrap_or_default()
        }
        None => Vec::new(),
    };
    let seen = Seen {
        never: missing.model.as_deref().and_then(never_comes),
        listens: check.addresses.iter().any(|(_, accepted)| *accepted),
        reached: check.reached_by.is_some(),
        firewalls: check.firewalls.iter().map(|it| (it.name.to_owned(), it.lets_in, it.remedy.clone())).collect(),
        doubts: doubts.iter().map(chargehand_site::addresses::Doubt::words).collect(),
        charger,
        attempts: arrived(site, &missing, practised.is_some()),
        waited_min: missing.waited_min,
        answers: view::answers(&missing),
        unseen: missing.unseen.iter().copied().map(view::asked).collect(),
    };
    Ok(view::why(&explain(&seen)))
}

/// What may have been the missing charger: what came since it is waited for, from anywhere but this computer (the
/// self-check knocks there too), and is not known to be another charger.
fn arrived(site: &Site, missing: &MissingView, practised: bool) -> Vec<Attempt> {
    let ours: Vec<IpAddr> = listening(site).iter().map(SocketAddr::ip).collect();
    let is_ours =
        |peer: &str| peer.parse::<SocketAddr>().is_ok_and(|it| ours.contains(&it.ip()) || it.ip().is_loopback());
    let waited = SignedDuration::from_mins(i64::from(missing.waited_min) + 1);
    let since = Timestamp::now().checked_sub(waited).unwrap_or(Timestamp::MIN);
    let its = missing.charger.clone().unwrap_or_default();
    let may_be = |it: &Attempt| {
        it.at >= since && (it.charger.is_empty() || it.charger == its) && (practised || !is_ours(&it.peer))
    };
    site.attempts().into_iter().filter(may_be).collect()
}

/// Why this model cannot come to a laptop in the LAN, if so, with what can still be proved.
fn never_comes(id: &str) -> Option<String> {
    let charger = model(id)?;
    let access = &charger.access;
    let still = match access.class {
        Access::MakerCloud => {
            "What can still be proved: how it behaves under its platform, by a log of the platform and by \
                               a meter reading."
        }
        Access::PrivateApi | Access::Locked | Access::None => {
            "What can still be proved: what it draws, by a meter reading; and who may command it, by its maker's answer."
        }
        _ => return None,
    };
    Some(format!("{} {} {still}", access.class.says(), access.because))
}

/// What setting chargers of this fingerprint from here takes; `None` where that is not known.
#[tauri::command]
#[specta::specta]
pub async fn local_interface(fingerprint: String) -> Result<Option<InterfaceView>, UiError> {
    Ok(local_apis().iter().find(|it| it.fingerprint == fingerprint).map(view::interface))
}

/// Ask a charger over its own interface where it connects to. Nothing is written.
#[tauri::command]
#[specta::specta]
pub async fn where_pointed(app: State<'_, App>, target: TargetView) -> Result<PointedView, UiError> {
    let (to, who) = taken(&target)?;
    app.site()?.where_pointed(&to, who).await.map(|it| view::pointed(&it)).map_err(|e| failed(&e))
}

/// Point a charger at us over its own interface; where it connected to before is kept first.
#[tauri::command]
#[specta::specta]
pub async fn point_here(app: State<'_, App>, target: TargetView, url: String) -> Result<PointedView, UiError> {
    let site = app.site()?;
    let ours = listening(site).iter().any(|address| url.starts_with(&chargehand_site::url(address)));
    if !ours {
        return Err(other(format!("{url} is not an address that Chargehand listens on."), "Choose one of the list."));
    }
    let (to, who) = taken(&target)?;
    reachable(site, &to, &url)?;
    site.point_here(&to, &url, who).await.map(|it| view::pointed(&it)).map_err(|e| failed(&e))
}

/// Put a charger back to where it connected to before.
#[tauri::command]
#[specta::specta]
pub async fn point_back(app: State<'_, App>, target: TargetView) -> Result<PointedView, UiError> {
    let (to, who) = taken(&target)?;
    app.site()?.point_back(&to, who).await.map(|it| view::pointed(&it)).map_err(|e| failed(&e))
}

/// A person put it back another way.
#[tauri::command]
#[specta::specta]
pub async fn forget_pointed(app: State<'_, App>, target: TargetView) -> Result<(), UiError> {
    let (to, _) = taken(&target)?;
    app.site()?.forget_pointed(&to).await.map_err(|e| failed(&e))
}

/// Heed a known oddity of a charger, or do not.
#[tauri::command]
#[specta::specta]
pub async fn heed_quirk(app: State<'_, App>, id: String, quirk: String, on: bool) -> Result<(), UiError> {
    let link = app.link(&id)?;
    app.site_of(&id)?.heed_quirk(&link, quirk, on).await.map_err(|e| said(&e.to_string()))
}

/// An address that this charger cannot reach is not entered into it.
fn reachable(site: &Site, to: &Target, url: &str) -> Result<(), UiError> {
    let IpAddr::V4(charger) = to.address else { return Ok(()) };
    let all = offers(&site.interfaces(), Some(charger), |_| Known::default());
    let host = url.split("://").nth(1).and_then(|rest| rest.split(':').next()).unwrap_or_default();
    let chosen = all.iter().find(|offer| offer.interface.address.to_string() == host);
    let doubt = chosen.and_then(|offer| offer.doubts.iter().find(|doubt| doubt.is_grave()));
    doubt.map_or(Ok(()), |doubt| Err(said(&format!("This charger cannot reach {url}. {}", doubt.words()))))
}

fn taken(target: &TargetView) -> Result<(Target, Option<Credentials>), UiError> {
    let (address, password) = (parsed(&target.address)?, Zeroizing::new(target.password.clone()));
    let who = (!password.is_empty()).then(|| Credentials { user: target.user.clone(), password });
    Ok((Target { address, fingerprint: target.fingerprint.clone(), name: target.name.clone() }, who))
}

/// Only addresses of a local network are ever spoken to.
fn parsed(text: &str) -> Result<IpAddr, UiError> {
    let address = text.parse::<Ipv4Addr>().ok().filter(|it| it.is_private() || it.is_link_local() || it.is_loopback());
    address
        .map(IpAddr::V4)
        .ok_or_else(|| other(format!("{text:?} is no address of a local network."), "Enter one such as 192.168.1.77."))
}

fn failed(error: &PointError) -> UiError {
    match error {
        PointError::Charger(LocalApiError::Login) => UiError {
            code: ErrorCode::Login,
            message: "The charger wants to know who asks.".into(),
            remedy: "Enter what lets you in to its own web page or app.".into(),
        },
        error => said(&error.to_string()),
    }
}
