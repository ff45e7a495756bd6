//! The list of cards: added, replaced, taken back, refused; and a card on it starts a charge without a platform.

use chargehand_commissioning::journal::Direction;
use chargehand_commissioning::outcome::Outcome;
use chargehand_commissioning::outcome::Verdict::{Failed, Inconclusive, NotTested, Passed};
use chargehand_commissioning::plan::residue::residue;
use chargehand_commissioning::plan::{Card, Change, Was, cards, difference};
use chargehand_commissioning::record::Record;
use chargehand_commissioning::replay::Replay;
use chargehand_commissioning::step;
use chargehand_ocpp::local_list;
use chargehand_simulator::Act;
use serde_json::{Value, json};

use crate::bench::{Bench, Cable, Sent, Tamper, Way, action, call, plugged, vacant};

const RED: &str = "04A2B7C8D9E0F1";
const BLUE: &str = "04112233";

fn line(tags: &[&str], replace: bool) -> Change {
    Change::Cards { cards: tags.iter().map(|tag| Card::new(*tag)).collect(), replace }
}

async fn inspected(tamper: Tamper) -> (Bench, Cable) {
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let cable = bench.connect_tampered(vacant(), tamper).await;
    bench.run(1).await;
    step::inspect(&bench.link).await.unwrap();
    (bench, cable)
}

fn untouched() -> Tamper {
    Box::new(|_, _| true)
}

async fn plan(bench: &Bench, change: &Change) {
    bench.plan(change.clone()).await;
}

async fn apply(bench: &Bench) -> Outcome {
    step::apply_plan(&bench.link, None, false).await.unwrap()
}

async fn take_back(bench: &Bench) -> Outcome {
    step::take_back_plan(&bench.link, None).await.unwrap()
}

async fn newest(bench: &Bench) -> Outcome {
    bench.record().await.plan.last().and_then(|line| line.outcome.clone()).expect("it was applied")
}

/// A platform was here before and wrote a list of this version.
async fn others_list(bench: &Bench, number: i32, tag: &str) {
    let version = bench.record().await.version();
    let entry = local_list::Entry { token: tag, kind: "ISO14443", allowed: true };
    let sent = local_list::send(version, number, local_list::Update::Full, &[entry]);
    bench.link.call(sent).await.unwrap();
}

async fn ask_version(bench: &Bench) -> Option<i64> {
    bench.link.call(local_list::get_version()).await.unwrap();
    bench.record().await.cards.told
}

fn lists(bench: &Bench) -> Vec<Sent> {
    bench.calls("SendLocalList")
}

fn kind(sent: &Sent) -> (&str, i64) {
    (sent.payload["updateType"].as_str().unwrap(), local_list::told(&sent.payload).unwrap())
}

/// The cards of a message, and whether each may charge or goes.
fn entries(sent: &Sent) -> Vec<(String, bool)> {
    let all = sent.payload["localAuthorizationList"].as_array().cloned().unwrap_or_default();
    let one = |entry: Value| match entry["idTag"].as_str() {
        Some(tag) => (tag.to_owned(), entry["idTagInfo"]["status"] == "Accepted"),
        None => {
            (entry["idToken"]["idToken"].as_str().unwrap().to_owned(), entry["idTokenInfo"]["status"] == "Accepted")
        }
    };
    all.into_iter().map(one).collect()
}

/// Changes the version that the charger tells of its list: each answer in its turn.
fn telling(answers: impl Fn(usize) -> Option<Value> + Send + 'static) -> Tamper {
    let mut told = 0;
    Box::new(move |way, frame| {
        let version = |frame: &mut Value| {
            let payload = frame.get_mut(2)?.as_object_mut()?;
            payload.keys().find(|key| ["listVersion", "versionNumber"].contains(&key.as_str())).cloned()
        };
        if way == Way::FromCharger
            && frame[0] == 3
            && let Some(name) = version(frame)
        {
            if let Some(answer) = answers(told) {
                frame[2][name] = answer;
            }
            told += 1;
        }
        true
    })
}

#[tokio::test(start_paused = true)]
async fn cards_are_added_and_a_list_that_was_empty_is_emptied_again() {
    let (bench, _cable) = inspected(untouched()).await;
    assert_eq!(ask_version(&bench).await, Some(0));
    let change = line(&[RED, BLUE], false);
    plan(&bench, &change).await;
    let said = difference(&bench.record().await, &change);
    assert_eq!(said.obstacle, "");
    assert!(said.now.starts_with("empty") && said.back.is_ok_and(|way| way.contains("emptied again")));

    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    assert!(outcome.finding.contains("1 message changed it"), "{outcome:?}");
    let written = newest(&bench).await;
    assert!(written.finding.contains("version 1") && written.finding.contains("hold one up"), "{written:?}");
    assert_eq!(lists(&bench).iter().map(kind).collect::<Vec<_>>(), [("Differential", 1)]);
    assert_eq!(entries(&lists(&bench)[0]), [(RED.to_owned(), true), (BLUE.to_owned(), true)]);
    let then = difference(&bench.record().await, &change);
    assert!(then.back.is_ok_and(|way| way.contains("emptied again")), "it can still be taken back");
    let now = then.now;
    assert!(now.contains("version 1") && now.contains("2 cards written by Chargehand"), "{now}");

    let back = take_back(&bench).await;
    assert_eq!(back.verdict, Passed, "{back:?}");
    assert_eq!(kind(&lists(&bench)[1]), ("Full", 2));
    assert!(lists(&bench)[1].payload.get("localAuthorizationList").is_none());
    bench.rests_on_evidence(&outcome);
    bench.rests_on_evidence(&back);
}

#[tokio::test(start_paused = true)]
async fn cards_that_were_added_to_a_list_of_others_are_taken_out_and_the_others_stay() {
    let (bench, _cable) = inspected(untouched()).await;
    others_list(&bench, 7, "OTHERS").await;
    ask_version(&bench).await;
    let change = line(&[RED], false);
    plan(&bench, &change).await;
    assert!(difference(&bench.record().await, &change).back.is_ok_and(|way| way.contains("stood there already")));
    assert_eq!(apply(&bench).await.verdict, Passed);
    let back = take_back(&bench).await;
    assert_eq!(back.verdict, Passed, "{back:?}");
    let sent = lists(&bench);
    assert_eq!(sent[1..].iter().map(kind).collect::<Vec<_>>(), [("Differential", 8), ("Differential", 9)]);
    assert_eq!(entries(&sent[2]), [(RED.to_owned(), false)]);
}

#[tokio::test(start_paused = true)]
async fn a_list_of_others_that_is_replaced_cannot_come_back_and_that_is_said_before() {
    let (bench, _cable) = inspected(untouched()).await;
    others_list(&bench, 7, "OTHERS").await;
    ask_version(&bench).await;
    let change = line(&[RED], true);
    plan(&bench, &change).await;
    let said = difference(&bench.record().await, &change);
    assert!(said.back.is_err_and(|why| why.contains("version 7")));
    assert_eq!(apply(&bench).await.verdict, Passed);
    assert_eq!(kind(&lists(&bench)[1]), ("Full", 8));
    assert_eq!(take_back(&bench).await.verdict, Inconclusive);
    assert_eq!(lists(&bench).len(), 2, "nothing was sent to take it back");
    assert!(bench.record().await.plan[0].stands());
}

#[tokio::test(start_paused = true)]
async fn lines_about_cards_are_taken_back_one_after_the_other_to_an_empty_list() {
    let (bench, _cable) = inspected(untouched()).await;
    ask_version(&bench).await;
    plan(&bench, &line(&[RED], true)).await;
    plan(&bench, &line(&[RED, "04FFEE"], true)).await;
    assert_eq!(bench.record().await.plan.len(), 1, "one list, one line that waits");
    assert_eq!(apply(&bench).await.verdict, Passed);
    plan(&bench, &line(&[BLUE], false)).await;
    assert_eq!(apply(&bench).await.verdict, Passed);
    let back = take_back(&bench).await;
    assert_eq!(back.verdict, Passed, "{back:?}");
    let kinds = lists(&bench);
    let kinds: Vec<_> = kinds.iter().map(kind).collect();
    assert_eq!(kinds, [("Full", 1), ("Differential", 2), ("Differential", 3), ("Full", 4)]);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_wrote_meanwhile_stays_when_ours_is_taken_back() {
    let (bench, _cable) = inspected(telling(|n| (n == 2).then(|| json!(9)))).await;
    plan(&bench, &line(&[RED], false)).await;
    assert_eq!(apply(&bench).await.verdict, Passed);
    take_back(&bench).await;
    let last = lists(&bench).pop().unwrap();
    assert_eq!((kind(&last), entries(&last)), (("Differential", 10), vec![(RED.to_owned(), false)]));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_no_longer_empty_is_not_replaced_on_the_word_that_it_was() {
    let (bench, _cable) = inspected(untouched()).await;
    assert_eq!(ask_version(&bench).await, Some(0));
    plan(&bench, &line(&[RED], true)).await;
    others_list(&bench, 4, "OTHERS").await;
    let outcome = apply(&bench).await;
    assert_eq!((outcome.verdict, newest(&bench).await.verdict), (Inconclusive, NotTested), "{outcome:?}");
    assert_eq!(lists(&bench).len(), 1, "only the others' list");
    assert!(!bench.record().await.plan[0].stands());
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_lets_nobody_charge_and_is_told_as_empty_or_by_its_version() {
    let (bench, _cable) = inspected(untouched()).await;
    others_list(&bench, 7, "OTHERS").await;
    plan(&bench, &line(&[], true)).await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    assert_eq!(kind(&lists(&bench)[1]), ("Full", 8));
}

#[tokio::test(start_paused = true)]
async fn more_cards_than_a_message_takes_go_in_several_with_a_pause() {
    let (bench, _cable) = inspected(untouched()).await;
    let tags: Vec<String> = (0..70).map(|n| format!("04A2B7{n:02}")).collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    plan(&bench, &line(&tags, true)).await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    assert!(outcome.finding.contains("2 messages changed it"), "{outcome:?}");
    let sent = lists(&bench);
    assert_eq!(sent.iter().map(kind).collect::<Vec<_>>(), [("Full", 1), ("Differential", 2)]);
    assert!(sent[1].at.duration_since(sent[0].at).as_secs() >= 2);
    assert_eq!(sent.iter().map(|it| entries(it).len()).collect::<Vec<_>>(), [50, 20]);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_too_long_or_names_what_is_no_card_is_never_sent() {
    let (bench, _cable) = inspected(untouched()).await;
    let many: Vec<String> = (0..101).map(|n| format!("04A2B7{n:03}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for faulty in [&many[..], &["04 A2"], &[RED, RED]] {
        plan(&bench, &line(faulty, false)).await;
        assert_eq!(apply(&bench).await.verdict, NotTested);
        assert!(bench.record().await.plan[0].waits());
    }
    assert_eq!(lists(&bench).len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_counts_another_version_is_asked_again_once() {
    let (bench, _cable) = inspected(telling(|n| (n == 0).then(|| json!(1)))).await;
    others_list(&bench, 5, "OTHERS").await;
    plan(&bench, &line(&[RED], false)).await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    let sent = lists(&bench);
    let sent: Vec<_> = sent[1..].iter().map(|it| (kind(it).1, it.answer.as_str())).collect();
    assert_eq!(sent, [(2, "VersionMismatch"), (6, "Accepted")]);
    assert_eq!(bench.record().await.plan[0].was, Some(Was::Cards { version: 5 }));
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_never_agrees_about_the_version_is_asked_twice_and_no_more() {
    let (bench, _cable) = inspected(telling(|_| Some(json!(1)))).await;
    others_list(&bench, 5, "OTHERS").await;
    plan(&bench, &line(&[RED], false)).await;
    assert_eq!(apply(&bench).await.verdict, Failed);
    assert!(newest(&bench).await.finding.contains("VersionMismatch"));
    assert_eq!(lists(&bench).len(), 3);
    assert!(!bench.record().await.plan[0].stands());
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_accepts_a_list_and_names_another_version_has_not_kept_it() {
    let (bench, _cable) = inspected(telling(|n| (n == 1).then(|| json!(0)))).await;
    plan(&bench, &line(&[RED], false)).await;
    assert_eq!(apply(&bench).await.verdict, Failed);
    assert!(newest(&bench).await.finding.contains("Accepted is not kept"));
    assert!(bench.record().await.plan[0].stands(), "it may be there: it can be taken back");
}

#[tokio::test(start_paused = true)]
async fn a_version_that_means_nothing_or_leaves_no_number_is_said_and_nothing_is_sent() {
    for hostile in [json!(-1), json!(-7), json!(i64::MAX), json!(i32::MAX), json!("x"), json!({}), json!(null)] {
        let told = hostile.clone();
        let (bench, _cable) = inspected(telling(move |_| Some(told.clone()))).await;
        plan(&bench, &line(&[RED], false)).await;
        let outcome = apply(&bench).await;
        assert_ne!(outcome.verdict, Passed, "{hostile}: {outcome:?}");
        assert_eq!(lists(&bench).len(), 0, "{hostile}");
        assert!(!bench.record().await.plan[0].stands(), "{hostile}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_whole_list_begins_anew_where_no_version_is_left() {
    let (bench, _cable) = inspected(telling(|n| (n == 0).then(|| json!(i64::MAX)))).await;
    plan(&bench, &line(&[RED], true)).await;
    assert_eq!(apply(&bench).await.verdict, Passed);
    assert_eq!(kind(&lists(&bench)[0]), ("Full", 1));
}

/// The charger refuses every message of this action with an error.
fn refusing(refused: &'static str, code: &'static str) -> Tamper {
    let mut asked = Vec::new();
    Box::new(move |way, frame| {
        if way == Way::ToCharger && frame[2] == refused {
            asked.push(frame[1].clone());
        } else if way == Way::FromCharger && frame[0] == 3 && asked.contains(&frame[1]) {
            *frame = json!([4, frame[1], code, "", {}]);
        }
        true
    })
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_knows_no_list_gets_none() {
    let (bench, _cable) = inspected(refusing("GetLocalListVersion", "NotImplemented")).await;
    plan(&bench, &line(&[RED], false)).await;
    apply(&bench).await;
    let told = newest(&bench).await;
    assert_eq!((told.verdict, lists(&bench).len()), (NotTested, 0), "{told:?}");
    assert!(told.finding.contains("NotImplemented"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_refused_is_not_in_the_charger() {
    let (bench, _cable) = inspected(refusing("SendLocalList", "NotSupported")).await;
    plan(&bench, &line(&[RED], false)).await;
    assert_eq!(apply(&bench).await.verdict, Failed);
    assert!(newest(&bench).await.finding.contains("NotSupported"));
    assert!(!bench.record().await.plan[0].stands());
}

#[tokio::test(start_paused = true)]
async fn a_charger_that_says_that_it_has_no_list_is_not_asked() {
    let tamper: Tamper = Box::new(|_, frame| {
        let text = frame.to_string().replace("LocalAuthListManagement,", "");
        *frame = serde_json::from_str(&text).unwrap();
        true
    });
    let (bench, _cable) = inspected(tamper).await;
    plan(&bench, &line(&[RED], false)).await;
    let outcome = apply(&bench).await;
    assert!(outcome.finding.contains("LocalAuthListManagement"), "{outcome:?}");
    assert_eq!(bench.calls("GetLocalListVersion").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_program_that_was_killed_while_it_wrote_a_list_can_take_the_cards_out() {
    let (bench, _cable) = inspected(untouched()).await;
    plan(&bench, &line(&[RED], false)).await;
    apply(&bench).await;
    let mut replay = Replay::new(Record::new("CP1"));
    {
        let disk = bench.disk.lock().unwrap();
        let sent = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("\"SendLocalList\"");
        let cut = disk.entries.iter().position(|e| e.direction == Direction::Out && sent(&e.bytes)).unwrap();
        let applying = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("\"applying\"");
        assert!(disk.entries[..cut].iter().any(|e| e.direction == Direction::Event && applying(&e.bytes)));
        disk.entries[..=cut].iter().for_each(|entry| replay.apply(entry));
    }
    let after = replay.finish();
    assert!(after.plan[0].stands() && after.plan[0].outcome.is_none(), "{:?}", after.plan);
    assert_eq!(after.plan[0].was, Some(Was::Cards { version: 0 }));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_while_a_list_is_written_leaves_a_line_that_can_be_taken_back() {
    let tamper: Tamper =
        Box::new(|way, frame| way == Way::ToCharger || frame[2]["status"] != "Accepted" || frame[0] != 3);
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let cable = bench.connect_tampered(vacant(), tamper).await;
    bench.run(1).await;
    plan(&bench, &line(&[RED], false)).await;
    let link = bench.link.clone();
    let applying = tokio::spawn(async move { step::apply_plan(&link, None, false).await.unwrap() });
    bench.run(2).await;
    let charger = bench.cut(cable).await;
    assert_eq!(applying.await.unwrap().verdict, Inconclusive, "silence proves nothing");
    assert!(bench.record().await.plan[0].stands());
    let _cable = bench.plug_in(charger, true, untouched()).await;
    bench.run(30).await;
    let back = take_back(&bench).await;
    assert_eq!(back.verdict, Passed, "{back:?}");
    assert_eq!(entries(&lists(&bench)[1]), [(RED.to_owned(), false)]);
}

#[tokio::test(start_paused = true)]
async fn a_card_on_the_list_starts_a_charge_without_a_platform_and_the_line_says_so() {
    let (bench, cable) = inspected(untouched()).await;
    plan(&bench, &line(&[RED], false)).await;
    assert_eq!(apply(&bench).await.verdict, Passed);
    let mut charger = bench.cut(cable).await;
    charger.act(&Act::Plug, bench.clock.now());
    charger.act(&Act::Tag(BLUE.into()), bench.clock.now());
    assert!(!charger.panel(bench.clock.now()).transaction, "it is on no list");
    charger.act(&Act::Tag(RED.into()), bench.clock.now());
    assert!(charger.panel(bench.clock.now()).transaction);
    let _cable = bench.plug_in(charger, true, untouched()).await;
    bench.run(30).await;
    let record = bench.record().await;
    let used = cards::used(&record, &record.plan[0]);
    assert_eq!(used.len(), 1, "{:?}", record.cards);
    assert_eq!((used[0].card.as_str(), used[0].unasked), ("…E0F1", true));
    let frame = String::from_utf8(bench.entry(used[0].seen.number).bytes.to_vec()).unwrap();
    assert!(frame.contains(RED) && frame.contains(action("StartTransaction", "TransactionEvent")), "{frame}");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_switched_off_is_said_and_starts_nothing_until_its_setting_is_planned_too() {
    let (bench, cable) = inspected(untouched()).await;
    let (key, variable) = ("LocalAuthListEnabled", "LocalAuthListCtrlr.Enabled");
    let off = Change::Setting { key: action(key, variable).into(), value: "false".into(), confirmed: false };
    plan(&bench, &off).await;
    assert_eq!(apply(&bench).await.verdict, Passed);
    let change = line(&[RED], false);
    let record = bench.record().await;
    assert!(difference(&record, &change).risk_words.contains("is false"));
    let needed = cards::goes_with(&record, &change);
    assert_eq!(needed.len(), 1);
    plan(&bench, &change).await;
    let outcome = apply(&bench).await;
    assert_eq!(outcome.verdict, Passed, "{outcome:?}");
    assert!(newest(&bench).await.finding.contains("It does not act"), "{:?}", newest(&bench).await);
    let mut charger = bench.cut(cable).await;
    charger.act(&Act::Plug, bench.clock.now());
    charger.act(&Act::Tag(RED.into()), bench.clock.now());
    assert!(!charger.panel(bench.clock.now()).transaction);
    let cable = bench.plug_in(charger, true, untouched()).await;
    bench.run(30).await;
    plan(&bench, &needed[0]).await;
    assert_eq!(apply(&bench).await.verdict, Passed);
    let mut charger = bench.cut(cable).await;
    charger.act(&Act::Tag(RED.into()), bench.clock.now());
    assert!(charger.panel(bench.clock.now()).transaction);
}

#[tokio::test(start_paused = true)]
async fn a_card_that_is_held_up_is_seen_and_our_own_starts_are_nobodys_card() {
    let bench = Bench::new();
    let version = vacant().version;
    let v2 = version.is_v2();
    let (session, _out) = bench.open_as(version, true).await;
    let authorize =
        |tag: &str| if v2 { json!({"idToken": {"idToken": tag, "type": "ISO15693"}}) } else { json!({ "idTag": tag }) };
    for (at, tag) in [RED, BLUE, "  ", "<script>alert(1)</script>\u{7}", RED].into_iter().enumerate() {
        bench.say(session, call(&format!("a{at}"), "Authorize", authorize(tag))).await;
    }
    bench.run(1).await;
    let record = bench.record().await;
    let seen: Vec<_> = cards::seen(&record).map(|it| it.id_tag.as_str()).collect();
    assert_eq!(seen, [RED, BLUE], "the newest first, each once, and nothing else");
    assert_eq!(record.cards.seen[0].kind, if v2 { "ISO15693" } else { "" });
}

#[tokio::test(start_paused = true)]
async fn a_list_of_an_earlier_owner_is_found_and_emptied_only_on_request() {
    let (earlier, cable) = inspected(untouched()).await;
    others_list(&earlier, 7, RED).await;
    let bench = Bench::new();
    bench.ceiling(32.0).await;
    let _cable = bench.plug_in(earlier.cut(cable).await, true, untouched()).await;
    bench.run(1).await;
    step::inspect(&bench.link).await.unwrap();
    let found = step::look_for_residue(&bench.link).await.unwrap();
    assert!(found.verdict == Failed && found.finding.contains("A list of cards is in it (version 7)"), "{found:?}");
    bench.rests_on_evidence(&found);
    assert_eq!(lists(&bench).len(), 0, "looking only asks");
    let left = residue(&bench.record().await);
    let clear = left.iter().find_map(|it| it.clear.clone()).unwrap();
    let shown = difference(&bench.record().await, &clear);
    assert!(shown.back.is_err(), "which cards they were cannot be read, so they cannot come back: {shown:?}");
    plan(&bench, &clear).await;
    assert_eq!(apply(&bench).await.verdict, Passed);
    assert_eq!(residue(&bench.record().await), []);
}

#[tokio::test(start_paused = true)]
async fn a_check_of_ours_leaves_no_card_behind() {
    let (bench, _cable) = Bench::commissioning(32.0, plugged()).await;
    let run = bench.commission(16.0).await;
    assert_eq!(run.limit(), Passed);
    assert!(!run.record.transactions.is_empty());
    assert_eq!(cards::seen(&run.record).count(), 0, "{:?}", run.record.cards);
}

#[tokio::test(start_paused = true)]
async fn a_line_about_cards_that_was_kept_is_read_again_by_the_next_program() {
    let change: Change =
        serde_json::from_value(json!({"change": "cards", "cards": [{"id_tag": RED}], "replace": true})).unwrap();
    assert_eq!(change, line(&[RED], true));
}

mod on_2_0_1 {
    crate::bench::also_on!(V201:
        cards_are_added_and_a_list_that_was_empty_is_emptied_again,
        cards_that_were_added_to_a_list_of_others_are_taken_out_and_the_others_stay,
        a_list_of_others_that_is_replaced_cannot_come_back_and_that_is_said_before,
        lines_about_cards_are_taken_back_one_after_the_other_to_an_empty_list,
        what_somebody_else_wrote_meanwhile_stays_when_ours_is_taken_back,
        a_list_that_is_no_longer_empty_is_not_replaced_on_the_word_that_it_was,
        an_empty_list_lets_nobody_charge_and_is_told_as_empty_or_by_its_version,
        more_cards_than_a_message_takes_go_in_several_with_a_pause,
        a_list_that_is_too_long_or_names_what_is_no_card_is_never_sent,
        a_charger_that_counts_another_version_is_asked_again_once,
        a_charger_that_never_agrees_about_the_version_is_asked_twice_and_no_more,
        a_charger_that_accepts_a_list_and_names_another_version_has_not_kept_it,
        a_version_that_means_nothing_or_leaves_no_number_is_said_and_nothing_is_sent,
        a_whole_list_begins_anew_where_no_version_is_left,
        a_charger_that_knows_no_list_gets_none,
        a_list_that_is_refused_is_not_in_the_charger,
        a_program_that_was_killed_while_it_wrote_a_list_can_take_the_cards_out,
        a_connection_that_ends_while_a_list_is_written_leaves_a_line_that_can_be_taken_back,
        a_card_on_the_list_starts_a_charge_without_a_platform_and_the_line_says_so,
        a_list_that_is_switched_off_is_said_and_starts_nothing_until_its_setting_is_planned_too,
        a_card_that_is_held_up_is_seen_and_our_own_starts_are_nobodys_card,
        a_list_of_an_earlier_owner_is_found_and_emptied_only_on_request,
        a_check_of_ours_leaves_no_card_behind,
    );
}

mod on_2_1 {
    crate::bench::also_on!(V21:
        cards_are_added_and_a_list_that_was_empty_is_emptied_again,
        cards_that_were_added_to_a_list_of_others_are_taken_out_and_the_others_stay,
        a_list_of_others_that_is_replaced_cannot_come_back_and_that_is_said_before,
        more_cards_than_a_message_takes_go_in_several_with_a_pause,
        a_charger_that_counts_another_version_is_asked_again_once,
        a_version_that_means_nothing_or_leaves_no_number_is_said_and_nothing_is_sent,
        a_list_that_is_refused_is_not_in_the_charger,
        a_card_on_the_list_starts_a_charge_without_a_platform_and_the_line_says_so,
        a_list_that_is_switched_off_is_said_and_starts_nothing_until_its_setting_is_planned_too,
    );
}
