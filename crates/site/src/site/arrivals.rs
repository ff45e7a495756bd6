//! What comes to our port: chargers are let in, the rest is kept and told.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};

use chargehand_catalogue::Acts;
use chargehand_commissioning::attempt::Attempt;
use chargehand_commissioning::event::{Event, Handshake, Happened, Told};
use chargehand_commissioning::journal::Direction;
use chargehand_commissioning::link::{CallFailure, Input, Link, Outgoing};
use chargehand_commissioning::record::Record;
use chargehand_ocpp::Policy;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Site, lock, secure_url, url};
use crate::csms::attempts::{finding, note};
use crate::csms::listen::Newcomer;
use crate::csms::{Ended, Ongoing, Worth, carry};

/// The most chargers a site knows: whoever connects names itself, and each name is kept for ever.
const CHARGERS: usize = 2000;

impl Site {
    /// The newest attempts to reach us since the start, oldest first; 200 at most.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.inner.door.attempts.all()
    }

    pub(super) fn let_in(&self, newcomer: Newcomer) {
        let Newcomer { peer, local, accepted, attempt } = newcomer;
        let id = if accepted.id.is_empty() { format!("no-id-{}", peer.ip()) } else { accepted.id };
        let known = self.charger(&id).is_some();
        if !known && lock(&self.inner.chargers).len() >= CHARGERS {
            let why = format!(
                "{id:?} is new, and {CHARGERS} chargers are known here already. Start a new site in another data folder."
            );
            let attempt = attempt.refused(finding("too_many_chargers", why.clone()));
            return self.refuse(peer, why, Some(Box::new(attempt)));
        }
        let session = self.inner.sessions.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        let link = self.expect(&id);
        let handshake = Handshake {
            peer: peer.to_string(),
            url: if accepted.security.tls.is_some() { secure_url(&local) } else { url(&local) },
            path: accepted.path,
            offered: accepted.offered,
            chosen: accepted.choice.answer.unwrap_or_default(),
            deviations: accepted.deviations,
            security: accepted.security,
            simulated: accepted.simulated,
        };
        let plain = known && handshake.security.tls.is_none();
        let (out, outgoing) = mpsc::unbounded_channel();
        let (adopt, speaks, stream, site) = (self.adopts(&id), accepted.choice.speaks, accepted.stream, self.clone());
        tokio::spawn(async move {
            let goodbye = out.clone();
            if link.send(Input::Connected { session, handshake, out, adopt }).await.is_ok() {
                attempt.is(&id);
                if plain {
                    site.tell_if_it_should_be_secure(&link, &attempt).await;
                }
                site.keep_attempt(attempt.so_far());
                // OCPP-J 1.6 3.1.2 wants it closed at once. A charger that goes on regardless can still be listened to.
                if !speaks && is_strict(&link).await {
                    let why = "none of the offered versions is spoken here";
                    let _ = goodbye.send(Outgoing::Close(why.into()));
                }
                drop(goodbye);
                let Ended { by, code, reason } = carry(stream, session, link.clone(), outgoing, &attempt).await;
                if let Ok(record) = link.record().await {
                    site.note_version(&record);
                }
                site.keep_attempt(attempt.ended(by, code, reason));
            }
        });
    }

    /// A known oddity of a charger is heeded, or is not, as a person says.
    ///
    /// # Errors
    /// The program is ending.
    pub async fn heed_quirk(&self, link: &Link, quirk: String, on: bool) -> Result<(), CallFailure> {
        link.keep(Event::Quirk { id: quirk, on }).await?;
        self.note_version(&link.record().await?);
        Ok(())
    }

    /// Notes whether 1.6 is to be chosen when it connects the next time.
    pub(super) fn note_version(&self, record: &Record) {
        let mut only_16 = self.inner.door.only_16.write().unwrap_or_else(PoisonError::into_inner);
        if record.acts(Acts::Speaks16) {
            only_16.insert(record.id.clone());
        } else {
            only_16.remove(&record.id);
        }
    }

    fn adopts(&self, id: &str) -> bool {
        let options = &self.inner.options;
        let waiting = self.inner.connect_open.load(std::sync::atomic::Ordering::Relaxed) && self.settings().auto_adopt;
        options.adopt_all || options.adopt.as_deref() == Some(id) || waiting
    }

    /// A charger that is set to TLS and comes without it: its address was not changed with its profile.
    async fn tell_if_it_should_be_secure(&self, link: &Link, attempt: &Ongoing) {
        let Ok(record) = link.record().await else { return };
        let names = ["SecurityProfile", "SecurityCtrlr.SecurityProfile"];
        let profile = names.iter().find_map(|name| record.configured(name).trim().parse::<u8>().ok());
        if profile.is_some_and(|profile| profile >= 2) {
            let finding = note(
                "plain_though_secure",
                "The charger is set to a security profile with TLS, but came without: its address begins with ws://. \
                 Platforms that ask for TLS refuse it. Enter the address that begins with wss:// in the charger.",
            );
            attempt.found(finding.clone());
            let _ = link.keep(Event::Found { finding }).await;
        }
    }

    /// Keeps on disk that something came and was not let in, and tells those who watch.
    pub(super) fn refuse(&self, peer: SocketAddr, mut why: String, attempt: Option<Box<Attempt>>) {
        let mut refusals = lock(&self.inner.refusals);
        match refusals.count(Instant::now()) {
            Worth::Telling => {}
            Worth::Last => why.push_str(" Many more come at this moment; they are not listed one by one."),
            Worth::Nothing => return,
        }
        let peer = peer.to_string();
        let mut news = vec![(Event::Refused { peer: peer.clone(), why: why.clone() }, Happened::Refused { peer, why })];
        let length = |attempt: &Attempt| serde_json::to_string(attempt).map_or(usize::MAX, |json| json.len());
        let attempt = attempt.filter(|attempt| refusals.room(length(attempt)));
        drop(refusals);
        news.extend(
            attempt.map(|attempt| (Event::Attempt { attempt: attempt.clone() }, Happened::Attempt { attempt })),
        );
        self.keep(news);
    }

    /// Keeps and tells what a charger's connection did.
    fn keep_attempt(&self, attempt: Attempt) {
        let attempt = Box::new(attempt);
        self.keep(vec![(Event::Attempt { attempt: attempt.clone() }, Happened::Attempt { attempt })]);
    }

    /// Keeps what concerns the site, and tells it once it is on disk.
    fn keep(&self, news: Vec<(Event, Happened)>) {
        let site = self.clone();
        tokio::spawn(async move {
            let (charger, at): (Arc<str>, _) = (Arc::from(""), site.inner.clock.now());
            let listeners = Arc::clone(&site.inner.listeners.read().unwrap_or_else(PoisonError::into_inner));
            let (told_of, changed) = (Arc::clone(&charger), site.clone());
            let writing = site.inner.journal.append(&charger, at, move |w| {
                let mut told = Vec::with_capacity(news.len());
                for (event, what) in news {
                    let number = w.push(Direction::Event, serde_json::to_vec(&event).unwrap_or_default());
                    told.push(Told { charger: Arc::clone(&told_of), number, at, what });
                }
                let tell = move || {
                    for told in told {
                        listeners.iter().for_each(|l| drop(l.send(told.clone())));
                    }
                    changed.mark_changed(&told_of);
                };
                ((), Some(Box::new(tell) as _))
            });
            let _ = writing.await;
        });
    }
}

/// Is a charger answered as a strict platform would?
async fn is_strict(link: &Link) -> bool {
    link.record().await.is_ok_and(|record| record.policy == Policy::Strict)
}
