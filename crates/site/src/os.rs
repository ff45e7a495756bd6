//! What only the operating system knows. The one place for code of one system.

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
