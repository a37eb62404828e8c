//! The repository's files as text, and what a Rust file refers to. Reads only; `tidy` judges.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// One text file of the repository.
pub(crate) struct File {
    /// From the repository's root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// One Rust file of `src/`, seen as a module.
pub(crate) struct Module {
    pub(crate) path: String,
    pub(crate) text: String,
    /// `src/plan/diff.rs` is `[plan, diff]`; `lib.rs` and `main.rs` are empty.
    pub(crate) names: Vec<String>,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file of the repository that could be committed, in order. Build output and version control are left out.
pub(crate) fn files() -> Vec<File> {
    let mut paths = Vec::new();
    let mut open = vec![root().to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("the repository can be read") {
            let path = entry.expect("the repository can be read").path();
            let skipped = path.file_name().is_some_and(|name| name == "target" || name == ".git");
            if skipped || path.is_symlink() {
                continue;
            }
            if path.is_dir() { open.push(path) } else { paths.push(path) }
        }
    }
    paths.sort();
    paths.iter().filter_map(|path| read_text(path)).collect()
}

pub(crate) fn modules() -> Vec<Module> {
    files()
        .into_iter()
        .filter(|file| file.path.starts_with("src/") && is_rust(&file.path) && !is_test_file(&file.path))
        .map(|file| Module { names: module_names(&file.path), path: file.path, text: file.text })
        .collect()
}

pub(crate) fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end == "rs")
}

/// The code without its unit tests and without comments: what the rules about rooms are about.
pub(crate) fn code(text: &str) -> String {
    let mut kept = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            // A test module ends the shipped code; any other item for tests is one line (`mod fixture;`, `use`).
            let item = lines.find(|next| !next.starts_with("#["));
            if item.is_some_and(|item| item.contains("mod ") && item.ends_with('{')) {
                break;
            }
            continue;
        }
        if !line.trim_start().starts_with("//") {
            kept.push(line.split(" // ").next().unwrap_or(line));
        }
    }
    kept.join("\n")
}

/// Files that hold unit tests only, by name: they may reach into other rooms, as a test module at the end of a file may.
fn is_test_file(path: &str) -> bool {
    ["/tests.rs", "_tests.rs", "/fixture.rs"].iter().any(|end| path.ends_with(end))
}

impl Module {
    /// The paths inside this crate that the code names, as module names: `crate::plan::Step` is `[plan, Step]`.
    pub(crate) fn references(&self) -> BTreeSet<Vec<String>> {
        let code = code(&self.text);
        let mut found = BTreeSet::new();
        for (start, _) in code.match_indices("crate::") {
            if !code[..start].ends_with(is_name) {
                expand(&code[start + "crate::".len()..], &[], &mut found);
            }
        }
        for (start, _) in code.match_indices("super::") {
            if code[..start].ends_with("super::") || code[..start].ends_with(is_name) {
                continue;
            }
            let climbs = code[start..].split("::").take_while(|name| *name == "super").count();
            let kept = self.names.len().saturating_sub(climbs);
            expand(&code[start + climbs * "super::".len()..], &self.names[..kept], &mut found);
        }
        found
    }
}

/// Reads `a::b`, `a::{b, c::d}` after `base`; two names are as deep as any rule looks.
fn expand(text: &str, base: &[String], found: &mut BTreeSet<Vec<String>>) {
    if let Some(group) = text.strip_prefix('{') {
        for part in split_group(group) {
            expand(part.trim(), base, found);
        }
        return;
    }
    let name: String = text.chars().take_while(|letter| is_name(*letter)).collect();
    if name.is_empty() {
        return;
    }
    let path: Vec<String> = base.iter().cloned().chain([name.clone()]).collect();
    match text[name.len()..].strip_prefix("::") {
        Some(rest) if path.len() < 3 => expand(rest, &path, found),
        _ => {
            found.insert(path);
        }
    }
}

/// The parts of a `use` group, up to its closing brace.
fn split_group(text: &str) -> Vec<&str> {
    let (mut depth, mut from, mut parts) = (0_usize, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&text[from..at]);
                return parts;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts
}

pub(crate) fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn module_names(path: &str) -> Vec<String> {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    match inner {
        "lib" | "main" => Vec::new(),
        names => names.split('/').map(str::to_owned).collect(),
    }
}

/// Nothing for what is not text.
fn read_text(path: &Path) -> Option<File> {
    let text = String::from_utf8(fs::read(path).ok()?).ok()?;
    let path = path.strip_prefix(root()).ok()?.to_string_lossy().replace('\\', "/");
    Some(File { path, text })
}

#[test]
fn references_are_read_from_groups_and_from_climbing_paths() {
    let module = Module {
        path: "src/plan/diff.rs".to_owned(),
        text: "use crate::live::{Live, kafka::{Topic, Config}};\nuse super::super::apply::Event;\nuse super::Step;\n\
               // crate::cli::no\nfn f() { mycrate::x(); crate::model::pipeline::Setting::Bool(true); }"
            .to_owned(),
        names: vec!["plan".to_owned(), "diff".to_owned()],
    };
    let found: Vec<String> = module.references().iter().map(|path| path.join("::")).collect();
    let expected = [
        "apply::Event",
        "live::Live",
        "live::kafka::Config",
        "live::kafka::Topic",
        "model::pipeline::Setting",
        "plan::Step",
    ];
    assert_eq!(found, expected);
}
