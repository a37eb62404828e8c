//! SF923: a file that a program needs at its start, at a path where no container has one.
//!
//! A container holds what is in its image, its volumes and what is published below `/opt/sparkflow`. Images that nothing is known of,
//! and blueprints or Dockerfiles of the project's own, may hold anything: nothing is said there.

use super::{Program, Role};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::facts::{OWN_CONTAINERS, carried};
use crate::model::rules::Facts;
use crate::spec::files::FileContent;

/// Folders that every system has, and those that Spark's public images add.
const OF_SYSTEMS: [&str; 23] = [
    "bin", "bitnami", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt", "proc",
    "root", "run", "sbin", "spark", "srv", "sys", "tmp", "usr", "var",
];
/// Folders below `/opt` of the public images and of ours.
const BELOW_OPT: [&str; 8] = ["bitnami", "hadoop", "java", "jobs", "packages", "spark", "sparkflow", "venv"];
/// Airflow's home, where only these are found.
const HOME: &str = "airflow";
const IN_HOME: [&str; 1] = ["logs"];

pub(super) fn all(facts: &Facts<'_>, program: &Program<'_>, found: &mut Diagnostics) {
    if !is_known_inside(facts, program.role) {
        return;
    }
    for opening in program.reading.openings.iter().filter(|opening| is_strange(&opening.value)) {
        let path = opening.value.as_str();
        if is_spoken_of(facts, path) {
            continue;
        }
        let message =
            format!("{} opens `{path}` as soon as it starts, and nothing puts that file there", program.title());
        found.push(
            Diagnostic::warning("SF923", message)
                .in_file(program.path, program.span(&opening.at), "not in the container")
                .help("write what the file holds into the program, or send it through a topic"),
        );
    }
}

/// Whether it is known what the containers hold that the program may run in.
fn is_known_inside(facts: &Facts<'_>, role: Role<'_>) -> bool {
    let services: &[&str] = match role {
        Role::Dags => &["airflow"],
        Role::Job { .. } => &["airflow", "spark"],
    };
    let images = services.iter().filter_map(|name| facts.pipeline.services.get(*name)?.image.as_deref());
    images.into_iter().all(|image| carried(image).is_some())
        && !OWN_CONTAINERS.iter().any(|path| facts.scope.files.contains_key(*path))
}

/// Whether no image has a folder of that name.
fn is_strange(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let is_plain = |part: &&str| !part.is_empty() && !part.starts_with('.');
    if !parts.iter().all(is_plain) {
        return false;
    }
    match parts[..] {
        ["opt", HOME, folder, _, ..] => !IN_HOME.contains(&folder),
        ["opt", folder, _, ..] => folder != HOME && !BELOW_OPT.contains(&folder),
        [top, _, ..] => !OF_SYSTEMS.contains(&top),
        _ => false,
    }
}

/// Whether the project speaks of the file or of a folder it lies in at another place too: there it may be made.
fn is_spoken_of(facts: &Facts<'_>, path: &str) -> bool {
    let texts = || {
        facts.scope.files.values().filter_map(|content| match content {
            FileContent::Text(text) => Some(text.as_str()),
            _ => None,
        })
    };
    let folders: Vec<&str> = path.match_indices('/').skip(1).map(|(end, _)| &path[..end]).collect();
    let Some(folder) = folders.last() else { return true };
    let count: usize = texts().map(|text| mentions(text, folder).count()).sum();
    count > 1 || folders.iter().any(|folder| texts().any(|text| is_quoted(text, folder)))
}

const fn is_of_path(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/')
}

/// What stands before and behind a folder where a text names it, or something in it: not where it is the end of a longer path.
fn mentions<'a>(text: &'a str, folder: &'a str) -> impl Iterator<Item = (Option<char>, &'a str)> {
    text.match_indices(folder)
        .map(move |(start, _)| (text[..start].chars().next_back(), &text[start + folder.len()..]))
        .filter(move |(before, rest)| {
            let goes_on = rest.starts_with(|next: char| next != '/' && is_of_path(next));
            !before.is_some_and(is_of_path) && !goes_on
        })
}

/// Whether a text names the folder alone: `"/data"`, `'/data/'`.
fn is_quoted(text: &str, folder: &str) -> bool {
    mentions(text, folder).any(|(before, rest)| {
        let after = rest.strip_prefix('/').unwrap_or(rest).chars().next();
        matches!(before, Some('"' | '\'')) && before == after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_systems_and_images_are_not_strange() {
        for path in ["/data/a.json", "/app/in/a.json", "/opt/app/a.json", "/opt/airflow/data/a.json"] {
            assert!(is_strange(path), "{path}");
        }
        for path in [
            "/etc/hostname",
            "/entrypoint.sh",
            "/opt/entrypoint.sh",
            "/opt/spark/data/a.txt",
            "/opt/airflow/airflow.cfg",
            "/opt/airflow/logs/a.log",
            "/opt/airflow/../data/a.json",
            "/data//a.json",
            "/home/me/a.json",
        ] {
            assert!(!is_strange(path), "{path}");
        }
    }

    #[test]
    fn a_folder_is_mentioned_where_a_path_begins_with_it() {
        let count = |text: &str| mentions(text, "/data/in").count();
        assert_eq!(count("'/data/in' \"/data/in/x\" f'{y}/data/in/z'"), 3);
        assert_eq!(count("/opt/data/in/x https://example.com/data/in /data/input"), 0);
        assert!(is_quoted("makedirs('/data/in/')", "/data/in") && is_quoted("x = \"/data\"", "/data"));
        assert!(!is_quoted("open('/data/in/x')", "/data/in"));
    }
}
