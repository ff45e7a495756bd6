//! What the machine must have beside Rust and Node, and how it gets it.

use std::path::PathBuf;
use std::process::Command;

use crate::call::{Done, Failure, answer, on_path, run};

/// One thing the machine must have: how to see it, and Debian's package for it.
pub struct Need(Probe, &'static str);

enum Probe {
    /// One of these programs.
    Program(&'static [&'static str]),
    /// A library with its headers, by its pkg-config name.
    Library(&'static str),
    /// A Python that can make virtual environments.
    Python,
}

use Probe::{Library, Program, Python};

/// For every build.
pub const COMPILER: &[Need] = &[Need(Program(&["cc"]), "build-essential")];

/// For the window.
pub const WINDOW: &[Need] = &[
    Need(Program(&["cc"]), "build-essential"),
    Need(Program(&["pkg-config"]), "pkg-config"),
    Need(Library("webkit2gtk-4.1"), "libwebkit2gtk-4.1-dev"),
];

/// For the checks, beside what the window needs.
pub const CHECKS: &[Need] = &[
    Need(Program(&["Xvfb"]), "xvfb"),
    Need(Program(&["xauth"]), "xauth"),
    Need(Program(&["WebKitWebDriver"]), "webkit2gtk-driver"),
    Need(Program(CHROMIUMS), "chromium"),
    Need(Program(&["pdftotext"]), "poppler-utils"),
    Need(Program(&["qpdf"]), "qpdf"),
    Need(Program(&["ip"]), "iproute2"),
    Need(Program(&["openssl"]), "openssl"),
    Need(Python, "python3-venv"),
];

/// Chromium's names; the first one found draws the screens under test.
const CHROMIUMS: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The window's needs on other systems (Tauri's own list, without what only trays and AppImages use).
const ELSEWHERE: &str = "  Fedora:     sudo dnf install gcc gcc-c++ make pkgconf-pkg-config webkit2gtk4.1-devel
  Arch Linux: sudo pacman -S --needed base-devel webkit2gtk-4.1
  macOS:      xcode-select --install
  Windows:    Visual Studio Build Tools with \"Desktop development with C++\"; WebView2 Runtime (part of Windows 11)";

impl Need {
    fn is_there(&self) -> bool {
        match self.0 {
            Program(names) => names.iter().any(|name| on_path(name).is_some()),
            Library(name) => answer(Command::new("pkg-config").args(["--exists", name])).is_some(),
            Python => python().is_some(),
        }
    }
}

/// Chromium, where there is one.
pub fn chromium() -> Option<PathBuf> {
    CHROMIUMS.iter().find_map(|name| on_path(name))
}

/// A Python that can make virtual environments. One from pyenv may come before the system's.
pub fn python() -> Option<&'static str> {
    let able = |python: &&str| answer(Command::new(python).args(["-c", "import ensurepip, venv"])).is_some();
    ["python3", "/usr/bin/python3", "python"].into_iter().find(able)
}

/// Sees to it that these are there: installs them on Debian and Ubuntu, names them elsewhere.
///
/// # Errors
/// They are not there, and what to type.
pub fn have(needs: &[Need]) -> Done {
    if !cfg!(target_os = "linux") {
        println!("The system must have what Tauri needs:\n{ELSEWHERE}\n");
        return Ok(());
    }
    let missing = || needs.iter().filter(|need| !need.is_there()).map(|need| need.1).collect::<Vec<_>>();
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    if on_path("apt-get").is_none() {
        let text = format!(
            "Not found on this machine (names of Debian's packages): {list}.\nInstall them with your package manager.\n{ELSEWHERE}"
        );
        return Err(Failure(text));
    }
    println!("Installing: {list}");
    install(&packages)?;
    let packages = missing();
    if packages.is_empty() {
        Ok(())
    } else {
        Err(Failure(format!("Still not found after installing: {}.", packages.join(" "))))
    }
}

fn install(packages: &[&str]) -> Done {
    let list = packages.join(" ");
    let root = answer(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    if !root && on_path("sudo").is_none() {
        return Err(Failure(format!("As root, type: apt-get install -y --no-install-recommends {list}")));
    }
    let apt_get = || {
        let mut command = Command::new(if root { "env" } else { "sudo" });
        command.args(if root { &[][..] } else { &["env"] }).args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    };
    // A source that cannot be reached now may not even have these packages: whether they come is what counts.
    let _ = run(apt_get().arg("update"));
    run(apt_get().args(["install", "-y", "--no-install-recommends"]).args(packages)).map_err(|Failure(text)| {
        Failure(format!("{text}\nInstall these yourself, then start this again: {list}. (Ubuntu has Chromium as a snap; Google Chrome does as well.)"))
    })
}
