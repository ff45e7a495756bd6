use super::*;
use crate::attempt::{Hello, Password, Stage};
use crate::outcome::Finding;
use jiff::Timestamp;

fn waiting() -> Seen {
    Seen { listens: true, waited_min: 5, ..Seen::default() }
}

fn attempt(state: State, code: &str, stages: Vec<What>) -> Attempt {
    let at = Timestamp::UNIX_EPOCH;
    let finding = Finding {
        code: code.into(),
        gravity: Gravity::Attention,
        text: format!("Because of {code}."),
        evidence: vec![],
    };
    Attempt {
        id: 1,
        peer: "192.168.1.77:50000".into(),
        local: "192.168.1.2:9616".into(),
        at,
        state,
        charger: String::new(),
        stages: stages.into_iter().map(|what| Stage { at, what }).collect(),
        findings: if code.is_empty() { vec![] } else { vec![finding] },
    }
}

fn request() -> What {
    What::Request { line: "GET /CP1 HTTP/1.1".into(), headers: vec![], password: Password::Missing }
}

fn tls() -> What {
    What::FirstBytes { kind: Speaks::Tls, hex: "1603".into() }
}

fn sure(seen: &Seen, problem: &str) -> Sure {
    explain(seen).causes.iter().find(|cause| cause.problem == problem).expect("all are looked at").sure
}

fn found(seen: &Seen) -> &'static str {
    let answer = explain(seen);
    assert_eq!(answer.asks, None, "{}", answer.finding);
    answer.causes.iter().find(|cause| cause.sure == Sure::Found).map_or("", |cause| cause.problem)
}

#[test]
fn a_charger_that_only_its_makers_cloud_speaks_for_is_told_at_once() {
    let seen = Seen { never: Some("It comes through myenergi's cloud only.".into()), ..waiting() };
    assert_eq!(found(&seen), "P01");
    assert_eq!(explain(&seen).finding, "It comes through myenergi's cloud only.");
}

#[test]
fn a_firewall_that_keeps_it_out_is_named_with_its_remedy() {
    let ufw = |lets_in| vec![("ufw".to_owned(), lets_in, "sudo ufw allow 9616/tcp".to_owned())];
    let closed = Seen { firewalls: ufw(Some(false)), ..waiting() };
    assert_eq!(found(&closed), "P02");
    assert!(explain(&closed).finding.ends_with("sudo ufw allow 9616/tcp"));
    let silent = Seen { firewalls: ufw(None), ..waiting() };
    assert_eq!(sure(&silent, "P02"), Sure::Possible);
    assert_eq!(sure(&Seen { reached: true, ..silent }, "P02"), Sure::RuledOut);
    assert_eq!(sure(&Seen { reached: true, ..closed }, "P02"), Sure::RuledOut, "who came in proves more than a rule");
}

#[test]
fn an_address_in_another_network_is_found_and_so_is_not_listening() {
    assert_eq!(found(&Seen { doubts: vec!["A VPN.".into()], ..waiting() }), "P02");
    assert_eq!(found(&Seen { listens: false, ..waiting() }), "P02");
}

#[test]
fn what_the_person_sees_at_the_charger_leads_to_the_cause() {
    let answered = |answers| Seen { answers, ..waiting() };
    assert_eq!(found(&answered(Answers { numeric: Some(false), ..Answers::default() })), "P03");
    assert_eq!(found(&answered(Answers { exactly: Some(false), ..Answers::default() })), "P04");
    assert_eq!(found(&answered(Answers { same_network: Some(false), ..Answers::default() })), "P02");
}

#[test]
fn what_arrived_and_was_refused_names_the_cause_that_fits() {
    let with = |one| Seen { attempts: vec![one], ..waiting() };
    let hello = What::Hello { hello: Hello::default() };
    assert_eq!(found(&with(attempt(State::Refused, "not_http", vec![]))), "P04");
    assert_eq!(found(&with(attempt(State::Refused, "unknown_ca", vec![tls(), hello]))), "P07");
    let answered = What::Answer { status: 400, offered: vec!["ocpp1.5".into()], chosen: String::new() };
    assert_eq!(found(&with(attempt(State::Refused, "subprotocol", vec![request(), answered]))), "P08");
    let junk = What::FirstBytes { kind: Speaks::Junk, hex: "00".into() };
    assert_eq!(found(&with(attempt(State::Refused, "other", vec![junk]))), "P06");
}

#[test]
fn a_wrong_password_is_not_blamed_on_the_version_nor_is_a_charger_that_was_let_in_without_one() {
    let with = |one| Seen { attempts: vec![one], ..waiting() };
    let answer = |status, offered: &[&str]| What::Answer {
        status,
        offered: offered.iter().map(|it| (*it).to_owned()).collect(),
        chosen: String::new(),
    };
    let wrong = with(attempt(State::Refused, "wrong_password", vec![request(), answer(401, &["ocpp1.6"])]));
    assert_eq!((found(&wrong), explain(&wrong).finding.as_str()), ("password", "Because of wrong_password."));
    let let_in = with(attempt(State::Connected, "", vec![request(), answer(101, &[])]));
    assert_eq!(sure(&let_in, "P08"), Sure::RuledOut);
}

#[test]
fn what_came_from_another_address_than_the_chargers_says_nothing_of_it() {
    let others = attempt(State::Refused, "not_http", vec![]);
    let seen = Seen { charger: Some("192.168.1.99".into()), attempts: vec![others], ..waiting() };
    assert_eq!(sure(&seen, "P04"), Sure::Possible);
}

#[test]
fn with_all_answers_and_nothing_seen_it_ends_in_inconclusive_and_asks_no_more() {
    let yes = Some(true);
    let answers = Answers { restarted: yes, exactly: yes, numeric: yes, same_network: yes };
    let answer = explain(&Seen { answers, ..waiting() });
    assert_eq!(answer.asks, None);
    assert_eq!(
        answer.finding,
        "Nothing has arrived in 5 minutes, and what keeps it away is not shown. Ruled out: P03. Still possible: P01, P02, \
         P04, P05, P06, P07, P08, password. This is inconclusive, not locked."
    );
    assert_eq!(answer.gravity, Gravity::Attention);
}

#[test]
fn what_the_person_cannot_see_is_not_asked_again_and_rules_nothing_out() {
    let seen = Seen { unseen: vec![Question::Restarted, Question::Numeric], ..waiting() };
    assert_eq!(explain(&seen).asks, Some(Question::SameNetwork));
    assert_eq!(sure(&seen, "P03"), Sure::Possible);
}

#[test]
fn it_asks_one_thing_at_a_time_and_not_what_is_known() {
    let mut seen = waiting();
    let mut asked = vec![];
    while let Some(question) = explain(&seen).asks {
        asked.push(question);
        match question {
            Question::Restarted => seen.answers.restarted = Some(true),
            Question::SameNetwork => seen.answers.same_network = Some(true),
            Question::Numeric => seen.answers.numeric = Some(true),
            Question::Exactly => seen.answers.exactly = Some(true),
        }
    }
    assert_eq!(asked, [Question::Restarted, Question::SameNetwork, Question::Numeric, Question::Exactly]);
    let on_lan = Seen { charger: Some("192.168.1.99".into()), ..waiting() };
    let after = Seen { answers: Answers { restarted: Some(true), ..Answers::default() }, ..on_lan };
    assert_eq!(explain(&after).asks, Some(Question::Numeric));
}
