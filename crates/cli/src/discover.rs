//! `chargehand-cli discover`: what is found on the local networks, a line for each thing, as it comes.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chargehand_catalogue::{Kind, Sign};
use chargehand_site::discovery::limits::COOL_DOWN;
use chargehand_site::discovery::network::named;
use chargehand_site::discovery::{
    Allowed, Device, Discovery, Ended, Log, Network, NotAllowed, Order, State, Target, networks_now,
};
use chargehand_site::network;
use serde_json::{Value, json};

use crate::args::Discover;
use crate::{Exit, Failure};

/// Looks, and tells. That somebody started it for a network is that network's consent.
///
/// # Errors
/// A network or host that may not be asked; or there is no network.
pub async fn run(args: Discover) -> Result<Exit, Failure> {
    let networks = networks(&args)?;
    let hosts = args.host.iter().map(|host| Target::typed(host)).collect::<Result<Vec<_>, _>>().map_err(refused)?;
    if networks.is_empty() && hosts.is_empty() {
        return Err(Failure::world(
            "This computer has no address in a local network. Connect it by cable or Wi-Fi, then try again.",
        ));
    }
    let log = args.log.clone().map_or_else(own_log, Ok)?;
    let told = Told { is_json: args.json, waits: false, devices: HashMap::new() };
    told.begins(&networks, &hosts, &log);
    let order = Order { networks: networks.into_iter().map(Allowed::by_command).collect(), hosts, modbus: args.modbus };
    look(order, &log, Duration::from_secs(args.timeout), told).await
}

fn networks(args: &Discover) -> Result<Vec<Network>, Failure> {
    if args.network.is_empty() {
        return Ok(if args.host.is_empty() { networks_now() } else { Vec::new() });
    }
    let ours = network::interfaces();
    args.network.iter().map(|text| named(text, &ours)).collect::<Result<_, _>>().map_err(refused)
}

fn refused(why: NotAllowed) -> Failure {
    Failure(Exit::BadArguments, why.to_string())
}

/// The log in the user's own folder, which no other user can write to or read.
fn own_log() -> Result<PathBuf, Failure> {
    let no_folder = || Failure::world("Your own data folder is not known. Say with --log where to write what is sent.");
    let folder = own_folder(|name| std::env::var_os(name)).ok_or_else(no_folder)?;
    let not_made = |error| Failure::world(format!("{} cannot be made: {error}. Use --log.", folder.display()));
    std::fs::create_dir_all(&folder).map_err(not_made)?;
    Ok(folder.join("discovery.log"))
}

/// Where this system keeps what programs write for one user, by the environment.
fn own_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|it| it.is_absolute());
    let of_user = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        absolute("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
    };
    of_user.map(|folder| folder.join("chargehand"))
}

async fn look(order: Order, log: &Path, most: Duration, mut told: Told) -> Result<Exit, Failure> {
    let discovery = Discovery::new(Log::to(log));
    let mut state = discovery.watch();
    let stopping = discovery.clone();
    let stop = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopping.cancel();
        }
    });
    let scan = discovery.scan(order, most);
    tokio::pin!(scan);
    let ended = loop {
        tokio::select! {
            ended = &mut scan => break ended.map_err(Failure::world)?,
            _ = state.changed() => {
                let now = state.borrow_and_update().clone();
                told.waits(now.begins_in);
                now.devices.iter().for_each(|device| told.device(device));
            }
        }
    };
    stop.abort();
    let state = discovery.state();
    state.devices.iter().for_each(|device| told.device(device));
    told.ends(ended, &state);
    let found = state.devices.iter().any(|it| it.kind != Kind::Companion);
    Ok(if found { Exit::Done } else { Exit::NoCharger })
}

/// What was told already.
struct Told {
    is_json: bool,
    /// It was said that the scan waits.
    waits: bool,
    devices: HashMap<u32, Device>,
}

impl Told {
    /// Which networks are looked through is said before anything is sent.
    fn begins(&self, networks: &[Network], hosts: &[Target], log: &Path) {
        let networks: Vec<String> = networks.iter().map(Network::cidr).collect();
        let hosts: Vec<String> = hosts.iter().map(|host| host.address().to_string()).collect();
        if self.is_json {
            return print(
                &json!({ "event": "scanning", "networks": networks, "hosts": hosts, "log": log }).to_string(),
            );
        }
        eprintln!("Looks through {}.", [networks, hosts].concat().join(", "));
        eprintln!("Look only through networks that you may test. What is sent is written to {}.", log.display());
    }

    /// The scan waits, because its network was looked through a moment ago: said once.
    fn waits(&mut self, begins_in: Option<Duration>) {
        let Some(left) = begins_in.filter(|_| !self.waits) else { return };
        self.waits = true;
        let seconds = left.as_secs_f64().ceil() as u64;
        if self.is_json {
            return print(&json!({ "event": "waiting", "begins_in_ms": left.as_millis() as u64 }).to_string());
        }
        eprintln!(
            "This network was looked through a moment ago: the next look begins by itself in {seconds} s. Chargers serve few \
             programs at once, so a network is left in peace for {} s after each look. Ctrl+C stops.",
            COOL_DOWN.as_secs()
        );
    }

    /// A device that is new, or of which more is known.
    fn device(&mut self, device: &Device) {
        if self.devices.get(&device.id) == Some(device) {
            return;
        }
        let before = self.devices.insert(device.id, device.clone());
        if self.is_json {
            return print(&line(device).to_string());
        }
        let text = sentence(device);
        if before.is_none_or(|before| sentence(&before) != text) {
            print(&text);
        }
    }

    fn ends(&self, ended: Ended, state: &State) {
        let count = |wanted: bool| state.devices.iter().filter(|it| (it.kind == Kind::Companion) == wanted).count();
        let (chargers, companions) = (count(false), count(true));
        if self.is_json {
            let tried: Vec<Value> = state
                .tried
                .iter()
                .map(|it| json!({ "step": it.step, "result": it.result, "done": it.is_done }))
                .collect();
            let advice: Vec<Value> =
                state.advice.iter().map(|it| json!({ "code": it.code, "text": it.text })).collect();
            let took = state.took.as_millis() as u64;
            let left_out: Vec<String> = state.elsewhere.iter().map(Network::cidr).collect();
            let line = json!({
                "event": "done", "ended": ended, "took_ms": took, "chargers": chargers, "companions": companions,
                "tried": tried, "advice": advice, "left_out": left_out,
            });
            return print(&line.to_string());
        }
        let seconds = state.took.as_secs_f64();
        eprintln!("{chargers} chargers or possible chargers, {companions} other devices, in {seconds:.1} s.");
        for network in &state.elsewhere {
            eprintln!(
                "{} was left out: this computer reaches its addresses by another way, mostly a VPN. Switch that off, then \
                 look again.",
                network.cidr()
            );
        }
        for advice in &state.advice {
            eprintln!("- {}", advice.text);
        }
    }
}

/// Whoever closed our output does not want it.
fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn sentence(device: &Device) -> String {
    let addresses: Vec<String> = device.addresses.iter().map(ToString::to_string).collect();
    let serial = Some(&device.identity.serial).filter(|it| !it.is_empty());
    let serial = serial.map(|it| format!(", serial {it}")).unwrap_or_default();
    let firmware = Some(&device.identity.firmware).filter(|it| !it.is_empty());
    let firmware = firmware.map(|it| format!(", firmware {it}")).unwrap_or_default();
    let platform = if device.is_platform { " (another platform: the charger may be connected to it)" } else { "" };
    let why = device.signs.first().map(|sign| format!(": {}", sign.seen)).unwrap_or_default();
    format!("{}  {}{serial}{firmware}{platform}{why}", addresses.join(" "), device.title())
}

fn line(device: &Device) -> Value {
    let identity = &device.identity;
    let fingerprint = device.fingerprint;
    json!({
        "event": "device",
        "id": device.id,
        "kind": device.kind,
        "certainty": device.certainty,
        "title": device.title(),
        "addresses": device.addresses,
        "mac": device.mac,
        "host": device.host,
        "vendor": identity.vendor,
        "model": identity.model,
        "serial": identity.serial,
        "firmware": identity.firmware,
        "name": identity.name,
        "fingerprint": fingerprint.map(|it| it.name),
        "others": device.others,
        "chargers": fingerprint.map(|it| it.chargers.clone()).unwrap_or_default(),
        "open_ports": device.open_ports,
        "platform": device.is_platform,
        "cautions": fingerprint.map(|it| it.cautions.clone()).unwrap_or_default(),
        "signs": device.signs.iter().map(sign).collect::<Vec<_>>(),
    })
}

fn sign(sign: &Sign) -> Value {
    json!({
        "way": sign.way,
        "seen": sign.seen,
        "strength": sign.strength,
        "bare": sign.is_bare,
        "source": sign.source,
        "date": sign.date,
        "confidence": sign.confidence,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_log_of_what_is_sent_lies_in_the_users_own_folder() {
        let folder = |set: &'static str, to: &'static str| own_folder(|name| (name == set).then(|| to.into()));
        assert_eq!(folder("HOME", "/home/smith"), Some("/home/smith/.local/state/chargehand".into()));
        assert_eq!(folder("XDG_STATE_HOME", "/state"), Some("/state/chargehand".into()));
        assert_eq!(folder("HOME", "here"), None);
    }
}
