//! How long the report of one commissioning takes to render once the program is warm: print it, no more.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::Instant;

use chargehand_commissioning::report::Report;

fn main() {
    // A real report of a simulated charger, as `cargo xtask demo` writes it.
    let report: Report = serde_json::from_str(include_str!("report.json")).expect("a report");
    let render = || {
        let began = Instant::now();
        let rendered = chargehand_documents::render(&report).expect("it renders");
        (began.elapsed().as_secs_f64() * 1000.0, rendered.pdf.len())
    };
    let (first, size) = render();
    let mut warm: Vec<f64> = (0..7).map(|_| render().0).collect();
    warm.sort_by(f64::total_cmp);
    println!("report of {size} bytes: first {first:.0} ms, warm {:.0} ms (median of 7; at most 250)", warm[3]);
}
