//! The files on disk: whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chargehand_commissioning::report::Report;

use crate::record::json;
use crate::render::{RenderError, Standard, render};

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The document.
    pub pdf: PathBuf,
    /// The record beside it.
    pub json: PathBuf,
    /// SHA-256 of the record, 64 lower-case hex digits.
    pub sha256: String,
    /// The level of the PDF that could be reached.
    pub standard: Standard,
}

/// Why a file is not there. A file of that name from before is then unchanged.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Both files were given the same name.
    #[error("the PDF and the JSON cannot both be {path}: give them different names", path = .0.display())]
    SamePath(PathBuf),
    /// The record was written, the PDF could not be made.
    #[error("{error}. The record is in {path}", path = .json.display())]
    Render {
        /// Where the record is.
        json: PathBuf,
        /// What went wrong.
        error: RenderError,
    },
    /// The operating system refused.
    #[error("could not write {path}: {error}. {remedy}", path = .path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
        /// What to do next.
        remedy: &'static str,
    },
}

/// Renders the report and writes both files, each to a temporary neighbour that is flushed to the disk and then takes
/// the name. The record goes first: it is there even if the PDF cannot be made.
pub fn write(report: &Report, pdf_path: &Path, json_path: &Path) -> Result<Written, WriteError> {
    if pdf_path == json_path {
        return Err(WriteError::SamePath(pdf_path.to_owned()));
    }
    whole(json_path, &json(report))?;
    let rendered = render(report).map_err(|error| WriteError::Render { json: json_path.to_owned(), error })?;
    whole(pdf_path, &rendered.pdf)?;
    Ok(Written {
        pdf: pdf_path.to_owned(),
        json: json_path.to_owned(),
        sha256: rendered.sha256,
        standard: rendered.standard,
    })
}

fn whole(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let named = |error: io::Error| WriteError::Io { path: path.to_owned(), remedy: remedy(error.kind()), error };
    let name = path.file_name().ok_or_else(|| named(io::ErrorKind::InvalidFilename.into()))?;
    let part = path.with_file_name(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
    let done = fill(&part, bytes).and_then(|()| fs::rename(&part, path));
    if done.is_err() {
        // Half a file helps nobody; that it may not be there at all is no further error.
        let _ = fs::remove_file(&part);
    }
    done.map_err(named)?;
    // Makes the new name survive a power cut where a folder can be opened (not on Windows, which needs no help).
    if let Ok(folder) = File::open(path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn fill(part: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(part)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn remedy(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::NotFound => "That folder does not exist: create it or choose another",
        io::ErrorKind::PermissionDenied => {
            "Choose a folder you may write to; if the file is open in another program, close it there"
        }
        io::ErrorKind::ReadOnlyFilesystem => "That disk is read-only: choose another folder",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "The disk is full: make room or choose another disk"
        }
        io::ErrorKind::IsADirectory | io::ErrorKind::DirectoryNotEmpty => "That is a folder: add a file name",
        io::ErrorKind::InvalidFilename => "That is not a file name: choose another",
        _ => "Choose another folder and try again",
    }
}
