//! One report as PDF with its record inside.

use std::fmt;

use chargehand_commissioning::report::Report;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::printable::printable;
use crate::record::{json, sha256};
use crate::words::LocalTime;
use crate::{sheet, typeset};

/// A report as files in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The document, with the record attached as `report.json`.
    pub pdf: Vec<u8>,
    /// The record: what [`json`] gives.
    pub json: Vec<u8>,
    /// SHA-256 of `json`, 64 lower-case hex digits. It stands on every page and in the metadata of the PDF.
    pub sha256: String,
    /// The level of the PDF that could be reached.
    pub standard: Standard,
}

/// The level of a PDF, as written by the exporter; not validated by anybody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standard {
    /// PDF/A-3a and PDF/UA-1: archivable, tagged, readable aloud. What every report should reach.
    ArchivalTagged,
    /// PDF/A-3b: archivable. The attachment is complete.
    Archival,
    /// Plain PDF 1.7. The attachment is complete.
    Plain,
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Standard::ArchivalTagged => "PDF/A-3a, tagged (PDF/UA-1)",
            Standard::Archival => "PDF/A-3b",
            Standard::Plain => "PDF 1.7",
        })
    }
}

/// The levels in the order they are tried: a report is never withheld because a standard cannot be met.
const LEVELS: [(Standard, &[PdfStandard]); 3] = [
    (Standard::ArchivalTagged, &[PdfStandard::A_3a, PdfStandard::Ua_1]),
    (Standard::Archival, &[PdfStandard::A_3b]),
    (Standard::Plain, &[PdfStandard::V_1_7]),
];

/// Why there is no PDF. The record does not depend on it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The pages could not be laid out: a fault of this program.
    #[error(
        "the report could not be laid out as PDF ({0}). Nothing is lost: the record can still be written as JSON. \
         Please report this with that file"
    )]
    Layout(String),
    /// The pages are there, but no level of PDF could be written.
    #[error(
        "the report could not be written as PDF ({0}). Nothing is lost: the record can still be written as JSON. \
         Please report this with that file"
    )]
    Export(String),
}

/// Renders the report. The same report gives the same bytes, on every machine.
///
/// Takes about 0.1 s in a release build and seconds in a debug build: not on the thread of an async task.
pub fn render(report: &Report) -> Result<Rendered, RenderError> {
    let json = json(report);
    let sha256 = sha256(&json);
    let data = sheet::data(report, &sha256).to_string().into_bytes();
    let exported = typeset::pages(data, json.clone())
        .map_err(RenderError::Layout)
        .and_then(|pages| export(&pages, report, &sha256));
    typeset::tidy();
    let (standard, pdf) = exported?;
    Ok(Rendered { pdf, json, sha256, standard })
}

pub(crate) fn export(pages: &PagedDocument, report: &Report, sha256: &str) -> Result<(Standard, Vec<u8>), RenderError> {
    let mut refusals = Vec::new();
    for (standard, list) in LEVELS {
        match at_level(pages, report, sha256, list) {
            Ok(pdf) => return Ok((standard, pdf)),
            Err(refusal) => refusals.push(format!("{standard}: {refusal}")),
        }
    }
    Err(RenderError::Export(refusals.join("; ")))
}

fn at_level(pages: &PagedDocument, report: &Report, sha256: &str, list: &[PdfStandard]) -> Result<Vec<u8>, String> {
    let options = PdfOptions {
        // The identifier of the file follows from its content, so that no chance is in it.
        ident: Smart::Custom(format!("chargehand-report {sha256}")),
        creator: Smart::Custom(Some(printable(&format!("Chargehand {}", report.program)).0)),
        timestamp: created(report),
        standards: PdfStandards::new(list).map_err(|error| error.message().to_string())?,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(pages, &options).map_err(|errors| typeset::in_words(&errors))
}

/// When the report was composed, with the offset of the site.
fn created(report: &Report) -> Option<Timestamp> {
    let time = LocalTime::new(&report.time_zone);
    let at = time.wall_clock(report.created);
    let part = |value: i8| u8::try_from(value).ok();
    let moment = Datetime::from_ymd_hms(
        at.year().into(),
        part(at.month())?,
        part(at.day())?,
        part(at.hour())?,
        part(at.minute())?,
        part(at.second())?,
    )?;
    Timestamp::new_local(moment, time.offset_minutes(report.created))
}
