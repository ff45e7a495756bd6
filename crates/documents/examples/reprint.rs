//! Makes the PDF of a record again: `cargo run -p chargehand-documents --example reprint report.json report.pdf`.
//!
//! The same record and the same version of Chargehand give the same PDF to the byte, so a doubtful print can be checked
//! against its record. Also the quick way to look at a change of the template.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(record), Some(pdf)) = (arguments.next(), arguments.next()) else {
        return Err("give the record and the PDF to write: report.json report.pdf".into());
    };
    let report = serde_json::from_slice(&std::fs::read(record)?)?;
    let rendered = chargehand_documents::render(&report)?;
    std::fs::write(pdf, &rendered.pdf)?;
    println!("{}, record sha256:{}", rendered.standard, rendered.sha256);
    Ok(())
}
