//! The rooms of ARCHITECTURE.md as a table: who may import whom, who may touch the world, where each client lives.
//! A change of the table is a change of the architecture: make both in one commit.

use crate::sources::{Module, code, is_name, modules};
use crate::tidy::none;

/// A room, whether it is pure, and what it may import besides itself. A name with `::` is a part of a room that has rules of its
/// own and may be imported alone; who may import a room may import its parts.
const ROOMS: &[(&str, Purity, &[&str])] = &[
    ("diagnostic", Purity::Pure, &[]),
    ("spec", Purity::Pure, &["diagnostic"]),
    ("spec::service_keys", Purity::Pure, &[]),
    ("template", Purity::Pure, &["diagnostic"]),
    ("blueprint", Purity::Pure, &["diagnostic", "template", "spec::service_keys", "model::pipeline"]),
    ("model", Purity::Pure, &["diagnostic", "spec", "blueprint"]),
    ("model::pipeline", Purity::Pure, &["diagnostic"]),
    ("model::analysis", Purity::Pure, &["model"]),
    ("model::survey", Purity::Pure, &[]),
    ("topology", Purity::Pure, &["diagnostic", "template", "blueprint", "model", "ingest::task"]),
    (
        "trial",
        Purity::Pure,
        &["diagnostic", "template", "spec", "model", "topology", "ingest::task", "ingest::cast", "ingest::spelling"],
    ),
    ("live", Purity::Pure, &["topology"]),
    ("plan", Purity::Pure, &["topology", "live", "blueprint"]),
    ("embedded", Purity::Worldly, &[]),
    ("systems", Purity::Worldly, &[]),
    ("session", Purity::Worldly, &["topology", "systems"]),
    ("observe", Purity::Worldly, &["topology", "live", "blueprint", "systems", "session"]),
    ("apply", Purity::Worldly, &["topology", "plan", "blueprint", "template", "systems", "session"]),
    ("errand", Purity::Worldly, &["topology", "systems"]),
    ("analyse", Purity::Worldly, &["topology", "model::analysis", "systems", "errand"]),
    ("ingest", Purity::Worldly, &["model::pipeline", "model::survey", "systems"]),
    ("ingest::task", Purity::Pure, &["model::pipeline"]),
    ("ingest::path", Purity::Pure, &[]),
    ("ingest::cast", Purity::Pure, &["model::pipeline", "ingest::path"]),
    ("ingest::spelling", Purity::Pure, &["model::pipeline", "ingest::cast"]),
    (
        "ingest::mapping",
        Purity::Pure,
        &["model::pipeline", "ingest::task", "ingest::path", "ingest::cast", "ingest::rule"],
    ),
    (
        "ingest::rule",
        Purity::Pure,
        &["model::pipeline", "ingest::task", "ingest::path", "ingest::cast", "ingest::mapping"],
    ),
    (
        "ingest::survey",
        Purity::Pure,
        &["model::pipeline", "model::survey", "ingest::task", "ingest::path", "ingest::cast", "ingest::mapping"],
    ),
    ("replay", Purity::Worldly, &["model::pipeline", "ingest::task"]),
    ("doctor", Purity::Pure, &["model", "topology", "live"]),
    ("doctor::cause", Purity::Pure, &[]),
    ("doctor::gather", Purity::Worldly, &["doctor", "topology", "live", "plan", "systems", "session", "observe"]),
    (
        "verify",
        Purity::Worldly,
        &["blueprint", "model", "topology", "live", "plan", "systems", "session", "observe", "ingest", "doctor::cause"],
    ),
    (
        "report",
        Purity::Worldly,
        &["diagnostic", "model", "topology", "live", "plan", "observe", "apply", "ingest", "verify", "trial", "doctor"],
    ),
    ("cli", Purity::Glue, &[]),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purity {
    /// Text and data in, data out.
    Pure,
    Worldly,
    /// May import every room.
    Glue,
}

/// Crates that have one home.
const HOMES: &[(&str, &[&str])] = &[
    ("bollard", &["systems"]),
    ("rdkafka", &["systems"]),
    ("scylla", &["systems"]),
    ("reqwest", &["systems"]),
    ("minijinja", &["template"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("axum", &["replay"]),
    ("indicatif", &["report"]),
    ("comfy_table", &["report"]),
    ("annotate_snippets", &["report"]),
    ("ruff_python_parser", &["model"]),
    ("ruff_python_ast", &["model"]),
    ("roxmltree", &["model"]),
    ("zip", &["model"]),
    ("flate2", &["doctor"]),
    ("regex", &["doctor"]),
];

/// What a pure room must be given instead of taking it.
const EFFECTS: &[&str] = &[
    "std::env",
    "SystemTime",
    "Instant::now",
    "::now()",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "tokio",
    "getrandom",
    "new_v4",
    "now_v7",
    "HashMap",
    "HashSet",
];

const PRINTING: &[&str] = &["println!", "eprintln!", "print!", "eprint!", "stdout()", "stderr()", "anstream"];

#[test]
fn rooms_import_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for module in modules().iter().filter(|module| !module.names.is_empty()) {
        let Some((room, purity, allowed)) = room_of(&module.names) else {
            wrong.push(format!("{}: no room of this name in the table", module.path));
            continue;
        };
        for reference in module.references() {
            let Some((target, ..)) = room_of(&reference) else { continue };
            let is_allowed = lies_in(target, room) || allowed.iter().any(|other| lies_in(target, other));
            if !is_allowed && purity != Purity::Glue {
                wrong.push(format!("{}: `{room}` may not import `{target}` ({})", module.path, reference.join("::")));
            }
        }
    }
    none(&wrong);
}

#[test]
fn each_client_of_the_world_has_one_home() {
    let wrong = each_code(|module, code| {
        let room = module.names.first().map_or("", String::as_str);
        let strays = HOMES.iter().filter(|(name, homes)| !homes.contains(&room) && names_crate(code, name));
        strays.map(|(name, homes)| format!("`{name}` belongs to {}", homes.join(", "))).collect()
    });
    none(&wrong);
}

#[test]
fn only_report_prints() {
    let wrong = each_code(|module, code| {
        let is_report = module.names.first().is_some_and(|room| room == "report");
        let found = PRINTING.iter().filter(|token| !is_report && names(code, token));
        found.map(|token| format!("`{token}` outside of report")).collect()
    });
    none(&wrong);
}

#[test]
fn pure_rooms_take_no_clock_no_environment_and_no_network() {
    let wrong = each_code(|module, code| match room_of(&module.names) {
        Some((room, Purity::Pure, _)) => {
            let found = EFFECTS.iter().filter(|token| names(code, token));
            found.map(|token| format!("`{room}` is pure and names `{token}`")).collect()
        }
        _ => Vec::new(),
    });
    none(&wrong);
}

/// The room a path lies in: the longest name of the table it starts with.
fn room_of(names: &[String]) -> Option<(&'static str, Purity, &'static [&'static str])> {
    let joined = names.join("::");
    ROOMS.iter().filter(|(room, ..)| lies_in(&joined, room)).max_by_key(|(room, ..)| room.len()).copied()
}

fn lies_in(path: &str, room: &str) -> bool {
    path == room || path.strip_prefix(room).is_some_and(|rest| rest.starts_with("::"))
}

/// The token as a whole word on its left, so that `eprintln!` is not also `println!`.
fn names(code: &str, token: &str) -> bool {
    code.match_indices(token).any(|(at, _)| !(token.starts_with(is_name) && code[..at].ends_with(is_name)))
}

/// `name::` or `use name;`, not a word in a text.
fn names_crate(code: &str, name: &str) -> bool {
    names(code, &format!("{name}::")) || names(code, &format!("use {name};"))
}

fn each_code(judge: impl Fn(&Module, &str) -> Vec<String>) -> Vec<String> {
    let all = modules();
    let judged = all.iter().flat_map(|module| {
        judge(module, &code(&module.text))
            .into_iter()
            .map(|text| format!("{}: {text}", module.path))
            .collect::<Vec<_>>()
    });
    judged.collect()
}
