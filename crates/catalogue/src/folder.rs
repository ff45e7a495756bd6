//! A folder of the catalogue, one TOML file for each thing in it. They are part of the program: see `build.rs`.

use serde::de::DeserializeOwned;

/// The files of a folder: name without ending, text.
pub(crate) type Files = &'static [(&'static str, &'static str)];

/// What stands in every file; `named` gives it the name of its file. A test reads each: none can be wrong in a released
/// binary.
pub(crate) fn read<T: DeserializeOwned>(files: Files, named: fn(&mut T, &'static str)) -> Vec<T> {
    let read = |(name, text): &(&'static str, &str)| {
        let mut it: T = toml::from_str(text).ok()?;
        named(&mut it, name);
        Some(it)
    };
    files.iter().filter_map(read).collect()
}

/// The files that cannot be read, and why.
#[cfg(test)]
pub(crate) fn broken<T: DeserializeOwned>(files: Files) -> Vec<String> {
    let why = |(name, text): &(&str, &str)| Some(format!("{name}: {}", toml::from_str::<T>(text).err()?));
    files.iter().filter_map(why).collect()
}
