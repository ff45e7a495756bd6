use std::path::Path;

use chargehand_site::network::Interface;
use tempfile::TempDir;

use super::*;
use crate::app::{App, Folders};

/// A window over a fresh site, where no network was allowed.
async fn app(data: &TempDir) -> App {
    let folders = Folders { data: data.path().to_owned(), handover: data.path().join("handover") };
    App::on(folders, Ok(None)).await
}

fn log(data: &Path) -> bool {
    data.join(LOG).exists()
}

#[tokio::test]
async fn nothing_is_scanned_or_heard_before_a_person_allows_a_network() {
    let data = tempfile::tempdir().unwrap();
    let app = app(&data).await;
    let site = app.site().unwrap();
    app.finding.set_open(site, true).await;
    let refused = app.finding.scan(site, false).await.unwrap_err();
    assert_eq!(refused.message, "No network may be scanned yet.");
    let view = app.found().await;
    assert!(!view.scanning && view.scans == 0 && view.devices.is_empty());
    assert!(view.networks.iter().all(|network| !network.allowed));
    assert!(!log(data.path()), "something was sent");
}

#[tokio::test]
async fn an_address_of_the_internet_or_none_at_all_is_refused_with_what_to_type() {
    let data = tempfile::tempdir().unwrap();
    let app = app(&data).await;
    for wrong in ["8.8.8.8", "127.0.0.1", "charger", "192.168.1.300", ""] {
        let refused = app.finding.look_at(app.site().unwrap(), wrong).await.unwrap_err();
        assert!(!refused.message.is_empty() && !refused.remedy.is_empty(), "{wrong}: {refused:?}");
    }
    assert_eq!(app.finding.scans().begun, 0);
    assert!(!log(data.path()), "something was sent");
}

#[test]
fn a_network_says_whether_it_is_left_out_and_whether_it_can_be_told_from_another() {
    let of = |third| Interface {
        name: "eth0".into(),
        address: [192, 168, third, 23].into(),
        prefix: 24,
        kind: chargehand_site::network::Kind::Cable,
    };
    let [home, vpn] = [1, 2].map(|third| Network::around(&of(third)).unwrap());
    let begins_in = Some(Duration::from_millis(17_200));
    let state = State { elsewhere: vec![vpn.clone()], begins_in, ..State::default() };
    let scans = Scans { begun: 1, ended: None, problem: None };
    let view = crate::view::find(&[(home, None), (vpn, None)], &state, scans);
    assert_eq!(view.networks.iter().map(|it| it.elsewhere).collect::<Vec<_>>(), [false, true]);
    assert!(view.networks.iter().all(|it| !it.recognised), "their routers are not known");
    assert_eq!((view.begins_in_s, view.scanning), (Some(18), false));
}

#[tokio::test]
async fn why_nothing_is_heard_is_kept_for_the_window_until_it_is_tried_again() {
    let data = tempfile::tempdir().unwrap();
    let app = app(&data).await;
    // a folder stands where the log is to be
    std::fs::create_dir(data.path().join(LOG)).unwrap();
    let discovery = app.finding.shared.discovery.clone();
    app.finding.tell(&discovery.listen(&[]).await.unwrap_err());
    let problem = app.found().await.problem.unwrap();
    assert!(problem.message.contains("cannot be written") && problem.remedy.starts_with("Make room"), "{problem:?}");
    let refused = app.finding.look_at(app.site().unwrap(), "192.168.1.54").await.unwrap_err();
    assert_eq!(refused.message, problem.message, "nor is a scan begun");
    app.finding.set_open(app.site().unwrap(), true).await;
    assert!(app.found().await.problem.is_none(), "no network is allowed: nothing is to be heard");
}

#[tokio::test]
async fn a_charger_that_connected_by_itself_is_the_surest_and_is_looked_up_in_the_catalogue() {
    let data = tempfile::tempdir().unwrap();
    let app = app(&data).await;
    let identity = Identity { vendor: "Fronius".into(), model: "Wattpilot Home 22J".into(), ..Identity::default() };
    let address = Some([192, 168, 1, 54].into());
    app.finding.shared.discovery.arrived(Arrived { id: "CP-7".into(), address, identity });
    let view = app.found().await;
    let [device] = view.devices.as_slice() else { unreachable!("one device") };
    assert_eq!((device.certainty, device.charger.as_deref()), (crate::ipc::CertaintyView::Connected, Some("CP-7")));
    assert_eq!(device.address, "192.168.1.54");
    assert_eq!(device.known.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["fronius-wattpilot-home"]);
}
