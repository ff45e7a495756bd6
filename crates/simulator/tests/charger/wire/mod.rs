//! What shows of each personality at the socket, from the first byte to the last: each shows what it is named after,
//! and nothing else. What shows in frames is told elsewhere.

mod peer;
mod probes;
mod talks;

use chargehand_simulator::{Behaviour, personalities};
use probes::Seen;

/// Every personality is probed, and shows of these symptoms those that it says it shows.
async fn show_what_they_say(probe: impl AsyncFn(&Behaviour) -> Seen, symptoms: &[&str]) {
    let mut wrong = Vec::new();
    for personality in personalities() {
        let behaviour = Behaviour { plugged: false, starts_by_itself: false, ..personality.behaviour.clone() };
        let mut seen = probe(&behaviour).await;
        assert!(seen.iter().all(|symptom| symptoms.contains(symptom)), "{seen:?} is in no table");
        let said = personality.about.shows.iter().map(String::as_str);
        let mut said: Vec<&str> = said.filter(|symptom| symptoms.contains(symptom)).collect();
        seen.sort_unstable();
        said.sort_unstable();
        if seen != said {
            wrong.push(format!("{} shows {seen:?} and says {said:?}", personality.about.name));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// A test for each probe, with the symptoms it knows; and all symptoms.
macro_rules! matrix {
    ($($test:ident: $probe:path => [$($symptom:literal),* $(,)?];)*) => {
        /// Every symptom that shows at the socket.
        pub const SYMPTOMS: &[&str] = &[$($($symptom),*),*];
        $(
            #[tokio::test(start_paused = true)]
            async fn $test() {
                show_what_they_say(async |behaviour: &Behaviour| $probe(behaviour).await, &[$($symptom),*]).await;
            }
        )*
    };
}

matrix! {
    chargers_reach_what_they_say: probes::reach
        => ["nothing arrives", "comes from the internet only", "resolves no names"];
    chargers_go_where_they_say_and_encrypt_when_they_say: probes::first_byte
        => ["goes to port 443", "encrypts unasked"];
    chargers_ask_for_the_path_they_say: probes::path
        => ["whole address in the path", "id twice in the path", "no id in the path", "serial number in the path"];
    chargers_write_the_headers_they_say: probes::headers
        => ["no subprotocol", "unknown subprotocol", "no Connection header"];
    chargers_present_the_password_they_say: probes::credentials
        => ["user name is not the id", "password in hexadecimal digits"];
    chargers_trust_whom_they_say: probes::encryption
        => ["trusts its maker's roots only", "certificates not valid yet", "speaks TLS 1.0 only"];
    chargers_speak_at_addresses_without_a_path_or_not: probes::silence => ["silent without a path"];
    chargers_try_another_version_first_or_not: probes::first_connections => ["tries 1.6 first"];
    chargers_write_frames_as_they_say: probes::frames => ["reserved bit set", "compressed unasked"];
    chargers_bear_an_early_call_or_not: talks::early_call => ["boots again on an early call"];
    chargers_bear_a_call_or_not: talks::call => ["deaf after a call"];
    chargers_wait_for_answers_or_not: talks::waiting => ["does not wait for answers"];
    chargers_answer_in_order_or_not: talks::order => ["answers out of order"];
    chargers_stay_or_not: talks::peace => ["drops the connection by itself"];
    chargers_come_back_soon_or_not: talks::loss => ["comes back after minutes"];
    chargers_close_what_they_leave_or_not: talks::reset => ["leaves its old connection open"];
    chargers_boot_when_they_say: talks::boots => ["boots only at restart"];
    chargers_start_by_themselves_or_not: talks::plug => ["never starts by itself"];
    chargers_do_alone_what_they_say: talks::alone => [
        "free-runs when offline",
        "stops when offline",
        "falls to its own limit when offline",
        "keeps its last limit when offline",
    ];
}

#[test]
fn every_symptom_at_the_socket_is_shown_by_a_personality() {
    let is_shown =
        |symptom: &&&str| !personalities().iter().any(|it| it.about.shows.iter().any(|its| its == **symptom));
    assert_eq!(SYMPTOMS.iter().filter(is_shown).collect::<Vec<_>>(), [&""; 0]);
}
