//! The charger leaves and comes back: on the new rung, on the old one, or not within the time.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use chargehand_ocpp::{Call, security};

use super::{Climb, Stopped, proves};
use crate::event::Happened;
use crate::link::{Answered, CallFailure};

/// It comes back within this: some wait a quarter of an hour before they dial again.
pub(super) const RETURNS: Duration = Duration::from_secs(20 * 60);
/// A charger that was to leave and is still there after this is restarted.
const LEAVES: Duration = Duration::from_secs(60);
/// It came back on the old rung: so long it may still try the new one.
const SECOND_THOUGHTS: Duration = Duration::from_secs(120);
/// A call that found the connection gone is tried again once it is back within this.
const BETWEEN: Duration = Duration::from_secs(60);

impl Climb<'_> {
    /// Drops the news of what was.
    pub(super) fn forget_the_past(&mut self) {
        while self.told.try_recv().is_ok() {}
    }

    /// Waits until it has come back in a way that proves a profile.
    pub(super) async fn comes_back(&mut self, profile: u8) -> Result<(), Stopped> {
        let mut until = Instant::now() + RETURNS;
        let mut restart_at = Some(Instant::now() + LEAVES);
        let mut fell_back = false;
        loop {
            let next = restart_at.map_or(until, |at| at.min(until));
            match timeout_at(next, self.told.recv()).await {
                Ok(None) => return Err(CallFailure::Closing.into()),
                Ok(Some(news)) => match news.what {
                    Happened::Disconnected { .. } => restart_at = None,
                    Happened::Connected { handshake, .. } => {
                        restart_at = None;
                        self.evidence.push(news.number);
                        if proves(&handshake.security, profile) {
                            return Ok(());
                        }
                        fell_back = true;
                        until = until.min(Instant::now() + SECOND_THOUGHTS);
                    }
                    _ => {}
                },
                Err(_) if restart_at.take().is_some_and(|at| at < until) => self.restart().await,
                Err(_) if fell_back => return Err(self.fell_back().await),
                Err(_) => return Err(gone()),
            }
        }
    }

    /// It said that it would leave, and did not.
    async fn restart(&mut self) {
        if let Ok(answered) = self.link.call_confirmed(security::restart(self.version), true).await {
            self.evidence.extend([answered.sent, answered.number]);
        }
    }

    async fn fell_back(&self) -> Stopped {
        let shown = self.handshake().await.and_then(|handshake| handshake.security.profile());
        let on = shown.map_or("the way it came before".to_owned(), |profile| format!("security profile {profile}"));
        Stopped::failed(format!(
            "It came back on {on}. It could not connect on the new rung and fell back, as it should; nothing is lost. The \
             handshakes show what went wrong."
        ))
    }

    /// A call; once more where the connection was just gone.
    pub(super) async fn call(&mut self, call: Call) -> Result<Answered, CallFailure> {
        let mut answer = self.link.call_confirmed(call.clone(), true).await;
        if matches!(answer, Err(CallFailure::NotConnected | CallFailure::Lost { .. })) && self.is_back().await {
            answer = self.link.call_confirmed(call, true).await;
        }
        match &answer {
            Ok(answered) => self.evidence.extend([answered.sent, answered.number]),
            Err(failure) => self.evidence.extend(failure.evidence()),
        }
        answer
    }

    async fn is_back(&mut self) -> bool {
        let until = Instant::now() + BETWEEN;
        while let Ok(Some(news)) = timeout_at(until, self.told.recv()).await {
            if matches!(news.what, Happened::Connected { .. }) {
                return true;
            }
        }
        false
    }
}

fn gone() -> Stopped {
    Stopped::open(format!(
        "It did not come back within {} minutes. Chargehand still takes it on the old way and the new. Switch its power off \
         for a minute and on again; if it stays away, set its connection in its installer menu.",
        RETURNS.as_secs() / 60
    ))
}
