//! Chargers that break rules: none is dropped for it, and each gets the finding that names what it does.

mod messages;
mod requests;
mod strict;
mod versions;
mod wire;

use crate::program::Endpoint;

/// The rules that were named for a charger since the last call, up to its disconnection.
fn rules(endpoint: &mut Endpoint, id: &str) -> Vec<String> {
    let mut rules = Vec::new();
    loop {
        let line = endpoint.take("disconnected", |line| {
            line["charger"] == id && ["deviation", "disconnected"].iter().any(|event| line["event"] == *event)
        });
        if line["event"] == "disconnected" {
            return rules;
        }
        rules.push(line["rule"].as_str().expect("text").to_owned());
    }
}
