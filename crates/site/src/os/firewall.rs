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

/// Fedora's and others': each network is in a zone with rules of its own.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn firewalld(port: u16) -> Option<Firewall> {
    // it answers over D-Bus only while it runs
    if !Path::new("/usr/bin/firewall-cmd").exists() || said("firewall-cmd", &["--state"])?.trim() != "running" {
        return None;
    }
    let zones = said("firewall-cmd", &["--get-active-zones"]).unwrap_or_default();
    let query = format!("--query-port={port}/tcp");
    Some(firewalld_of(&zones, port, |zone| said("firewall-cmd", &[&format!("--zone={zone}"), &query])))
}

fn firewalld_of(zones: &str, port: u16, query: impl Fn(&str) -> Option<String>) -> Firewall {
    // a zone's interfaces stand below it, indented
    let zones = zones.lines().filter(|line| !line.starts_with(char::is_whitespace));
    let zones: Vec<&str> = zones.filter_map(|line| line.split_whitespace().next()).collect();
    let closed: Vec<&str> =
        zones.iter().copied().filter(|zone| query(zone).is_none_or(|it| it.trim() != "yes")).collect();
    let open = |zone: &&str| format!("sudo firewall-cmd --permanent --zone={zone} --add-port={port}/tcp");
    let remedy =
        closed.iter().map(open).chain(["sudo firewall-cmd --reload".to_owned()]).collect::<Vec<_>>().join(" && ");
    Firewall { name: "firewalld", lets_in: (!zones.is_empty()).then_some(closed.is_empty()), remedy }
}

/// Windows': rules for a program let it in on the profiles that they name; one that blocks beats all others, and Windows
/// makes one when its question is answered with no.
#[cfg_attr(not(windows), allow(dead_code))]
fn defender(port: u16) -> Option<Firewall> {
    let program = std::env::current_exe().ok()?.display().to_string();
    let ask = format!(
        "$on = @(Get-NetFirewallProfile | Where-Object {{ \"$($_.Enabled)\" -eq 'True' }}).Count -gt 0; {}; \
         $block = @($rules | Where-Object {{ $_.Action -eq 'Block' }}).Count -gt 0; \
         $here = @(Get-NetConnectionProfile | ForEach-Object {{ \"$($_.NetworkCategory)\" -replace 'DomainAuthenticated', 'Domain' }}); \
         $shut = @($here | Where-Object {{ $one = $_; @($rules | Where-Object {{ $_.Action -eq 'Allow' -and \"$($_.Profile)\" -match \"Any|$one\" }}).Count -eq 0 }}).Count -gt 0; \
         \"$on $block $shut\"",
        rules_of(&program)
    );
    defender_of(&said("powershell", &["-NoProfile", "-Command", &ask])?, &program, port)
}

/// The rules of this program, as PowerShell finds them.
fn rules_of(program: &str) -> String {
    format!(
        "$rules = @(Get-NetFirewallApplicationFilter -Program '{}' -ErrorAction SilentlyContinue | Get-NetFirewallRule | \
         Where-Object {{ \"$($_.Enabled)\" -eq 'True' -and $_.Direction -eq 'Inbound' }})",
        program.replace('\'', "''")
    )
}

fn defender_of(answer: &str, program: &str, port: u16) -> Option<Firewall> {
    let mut words = answer.split_whitespace().map(|word| word == "True");
    let (on, blocks, shut) = (words.next()?, words.next()?, words.next()?);
    let unblock = match blocks {
        true => format!(
            "{}; $rules | Where-Object {{ $_.Action -eq 'Block' }} | Remove-NetFirewallRule; ",
            rules_of(program)
        ),
        false => String::new(),
    };
    let remedy = format!(
        "In PowerShell as administrator: {unblock}New-NetFirewallRule -DisplayName Chargehand -Direction Inbound -Action \
         Allow -Profile Any -Protocol TCP -LocalPort {port} -Program '{}'",
        program.replace('\'', "''")
    );
    on.then_some(Firewall { name: "Windows Defender Firewall", lets_in: Some(!blocks && !shut), remedy })
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
    fn every_zone_of_firewalld_that_is_in_use_has_to_let_chargers_in() {
        let zones = "public (default)\n  interfaces: eth0\nnm-shared\n  interfaces: wlan0\n";
        let of = |open: &'static str| {
            firewalld_of(zones, 9616, move |zone| Some(if zone == open { "yes" } else { "no" }.into()))
        };
        let closed = of("public");
        assert_eq!(closed.lets_in, Some(false));
        assert!(
            closed.remedy.contains("--zone=nm-shared") && !closed.remedy.contains("--zone=public"),
            "{}",
            closed.remedy
        );
        assert_eq!(firewalld_of(zones, 9616, |_| Some("yes\n".into())).lets_in, Some(true));
        assert_eq!(firewalld_of("", 9616, |_| None).lets_in, None);
    }

    #[test]
    fn defender_says_whether_this_program_is_let_in_where_the_computer_is() {
        let of = |answer| defender_of(answer, r"C:\Program Files\O'Neil\chargehand.exe", 9616);
        assert_eq!(of("False False True\r\n"), None);
        assert_eq!(of(""), None);
        let closed = of("True False True\r\n").expect("it is on");
        assert_eq!(closed.lets_in, Some(false));
        assert!(closed.remedy.ends_with(r"-Program 'C:\Program Files\O''Neil\chargehand.exe'"), "{}", closed.remedy);
        assert_eq!(of("True False False").and_then(|it| it.lets_in), Some(true));
        let blocked = of("True True False").expect("it is on");
        assert!(
            blocked.lets_in == Some(false) && blocked.remedy.contains("Remove-NetFirewallRule"),
            "{}",
            blocked.remedy
        );
    }
}
