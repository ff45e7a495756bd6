//! `verify`: do a report and its JSON belong together, unaltered? Is everything stored still as it was written?

use std::io::Write;
use std::path::Path;

use chargehand_documents::{Verified, verify_json, verify_pdf};
use chargehand_site::store::verify_chain;

use crate::{Exit, Failure};

/// Compares the hash in the PDF with the attachment; for a JSON, with the PDF of the same name; for a data folder, every
/// stored entry with the chain.
///
/// # Errors
/// A file cannot be read.
pub async fn run(path: &Path) -> Result<Exit, Failure> {
    let (exit, sentence) = if path.is_dir() { chain(path).await? } else { report(path)? };
    // Who has stopped reading has the exit code.
    let _ = writeln!(std::io::stdout(), "{sentence}");
    Ok(exit)
}

async fn chain(folder: &Path) -> Result<(Exit, String), Failure> {
    let broken = verify_chain(folder).await.map_err(|e| Failure(Exit::BadArguments, e.to_string()))?;
    Ok(match broken {
        None => (Exit::Done, "Match: every stored entry fits the chain.".to_owned()),
        Some(number) => {
            let sentence = format!(
                "Mismatch at entry {number}: it, or one before it, was altered, lost or damaged. Do not rely on what \
                 was stored from there on."
            );
            (Exit::Mismatch, sentence)
        }
    })
}

fn report(file: &Path) -> Result<(Exit, String), Failure> {
    let unreadable = |sentence: String| Failure(Exit::BadArguments, sentence);
    let is_json = file.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    let pdf_path = if is_json { file.with_extension("pdf") } else { file.to_path_buf() };
    let read =
        |path: &Path| std::fs::read(path).map_err(|e| unreadable(format!("{} cannot be read ({e}).", path.display())));
    let pdf = read(&pdf_path)?;
    let verified = if is_json { verify_json(&read(file)?, &pdf) } else { verify_pdf(&pdf) };
    match verified.map_err(|e| unreadable(format!("{}: {e}", pdf_path.display())))? {
        Verified::Match { sha256 } => Ok((Exit::Done, format!("Match: SHA-256 {sha256}"))),
        Verified::Mismatch { what, expected, actual } => {
            let shown = |hash: Option<String>| hash.unwrap_or_else(|| "(missing)".to_owned());
            let (expected, actual) = (shown(expected), shown(actual));
            let sentence =
                format!("Mismatch in {what}: expected {expected}, found {actual}. Do not rely on this file.");
            Ok((Exit::Mismatch, sentence))
        }
    }
}
