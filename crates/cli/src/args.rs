//! The command line.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use chargehand_commissioning::units::Amperes;
use chargehand_simulator::{KnownCar, Personality, Version};
use chargehand_site::authority::{Keeping, Passphrase};
use chargehand_site::csms::Password;
use clap::{Parser, Subcommand, ValueEnum};

use crate::ceiling::Parts;
use crate::{Exit, Failure};

/// The commissioning instrument for EV chargers, without a window.
#[derive(Debug, Parser)]
#[command(name = "chargehand-cli", version, about)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Hosts the OCPP endpoint: tells what happens as JSON lines, takes orders as JSON lines on standard input.
    Endpoint(Endpoint),
    /// Commissions one charger: connects, inspects, proves a limit, undoes the test, writes the report.
    Commission(Commission),
    /// Runs a simulated charger.
    Simulate(Simulate),
    /// What is known of chargers: who may choose the server that one connects to, how it is entered, what is odd about it.
    Catalogue(Catalogue),
    /// Prints the stored frames as JSON lines, also while another program is writing.
    Frames(Frames),
    /// The certificates of TLS: ours, and those we trust.
    #[command(subcommand)]
    Certificate(Certificate),
    /// Finds chargers, and what belongs to them, on the local networks. It only reads.
    Discover(Discover),
    /// Checks that a report and its JSON belong together and were not altered, or that a data folder was not.
    Verify(Verify),
}

/// Where to listen and keep data.
#[derive(Debug, clap::Args)]
pub struct Place {
    /// Address and port to listen on; port 0 takes any free one. Without it: every local network, port 9616.
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Folder of the data.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Password that chargers must send (Basic authentication).
    #[arg(long, conflicts_with = "password_file")]
    pub password: Option<String>,
    /// File that holds the password; better than --password, which other users of this computer can see.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Let chargers speak TLS (wss://), too: our certificate authority, made on first use, keeps its private key in this
    /// computer's keychain.
    #[arg(long, conflicts_with = "tls_passphrase_file")]
    pub tls_keychain: bool,
    /// The same, but the private key lies in the data folder, encrypted under the passphrase in this file.
    #[arg(long, value_name = "FILE")]
    pub tls_passphrase_file: Option<PathBuf>,
}

impl Place {
    /// The password, if one was given.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn password(&self) -> Result<Option<Password>, Failure> {
        let text = match (&self.password, &self.password_file) {
            (Some(text), _) => text.clone(),
            (None, Some(file)) => line_of(file, "password")?,
            (None, None) => return Ok(None),
        };
        Ok(Some(Password::new(text.trim_end_matches(['\r', '\n']))))
    }

    /// Where the private key of our certificate authority is kept, if there is to be one.
    ///
    /// # Errors
    /// The file cannot be read, or the passphrase is too short.
    pub fn keeping(&self) -> Result<Option<Keeping>, Failure> {
        let Some(file) = &self.tls_passphrase_file else { return Ok(self.tls_keychain.then_some(Keeping::Keychain)) };
        let passphrase = Passphrase::new(line_of(file, "passphrase")?);
        let passphrase = passphrase.map_err(|error| Failure(Exit::BadArguments, error.to_string()))?;
        Ok(Some(Keeping::Passphrase(passphrase)))
    }
}

/// A secret in a file, without the end of its line.
///
/// # Errors
/// The file cannot be read.
pub fn line_of(file: &Path, what: &str) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure(Exit::BadArguments, format!("The {what} file {} cannot be read ({error}).", file.display()))
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Which chargers are adopted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Adopt {
    /// Every charger that comes.
    Auto,
    /// None, until `{"do":"adopt"}` says so.
    Ask,
}

/// `endpoint`
#[derive(Debug, clap::Args)]
pub struct Endpoint {
    /// Where.
    #[command(flatten)]
    pub place: Place,
    /// Which chargers may be commanded.
    #[arg(long, value_enum, default_value = "ask")]
    pub adopt: Adopt,
    /// Print every frame too, once it is on disk.
    #[arg(long)]
    pub frames: bool,
    /// Print what each connection did, from its first byte on; also of those that never became a charger.
    #[arg(long)]
    pub handshakes: bool,
}

/// `commission`
#[derive(Debug, clap::Args)]
pub struct Commission {
    /// Where.
    #[command(flatten)]
    pub place: Place,
    /// The charger's OCPP identity.
    #[arg(long, value_name = "ID", value_parser = identity)]
    pub charger: String,
    /// The limit to prove, A per phase.
    #[arg(long, value_name = "AMPS", value_parser = amps)]
    pub limit: Amperes,
    /// Rated current of the circuit breaker, A: the ceiling, where none of the parts below is less.
    #[arg(long, value_name = "AMPS", value_parser = amps)]
    pub breaker: Amperes,
    /// What else the ceiling rests on.
    #[command(flatten)]
    pub parts: Parts,
    /// Where to write the PDF. Without it: beside the JSON, or in the data folder.
    #[arg(long, value_name = "OUT.pdf")]
    pub report: Option<PathBuf>,
    /// Where to write the JSON. Without it: beside the PDF.
    #[arg(long, value_name = "OUT.json")]
    pub json: Option<PathBuf>,
    /// The whole run takes at most about this long, s.
    #[arg(long, value_name = "S", default_value_t = 300, value_parser = clap::value_parser!(u64).range(10..=86_400))]
    pub timeout: u64,
}

/// `simulate`
#[derive(Debug, clap::Args)]
pub struct Simulate {
    /// List the personalities and the cars, and end.
    #[arg(long)]
    pub list: bool,
    /// The endpoint's URL, ws://ADDRESS:PORT/ or wss://ADDRESS:PORT/
    #[arg(long, required_unless_present = "list")]
    pub url: Option<String>,
    /// The charger's OCPP identity; with --count its beginning.
    #[arg(long, required_unless_present = "list")]
    pub id: Option<String>,
    /// What the charger is and does, see --list. Without it: by the book.
    #[arg(long, value_name = "NAME", value_parser = personality)]
    pub personality: Option<&'static Personality>,
    /// The car, see --list.
    #[arg(long, value_name = "NAME", value_parser = car)]
    pub car: Option<&'static KnownCar>,
    /// The version of OCPP it speaks. Without it: the personality's, else 1.6.
    #[arg(long, value_name = "1.6|2.0.1|2.1", value_parser = version)]
    pub version: Option<Version>,
    /// How many chargers; they are called ID-0001, ID-0002 and so on.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub count: u16,
    /// How much faster than real time it lives.
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// What happens and when: lines such as "30s plug", "2m breaker off", "+10s network off".
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Show the first charger on this address of the computer as its model would (mDNS, HTTP, Modbus, UDP).
    #[arg(long, value_name = "ADDRESS", requires = "personality")]
    pub announce: Option<IpAddr>,
    /// A car is plugged in and charges by itself.
    #[arg(long)]
    pub plugged: bool,
    /// Security profile. Without it: what the URL, the password and the certificate come to.
    #[arg(long, value_name = "0-3", value_parser = clap::value_parser!(u8).range(0..=3))]
    pub security_profile: Option<u8>,
    /// Password of the connection (Basic authentication); profiles 1 and 2.
    #[arg(long)]
    pub password: Option<String>,
    /// Root certificates that the endpoint's is checked against, PEM; profiles 2 and 3.
    #[arg(long, value_name = "ROOT.pem")]
    pub root: Option<PathBuf>,
    /// The charger's own certificate, PEM; profile 3.
    #[arg(long, value_name = "CERT.pem", requires = "key")]
    pub certificate: Option<PathBuf>,
    /// The private key of that certificate, PEM; profile 3.
    #[arg(long, value_name = "KEY.pem", requires = "certificate")]
    pub key: Option<PathBuf>,
    /// Seconds between meter values. Without it: the personality's, else 10.
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub meter_interval: Option<u32>,
    /// Takes every limit and ignores it.
    #[arg(long)]
    pub ignore_limits: bool,
}

/// `catalogue`
#[derive(Debug, clap::Args)]
pub struct Catalogue {
    /// Maker and model, as you would say them; slips are forgiven. Without: all chargers.
    #[arg(value_name = "WORDS")]
    pub words: Vec<String>,
    /// One JSON object a line, the best match first.
    #[arg(long)]
    pub json: bool,
}

/// `frames`
#[derive(Debug, clap::Args)]
pub struct Frames {
    /// Folder of the data.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Only this charger's.
    #[arg(long, value_name = "ID")]
    pub charger: Option<String>,
}

/// `certificate`
#[derive(Debug, Subcommand)]
pub enum Certificate {
    /// Exports the root of our certificate authority, for chargers to trust. It is public: no passphrase is asked for.
    Root {
        /// Folder of the data.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// As DER instead of PEM.
        #[arg(long)]
        der: bool,
        /// Where to write it. Without it: standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Trusts a root, for the certificates that chargers show. A running endpoint takes it up when it is started again.
    Trust {
        /// Folder of the data.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The root, in PEM or DER.
        file: PathBuf,
    },
}

/// `discover`
#[derive(Debug, clap::Args)]
pub struct Discover {
    /// Print JSON lines.
    #[arg(long)]
    pub json: bool,
    /// Look through this network, for example 192.168.1.0/24, at most a /22; may be repeated. Without it and without
    /// --host: every local network of this computer.
    #[arg(long, value_name = "CIDR")]
    pub network: Vec<String>,
    /// Ask this host, a private address; may be repeated.
    #[arg(long, value_name = "IP")]
    pub host: Vec<String>,
    /// Ask every device that speaks Modbus what it is, not only those that may be a known charger.
    #[arg(long)]
    pub modbus: bool,
    /// End after this long at the latest, s.
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,
    /// Where everything that is sent is written down. Without it: `chargehand/discovery.log` in your own data folder.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
}

/// `verify`
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// A report (.pdf), its JSON with the PDF of the same name beside it, or a data folder.
    pub file: PathBuf,
}

/// As the endpoint reads it from a path: what it would cut or drop could never match.
fn identity(text: &str) -> Result<String, String> {
    let fits = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err("an identity has 1 to 100 characters, none of them a control".into()) }
}

fn version(text: &str) -> Result<Version, String> {
    let known = Version::ALL.into_iter().find(|version| version.name() == text);
    known.ok_or_else(|| "a simulated charger speaks 1.6, 2.0.1 or 2.1".into())
}

fn personality(text: &str) -> Result<&'static Personality, String> {
    chargehand_simulator::personality(text)
        .ok_or_else(|| "`chargehand-cli simulate --list` lists the personalities".into())
}

fn car(text: &str) -> Result<&'static KnownCar, String> {
    chargehand_simulator::car(text).ok_or_else(|| "`chargehand-cli simulate --list` lists the cars".into())
}

fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| (1.0..=10_000.0).contains(speed));
    speed.ok_or_else(|| "a speed is a number from 1 to 10000".into())
}

fn amps(text: &str) -> Result<Amperes, String> {
    let amps: f64 =
        text.trim().parse().map_err(|_| format!("{text:?} is not a current in A, for example 16 or 10.5"))?;
    Amperes::from_amps(amps)
        .filter(|a| a.milliamps() <= 1_000_000)
        .ok_or_else(|| format!("{text} A is not between 0 and 1000 A"))
}
