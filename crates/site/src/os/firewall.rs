//! What keeps others out of this computer, as far as the system tells an ordinary user, and how to let them in.

use std::path::Path;

use super::said;

/// Something that may keep chargers out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firewall {
    /// What it is called.
    pub name: &'static str,
    /// Whether it lets our port in; nothing: it does not say.
    pub lets_in: Option<bool>,
    /// What to do, exactly: a command, or where to click.
    pub remedy: String,
}

/// What keeps others out of a TCP port of this program, on this system.
pub fn firewalls(port: u16) -> Vec<Firewall> {
    #[cfg(target_os = "linux")]
    return [ufw(port), firewalld(port)].into_iter().flatten().collect();
    #[cfg(windows)]
    return defender(port).into_iter().collect();
    #[cfg(target_os = "macos")]
    return application_firewall(port).into_iter().collect();
    #[cfg(not(any(target_os = "linux", windows, target_os = "macos")))]
    {
        let _ = port;
        Vec::new()
    }
}

/// Ubuntu's: its state is readable by all, its rules by the administrator only.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn ufw(port: u16) -> Option<Firewall> {
    let state = std::fs::read_to_string("/etc/ufw/ufw.conf").ok()?;
    ufw_of(&state, std::fs::read_to_string("/etc/ufw/user.rules").ok().as_deref(), port)
}

fn ufw_of(state: &str, rules: Option<&str>, port: u16) -> Option<Firewall> {
    let is_on = state.lines().any(|line| line.trim().eq_ignore_ascii_case("ENABLED=yes"));
    let opened = format!("--dport {port} ");
    let lets_in = rules.map(|rules| rules.lines().any(|line| line.contains(&opened) && line.contains("-j ACCEPT")));
    is_on.then(|| Firewall { name: "ufw", lets_in, remedy: format!("sudo ufw allow {port}/tcp") })
}

/// Fedora's and others'.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn firewalld(port: u16) -> Option<Firewall> {
    // it answers over D-Bus only while it runs
    if !Path::new("/usr/bin/firewall-cmd").exists() || said("firewall-cmd", &["--state"])?.trim() != "running" {
        return None;
    }
    let query = format!("--query-port={port}/tcp");
    let answer = said("firewall-cmd", &[&query]);
    let lets_in = answer.map(|answer| answer.trim() == "yes");
    Some(Firewall { name: "firewalld", lets_in, remedy: format!("sudo firewall-cmd --add-port={port}/tcp") })
}

/// Windows': a rule for a program lets it in on the profiles that the rule names.
#[cfg_attr(not(windows), allow(dead_code))]
fn defender(port: u16) -> Option<Firewall> {
    let program = std::env::current_exe().ok()?.display().to_string();
    let ask = format!(
        "$on = (Get-NetFirewallProfile | Where-Object Enabled -eq True).Count -gt 0; \
         $in = @(Get-NetFirewallApplicationFilter -Program '{}' -ErrorAction SilentlyContinue | Get-NetFirewallRule | \
         Where-Object {{ $_.Enabled -eq 'True' -and $_.Direction -eq 'Inbound' -and $_.Action -eq 'Allow' }}).Count -gt 0; \
         \"$on $in\"",
        program.replace('\'', "''")
    );
    defender_of(&said("powershell", &["-NoProfile", "-Command", &ask])?, &program, port)
}

fn defender_of(answer: &str, program: &str, port: u16) -> Option<Firewall> {
    let mut words = answer.split_whitespace();
    let (on, let_in) = (words.next()? == "True", words.next()? == "True");
    let remedy = format!(
        "In PowerShell as administrator: New-NetFirewallRule -DisplayName Chargehand -Direction Inbound -Action Allow \
         -Profile Any -Protocol TCP -LocalPort {port} -Program '{}'",
        program.replace('\'', "''")
    );
    on.then_some(Firewall { name: "Windows Defender Firewall", lets_in: Some(let_in), remedy })
}

/// macOS': it asks once for each program, and says nothing when the answer was no.
#[cfg_attr(not(target_os = "macos"), allow(dead_code))]
fn application_firewall(_port: u16) -> Option<Firewall> {
    let state = said("/usr/libexec/ApplicationFirewall/socketfilterfw", &["--getglobalstate"])?;
    state.contains("enabled").then(|| Firewall {
        name: "macOS firewall",
        lets_in: None,
        remedy:
            "System Settings > Network > Firewall > Options: allow incoming connections for Chargehand. And System \
                 Settings > Privacy & Security > Local Network: switch Chargehand on."
                .into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ufw_is_named_only_while_it_is_on_and_with_the_command_that_opens_the_port() {
        assert_eq!(ufw_of("ENABLED=no\n", None, 9616), None);
        let closed = ufw_of("# x\nENABLED=yes\n", Some("-A ufw-user-input -p tcp --dport 22 -j ACCEPT\n"), 9616);
        let closed = closed.expect("it is on");
        assert_eq!((closed.lets_in, closed.remedy.as_str()), (Some(false), "sudo ufw allow 9616/tcp"));
        let open = ufw_of("ENABLED=yes", Some("-A ufw-user-input -p tcp --dport 9616 -j ACCEPT\n"), 9616);
        assert_eq!(open.and_then(|it| it.lets_in), Some(true));
        // an ordinary user cannot read the rules
        assert_eq!(ufw_of("ENABLED=yes", None, 9616).and_then(|it| it.lets_in), None);
    }

    #[test]
    fn defender_says_whether_a_rule_lets_this_program_in() {
        let of = |answer| defender_of(answer, r"C:\Program Files\O'Neil\chargehand.exe", 9616);
        assert_eq!(of("False False\r\n"), None);
        assert_eq!(of(""), None);
        let closed = of("True False\r\n").expect("it is on");
        assert_eq!(closed.lets_in, Some(false));
        assert!(closed.remedy.ends_with(r"-Program 'C:\Program Files\O''Neil\chargehand.exe'"), "{}", closed.remedy);
        assert_eq!(of("True True").and_then(|it| it.lets_in), Some(true));
    }
}
