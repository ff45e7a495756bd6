//! `commission`: the main job, from the connection to the report.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chargehand_commissioning::ceiling::CeilingParts;
use chargehand_commissioning::compose;
use chargehand_commissioning::event::{Event, Happened, ReportFiles, Step, Told};
use chargehand_commissioning::guard;
use chargehand_commissioning::link::Link;
use chargehand_commissioning::outcome::{Outcome, Verdict};
use chargehand_commissioning::report::LimitProof;
use chargehand_commissioning::step;
use chargehand_site::store::Health;
use chargehand_site::{Options, Site};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::args;
use crate::endpoint::{announce, open};
use crate::output::Output;
use crate::{Exit, Failure};

/// After its connection a charger gets this long to boot.
const BOOTS_WITHIN: Duration = Duration::from_secs(12);
/// Of the whole time this much is kept for undoing and the report.
const KEPT_BACK: Duration = Duration::from_secs(60);
/// So much longer may a run take that is only slow.
const GRACE: Duration = Duration::from_secs(60);
/// Windows keeps these names for devices, with any ending.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "com", "lpt"];

/// Runs the whole commissioning.
///
/// # Errors
/// Bad arguments, no charger, or our world failed.
pub async fn run(args: args::Commission) -> Result<Exit, Failure> {
    let end = Instant::now() + Duration::from_secs(args.timeout);
    if args.limit > args.breaker {
        let sentence = format!("The limit of {} is above the breaker's {}. Ask for less.", args.limit, args.breaker);
        return Err(Failure(Exit::BadArguments, sentence));
    }
    let entered = args.parts.with(Some(args.breaker)).map_err(|why| Failure(Exit::BadArguments, why))?;
    let (pdf, json) = paths(&args);
    if pdf == json {
        let sentence = format!("--report and --json both mean {}. Give the PDF and the JSON two names.", pdf.display());
        return Err(Failure(Exit::BadArguments, sentence));
    }
    let options = Options {
        listen: args.place.listen,
        password: args.place.password()?,
        adopt_all: false,
        adopt: Some(args.charger.clone()),
        tell_frames: false,
    };
    let site = open(&args.place, options).await?;
    let (output, writing) = Output::start();
    let result = tokio::select! {
        result = commission(&site, &args, entered, &output, end) => result,
        failure = overdue(&site, end) => Err(failure),
    };
    drop(output);
    let _ = tokio::task::spawn_blocking(move || writing.join()).await;
    result
}

/// Returns when the time is over and the disk holds everything up, or well after the time is over.
async fn overdue(site: &Site, end: Instant) -> Failure {
    sleep_until(end).await;
    let mut health = site.store().health();
    let failing = timeout_at(end + GRACE, health.wait_for(|health| *health != Health::Good)).await;
    match failing.ok().and_then(Result::ok).as_deref() {
        Some(Health::Failing(sentence)) => Failure::world(sentence),
        _ => Failure::world("The run did not end in its time. What happened until now is stored; see `frames`."),
    }
}

async fn commission(
    site: &Site,
    args: &args::Commission,
    entered: CeilingParts,
    output: &Output,
    end: Instant,
) -> Result<Exit, Failure> {
    let link = site.expect(&args.charger);
    enter_ceiling(&link, args, entered).await?;
    let told = link.watch().await.map_err(Failure::world)?;
    announce(site, output).await?;
    let connected = connect(&link, told, end).await.ok_or_else(|| {
        let sentence = format!(
            "No charger {:?} connected within {} s. Check the address in the charger ({}) and that it is on the same network.",
            args.charger,
            args.timeout,
            site.endpoint().url()
        );
        Failure(Exit::NoCharger, sentence)
    })?;
    step::ended(&link, Step::Connect, &connected).await;
    tell(output, "connect", &connected, json!({}));

    let kept_back = KEPT_BACK.min(Duration::from_secs(args.timeout) / 3);
    let inspected = match timeout_at(end - kept_back, step::inspect(&link)).await {
        Ok(inspected) => inspected.unwrap_or_else(|busy| not_run(&busy)),
        Err(_) => Outcome::new(Verdict::Inconclusive, "The charger's answers took longer than the run may take."),
    };
    tell(output, "inspect", &inspected, json!({}));
    let (proof, undone) = match step::prove_limit(&link, args.limit, Some(end - kept_back)).await {
        Ok((proof, undone)) => (Some(proof), undone),
        Err(busy) => (None, not_run(&busy)),
    };
    tell_limit(output, proof.as_ref());
    tell(output, "undo", &undone, json!({}));
    report(site, &link, args, output).await
}

fn not_run(why: &impl std::fmt::Display) -> Outcome {
    Outcome::new(Verdict::NotTested, why.to_string())
}

/// What is entered now; other parts that were entered before stay. A rise needs all of them again.
async fn enter_ceiling(link: &Link, args: &args::Commission, entered: CeilingParts) -> Result<(), Failure> {
    let bad = |sentence| Failure(Exit::BadArguments, sentence);
    let record = link.record().await.map_err(Failure::world)?;
    let parts = entered.over(&record.ceiling_parts);
    if parts.raises(&record.ceiling_parts) {
        record.may_enter(&entered).map_err(bad)?;
    }
    guard::within(parts.ceiling(), args.limit).map_err(|held| {
        bad(format!("{held} Some of it may have been entered for this charger before. {}", held.remedy()))
    })?;
    link.keep(Event::Ceiling { parts }).await.map_err(Failure::world)?;
    Ok(())
}

/// Waits for the charger, then until it has booted; some never do, and we go on without. `None`: it never came.
async fn connect(link: &Link, mut told: UnboundedReceiver<Told>, mut end: Instant) -> Option<Outcome> {
    let mut came = false;
    while let Ok(Some(news)) = timeout_at(end, told.recv()).await {
        match news.what {
            Happened::Connected { .. } if !came => {
                came = true;
                end = end.min(Instant::now() + BOOTS_WITHIN);
            }
            Happened::Booted { accepted: true, .. } => break,
            _ => {}
        }
    }
    let record = link.record().await.ok()?;
    came.then(|| compose::connected(&record))
}

fn tell(output: &Output, step: &str, outcome: &Outcome, more: Value) {
    let mut line = json!({
        "step": step, "outcome": outcome.verdict, "finding": outcome.finding, "evidence": outcome.evidence,
    });
    if let (Some(line), Value::Object(more)) = (line.as_object_mut(), more) {
        line.extend(more);
    }
    let _ = output.line(&line);
}

fn tell_limit(output: &Output, proof: Option<&LimitProof>) {
    let Some(proof) = proof else {
        return tell(output, "limit", &Outcome::new(Verdict::NotTested, "Not run."), json!({}));
    };
    let more = json!({
        "asked_ma": proof.asked_ma, "measured_ma": proof.measured_ma, "settled_ms": proof.settled_ms,
        "before_ma": proof.before_ma, "recipe": proof.recipe, "fallback": proof.fallback.verdict,
    });
    tell(output, "limit", &proof.outcome, more);
}

async fn report(site: &Site, link: &Link, args: &args::Commission, output: &Output) -> Result<Exit, Failure> {
    let record = link.record().await.map_err(Failure::world)?;
    let report = compose::compose(&record, site.about());
    let (pdf, json) = paths(args);
    for folder in [pdf.parent(), json.parent()].into_iter().flatten() {
        let _ = std::fs::create_dir_all(folder);
    }
    let (to_pdf, to_json) = (pdf.clone(), json.clone());
    let written = tokio::task::spawn_blocking(move || chargehand_documents::write(&report, &to_pdf, &to_json)).await;
    let written = written.map_err(Failure::world)?.map_err(Failure::world)?;
    let files = ReportFiles {
        at: link.clock.now(),
        pdf: pdf.display().to_string(),
        json: json.display().to_string(),
        sha256: written.sha256.clone(),
    };
    let number = link.keep(Event::Reported { files: files.clone() }).await.ok();
    let outcome = Outcome::new(Verdict::Passed, format!("Report written to {}.", files.pdf)).with_evidence(number);
    tell(output, "report", &outcome, json!({"pdf": files.pdf, "json": files.json, "sha256": files.sha256}));
    Ok(Exit::Done)
}

fn paths(args: &args::Commission) -> (PathBuf, PathBuf) {
    match (&args.report, &args.json) {
        (Some(pdf), Some(json)) => (pdf.clone(), json.clone()),
        (Some(pdf), None) => (pdf.clone(), pdf.with_extension("json")),
        (None, Some(json)) => (json.with_extension("pdf"), json.clone()),
        (None, None) => {
            let stem = file_name(&args.charger);
            let folder: &Path = &args.place.data;
            (folder.join("handover").join(format!("{stem}.pdf")), folder.join("handover").join(format!("{stem}.json")))
        }
    }
}

/// A charger's id as a file name: what a charger calls itself is not trusted.
fn file_name(id: &str) -> String {
    let plain: String =
        id.chars().map(|c| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect();
    let word = plain.trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
    if DEVICES.contains(&word.as_str()) { format!("charger-{plain}") } else { plain }
}
