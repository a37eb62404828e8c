//! The rules of CONTRIBUTING.md that can be checked by reading the files: headers, sizes, names, what must not be committed.
//! Who may import whom is `rooms`.

use std::collections::BTreeSet;

use crate::sources::{files, is_rust};

const SIZE_AIM: usize = 300;
const SIZE_LIMIT: usize = 500;

/// Files longer than the aim, each with the reason why splitting it would not help its reader.
const LONG_FILES: &[(&str, &str)] = &[];

const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "manager", "misc", "imp"];

#[test]
fn every_module_says_what_it_is_for() {
    let headless = rust_files(|_, text| !text.starts_with("//! "));
    assert!(headless.is_empty(), "start these with `//!`, what it is for and what it leaves alone: {headless:?}");
}

#[test]
fn a_file_is_one_idea_on_few_pages() {
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| is_rust(&file.path)) {
        let count = file.text.lines().count();
        let excused = LONG_FILES.iter().any(|(path, _)| *path == file.path);
        if count > SIZE_LIMIT || (count > SIZE_AIM && !excused) {
            wrong.push(format!("{}: {count} lines", file.path));
        } else if excused && count <= SIZE_AIM {
            wrong.push(format!("{}: needs no excuse any more", file.path));
        }
    }
    none(&wrong);
}

#[test]
fn names_say_something() {
    let wrong = rust_files(|path, _| path.split(['/', '.']).any(|part| EMPTY_NAMES.contains(&part)));
    assert!(wrong.is_empty(), "name the idea, not the drawer: {wrong:?}");
}

#[test]
fn no_test_is_switched_off_and_nothing_is_left_open() {
    let banned = [
        concat!("#[ign", "ore"),
        concat!("should", "_panic"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("dbg", "!("),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
    ];
    let wrong = rust_files(|_, text| banned.iter().any(|token| text.contains(token)));
    assert!(wrong.is_empty(), "one of {banned:?} in {wrong:?}");
}

#[test]
fn every_file_is_part_of_the_program_or_of_a_suite() {
    let all = files();
    let mut wrong = Vec::new();
    for file in all.iter().filter(|file| is_rust(&file.path)) {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        let (folder, name) =
            if name == "mod.rs" { folder.rsplit_once('/').unwrap_or(("", folder)) } else { (folder, name) };
        let name = name.trim_end_matches(".rs");
        if matches!(name, "main" | "lib" | "build") {
            continue;
        }
        let parents = [
            format!("{folder}/mod.rs"),
            format!("{folder}.rs"),
            format!("{folder}/lib.rs"),
            format!("{folder}/main.rs"),
        ];
        let line = format!("mod {name};");
        let attribute = format!("#[path = \"{name}.rs\"]");
        let named = all.iter().any(|parent| {
            (parents.contains(&parent.path) && parent.text.contains(&line))
                || (parent.path.starts_with(folder) && parent.text.contains(&attribute))
        });
        if !named {
            wrong.push(format!("{}: no `{line}` leads here", file.path));
        }
    }
    none(&wrong);
}

/// Registries are the package managers' business, and paths of one machine mean nothing on another.
#[test]
fn no_registry_and_no_path_of_one_machine_is_written_down() {
    let banned = [
        concat!("/wo", "rk/"),
        concat!("/tmp", "/w/"),
        concat!("pypi", ".org"),
        concat!("python", "hosted.org"),
        concat!("crates", ".io/"),
        concat!("repo1", ".maven"),
        concat!("repo.maven", ".apache"),
        concat!("deb.debian", ".org"),
        concat!("security.debian", ".org"),
        concat!("registry-1", ".docker"),
        concat!("ghcr", ".io"),
        concat!("quay", ".io/"),
        concat!("sh.rust", "up.rs"),
    ];
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| file.path != "Cargo.lock") {
        for (index, line) in file.text.lines().enumerate() {
            wrong.extend(
                banned
                    .iter()
                    .filter(|token| line.contains(*token))
                    .map(|token| format!("{}:{}: {token}", file.path, index + 1)),
            );
        }
    }
    none(&wrong);
}

fn rust_files(wrong: impl Fn(&str, &str) -> bool) -> BTreeSet<String> {
    files()
        .into_iter()
        .filter(|file| is_rust(&file.path) && wrong(&file.path, &file.text))
        .map(|file| file.path)
        .collect()
}

#[track_caller]
pub(crate) fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n  {}\n", wrong.join("\n  "));
}
