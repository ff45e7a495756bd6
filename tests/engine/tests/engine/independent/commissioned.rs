//! The main job, from end to end, with charge points of others.

use super::{Peer, each};
use crate::commission::{begin, proved_ten_amps};
use crate::program::folder;

/// Commissions it; what it saw itself: the limit was sent, obeyed, and taken away again.
fn commission(peer: Peer) {
    let data = folder();
    let run = begin(data.path(), &["--limit", "10", "--breaker", "32"]);
    let (_running, said) = peer.starts(&run.url, &[]);
    proved_ten_amps(&run.program.ended());
    // It ends with the connection.
    let said: Vec<String> = said.iter().collect();
    let at = |words: &str| said.iter().position(|line| line.contains(words));
    let (limited, cleared) = (at("draws 10.0 A"), said.iter().rposition(|line| line.starts_with("cleared")));
    assert!(limited.is_some() && limited < cleared, "{}: {said:#?}", peer.on);
    assert!(said.iter().rposition(|line| line.contains("draws 32.0 A")) > cleared, "{}: {said:#?}", peer.on);
    peer.accuses_nobody(&said);
}

#[test]
fn charge_points_of_others_on_1_6_are_commissioned() {
    each("1.6", commission);
}

#[test]
fn charging_stations_of_others_on_2_0_1_are_commissioned() {
    each("2.0.1", commission);
}

#[test]
fn charging_stations_of_others_on_2_1_are_commissioned() {
    each("2.1", commission);
}
