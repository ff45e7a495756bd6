//! Does a PDF still carry the record it was made from? The record's SHA-256 stands in three places: at the foot of every
//! page, in the document information and in the XMP metadata.
//!
//! A file to be verified comes from anywhere: its size is bounded, and whatever the PDF reader trips over is an error.

use std::io::Read;
use std::panic::catch_unwind;

use flate2::bufread::ZlibDecoder;
use lopdf::{Document, LoadOptions, Object, Stream};

use crate::record::sha256;

/// Largest file looked at, and largest stream inside it once unpacked, bytes.
const LARGEST: usize = 64 << 20;
/// Most pages read.
const MOST_PAGES: usize = 5_000;
/// What stands before the hash wherever it is printed.
pub const LABEL: &str = "sha256:";
/// The name of the attached record.
pub const ATTACHMENT: &str = "report.json";

/// Whether record and PDF belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// Every place names the hash that the record has.
    Match {
        /// That hash, 64 hex digits.
        sha256: String,
    },
    /// They differ: the record or the PDF was changed, or they are of two reports.
    Mismatch {
        /// Where the difference was seen first, for example `the foot of page 2`.
        what: String,
        /// The hash that is printed there; `None` where none (or not one) is.
        expected: Option<String>,
        /// The hash of the record; `None` where there is no record (or not one).
        actual: Option<String>,
    },
}

/// Why nothing can be said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Not a PDF, damaged, encrypted or not bounded as a report is.
    #[error("this is not a readable PDF ({0}). Ask for the file again, or check the one that was first written")]
    Unreadable(String),
    /// A PDF, but no report of ours.
    #[error(
        "this PDF carries neither a record nor its hash: it is not a Chargehand report, or it was printed to PDF anew. Check the original file"
    )]
    NotAReport,
}

/// Compares the record inside the PDF with the hashes that the PDF states.
pub fn verify_pdf(bytes: &[u8]) -> Result<Verified, VerifyError> {
    read(bytes).map(|reading| reading.judge())
}

/// The same, and then compares the JSON that lies beside the PDF with the record inside it.
pub fn verify_json(json: &[u8], pdf: &[u8]) -> Result<Verified, VerifyError> {
    let verified = verify_pdf(pdf)?;
    let beside = sha256(json);
    Ok(match verified {
        Verified::Match { sha256 } if sha256 != beside => {
            let what = "the JSON file beside the PDF".to_owned();
            Verified::Mismatch { what, expected: Some(sha256), actual: Some(beside) }
        }
        verdict => verdict,
    })
}

/// What a PDF says about its record.
struct Reading {
    /// The hash of the attached record; `None` unless there is exactly one.
    record: Option<String>,
    /// Each place that has to name the hash, with the one hash that is there.
    places: Vec<(String, Option<String>)>,
}

impl Reading {
    fn judge(self) -> Verified {
        let odd = self.places.into_iter().find(|(_, hash)| hash.is_none() || *hash != self.record);
        match (odd, self.record) {
            (None, Some(sha256)) => Verified::Match { sha256 },
            (Some((what, expected)), actual) => Verified::Mismatch { what, expected, actual },
            (None, None) => Verified::Mismatch { what: "the attachment".to_owned(), expected: None, actual: None },
        }
    }
}

fn read(bytes: &[u8]) -> Result<Reading, VerifyError> {
    if bytes.len() > LARGEST {
        return Err(VerifyError::Unreadable(format!("it is larger than {} MB", LARGEST >> 20)));
    }
    // The reader is made not to panic, but it parses what strangers wrote.
    let reading = catch_unwind(|| read_document(bytes));
    let reading = reading.map_err(|_| VerifyError::Unreadable("its structure is damaged".to_owned()))?;
    let reading = reading.map_err(|error| VerifyError::Unreadable(error.to_string()))?;
    let silent = reading.record.is_none() && reading.places.iter().all(|(_, hash)| hash.is_none());
    if silent { Err(VerifyError::NotAReport) } else { Ok(reading) }
}

fn read_document(bytes: &[u8]) -> lopdf::Result<Reading> {
    let options = LoadOptions { strict: true, max_decompressed_size: Some(LARGEST), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options)?;
    let mut places = vec![
        ("the document information".to_owned(), only_hash(&information(&document))),
        ("the XMP metadata".to_owned(), only_hash(&xmp(&document))),
    ];
    let pages = document.get_pages();
    if pages.is_empty() || pages.len() > MOST_PAGES {
        places.push(("the number of pages".to_owned(), None));
    }
    for page in pages.into_keys().take(MOST_PAGES) {
        // A page whose text cannot be read has no hash, which is a difference.
        let text = document.extract_text_with_limit(&[page], LARGEST).unwrap_or_default();
        places.push((format!("the foot of page {page}"), only_hash(&text)));
    }
    Ok(Reading { record: record(&document).map(|record| sha256(&record)), places })
}

/// The one hash that a text states after [`LABEL`]; none where it states none, half a one or two that differ. What a
/// charger sent cannot pass for it: the label is broken up in data.
fn only_hash(text: &str) -> Option<String> {
    let hash = |rest: &str| rest.chars().take_while(char::is_ascii_hexdigit).collect::<String>();
    let mut hashes = text.split(LABEL).skip(1).map(hash);
    let first = hashes.next().filter(|hash| hash.len() == 64)?;
    hashes.all(|other| other == first).then_some(first)
}

fn information(document: &Document) -> String {
    let info = document.trailer.get_deref(b"Info", document).and_then(Object::as_dict);
    let keywords = info.and_then(|info| info.get_deref(b"Keywords", document)).and_then(lopdf::decode_text_string);
    keywords.unwrap_or_default()
}

fn xmp(document: &Document) -> String {
    let stream = document.catalog().and_then(|catalog| catalog.get_deref(b"Metadata", document));
    let content = stream.and_then(Object::as_stream).and_then(|s| s.get_plain_content_with_limit(LARGEST));
    String::from_utf8_lossy(&content.unwrap_or_default()).into_owned()
}

/// The attached record; none where there is not exactly one of that name.
fn record(document: &Document) -> Option<Vec<u8>> {
    let mut found = document.objects.values().filter_map(|object| {
        let file = object.as_dict().ok().filter(|dict| dict.has_type(b"Filespec"))?;
        let name = file.get_deref(b"UF", document).and_then(lopdf::decode_text_string).ok()?;
        (name == ATTACHMENT).then_some(file)
    });
    let file = found.next()?;
    if found.next().is_some() {
        return None;
    }
    let embedded = file.get_deref(b"EF", document).and_then(Object::as_dict).ok()?;
    unpacked(embedded.get_deref(b"F", document).and_then(Object::as_stream).ok()?)
}

/// The content of the attachment, unpacked strictly: lopdf overlooks a wrong checksum and what follows the data, and
/// then an altered byte there would go unnoticed.
fn unpacked(stream: &Stream) -> Option<Vec<u8>> {
    match stream.filters().unwrap_or_default().as_slice() {
        [] => Some(stream.content.clone()),
        [b"FlateDecode"] => {
            let mut content = Vec::new();
            let mut packed = ZlibDecoder::new(stream.content.as_slice());
            packed.by_ref().take(LARGEST as u64).read_to_end(&mut content).ok()?;
            (packed.total_in() == stream.content.len() as u64).then_some(content)
        }
        _ => None,
    }
}
