//! `discover` asks only local networks, and says so.

use std::process::Command;

use crate::program::path;

/// The exit code, and what is said on standard error.
fn discover(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(path()).arg("discover").args(arguments).output().expect("the program runs");
    assert!(output.stdout.is_empty(), "nothing is looked for");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_is_not_local_is_refused_before_anything_is_sent() {
    for (arguments, says) in [
        (["--host", "203.0.113.5"], "203.0.113.5 is not private."),
        (["--host", "127.0.0.1"], "127.0.0.1 is not private."),
        (["--host", "charger"], "is not an IPv4 address or network."),
        (["--network", "203.0.113.0/24"], "203.0.113.0/24 is not private."),
        (["--network", "10.0.0.0/8"], "more than 1022 addresses"),
        // this computer has no such address, or the test would not be one
        (["--network", "192.168.254.252/30"], "This computer has no address in"),
        (["--network", "fe80::/64"], "is not an IPv4 address or network."),
    ] {
        let (code, said) = discover(&arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
}
