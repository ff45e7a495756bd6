//! Puts the files of folders into the program, each under its name: adding one is all there is to do.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for folder in [
        "cars",
        "chargers",
        "exercises",
        "fingerprints",
        "jurisdictions",
        "local_apis",
        "platforms",
        "simulated",
        "tariffs",
    ] {
        fs::write(out.join(folder).with_extension("rs"), list(&here.join(folder))?)?;
    }
    Ok(())
}

/// A slice of (name, text), in the order of the names.
fn list(folder: &Path) -> io::Result<String> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|it| it.path())).collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|it| it == "toml"));
    files.sort();
    let entry = |file: &PathBuf| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        format!("({name:?}, include_str!({:?})),\n", file.display().to_string())
    };
    Ok(format!("&[\n{}]\n", files.iter().map(entry).collect::<String>()))
}
