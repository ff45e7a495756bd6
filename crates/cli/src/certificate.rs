//! `certificate`: the root that chargers are to trust, and the roots that we trust.

use std::io::Write;
use std::path::Path;

use chargehand_site::authority::{AuthorityError, Root, trust};

use crate::args::Certificate;
use crate::{Exit, Failure};

/// Exports the root, or adds one.
///
/// # Errors
/// There is none, or a file cannot be read or written.
pub fn run(args: Certificate) -> Result<Exit, Failure> {
    match args {
        Certificate::Root { data, der, out } => root(&data, der, out.as_deref())?,
        Certificate::Trust { data, file } => {
            let count = trust(&data, &file).map_err(Failure::world)?;
            println!("{count} trusted from {}.", file.display());
        }
    }
    Ok(Exit::Done)
}

fn root(data: &Path, der: bool, out: Option<&Path>) -> Result<(), Failure> {
    let root = Root::read(data).map_err(Failure::world)?;
    let bytes = if der { root.der().to_vec() } else { root.pem().into_bytes() };
    match out {
        Some(file) => std::fs::write(file, bytes)
            .map_err(|source| Failure::world(AuthorityError::File { file: file.to_path_buf(), source }))?,
        None => std::io::stdout().write_all(&bytes).map_err(Failure::world)?,
    }
    // Beside what is exported: to compare with what a charger shows.
    eprintln!("{}, SHA-256 {}", root.name(), root.fingerprint());
    Ok(())
}
