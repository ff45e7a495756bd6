//! What a handover has to keep. Laying out takes seconds in a debug build: two documents are shared by all tests, a
//! third proves that the same report gives the same bytes, a short one that no report is withheld, and one is of a
//! simulated charger.

use std::sync::LazyLock;

use lopdf::content::Content;
use lopdf::{Document, Object, Stream, dictionary};

use crate::render::export;
use crate::{
    Rendered, Standard, Verified, VerifyError, json, render, sample, sheet, typeset, verify_json, verify_pdf, write,
};

static PASSED: LazyLock<Rendered> = LazyLock::new(|| render(&sample::passed()).expect("renders"));
static HOSTILE: LazyLock<Rendered> = LazyLock::new(|| render(&sample::hostile()).expect("renders"));

/// The text of all pages without spaces: where a line may break, lopdf sees one.
fn text(rendered: &Rendered) -> String {
    let document = Document::load_mem(&rendered.pdf).expect("a PDF");
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    unspaced(&document.extract_text(&pages).expect("text"))
}

fn unspaced(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
}

/// The good document after somebody worked on it.
fn altered(change: impl FnOnce(&mut Document)) -> Vec<u8> {
    let mut document = Document::load_mem(&PASSED.pdf).expect("a PDF");
    change(&mut document);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("writes into memory");
    bytes
}

fn attachment(document: &mut Document) -> &mut Stream {
    let streams = document.objects.values_mut().filter_map(|object| object.as_stream_mut().ok());
    streams.into_iter().find(|stream| stream.dict.has_type(b"EmbeddedFile")).expect("is attached")
}

fn difference(bytes: &[u8]) -> String {
    match verify_pdf(bytes).expect("readable") {
        Verified::Mismatch { what, expected, actual } => {
            assert_ne!(expected, actual);
            what
        }
        Verified::Match { .. } => panic!("the change was not noticed"),
    }
}

#[test]
fn the_pdf_carries_the_very_json_that_lies_beside_it() {
    let mut document = Document::load_mem(&PASSED.pdf).expect("a PDF");
    let attached = attachment(&mut document);
    assert_eq!(attached.dict.get(b"Subtype").and_then(Object::as_name).expect("named"), b"application/json");
    assert_eq!(attached.get_plain_content().expect("unpacks"), json(&sample::passed()));
    let file = document.objects.values().find_map(|o| o.as_dict().ok().filter(|d| d.has_type(b"Filespec")));
    let relation = file.and_then(|file| file.get(b"AFRelationship").ok()).and_then(|name| name.as_name().ok());
    assert_eq!(relation, Some(&b"Data"[..]));
    let agreed = Ok(Verified::Match { sha256: PASSED.sha256.clone() });
    assert_eq!(verify_pdf(&PASSED.pdf), agreed);
    assert_eq!(verify_json(&PASSED.json, &PASSED.pdf), agreed);
}

#[test]
fn the_hash_is_printed_in_full_on_every_page() {
    let pages = Document::load_mem(&PASSED.pdf).expect("a PDF").get_pages().len();
    let printed = text(&PASSED).matches(&format!("sha256:{}", PASSED.sha256)).count();
    assert_eq!(printed, pages + 1, "each foot and the last section");
}

#[test]
fn the_same_report_gives_the_same_bytes_and_writing_leaves_two_whole_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let (pdf, json) = (folder.path().join("handover.pdf"), folder.path().join("handover.json"));
    std::fs::write(&pdf, "from last time").expect("writes");
    let written = write(&sample::passed(), &pdf, &json).expect("writes");
    assert_eq!((written.standard, &written.sha256), (Standard::ArchivalTagged, &PASSED.sha256));
    assert_eq!(std::fs::read(json).expect("is there"), PASSED.json);
    assert!(std::fs::read(pdf).expect("is there") == PASSED.pdf, "other bytes for the same report");
    assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 2, "something temporary was left");
}

#[test]
fn a_folder_that_is_not_there_is_named_with_the_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = folder.path().join("missing").join("handover.json");
    let error = write(&sample::empty(), &folder.path().join("handover.pdf"), &json).expect_err("no such folder");
    let sentence = error.to_string();
    assert!(sentence.contains("missing") && sentence.contains("create it"), "{sentence}");
    let error = write(&sample::empty(), &json, &json).expect_err("one name for two files");
    assert!(error.to_string().contains("different names"), "{error}");
}

#[test]
fn one_altered_byte_in_the_attachment_is_noticed() {
    let changed = altered(|document| {
        let attached = attachment(document);
        let mut content = attached.get_plain_content().expect("unpacks");
        let place = content.len() / 2;
        content[place] ^= 1;
        attached.set_plain_content(content);
    });
    assert_eq!(difference(&changed), "the document information");

    let mut document = Document::load_mem(&PASSED.pdf).expect("a PDF");
    let packed = attachment(&mut document).content.clone();
    let start = PASSED.pdf.windows(packed.len()).position(|bytes| bytes == packed).expect("as stored");
    for place in (start..start + packed.len()).step_by(packed.len() / 12) {
        let mut changed = PASSED.pdf.clone();
        changed[place] ^= 4;
        assert!(!matches!(verify_pdf(&changed), Ok(Verified::Match { .. })), "byte {place} was not noticed");
    }
}

#[test]
fn an_altered_hash_in_the_metadata_is_noticed_in_either_place() {
    let other = format!("sha256:{}", "0".repeat(64));
    let information = altered(|document| {
        let id = document.trailer.get(b"Info").and_then(Object::as_reference).expect("is there");
        let info = document.get_object_mut(id).and_then(Object::as_dict_mut).expect("is there");
        info.set("Keywords", Object::string_literal(other.clone()));
    });
    assert_eq!(difference(&information), "the document information");
    let xmp = altered(|document| {
        let id = document.catalog().and_then(|c| c.get(b"Metadata")).and_then(Object::as_reference).expect("is there");
        let stream = document.get_object_mut(id).and_then(Object::as_stream_mut).expect("is there");
        let content = String::from_utf8(stream.get_plain_content().expect("unpacks")).expect("XML");
        stream.set_plain_content(content.replace(&PASSED.sha256, &"0".repeat(64)).into_bytes());
    });
    assert_eq!(difference(&xmp), "the XMP metadata");
}

#[test]
fn an_altered_digit_of_the_printed_hash_is_noticed_on_any_page() {
    let changed = altered(|document| {
        let page = document.get_pages()[&2];
        let mut content = Content::decode(&document.get_page_content(page)).expect("operators");
        let mut foot = content.operations.iter_mut().flat_map(|operation| &mut operation.operands).filter_map(glyphs);
        // "sha256:" and 64 digits, two bytes a glyph.
        let hash = foot.rfind(|glyphs| glyphs.len() == 71 * 2).expect("is printed");
        let other = hash.chunks(2).skip(7).position(|glyph| glyph != &hash[14..16]).expect("not all digits are equal");
        hash.copy_within(14 + other * 2..16 + other * 2, 14);
        document.change_page_content(page, content.encode().expect("operators")).expect("changes");
    });
    assert_eq!(difference(&changed), "the foot of page 2");
    let removed = altered(|document| {
        let page = document.get_pages()[&1];
        document.change_page_content(page, Vec::new()).expect("changes");
    });
    assert_eq!(difference(&removed), "the foot of page 1");
    let without_pages = altered(|document| {
        let all: Vec<u32> = document.get_pages().into_keys().collect();
        document.delete_pages(&all);
    });
    assert_eq!(difference(&without_pages), "the number of pages");
}

/// The glyphs of a shown text, alone or as the longest part of a spaced one.
fn glyphs(operand: &mut Object) -> Option<&mut Vec<u8>> {
    match operand {
        Object::String(glyphs, _) => Some(glyphs),
        Object::Array(parts) => parts.iter_mut().filter_map(glyphs).max_by_key(|glyphs| glyphs.len()),
        _ => None,
    }
}

#[test]
fn the_json_of_another_report_beside_it_is_noticed() {
    let verified = verify_json(&json(&sample::empty()), &PASSED.pdf).expect("readable");
    assert!(matches!(verified, Verified::Mismatch { what, .. } if what == "the JSON file beside the PDF"));
}

#[test]
fn a_file_that_is_no_report_is_refused_without_a_panic() {
    for bytes in [&b""[..], b"hello", b"%PDF-1.7\n", b"%PDF-1.7\nxref\n0 0\ntrailer<</Size 0>>\nstartxref\n9\n%%EOF"] {
        assert!(verify_pdf(bytes).is_err(), "{}", String::from_utf8_lossy(bytes));
    }
    for part in 1..8 {
        let cut = &PASSED.pdf[..PASSED.pdf.len() * part / 8];
        assert!(!matches!(verify_pdf(cut), Ok(Verified::Match { .. })));
    }
    let foreign = altered(|document| {
        let pages = document.add_object(dictionary! {"Type" => "Pages", "Kids" => Vec::<Object>::new(), "Count" => 0});
        let catalog = document.add_object(dictionary! {"Type" => "Catalog", "Pages" => pages});
        document.objects.retain(|id, _| *id == pages || *id == catalog);
        document.trailer = dictionary! {"Root" => catalog};
    });
    assert_eq!(verify_pdf(&foreign), Err(VerifyError::NotAReport));
    let large = vec![b' '; (64 << 20) + 1];
    assert!(verify_pdf(&large).expect_err("too large").to_string().contains("64 MB"));
}

#[test]
fn what_a_charger_or_a_person_wrote_stays_text_whatever_it_wants_to_be() {
    assert_eq!(HOSTILE.standard, Standard::ArchivalTagged);
    let printed = text(&HOSTILE);
    for literal in [
        "#panic(\"x\") $a$ <script>alert(1)</script> @ref = [x] *b* _i_ `c` \\",
        "// #eval(\"1\") /*",
        "#include \"/etc/passwd\"",
        "#import \"@preview/x:1.0.0\": *",
        "\"->\":\"2x4\"",
        "for □□□ □ □□[31m□",
        "□ stands for a character that cannot be printed here",
    ] {
        assert!(printed.contains(&unspaced(literal)), "{literal} is not in {printed}");
    }
    let record: serde_json::Value = serde_json::from_slice(&HOSTILE.json).expect("JSON");
    assert_eq!(record["site"]["customer"], "ชาย 🚗 \u{7}\u{1b}[31m\u{0}", "the record keeps the original");
    assert_eq!(record["configuration"]["keys"][0]["value"].as_str().map(str::len), Some(5_000));
    assert_eq!(verify_pdf(&HOSTILE.pdf), Ok(Verified::Match { sha256: HOSTILE.sha256.clone() }));
}

#[test]
fn the_templates_never_run_data() {
    for template in [include_str!("../templates/report.typ"), include_str!("../templates/parts.typ")] {
        assert!(!template.contains("eval("), "strings of a charger must never become code");
    }
}

#[test]
fn the_record_has_its_keys_in_order_and_ends_with_a_line() {
    let record = String::from_utf8(json(&sample::passed())).expect("UTF-8");
    let top: Vec<&str> = record.lines().filter(|line| line.starts_with("  \"")).collect();
    assert!(top.is_sorted(), "{top:?}");
    assert!(record.starts_with("{\n  \"ceiling\"") && record.ends_with("\n}\n"));
    let read: chargehand_commissioning::report::Report = serde_json::from_str(&record).expect("reads back");
    assert_eq!(read, sample::passed());
}

#[test]
fn what_was_never_tried_is_not_tested_and_never_green() {
    let data = sheet::data(&sample::empty(), "");
    assert!(!data.to_string().contains("\"good\""), "{data}");
    assert_eq!(data["limit"]["outcome"], serde_json::Value::Null);
    assert_eq!(data["limit"]["facts"][0]["value"], "not entered: nothing may be commanded");
    assert_eq!((&data["address"], &data["configuration"]), (&"Address not entered".into(), &serde_json::Value::Null));
    assert!(data["zone_note"].as_str().expect("says so").contains("UTC"));
}

#[test]
fn a_failed_check_of_a_simulated_charger_says_both() {
    let data = sheet::data(&sample::failed_simulated(), "");
    assert_eq!(data["simulated"], true);
    assert_eq!(data["headline"]["mark"]["tone"], "bad");
    let limit = &data["limit"];
    assert_eq!(limit["outcome"]["mark"]["word"], "Failed");
    let fact = |label: &str| {
        let facts = limit["facts"].as_array().expect("a list");
        facts.iter().find(|fact| fact["label"] == label).map(|fact| fact["value"].clone()).expect("is said")
    };
    assert_eq!(fact("What worked"), "nothing");
    assert_eq!(fact("Settled after"), "not seen to settle");
    assert_eq!(fact("Limit asked for"), "16\u{a0}A per phase (3.7\u{a0}kW on one phase, 11.0\u{a0}kW on three)");
    assert!(
        fact("Ceiling").as_str().expect("text").starts_with("25\u{a0}A per phase, set by the cable: breaker 32\u{a0}A")
    );
}

#[test]
fn a_simulated_chargers_report_says_so_on_every_page() {
    let rendered = render(&sample::failed_simulated()).expect("renders");
    let document = Document::load_mem(&rendered.pdf).expect("a PDF");
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    assert!(pages.len() > 1, "a page that is not the first");
    for page in pages {
        let said = unspaced(&document.extract_text(&[page]).expect("text"));
        assert!(said.contains("SIMULATEDnotarealcharger"), "page {page}: {said}");
    }
    assert!(!text(&PASSED).contains("SIMULATED"), "and that of a real one never");
}

#[test]
fn a_charger_with_thousands_of_keys_fills_a_bounded_table_and_the_rest_is_counted() {
    let mut report = sample::passed();
    report.configuration = Some(sample::configuration(4_321));
    let data = sheet::data(&report, "");
    let table = &data["configuration"]["table"];
    assert_eq!(table["rows"].as_array().map(Vec::len), Some(1_000));
    assert_eq!(table["more"], 3_321);
    assert!(
        data["configuration"]["taken"].as_str().expect("text").starts_with("4321 keys, read 22 Nov 2026, 10:31 ACDT")
    );
}

#[test]
fn a_report_is_delivered_at_a_lower_level_where_the_exporter_refuses_the_best() {
    let report = sample::empty();
    let (record, hash) = (json(&report), "0".repeat(64));
    let mut data = sheet::data(&report, &hash);
    data["address"] = "no glyph: 🚗".into();
    let pages = typeset::pages(data.to_string().into_bytes(), record).expect("lays out");
    let (standard, pdf) = export(&pages, &report, &hash).expect("some level can be had");
    assert_ne!(standard, Standard::ArchivalTagged);
    assert!(matches!(verify_pdf(&pdf), Ok(Verified::Mismatch { expected, .. }) if expected == Some(hash)));
}

#[test]
fn what_the_ceiling_rests_on_and_what_the_place_asks_stand_on_the_page_with_their_sources() {
    let data = sheet::data(&sample::passed(), "");
    let part = |label: &str| {
        let parts = data["installation"]["parts"].as_array().expect("a list");
        parts.iter().find(|part| part["label"] == label).map(|part| part["value"].clone()).expect("is said")
    };
    assert_eq!(part("Breaker"), "32\u{a0}A, curve C, on one phase");
    assert_eq!(part("Cable"), "40\u{a0}A × 0.625 = 25\u{a0}A as installed");
    assert_eq!(part("Supply"), "main switch 63\u{a0}A, peak of the rest 50\u{a0}A (measured), 13\u{a0}A left");
    assert_eq!(
        part("Load management"),
        "CT counts the right way, ratio 2000 to 1, on L1; without it the charger falls to 10\u{a0}A"
    );
    let rules = data["installation"]["rules"].as_array().expect("a list");
    assert!(rules[0]["source"].as_str().expect("text").starts_with("SA Power Networks"));
    let unsure = rules[1]["says"].as_str().expect("text");
    assert!(unsure.starts_with("May apply") && unsure.ends_with("Check the current edition."), "{unsure}");
}
