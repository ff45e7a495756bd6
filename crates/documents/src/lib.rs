//! The handover report as files: canonical JSON (the published record), the PDF that carries it, and the check that
//! both still belong together.
//!
//! Way of a report: [`json`] writes the record; `sheet` turns it into the words and numbers of the page; `printable`
//! makes every string safe to set; `typeset` lays it out with Typst (`templates/*.typ`). Strings of a charger are data
//! all the way and never markup.

mod chart;
mod demand;
mod installation;
mod printable;
mod record;
mod render;
#[cfg(test)]
mod sample;
mod sheet;
#[cfg(test)]
mod tests;
mod typeset;
mod verify;
mod words;
mod write;

pub use record::json;
pub use render::{RenderError, Rendered, Standard, render};
pub use verify::{Verified, VerifyError, verify_json, verify_pdf};
pub use write::{WriteError, Written, write};
