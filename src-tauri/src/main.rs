//! The window's entry point.
#![cfg_attr(all(not(debug_assertions), windows), windows_subsystem = "windows")]

fn main() {
    chargehand_window::run();
}
