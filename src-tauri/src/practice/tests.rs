//! Practice as the window has it: over the real loopback, beside a real site.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::SocketAddr;
use std::time::Duration;

use chargehand_commissioning::record::Record;
use chargehand_simulator::personality;
use chargehand_site::Endpoint;
use tempfile::TempDir;
use tokio::time::timeout;

use super::commands::{begin, judge, solved};
use super::{Act, Event, Practice, Site, exercises, id};
use crate::app::{App, Folders};
use crate::ipc::PracticeView;
use crate::view;

/// Only a test that hangs takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program in a folder of its own, which is gone when it is dropped.
async fn program() -> (App, TempDir) {
    let data = tempfile::tempdir().unwrap();
    let folders = Folders { data: data.path().to_owned(), handover: data.path().join("handover") };
    (App::on(folders, Ok(None)).await, data)
}

/// The same, practising on this charger with a car that draws 32 A, connected.
async fn practising(charger: &str) -> (App, TempDir) {
    let (app, data) = program().await;
    app.practice.begin(charger, "one-phase-32", None).await.unwrap();
    until(&app, |view, record| view.connected && record.boot.is_some()).await;
    (app, data)
}

fn practised(app: &App) -> PracticeView {
    app.practice.with(view::practice).unwrap()
}

/// Waits until what is seen, and what is recorded, is like this.
async fn until(app: &App, is: impl Fn(&PracticeView, &Record) -> bool) -> (PracticeView, Record) {
    let wait = async {
        loop {
            let record = app.practice.charger().await.unwrap().record;
            let view = practised(app);
            if is(&view, &record) {
                return (view, record);
            }
            app.practice.moved().await;
        }
    };
    match timeout(PATIENCE, wait).await {
        Ok(seen) => seen,
        Err(_) => panic!("never: {:?} {:?}", practised(app), app.practice.charger().await),
    }
}

fn addresses(site: &Site) -> Vec<SocketAddr> {
    match site.endpoint() {
        Endpoint::Listening { addresses, .. } => addresses,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_practised_charger_comes_is_ours_to_command_and_is_marked_everywhere() {
    let (app, _data) = practising("spec-16").await;
    let record = app.practice.charger().await.unwrap().record;
    assert!(record.adopted && record.simulated() && record.handshake.unwrap().simulated);
    let frame = app.view().await;
    let [line] = &frame.chargers[..] else { panic!("one charger: {:?}", frame.chargers) };
    assert!(line.simulated && line.id == frame.practice.unwrap().charger);
    assert!(view::charger(&app.practice.charger().await.unwrap()).simulated);
    let about = app.site_of(&record.id).unwrap().about();
    assert!(about.site.address.contains("Practice") && about.site.job == "PRACTICE", "{:?}", about.site);
    assert!(
        view::report_name(&Record { held_simulated: true, ..Record::new("CP1") }, &about).starts_with("SIMULATED ")
    );
}

#[tokio::test]
async fn nobody_on_the_network_reaches_practice_and_nobody_guesses_its_charger() {
    let (app, _data) = practising("spec-16").await;
    let site = app.practice.site.get().unwrap();
    let bound = addresses(site);
    assert!(bound.iter().all(|address| address.ip().is_loopback() && address.port() != 0), "{bound:?}");
    assert!(matches!(app.site().unwrap().endpoint(), Endpoint::Starting), "the real port was not opened for it");
    let mut ids: Vec<String> = (0..8).map(|_| id("spec-16")).collect();
    ids.sort();
    ids.dedup();
    assert!(ids.len() > 4 && ids.iter().all(|id| id.starts_with("SIM-") && id.ends_with("-spec-16")), "{ids:?}");
}

#[tokio::test]
async fn what_a_person_does_at_the_charger_shows_on_it_and_in_its_record() {
    let (app, _data) = practising("spec-16").await;
    app.practice.act(Act::Plug).unwrap();
    let (view, _) = until(&app, |view, record| view.panel.plugged && said(record) == "Preparing").await;
    assert_eq!(view.panel.pilot, "B1");
    app.practice.act(Act::Tag("TAG-1".into())).unwrap();
    let (view, _) =
        until(&app, |view, record| view.panel.watts > 7_000 && record.running_transaction().is_some()).await;
    assert!(view.panel.contactor_closed && view.panel.pilot == "C2" && view.panel.amps[0] > 25_000, "{view:?}");
    app.practice.act(Act::Breaker { on: false }).unwrap();
    let (view, _) = until(&app, |view, record| !view.panel.powered && record.connected.is_none()).await;
    assert!(!view.connected && view.panel.watts == 0, "{view:?}");
    app.practice.act(Act::Breaker { on: true }).unwrap();
    until(&app, |view, record| view.panel.powered && view.connected && record.connected.is_some()).await;
}

fn said(record: &Record) -> &str {
    record.connectors.get(&1).map_or("", |connector| &connector.status)
}

#[tokio::test]
async fn another_car_waits_until_it_is_plugged_in_and_one_that_is_unknown_is_said() {
    let (app, _data) = practising("spec-16").await;
    app.practice.act(Act::Plug).unwrap();
    until(&app, |view, _| view.panel.plugged).await;
    app.practice.bring("one-phase-6").unwrap();
    let (view, _) = until(&app, |view, _| !view.panel.plugged).await;
    assert_eq!((view.car.as_str(), view.car_title.as_str()), ("one-phase-6", "One phase, 6.5 A"));
    assert!(app.practice.bring("a horse").unwrap_err().message.contains("a horse"));
}

#[tokio::test]
async fn one_is_practised_on_at_a_time_and_one_that_ended_is_out_of_reach() {
    let (app, _data) = practising("spec-16").await;
    let first = practised(&app).charger;
    app.practice.begin("spec-201", "three-phases-16", None).await.unwrap();
    let (view, record) = until(&app, |view, record| view.connected && record.boot.is_some()).await;
    assert_eq!((view.personality.as_str(), record.version().name()), ("spec-201", "2.0.1"));
    assert!(app.link(&first).is_err(), "no command means the first any more");
    let site = app.practice.site.get().unwrap();
    let gone = async {
        while site.charger(&first).unwrap().record().await.unwrap().connected.is_some() {
            site.changes().await;
        }
    };
    timeout(PATIENCE, gone).await.expect("the first has left");
    app.practice.end().await;
    assert!(app.practice.moved().await.turned);
    assert!(app.practice.act(Act::Plug).is_err() && app.link(&view.charger).is_err());
    let frame = app.view().await;
    assert!(frame.practice.is_none() && frame.chargers.is_empty());
}

#[tokio::test]
async fn practice_leaves_real_chargers_alone_and_closing_does_not_wait_for_it() {
    let (app, _data) = program().await;
    let real = app.site().unwrap().expect("CP1");
    real.keep(Event::Adopted { automatic: false }).await.unwrap();
    let before = real.record().await.unwrap();
    app.practice.begin("spec-16", "one-phase-32", None).await.unwrap();
    let (_, record) = until(&app, |view, record| view.connected && record.boot.is_some()).await;
    assert_eq!(app.site().unwrap().chargers(), ["CP1"]);
    assert_eq!(real.record().await.unwrap(), before);
    assert!(app.site().unwrap().store().entries_before(&record.id, None, 10).await.unwrap().is_empty());
    let _busy = app.link(&record.id).unwrap().begin(chargehand_commissioning::event::Step::Limit).await.unwrap();
    let frame = app.view().await;
    assert_eq!((frame.chargers.len(), app.left_if_closed()), (2, None));
}

#[tokio::test]
async fn what_was_practised_in_an_earlier_run_is_gone() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("practice");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("chargehand.sqlite"), "of an earlier run").unwrap();
    let practice = Practice::new(folder.clone());
    assert!(folder.join("chargehand.sqlite").exists(), "not before somebody practises");
    practice.begin("spec-16", "one-phase-32", None).await.unwrap();
    let site = practice.site.get().unwrap();
    assert!(site.store().salvage().is_none() && site.chargers().len() == 1);
    practice.begin("spec-16", "one-phase-32", None).await.unwrap();
    assert_eq!(site.chargers().len(), 2, "within a run nothing is thrown away");
}

#[tokio::test]
async fn a_second_program_on_the_same_data_does_not_empty_the_practice_of_the_first() {
    let (app, data) = practising("spec-16").await;
    let folders = Folders { data: data.path().to_owned(), handover: data.path().join("handover") };
    let second = App::on(folders, Ok(None)).await;
    assert!(begin(&second, "spec-16", "one-phase-32", None).await.is_err(), "the first holds the data");
    assert!(practised(&app).connected && data.path().join("practice").join("chargehand.sqlite").exists());
}

#[tokio::test]
async fn in_an_exercise_nothing_names_the_fault_of_its_charger() {
    let (app, _data) = program().await;
    let exercise = exercises().iter().find(|it| it.personality != "spec-16").unwrap();
    app.practice.begin("", "", Some(exercise.id)).await.unwrap();
    let (view, _) = until(&app, |view, record| view.connected && record.boot.is_some()).await;
    assert_eq!(view.exercise.as_deref(), Some(exercise.id));
    assert_eq!(view.title, format!("Charger of exercise {}", exercise.order));
    assert_eq!((view.car.as_str(), view.assumed.len()), (exercise.car.as_str(), 0));
    let title = &personality(&exercise.personality).unwrap().about.title;
    let shown = serde_json::to_string(&app.view().await).unwrap();
    assert!(!shown.contains(&exercise.personality) && !shown.contains(title), "{shown}");
}

#[tokio::test]
async fn of_a_charger_that_talks_to_its_cloud_only_nothing_arrives_and_that_is_seen() {
    let cloud = exercises().iter().find(|it| it.finds.connects == Some(false)).unwrap();
    let (app, _data) = program().await;
    app.practice.begin("", "", Some(cloud.id)).await.unwrap();
    let (view, record) = until(&app, |view, _| view.link == "It is not connected.").await;
    assert!(!view.connected && view.panel.powered && view.panel.networked, "{view:?}");
    assert!(record.first_connected.is_none() && record.simulated(), "it is marked although it never came");
    assert_eq!(app.practice.attempts(), []);
    let frame = app.view().await;
    assert!(frame.connections.is_empty() && frame.chargers[0].simulated);
    // One by the book arrives, so it is the charger and not this computer.
    app.practice.begin("spec-16", "one-phase-32", None).await.unwrap();
    until(&app, |view, _| view.connected).await;
    assert!(app.view().await.connections.iter().all(|line| line.simulated) && !app.practice.attempts().is_empty());
}

#[tokio::test]
async fn a_wrong_answer_tells_where_to_look_and_a_right_one_is_kept_over_a_restart() {
    let (app, data) = program().await;
    let exercise = &exercises()[0];
    let right = u32::try_from(exercise.right).unwrap();
    let wrong = judge(&app, exercise.id, right + 1).await.unwrap();
    assert!(!wrong.right && wrong.explanation.is_empty() && wrong.evidence == exercise.hint, "{wrong:?}");
    assert!(solved(&app).await.is_empty() && judge(&app, "no such", 0).await.is_err());
    let judged = judge(&app, exercise.id, right).await.unwrap();
    assert!(judged.right && judged.explanation == exercise.explanation && judged.evidence == exercise.evidence);
    drop(app);
    let folders = Folders { data: data.path().to_owned(), handover: data.path().join("handover") };
    let again = App::on(folders, Ok(None)).await;
    let shelf = view::shelf(&solved(&again).await);
    let marks: Vec<(&str, bool)> = shelf.exercises.iter().map(|it| (it.id.as_str(), it.solved)).collect();
    assert_eq!(marks[0], (exercise.id, true));
    assert!(marks[1..].iter().all(|(_, solved)| !solved), "{marks:?}");
}
