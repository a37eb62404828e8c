//! Case documents: a Markdown file of commands and the text they must print, beside a `.in` folder they run in.
//!
//! `TRYCMD=overwrite cargo test --test it cases` writes what the program says now: read the difference before committing it.

use std::fs;
use std::path::{Path, PathBuf};

/// An address where no engine answers: a case says the same on every machine.
const NO_ENGINE: &str = "unix:///nonexistent/sparkflow-cases.sock";

#[test]
fn every_case_document_tells_the_truth() {
    trycmd::TestCases::new()
        .register_bin("sparkflow", Path::new(env!("CARGO_BIN_EXE_sparkflow")))
        .env("DOCKER_HOST", NO_ENGINE)
        // What Spark said before on this machine is none of a case's business.
        .env("XDG_CACHE_HOME", "/nonexistent/sparkflow-cases")
        .env("NO_COLOR", "1")
        .env("CI", "true")
        .case("tests/cases/**/*.md")
        .case("README.md");
}

#[test]
fn every_case_folder_belongs_to_a_document() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let orphans: Vec<PathBuf> = folders(&root)
        .into_iter()
        .filter(|folder| folder.extension().is_some_and(|end| end == "in"))
        .filter(|folder| !folder.with_extension("md").is_file())
        .collect();
    assert!(orphans.is_empty(), "a folder without its document is never run: {orphans:?}");
}

/// All folders below, not looking into the folders of cases.
fn folders(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if !path.is_dir() {
                continue;
            }
            if path.extension().is_none_or(|end| end != "in") {
                open.push(path.clone());
            }
            found.push(path);
        }
    }
    found
}
