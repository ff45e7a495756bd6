//! `cargo fuzz run head`: see the function.
#![no_main]
#![allow(missing_docs)]

#[path = "../../../crates/site/tests/door/fuzzed.rs"]
#[allow(dead_code)]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzed::head(bytes));
