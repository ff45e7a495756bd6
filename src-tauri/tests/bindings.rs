//! Writes ui/src/backend/bindings.ts, or (with CI=true) fails if it is not up to date.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use specta_typescript::Typescript;

#[test]
fn the_windows_bindings_are_current() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/backend/bindings.ts");
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let fresh = tempfile::NamedTempFile::new().unwrap();
    chargehand_window::specta_builder().export(Typescript::default(), fresh.path()).unwrap();
    let now = std::fs::read_to_string(fresh.path()).unwrap();
    if now != before {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &now).unwrap();
        assert!(std::env::var_os("CI").is_none(), "ui/src/backend/bindings.ts was out of date");
    }
}
