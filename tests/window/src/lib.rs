//! The real window under WebKitWebDriver, a simulated charger beside it, and what a person does in it.
//!
//! Nothing is left behind, also where a test panics: the driver and whatever it started are one process group.
#![cfg(target_os = "linux")]
// Only tests use this: what does not hold there ends the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::missing_panics_doc)]

use std::mem::ManuallyDrop;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;
use tokio::sync::{Mutex, MutexGuard};

mod desktop;
mod programs;

pub use programs::{Charger, Endpoint, frames, verify};
use programs::{Group, built};

/// How long anything may take to appear on a busy machine; a whole limit check takes 40 s on an idle one.
const PATIENCE: Duration = Duration::from_secs(240);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// One window at a time: two would only make each other slow.
static ONE: Mutex<()> = Mutex::const_new(());

fn axe() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}. First: cargo xtask test", path.display()))
}

/// Scrolls to it, as a person does: the driver takes what lies half under the line above for seen, and then cannot press it.
async fn reach(element: &WebElement) {
    // one that has just gone is missed by whoever presses it
    let _ = element.scroll_into_view().await;
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// The open window.
pub struct Window {
    // Never dropped: dropping it in a panicking test blocks for more than 40 s (thirtyfour 0.38).
    wd: ManuallyDrop<WebDriver>,
    driver: Group,
    _home: tempfile::TempDir,
    one: MutexGuard<'static, ()>,
}

impl Window {
    /// Opens the app on a data folder. `listen`: where its endpoint is, `""` for every local network.
    pub async fn open(data: &Path, listen: &str) -> Self {
        assert!(std::env::var_os("DISPLAY").is_some(), "No display. Run it as: xvfb-run -a cargo test -p window-tests");
        Self::open_as_the_only_one(ONE.lock().await, data, listen).await
    }

    async fn open_as_the_only_one(one: MutexGuard<'static, ()>, data: &Path, listen: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let port = free_port();
        let driver = Group(driver(port, home.path(), data, listen));
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "WebKitWebDriver does not listen on {port}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let wd = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities()).await.unwrap();
        let window = Self { wd: ManuallyDrop::new(wd), driver, _home: home, one };
        window.wd.execute(axe(), vec![]).await.unwrap();
        window.see("endpoint").await;
        window
    }

    /// Waits until an element with this test id is there.
    pub async fn see(&self, id: &str) -> WebElement {
        self.find(By::Css(format!("[data-testid='{id}']")), id).await
    }

    /// Waits until it says this somewhere.
    pub async fn see_in(&self, id: &str, text: &str) -> WebElement {
        let path = format!("//*[@data-testid='{id}'][contains(normalize-space(.), \"{text}\")]");
        self.find(By::XPath(path), &format!("{id} with “{text}”")).await
    }

    /// Waits until it can be pressed, and presses it.
    pub async fn press(&self, id: &str) {
        let button =
            self.find(By::Css(format!("[data-testid='{id}']:not(:disabled)")), &format!("{id} to press")).await;
        if button.click().await.is_ok() {
            return;
        }
        reach(&button).await;
        button.click().await.unwrap_or_else(|e| panic!("{id} cannot be pressed: {e}"));
    }

    /// Waits until it is there and cannot be pressed.
    pub async fn see_disabled(&self, id: &str) {
        self.find(By::Css(format!("[data-testid='{id}']:disabled")), &format!("{id}, disabled")).await;
    }

    /// Replaces what stands in a field.
    pub async fn enter(&self, id: &str, text: &str) {
        let field = self.see(id).await;
        if field.clear().await.is_err() {
            reach(&field).await;
            field.clear().await.unwrap();
        }
        field.send_keys(text).await.unwrap();
    }

    /// Chooses an entry of a list of choices.
    pub async fn choose(&self, id: &str, entry: &str) {
        let path = By::Css(format!("[data-testid='{id}'] option[value='{entry}']"));
        self.find(path, &format!("{entry} in {id}")).await.click().await.unwrap();
    }

    /// Chooses one of a few, by its place from 0.
    pub async fn pick(&self, id: &str, place: usize) {
        let labels = self.see(id).await.find_all(By::Css("label")).await.unwrap();
        labels[place].click().await.unwrap();
    }

    /// Waits until there is no such element.
    pub async fn gone(&self, id: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.run(&format!("return document.querySelector(\"[data-testid='{id}']\") !== null")).await == true {
            assert!(Instant::now() < deadline, "{id} is still there. The window says:\n{}", self.text().await);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn find(&self, by: By, what: &str) -> WebElement {
        let found = self.wd.query(by).wait(PATIENCE, LOOK_EVERY).first().await;
        match found {
            Ok(element) => element,
            Err(_) => panic!("did not see {what}. The window says:\n{}", self.text().await),
        }
    }

    /// Everything the window says now.
    pub async fn text(&self) -> String {
        let body = self.wd.execute("return document.body.innerText", vec![]).await;
        body.ok().and_then(|b| b.json().as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Where chargers are to be pointed at; without a charger it is looked up under Connect.
    pub async fn url(&self) -> String {
        if self.run("return document.querySelector('[data-testid=url]') === null").await == true {
            self.press("to-connect").await;
        }
        self.see("url").await.text().await.unwrap()
    }

    /// No fault of ours is shown, nothing lies over anything else in a wide and in a narrow window, and axe finds
    /// nothing, in light and in dark.
    pub async fn is_clean(&self, screen: &str) {
        for width in [1280, 960] {
            self.resize(width, 800).await;
            assert_eq!(self.run(OVERLAPS).await, json!([]), "{screen}, {width} px wide");
        }
        self.resize(1280, 800).await;
        for theme in ["light", "dark"] {
            let found = self.wd.execute_async(AXE, vec![json!(theme)]).await.unwrap().json().clone();
            assert_eq!(found, json!([]), "axe on {screen}, {theme}");
        }
        let fatal = self.wd.find_all(By::Id("fatal")).await.unwrap();
        assert!(fatal.is_empty(), "{screen}: {}", self.text().await);
    }

    /// Asks the window to close, as a desktop does when its cross is pressed.
    pub fn close(&self) {
        desktop::ask_to_close("Chargehand");
    }

    /// Waits until the app has ended by itself.
    pub async fn ends(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.app().is_some() {
            assert!(Instant::now() < deadline, "the window is still open");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str) -> Value {
        self.wd.execute(script, vec![]).await.unwrap().json().clone()
    }

    async fn resize(&self, width: u32, height: u32) {
        self.wd.set_window_rect(0, 0, width, height).await.unwrap();
        self.wd.execute_async(PAINTED, vec![json!(width), json!(height)]).await.unwrap();
    }

    /// Resizes the window, waits until it is painted, and takes its picture.
    pub async fn picture(&self, width: u32, height: u32) -> Vec<u8> {
        self.resize(width, height).await;
        self.wd.screenshot_as_png().await.unwrap()
    }

    /// Ends the app as a power cut would, and opens it again.
    pub async fn killed_and_opened_again(self, data: &Path, listen: &str) -> Self {
        let pid = self.app().expect("the app runs");
        let killed = Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap();
        assert!(killed.success());
        let Self { driver, one, .. } = self;
        drop(driver);
        Self::open_as_the_only_one(one, data, listen).await
    }

    /// The app's process: the driver's child.
    fn app(&self) -> Option<u32> {
        let parent = self.driver.0.id().to_string();
        let child = |stat: String| {
            // `pid (name) state parent …`: the name may hold anything, the rest is words.
            let (pid_and_name, rest) = stat.rsplit_once(") ")?;
            let (pid, name) = pid_and_name.split_once(" (")?;
            let mut words = rest.split(' ');
            let (state, of) = (words.next()?, words.next()?);
            (name == "chargehand" && state != "Z" && of == parent).then(|| pid.parse().ok())?
        };
        let stats = std::fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path().join("stat")));
        stats.filter_map(|stat| std::fs::read_to_string(stat).ok()).find_map(child)
    }
}

/// Waits until the window has that size and is painted; without it a picture can be one frame old.
const PAINTED: &str = "
const [width, height, done] = arguments;
const look = () => innerWidth === width && innerHeight === height
  ? requestAnimationFrame(() => requestAnimationFrame(still)) : requestAnimationFrame(look);
const still = () => Promise.all(document.getAnimations().filter(({ effect }) => !effect.target.closest('details:not([open])')).map(({ finished }) => finished)).then(() => done(null));
look();
";

/// What reaches out of its box at the bottom, and so lies over what comes next. WebKitGTK does that to nested grids when
/// a window becomes narrower.
const OVERLAPS: &str = "
const flows = (el) => !el.closest('svg, details:not([open])') && !['absolute', 'fixed'].includes(getComputedStyle(el).position);
const bottom = (el) => el.getBoundingClientRect().bottom;
return [...document.querySelectorAll('main *, dialog *')]
  .filter((el) => flows(el) && getComputedStyle(el).overflow === 'visible' && getComputedStyle(el).display !== 'inline')
  .flatMap((el) => [...el.children].filter((child) => flows(child) && child.tagName !== 'BUTTON' && bottom(child) > bottom(el) + 1))
  .map((el) => el.outerHTML.slice(0, 200));
";

/// Runs axe in a theme and gives back what it found, in few words.
const AXE: &str = r#"
const [theme, done] = arguments;
const root = document.documentElement, before = root.dataset.theme;
root.dataset.theme = theme;
// Buttons fade from one colour to the other; axe must not look in between. In a closed disclosure they never end.
Promise.all(document.getAnimations().filter(({ effect }) => !effect.target.closest('details:not([open])')).map(({ finished }) => finished))
  .then(() => axe.run(document, { resultTypes: ['violations'] }))
  .then(({ violations }) => {
    root.dataset.theme = before;
    done(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)]));
  });
"#;

/// W3C capabilities that make WebKitWebDriver start the app (what tauri-driver turns `tauri:options` into).
fn capabilities() -> Capabilities {
    let binary = built("chargehand").canonicalize().unwrap();
    let wanted = json!({ "browserName": "wry", "webkitgtk:browserOptions": { "binary": binary, "args": [] } });
    let Value::Object(wanted) = wanted else { unreachable!() };
    Capabilities::from(wanted)
}

fn driver(port: u16, home: &Path, data: &Path, listen: &str) -> Child {
    let mut driver = Command::new("WebKitWebDriver");
    driver.args([format!("--port={port}"), "--host=127.0.0.1".into()]);
    for (name, folder) in [
        ("XDG_RUNTIME_DIR", "run"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
    ] {
        std::fs::create_dir_all(home.join(folder)).unwrap();
        driver.env(name, home.join(folder));
    }
    driver.env("TAURI_WEBVIEW_AUTOMATION", "true").env("CHARGEHAND_DATA", data).env("LANG", "C.UTF-8");
    driver.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("CHARGEHAND_LISTEN");
    if !listen.is_empty() {
        driver.env("CHARGEHAND_LISTEN", listen);
    }
    driver.stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    driver.spawn().expect("WebKitWebDriver is missing. On Debian and Ubuntu: apt-get install webkit2gtk-driver")
}
