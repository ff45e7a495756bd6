//! What must hold for whatever bytes knock. Each function is a fuzz target (`tests/fuzz`); here they are fed with what
//! fuzzing has found worth keeping.

use chargehand_site::csms::{head, hello};

/// The head of an HTTP request: what is told of it is bounded and has no control characters.
pub fn head(bytes: &[u8]) {
    let whole = head::end(bytes).map_or(bytes, |end| &bytes[..end]);
    let Some(head) = head::parse(whole) else { return };
    let (id, deviations) = head.id();
    let told = head.told();
    let texts = told.iter().flat_map(|header| [&header.name, &header.value]);
    for text in texts.chain([&id, &head.line(), &head.path()]) {
        assert!(text.chars().count() <= 500 && !text.chars().any(char::is_control), "{text:?}");
    }
    assert_eq!(id.is_empty(), deviations.iter().any(|deviation| deviation.rule == "path_without_id"));
    assert!(told.len() <= 32 && head.list("sec-websocket-protocol").len() <= 20 && head.odd_headers().len() <= 4);
    if let Some(given) = head.credentials() {
        assert!(given.user.chars().count() <= 100 && given.password.len() < bytes.len());
    }
}

/// The first bytes of TLS: a hello is read, waited for or refused, and what is kept of it is bounded.
pub fn hello(bytes: &[u8]) {
    let hello::Read::Hello(hello) = hello::read(bytes) else { return };
    let names = hello.server_name.iter().chain(&hello.alpn);
    for text in names {
        assert!(text.chars().count() <= 100 && !text.chars().any(char::is_control), "{text:?}");
    }
    assert!(hello.versions.len() <= 100 && hello.suites.len() <= 100 && hello.alpn.len() <= 10, "{hello:?}");
}

#[cfg(test)]
mod replay {
    use std::path::Path;

    fn each(target: &str, check: fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/seeds").join(target);
        let files: Vec<_> = std::fs::read_dir(&folder).expect("the seeds").map(|file| file.unwrap().path()).collect();
        assert!(files.len() >= 10, "{} holds too little", folder.display());
        for file in files {
            println!("{}", file.display());
            check(&std::fs::read(&file).expect("a file"));
        }
    }

    #[test]
    fn what_fuzzing_found_of_requests_is_told_within_bounds() {
        each("head", super::head);
    }

    #[test]
    fn what_fuzzing_found_of_tls_hellos_is_told_within_bounds() {
        each("hello", super::hello);
    }
}
