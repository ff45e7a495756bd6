//! `cargo fuzz run frame`: see the function.
#![no_main]
#![allow(missing_docs)]

#[path = "../../../crates/ocpp/tests/ocpp/fuzzed.rs"]
#[allow(dead_code)]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzed::frame(bytes));
