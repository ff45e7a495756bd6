//! The meter under test: readings of the right connector as they come, and asked for where they do not.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use chargehand_ocpp::ask::{Ask, Trigger};
use chargehand_ocpp::{Version, read};

use crate::event::{Happened, Told};
use crate::link::{CallFailure, Link};
use crate::record::{Reading, Record, Transaction, waits};
use crate::setting::Setting;
use crate::units::Amperes;

/// A charger follows within this much plus one sample interval (IEC 61851-1 gives car and charger about 5 s each).
pub const SETTLES_WITHIN: Duration = Duration::from_secs(10);
/// Above this sample interval readings are triggered; and how often, because faster triggering drives some chargers
/// off the line (field problem P35).
const TRIGGER_EVERY: Duration = Duration::from_secs(10);
/// How much later than its interval a reading may come before one is asked for.
const PATIENCE: Duration = Duration::from_secs(5);
/// A sample interval we take for granted where the charger names none.
const UNKNOWN_INTERVAL: Duration = Duration::from_secs(60);
/// A reading that seems older than this is none: the charger's clock was set meanwhile.
const OLDEST: SignedDuration = SignedDuration::from_hours(1);
/// Readings that all seem equally old are not: the charger's clock was set meanwhile. Whole seconds make this much.
const EQUALLY: SignedDuration = SignedDuration::from_secs(1);

/// A reading that holds a current.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The reading.
    pub reading: Reading,
    /// Its current, highest phase.
    pub import: Amperes,
    /// When it was taken, by our clock: some chargers send what they measured before (field problem P19).
    pub taken: Timestamp,
}

/// The meter of one connector, watched from its making on.
pub struct Meter {
    link: Link,
    told: mpsc::UnboundedReceiver<Told>,
    connector: u32,
    transaction: Option<i32>,
    /// The charger has no other connector, so its main meter is this one.
    alone: bool,
    /// As configured.
    interval: Duration,
    /// It agreed to send what was asked for.
    asked: bool,
    /// And that brought a reading.
    asking_helps: bool,
    /// Without a reading for so long one is asked for.
    patience: Duration,
    /// What is asked for, the first of these; the next where that brings nothing.
    triggers: &'static [Trigger],
    in_vain: bool,
    next_ask: Instant,
    /// The least time a reading took to reach us, which holds the difference of the clocks.
    least_lag: Option<SignedDuration>,
    last_lag: Option<SignedDuration>,
    saw_reading: bool,
    over: Option<&'static str>,
    version: Version,
}

const NO_CURRENT_16: &str = "The charger's meter values hold no current (Current.Import). Read it with a clamp meter, or \
                             add Current.Import to MeterValuesSampledData.";
const NO_CURRENT_2: &str = "The charger's meter values hold no current (Current.Import). Read it with a clamp meter, or add \
                            Current.Import to SampledDataCtrlr.TxUpdatedMeasurands.";

/// In 2.x a triggered MeterValues holds what is measured by the clock, which need not hold a current; a triggered
/// TransactionEvent holds what is measured in the charge.
fn triggers(version: Version) -> &'static [Trigger] {
    if version.is_v2() { &[Trigger::TransactionEvent, Trigger::MeterValues] } else { &[Trigger::MeterValues] }
}

impl Meter {
    /// Begins to watch.
    ///
    /// # Errors
    /// The program is ending.
    pub async fn watch(link: &Link, record: &Record) -> Result<Self, CallFailure> {
        let configured = record.setting(Setting::SampleInterval).trim().parse().ok().filter(|s| *s > 0);
        let interval = configured.map_or(UNKNOWN_INTERVAL, Duration::from_secs);
        let slow = interval > TRIGGER_EVERY;
        let mut meter = Self {
            link: link.clone(),
            told: link.watch().await?,
            connector: 1,
            transaction: None,
            alone: record.connectors.keys().filter(|id| **id > 0).count() <= 1,
            interval,
            asked: false,
            asking_helps: false,
            // Where readings come often enough by themselves a trigger is only the way out if they do not come.
            patience: if slow { TRIGGER_EVERY } else { interval + PATIENCE },
            triggers: triggers(record.version()),
            in_vain: false,
            next_ask: Instant::now() + if slow { Duration::ZERO } else { interval + PATIENCE },
            least_lag: record.clock.map(|clock| SignedDuration::from_secs(-clock.ahead_s)),
            last_lag: None,
            saw_reading: false,
            over: None,
            version: record.version(),
        };
        record.running_transaction().into_iter().for_each(|running| meter.of(running));
        Ok(meter)
    }

    /// Whose meter: the connector of the transaction. When it stops there is nothing more to measure.
    pub fn of(&mut self, transaction: &Transaction) {
        self.connector = transaction.connector.max(1);
        self.transaction = Some(transaction.id);
    }

    /// Whose meter it is.
    pub fn connector(&self) -> u32 {
        self.connector
    }

    /// Within what time a limit must show: 10 s and one sample interval.
    pub fn window(&self) -> Duration {
        SETTLES_WITHIN + self.every()
    }

    /// How often readings come as things are: as configured, or when asked for, each way to ask in its turn.
    fn every(&self) -> Duration {
        let ways = if self.asking_helps { 1 } else { u32::try_from(triggers(self.version).len()).unwrap_or(1) };
        match TRIGGER_EVERY * ways {
            _ if self.triggers.is_empty() => self.interval,
            every if self.asked => every,
            every => self.interval.min(every),
        }
    }

    /// Why no more readings come: the charger or the charge has gone.
    pub fn over(&self) -> Option<&'static str> {
        self.over
    }

    /// Why there is no measurement, where there was none.
    pub fn why_none(&self) -> &'static str {
        match self.over {
            Some(why) => why,
            None if self.saw_reading && self.version.is_v2() => NO_CURRENT_2,
            None if self.saw_reading => NO_CURRENT_16,
            None => "No meter values came, neither by themselves nor when asked for.",
        }
    }

    /// The next reading that holds a current, before `beyond` and the window are over, counted from `began`. The window
    /// grows to the charger's own interval where it turns out that it does not answer to triggers.
    pub async fn next(&mut self, began: Instant, beyond: Duration) -> Option<Measured> {
        while self.over.is_none() {
            let deadline = began + beyond + self.window();
            let until = if self.triggers.is_empty() { deadline } else { deadline.min(self.next_ask) };
            match timeout_at(until, self.told.recv()).await {
                Ok(Some(news)) => {
                    if let Some(measured) = self.understand(news) {
                        return Some(measured);
                    }
                }
                Ok(None) => self.over = Some("Chargehand is closing."),
                Err(_) if Instant::now() >= deadline => return None,
                Err(_) => self.ask().await,
            }
        }
        None
    }

    /// Asks, in the next way where the last one brought nothing; where there is none, what comes by itself must do.
    async fn ask(&mut self) {
        if self.in_vain {
            self.triggers = self.triggers.get(1..).unwrap_or_default();
        }
        let Some(message) = self.triggers.first().copied() else { return };
        (self.in_vain, self.next_ask) = (true, Instant::now() + TRIGGER_EVERY);
        let answer = self.link.ask(Ask::Trigger { message, connector: Some(self.connector) }).await;
        if answer.is_ok_and(|a| read::answer_status(&a.payload) == "Accepted") {
            (self.asked, self.patience) = (true, TRIGGER_EVERY);
        } else {
            self.next_ask = Instant::now();
        }
    }

    fn understand(&mut self, news: Told) -> Option<Measured> {
        match news.what {
            Happened::Meter { reading } if self.is_ours(&reading) => {
                self.next_ask = Instant::now() + self.patience;
                // What holds no current does not help; another way to ask may bring one.
                let helps = reading.import.is_some();
                self.asking_helps |= self.in_vain && helps;
                (self.in_vain, self.saw_reading) = (self.in_vain && !helps, true);
                let taken = self.taken(&reading);
                reading.import.map(|import| Measured { import, taken, reading })
            }
            Happened::Disconnected { .. } => {
                self.over = Some("The charger disconnected before anything was proved.");
                None
            }
            Happened::Stopped { transaction, .. } if self.transaction.map(i64::from) == Some(transaction) => {
                self.over = Some("The charge ended before anything was proved.");
                None
            }
            Happened::Charging { transaction, state } if self.transaction == Some(transaction) && waits(&state) => {
                self.over = Some("The charge ended before anything was proved.");
                None
            }
            _ => None,
        }
    }

    fn is_ours(&self, reading: &Reading) -> bool {
        let named = reading.transaction.is_some() && reading.transaction == self.transaction.map(i64::from);
        named || reading.connector == self.connector || (reading.connector == 0 && self.alone)
    }

    /// A reading that took longer than the quickest one waited in the charger for so long.
    fn taken(&mut self, reading: &Reading) -> Timestamp {
        let Some(own) = reading.taken else { return reading.at };
        let lag = reading.at.duration_since(own);
        let least = self.least_lag.map_or(lag, |least| least.min(lag));
        let as_the_last = self.last_lag.replace(lag).is_some_and(|last| (lag - last).abs() <= EQUALLY);
        let clock_was_set = lag - least > OLDEST || (lag - least > EQUALLY && as_the_last);
        self.least_lag = Some(if clock_was_set { lag } else { least });
        if clock_was_set { reading.at } else { reading.at.checked_sub(lag - least).unwrap_or(reading.at) }
    }
}
