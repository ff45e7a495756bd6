//! Practice: one simulated charger at a time, in this program, on a site of its own. That site listens on the loopback
//! alone and keeps its records in a folder of their own: practice needs no network, nobody on the network reaches it,
//! and it never mixes with real chargers. It ends with the program.

pub mod commands;
mod site;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use chargehand_catalogue::{Exercise, exercises};
use chargehand_commissioning::attempt::Attempt;
use chargehand_commissioning::event::Event;
use chargehand_commissioning::link::View;
use chargehand_simulator::{Act, Endpoint, Hand, KnownCar, Personality, SimulatedCharger, car, connect, personality};
use chargehand_site::Site;
use chargehand_site::authority::{Keeping, Passphrase};
use jiff::Timestamp;
use tokio::sync::{Mutex as AsyncMutex, Notify, OnceCell};

use crate::app::{locked, other, said};
use crate::ipc::UiError;

/// The practice of this program run.
pub struct Practice {
    folder: PathBuf,
    site: OnceCell<Site>,
    running: Mutex<Option<Running>>,
    /// One begins or ends at a time.
    turn: AsyncMutex<()>,
    moved: Arc<Notify>,
    /// Another charger is practised on than was told, or none.
    turned: AtomicBool,
}

/// What is practised on now.
pub struct Running {
    /// The charger's id.
    pub charger: Arc<str>,
    /// What it is.
    pub personality: &'static Personality,
    /// The car in front of it.
    pub car: &'static KnownCar,
    /// The exercise, where it is one.
    pub exercise: Option<&'static Exercise>,
    /// The hand at it.
    pub hand: Hand,
    since: Timestamp,
}

/// What moved in practice.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Another charger is practised on, or none.
    pub turned: bool,
    /// The charger whose record changed.
    pub changed: Option<Arc<str>>,
}

impl Practice {
    /// Nothing is practised yet. `folder` is made, emptied, and used at the first practice.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            site: OnceCell::new(),
            running: Mutex::default(),
            turn: AsyncMutex::default(),
            moved: Arc::default(),
            turned: AtomicBool::new(false),
        }
    }

    /// Begins to practise; what runs is ended first. An exercise brings its own charger and car.
    ///
    /// # Errors
    /// There is no such charger, car or exercise, or the site of practice cannot be opened.
    pub async fn begin(&self, charger: &str, with: &str, exercise: Option<&str>) -> Result<(), UiError> {
        let chosen = chosen(charger, with, exercise)?;
        self.begin_with(chosen).await
    }

    async fn begin_with(&self, Chosen { personality, car, exercise }: Chosen) -> Result<(), UiError> {
        let _turn = self.turn.lock().await;
        drop(locked(&self.running).take());
        let folder = self.folder.clone();
        let site = self.site.get_or_try_init(move || site::open(folder)).await?;
        let id = id(&exercise.map_or_else(|| personality.about.name.to_owned(), |it| format!("exercise-{}", it.order)));
        // It is marked even if it never comes; and it is ours, so nobody has to adopt it.
        for event in [Event::Simulated, Event::Adopted { automatic: true }] {
            let kept = site.expect(&id).keep(event).await;
            kept.map_err(|e| other(e.to_string(), "Try again when the disk can be written."))?;
        }
        let endpoint = Endpoint::new(&site.endpoint().url(), &id, None);
        let endpoint = endpoint.map_err(|e| other(e.to_string(), "Start Chargehand again."))?;
        let mut behaviour = personality.behaviour.clone();
        behaviour.car = car.make.clone();
        let since = Timestamp::now();
        let hand = connect(endpoint, SimulatedCharger::new(behaviour, since));
        self.follow(&hand);
        *locked(&self.running) = Some(Running { charger: id.into(), personality, car, exercise, hand, since });
        self.turn();
        Ok(())
    }

    /// Ends the practice that runs.
    pub async fn end(&self) {
        let _turn = self.turn.lock().await;
        drop(locked(&self.running).take());
        self.turn();
    }

    /// Something is done at the charger.
    ///
    /// # Errors
    /// Nothing is being practised.
    pub fn act(&self, act: Act) -> Result<(), UiError> {
        self.with(|running| running.hand.act(act)).ok_or_else(|| other("Nothing is being practised.", "Begin first."))
    }

    /// Brings another car, which waits until it is plugged in.
    ///
    /// # Errors
    /// There is no such car, or nothing is being practised.
    pub fn bring(&self, name: &str) -> Result<(), UiError> {
        let car = car(name).ok_or_else(|| unknown("car", name))?;
        self.act(Act::Car(car.make.clone()))?;
        if let Some(running) = &mut *locked(&self.running) {
            running.car = car;
        }
        self.moved.notify_one();
        Ok(())
    }

    /// Looks at what is practised on; `None` where nothing is.
    pub fn with<T>(&self, look: impl FnOnce(&Running) -> T) -> Option<T> {
        locked(&self.running).as_ref().map(look)
    }

    /// The site of practice, where the charger of that id is the one practised on.
    pub fn site_of(&self, id: &str) -> Option<&Site> {
        let ours = self.with(|running| &*running.charger == id)?;
        self.site.get().filter(|_| ours)
    }

    /// The charger that is practised on.
    pub async fn charger(&self) -> Option<View> {
        let id = self.with(|running| Arc::clone(&running.charger))?;
        self.site.get()?.charger(&id)?.view().await.ok()
    }

    /// What came to the port of practice since this one began, oldest first.
    pub fn attempts(&self) -> Vec<Attempt> {
        let Some((site, since)) = self.site.get().zip(self.with(|running| running.since)) else { return Vec::new() };
        site.attempts().into_iter().filter(|attempt| attempt.at >= since).collect()
    }

    /// Opens a certificate authority for practice, so that its charger can speak TLS. It goes with its folder, and nobody
    /// but a simulated charger ever trusts it: its passphrase is not wanted again.
    ///
    /// # Errors
    /// It cannot be made.
    pub async fn secure(&self) -> Result<(), UiError> {
        let Some(site) = self.site.get().filter(|site| site.authority().is_none()) else { return Ok(()) };
        let passphrase = Passphrase::new(format!("{:016X}{:016X}", chance(), chance()));
        let passphrase = passphrase.map_err(|e| said(&e.to_string()))?;
        site.secure(Keeping::Passphrase(passphrase)).await.map(drop).map_err(|e| said(&e.to_string()))
    }

    /// Waits until something moves.
    pub async fn moved(&self) -> Moved {
        let changes = async {
            match self.site.get() {
                Some(site) => site.changes().await,
                None => std::future::pending().await,
            }
        };
        let changed: BTreeSet<Arc<str>> = tokio::select! {
            changed = changes => changed,
            () = self.moved.notified() => BTreeSet::new(),
        };
        let ours = self.with(|running| Arc::clone(&running.charger)).filter(|id| changed.contains(id));
        Moved { turned: self.turned.swap(false, Ordering::Relaxed), changed: ours }
    }

    fn turn(&self) {
        self.turned.store(true, Ordering::Relaxed);
        self.moved.notify_one();
    }

    /// Tells when what one sees of the charger moves, until it is gone.
    fn follow(&self, hand: &Hand) {
        let (mut panel, mut link, moved) = (hand.panel(), hand.link(), Arc::clone(&self.moved));
        tokio::spawn(async move {
            while let Ok(()) = tokio::select! { panel = panel.changed() => panel, link = link.changed() => link } {
                moved.notify_one();
            }
        });
    }
}

/// What somebody wants to practise on.
struct Chosen {
    personality: &'static Personality,
    car: &'static KnownCar,
    exercise: Option<&'static Exercise>,
}

/// An exercise brings its own charger and car.
fn chosen(charger: &str, with: &str, exercise: Option<&str>) -> Result<Chosen, UiError> {
    let exercise = exercise.map(known_exercise).transpose()?;
    let (charger, with) =
        exercise.map_or((charger, with), |exercise| (exercise.personality.as_str(), exercise.car.as_str()));
    let personality = personality(charger).ok_or_else(|| unknown("charger", charger))?;
    let car = car(with).ok_or_else(|| unknown("car", with))?;
    Ok(Chosen { personality, car, exercise })
}

/// An id that is no real charger's and cannot be guessed: no command of practice can mean another charger.
fn id(what: &str) -> String {
    format!("SIM-{:04X}-{what}", chance() & 0xffff)
}

/// The standard library's randomness is enough, as nobody outside this computer gets this far.
fn chance() -> u64 {
    RandomState::new().hash_one(Timestamp::now())
}

/// The exercise of that name.
///
/// # Errors
/// There is none.
pub fn known_exercise(id: &str) -> Result<&'static Exercise, UiError> {
    exercises().iter().find(|exercise| exercise.id == id).ok_or_else(|| unknown("exercise", id))
}

fn unknown(what: &str, name: &str) -> UiError {
    other(format!("There is no {what} {name:?} to practise with."), "Choose one of the list.")
}
