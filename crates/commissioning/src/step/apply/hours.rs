//! Lines about cheap hours.

use tokio::time::Instant;

use super::{Applying, Written, gone};
use crate::event::Step;
use crate::link::CallFailure;
use crate::plan::Was;
use crate::record::Record;
use crate::step::{ended, set_windows};
use crate::windows::{self, Week};

impl Applying<'_> {
    pub(super) async fn hours(
        &mut self,
        line: u32,
        record: &Record,
        week: Option<&Week>,
        platform: Option<&str>,
    ) -> Result<Written, CallFailure> {
        let stood = record.cheap_hours.as_ref().map(|hours| Box::new(hours.week.clone()));
        self.about_to_write(line, Was::CheapHours { week: stood }).await?;
        let outcome = match week {
            Some(week) => set_windows::run(self.link, week, platform).await,
            None => set_windows::clear(self.link).await,
        };
        self.wrote = Some(Instant::now());
        ended(self.link, Step::Windows, &outcome).await;
        let after = self.link.record().await?;
        let written = if week.is_some() { windows::stand(&after) } else { windows::stand(record) };
        Ok(Written { written, stop: gone(&after), ..Written::done(outcome) })
    }
}
