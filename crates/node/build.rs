//! Lists the public fact tables for `import::embedded`, and builds this crate again when the web pages have changed or
//! have been built for the first time.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../web/dist");
    println!("cargo::rerun-if-changed=../../data");
    let variable = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .ok_or_else(|| io::Error::other(name))
    };
    let data = variable("CARGO_MANIFEST_DIR")?.join("../../data");
    let mut list = String::from("&[\n");
    // Folders in `data` are left out: what is licensed otherwise stands there and is not loaded.
    let mut files: Vec<PathBuf> = match fs::read_dir(&data) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?,
        Err(_) => Vec::new(),
    };
    files.sort();
    for path in files
        .iter()
        .filter(|path| path.extension().is_some_and(|ext| ext == "csv"))
    {
        if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
            // Relative to the crate, so that a target folder that outlives a move of the checkout still builds.
            writeln!(
                list,
                "    ({name:?}, include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?}))),",
                format!("/../../data/{name}")
            )
            .map_err(io::Error::other)?;
        }
    }
    list.push(']');
    fs::write(variable("OUT_DIR")?.join("data_files.rs"), list)
}
