//! Typst, closed in: a world of five files and two fonts, without disk, network, packages or today's date.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;

/// What does not change between reports. File names are fixed because Typst never forgets one (at most 65,535 in the
/// life of a process).
struct Workshop {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: [Font; 2],
    report: Source,
    parts: Source,
    data: FileId,
    record: FileId,
}

static WORKSHOP: LazyLock<Workshop> = LazyLock::new(|| {
    let fonts =
        [font(include_bytes!("../fonts/Inter-Regular.ttf")), font(include_bytes!("../fonts/Inter-SemiBold.ttf"))];
    Workshop {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        report: Source::new(file("report.typ"), include_str!("../templates/report.typ").to_owned()),
        parts: Source::new(file("parts.typ"), include_str!("../templates/parts.typ").to_owned()),
        data: file("data.json"),
        record: file("report.json"),
    }
});

#[expect(clippy::expect_used, reason = "the fonts are compiled in; every test that renders would fail")]
fn font(bytes: &'static [u8]) -> Font {
    Font::new(Bytes::new(bytes), 0).expect("the font in fonts/ is a font")
}

#[expect(clippy::expect_used, reason = "four literal names")]
fn file(name: &str) -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).expect("a plain file name")).intern()
}

/// Both weights can draw this character.
pub fn has_glyph(c: char) -> bool {
    WORKSHOP.fonts.iter().all(|font| font.info().coverage.contains(u32::from(c)))
}

/// Lays the report out: `data` is the template's data, `record` the file to attach.
pub fn pages(data: Vec<u8>, record: Vec<u8>) -> Result<PagedDocument, String> {
    let desk = Desk { workshop: &WORKSHOP, data: Bytes::new(data), record: Bytes::new(record) };
    typst::compile::<PagedDocument>(&desk).output.map_err(|errors| in_words(&errors))
}

/// Typst's complaints in one line, the hints left out.
pub fn in_words(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.to_string()).collect::<Vec<_>>().join("; ")
}

/// Forget what was kept for a faster second layout: it would grow by some 14 MB a report.
pub fn tidy() {
    typst::comemo::evict(0);
}

/// The files of one report.
struct Desk {
    workshop: &'static Workshop,
    data: Bytes,
    record: Bytes,
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.workshop.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.workshop.book
    }

    fn main(&self) -> FileId {
        self.workshop.report.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        [&self.workshop.report, &self.workshop.parts]
            .into_iter()
            .find(|source| source.id() == id)
            .cloned()
            .ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match id {
            id if id == self.workshop.data => Ok(self.data.clone()),
            id if id == self.workshop.record => Ok(self.record.clone()),
            _ => Err(FileError::AccessDenied),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.workshop.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
