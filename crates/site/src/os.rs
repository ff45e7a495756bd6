//! What only the operating system knows. The one place for code of one system.

mod firewall;
mod lease;
mod neighbours;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

pub use firewall::{Firewall, firewalls};
pub use lease::{is_public_profile, lease_left};
pub use neighbours::{neighbours, router};

/// What a program of the system prints; nothing where there is none, or it fails.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    // what we read must not depend on the language that the person speaks
    command.args(arguments).env("LC_ALL", "C").stdin(Stdio::null());
    // On Windows a program without a window would open one.
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(&mut command, 0x0800_0000);
    let output = command.output().ok()?;
    // some write in the code page of their language; what is read of it are numbers
    Some(String::from_utf8_lossy(&output.stdout).into_owned()).filter(|text| !text.is_empty())
}

/// The program that listens on a TCP port, where the system tells: its name and process number.
#[cfg(target_os = "linux")]
pub fn port_holder(port: u16) -> Option<String> {
    let inode = listening_inode(port)?;
    let wanted = format!("socket:[{inode}]");
    let processes = std::fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    for process in processes.filter(|p| p.file_name().to_string_lossy().parse::<u32>().is_ok()) {
        let Ok(files) = std::fs::read_dir(process.path().join("fd")) else { continue };
        let holds =
            |file: std::fs::DirEntry| std::fs::read_link(file.path()).is_ok_and(|to| to.to_string_lossy() == wanted);
        if files.filter_map(Result::ok).any(holds) {
            let name = std::fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            return Some(format!("{} (process {})", name.trim(), process.file_name().to_string_lossy()));
        }
    }
    None
}

#[cfg(target_os = "linux")]
fn listening_inode(port: u16) -> Option<String> {
    /// TCP_LISTEN in include/net/tcp_states.h
    const LISTEN: &str = "0A";
    ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| {
        let text = std::fs::read_to_string(table).ok()?;
        text.lines().skip(1).find_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
            let here = u16::from_str_radix(local.rsplit(':').next()?, 16).ok()?;
            (here == port && *state == LISTEN).then(|| (*inode).to_owned())
        })
    })
}

/// The program that listens on a TCP port: not known on this system.
#[cfg(not(target_os = "linux"))]
pub fn port_holder(_port: u16) -> Option<String> {
    None
}

/// This computer's name in the network, lower case, at most 60 characters; `chargehand` where it has none that a
/// certificate can hold.
pub fn host_name() -> String {
    let name = gethostname::gethostname().to_string_lossy().to_ascii_lowercase();
    let first = name.split('.').next().unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let plain: String = first.chars().filter(|c| fits(*c)).take(60).collect();
    if plain.is_empty() { "chargehand".to_owned() } else { plain }
}

/// Writes a file that only its owner can read, whole or not at all.
///
/// # Errors
/// The disk or the folder says no.
pub fn write_private(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = file.with_extension("new");
    let mut options = fs::File::options();
    options.write(true).create(true).truncate(true);
    // On Windows a user's data folder is the user's alone already.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut writing = options.open(&beside)?;
    writing.write_all(bytes)?;
    writing.sync_all()?;
    drop(writing);
    fs::rename(&beside, file)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn the_program_that_holds_a_port_is_named() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("loopback");
        let port = listener.local_addr().expect("bound").port();
        let holder = super::port_holder(port).expect("we hold it");
        assert!(holder.contains(&std::process::id().to_string()), "{holder}");
    }
}
