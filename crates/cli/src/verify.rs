//! `verify`: do a report and its JSON belong together, unaltered?

use std::path::Path;

use chargehand_documents::{Verified, verify_json, verify_pdf};

use crate::{Exit, Failure};

/// Compares the hash in the PDF with the attachment; for a JSON, with the PDF of the same name.
///
/// # Errors
/// A file cannot be read.
pub fn run(file: &Path) -> Result<Exit, Failure> {
    let unreadable = |sentence: String| Failure(Exit::BadArguments, sentence);
    let is_json = file.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    let pdf_path = if is_json { file.with_extension("pdf") } else { file.to_path_buf() };
    let read =
        |path: &Path| std::fs::read(path).map_err(|e| unreadable(format!("{} cannot be read ({e}).", path.display())));
    let pdf = read(&pdf_path)?;
    let verified = if is_json { verify_json(&read(file)?, &pdf) } else { verify_pdf(&pdf) };
    match verified.map_err(|e| unreadable(format!("{}: {e}", pdf_path.display())))? {
        Verified::Match { sha256 } => {
            println!("Match: SHA-256 {sha256}");
            Ok(Exit::Done)
        }
        Verified::Mismatch { what, expected, actual } => {
            let shown = |hash: Option<String>| hash.unwrap_or_else(|| "(missing)".to_owned());
            println!(
                "Mismatch in {what}: expected {}, found {}. Do not rely on this file.",
                shown(expected),
                shown(actual)
            );
            Ok(Exit::Mismatch)
        }
    }
}
