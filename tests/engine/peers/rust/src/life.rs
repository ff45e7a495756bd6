//! What a charger does all its life, over whichever crate.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::{Car, Version, say, v2, v16};

/// The charger's state, for its handlers and its life.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Car>>);

impl Shared {
    pub fn new(car: Car) -> Self {
        Self(Arc::new(Mutex::new(car)))
    }

    pub fn car(&self) -> MutexGuard<'_, Car> {
        self.0.lock().expect("no handler panicked")
    }
}

/// A connection of a crate.
pub trait Wire {
    /// Calls the platform; the payload of its answer.
    fn call(&self, action: &'static str, payload: Value) -> impl Future<Output = Result<Value, String>>;

    /// Is the connection still there?
    fn alive(&self) -> impl Future<Output = bool>;

    /// Waits after a boot that was not accepted, s. True: the crate has booted again by itself, with success.
    fn wait(&self, interval_s: u64) -> impl Future<Output = bool>;

    /// Closes it.
    fn close(&self) -> impl Future<Output = ()>;
}

/// What a charger does after an answer has gone out.
pub enum Then {
    /// Boots, for this reason.
    Boot(&'static str),
    /// Tells these messages, one after the other.
    Tell(Vec<(&'static str, Value)>),
    /// Begins a transaction, as it was asked for.
    Start(Value),
    /// Ends the transaction: trigger and reason.
    Stop(&'static str, &'static str),
    /// Resets; with a transaction it waits for its end first, or ends it for this reason.
    Reset(Option<&'static str>),
}

/// Why its life on one connection ended.
#[derive(PartialEq, Eq)]
pub enum End {
    /// It comes back.
    Reset,
    /// It does not.
    Closed,
}

/// Lives on one connection.
///
/// # Errors
/// The platform refused a message.
pub async fn live(
    version: Version,
    charger: &Shared,
    wire: &impl Wire,
    todo: &mut UnboundedReceiver<Then>,
    reason: &'static str,
) -> Result<End, String> {
    let life = Life { version, charger, wire };
    life.register(reason).await?;
    let mut second = interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            then = todo.recv() => match then {
                Some(Then::Reset(reason)) => {
                    life.reset(reason).await?;
                    return Ok(End::Reset);
                }
                Some(then) => life.does(then).await?,
                None => return Ok(End::Closed),
            },
            _ = second.tick() => {
                if !wire.alive().await {
                    return Ok(End::Closed);
                }
                life.measures().await?;
            }
        }
    }
}

struct Life<'a, W> {
    version: Version,
    charger: &'a Shared,
    wire: &'a W,
}

impl<W: Wire> Life<'_, W> {
    async fn boot(&self, reason: &str) -> Result<Value, String> {
        let boot = match self.version {
            Version::V16 => v16::boot(),
            Version::V201 | Version::V21 => v2::boot(reason),
        };
        let answer = self.wire.call("BootNotification", boot).await?;
        say(format_args!("boot {}", answer["status"].as_str().unwrap_or_default()));
        Ok(answer)
    }

    async fn register(&self, reason: &str) -> Result<(), String> {
        loop {
            let answer = self.boot(reason).await?;
            if answer["status"] == "Accepted" || self.wire.wait(answer["interval"].as_u64().unwrap_or(1)).await {
                break;
            }
        }
        let status = self.status();
        self.tell(status).await
    }

    fn status(&self) -> (&'static str, Value) {
        match self.version {
            Version::V16 => v16::status(&self.charger.car()),
            Version::V201 | Version::V21 => v2::status(&self.charger.car()),
        }
    }

    async fn tell(&self, (action, payload): (&'static str, Value)) -> Result<(), String> {
        self.wire.call(action, payload).await.map(|_| ())
    }

    async fn measures(&self) -> Result<(), String> {
        let message = {
            let mut car = self.charger.car();
            match self.version {
                _ if car.transaction.is_none() => return Ok(()),
                Version::V16 => v16::meter_values(&mut car, "Sample.Periodic"),
                Version::V201 | Version::V21 => v2::updated(&mut car, "MeterValuePeriodic", "Sample.Periodic"),
            }
        };
        self.tell(message).await
    }

    async fn does(&self, then: Then) -> Result<(), String> {
        match then {
            Then::Boot(reason) => self.boot(reason).await.map(|_| ()),
            Then::Tell(messages) => {
                for message in messages {
                    self.tell(message).await?;
                }
                Ok(())
            }
            Then::Start(asked) => {
                match self.version {
                    Version::V16 => v16::start(self.charger, self.wire, &asked).await?,
                    Version::V201 | Version::V21 => v2::start(self.charger, self.wire, &asked).await?,
                }
                let status = self.status();
                self.tell(status).await
            }
            Then::Stop(trigger, reason) => {
                let stop = self.stop(trigger, reason);
                self.tell(stop).await?;
                let status = self.status();
                self.tell(status).await
            }
            Then::Reset(_) => unreachable!("it ends this life"),
        }
    }

    fn stop(&self, trigger: &str, reason: &str) -> (&'static str, Value) {
        let mut car = self.charger.car();
        match self.version {
            Version::V16 => v16::stop(&mut car, reason),
            Version::V201 | Version::V21 => v2::ended(&mut car, trigger, reason),
        }
    }

    async fn reset(&self, ends_for: Option<&str>) -> Result<(), String> {
        while ends_for.is_none() && self.charger.car().transaction.is_some() {
            self.measures().await?;
            sleep(Duration::from_secs(1)).await;
        }
        if self.charger.car().transaction.is_some() {
            let stop = self.stop("ResetCommand", ends_for.unwrap_or_default());
            self.tell(stop).await?;
        }
        say("resets");
        self.wire.close().await;
        Ok(())
    }
}
