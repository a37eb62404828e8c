//! Six stacks of the kind, re-created with their faults: what is found of what was written down before, and what is found besides.
//!
//! `tests/stacks/<name>/expected.yaml` lists the faults. `UPDATE=1 cargo test --test it stacks` writes docs/stacks.md;
//! without it the test fails where less is found, or more besides, than that page says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use serde_json::Value;

use crate::sources::root;

const PAGE: &str = "docs/stacks.md";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    like: String,
    about: String,
    faults: Vec<Fault>,
    cannot_be_written: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    file: String,
    line: u64,
    /// A code, or a family of them: `SF8xx`.
    #[serde(default)]
    code: Option<String>,
    /// What it is in words, where no rule had a code for it when it was written down.
    #[serde(default)]
    kind: Option<String>,
    /// What the finding must speak of.
    #[serde(default)]
    about: Option<String>,
    why: String,
}

struct Finding {
    file: String,
    line: u64,
    code: String,
    /// Message, labels and help.
    text: String,
}

struct Score {
    name: String,
    expected: Expected,
    /// Faults, each with whether it was found.
    recalled: Vec<bool>,
    /// Findings that no fault asked for.
    surplus: Vec<String>,
    finding_count: usize,
}

#[test]
fn the_page_says_what_is_found_today() {
    let scores: Vec<Score> = stacks().iter().map(PathBuf::as_path).map(score).collect();
    let page = page(&scores);
    let path = root().join(PAGE);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().expect("the page has a folder")).expect("the folder can be made");
        fs::write(&path, &page).expect("the page can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "{PAGE} is not what is found today; read the difference, then run: UPDATE=1 cargo test --test it stacks\n{page}"
    );
}

#[test]
fn the_readme_says_how_many_are_found() {
    let scores: Vec<Score> = stacks().iter().map(PathBuf::as_path).map(score).collect();
    let recalled: Vec<bool> = scores.iter().flat_map(|score| score.recalled.iter().copied()).collect();
    let said = format!("{} of {}.", recalled.iter().filter(|found| **found).count(), recalled.len());
    let readme = fs::read_to_string(root().join("README.md")).expect("the README can be read");
    assert!(readme.contains(&said), "README.md does not say `{said}`");
}

#[test]
fn a_corrected_stack_is_silent() {
    for stack in stacks() {
        let output = validate(&stack.join("corrected"), &[]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{}: {said}", stack.display());
    }
}

#[test]
fn every_fault_stands_where_it_is_written_down() {
    for stack in stacks() {
        for fault in expected(&stack).faults {
            let text = fs::read_to_string(stack.join(&fault.file)).expect("the file of a fault is there");
            let line = usize::try_from(fault.line).ok().and_then(|line| text.lines().nth(line - 1));
            assert!(
                line.is_some_and(|line| !line.trim().is_empty()),
                "{}: {}:{}",
                stack.display(),
                fault.file,
                fault.line
            );
            assert!(fault.code.is_some() != fault.kind.is_some(), "{}: a code or a kind", fault.why);
        }
    }
}

fn stacks() -> Vec<PathBuf> {
    let folder = root().join("tests/stacks");
    let mut stacks: Vec<PathBuf> = fs::read_dir(folder)
        .expect("there are stacks")
        .map(|entry| entry.expect("a folder can be read").path())
        .collect();
    stacks.sort();
    assert_eq!(stacks.len(), 6);
    stacks
}

fn expected(stack: &Path) -> Expected {
    let text = fs::read_to_string(stack.join("expected.yaml")).expect("faults are written down");
    serde_yaml::from_str(&text).expect("the faults are in their form")
}

fn score(stack: &Path) -> Score {
    let expected = expected(stack);
    let found = findings(stack);
    let recalled = expected.faults.iter().map(|fault| found.iter().any(|finding| matches(fault, finding))).collect();
    let surplus: Vec<String> = found
        .iter()
        .filter(|finding| !expected.faults.iter().any(|fault| matches(fault, finding)))
        .map(shown)
        .collect();
    let name = stack.file_name().expect("a stack has a name").to_string_lossy().into_owned();
    Score { name, expected, recalled, surplus, finding_count: found.len() }
}

fn matches(fault: &Fault, finding: &Finding) -> bool {
    let code = fault.code.as_ref().is_none_or(|code| match code.strip_suffix("xx") {
        Some(family) => finding.code.starts_with(family),
        None => finding.code == *code,
    });
    let about = fault.about.as_ref().is_none_or(|about| finding.text.contains(about.as_str()));
    // A fault in words is found by whatever is said at its line.
    code && about && finding.line == fault.line && finding.file == fault.file
}

/// Warnings and errors. Every stack has errors, so that all of it is on stdout.
fn findings(folder: &Path) -> Vec<Finding> {
    let output = validate(folder, &["-o", "json"]);
    let said: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}: {}", folder.display(), String::from_utf8_lossy(&output.stderr)));
    let found = said["findings"].as_array().expect("there are findings");
    found
        .iter()
        .filter(|one| one["severity"] != "note")
        .map(|one| Finding {
            file: one["file"].as_str().unwrap_or_default().to_owned(),
            line: one["line"].as_u64().unwrap_or_default(),
            code: one["code"].as_str().unwrap_or_default().to_owned(),
            text: format!("{} {} {}", one["message"], one["labels"], one["help"]),
        })
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "the program itself is under test")]
fn validate(folder: &Path, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sparkflow"))
        .arg("validate")
        .args(options)
        .current_dir(folder)
        .env("DOCKER_HOST", "unix:///nonexistent/sparkflow-stacks.sock")
        .output()
        .expect("the program was built")
}

fn shown(finding: &Finding) -> String {
    format!("{}:{} {} {}", finding.file, finding.line, finding.code, finding.text)
}

fn page(scores: &[Score]) -> String {
    let mut page = String::from(
        "# What is found in six stacks\n\n\
         Written by `UPDATE=1 cargo test --test it stacks`, and checked by the same test without it.\n\n\
         Six public stacks of Kafka, Spark and Cassandra under Airflow were re-created in other words as `pipeline.yaml`, jobs and DAG\n\
         files, with their faults (`tests/stacks`). What should be found was written down before the rules that find it. *Recall* is\n\
         the share of those faults that `sparkflow validate` reports at their lines, *precision* the share of its warnings and errors\n\
         that name one of them. A corrected copy of each stack gives no finding.\n\n\
         | Stack | Re-created from | Faults | Found | Recall | Findings | Besides | Precision |\n|---|---|---|---|---|---|---|---|\n",
    );
    let mut totals = [0_usize; 4];
    for score in scores {
        let counts = [
            score.recalled.len(),
            score.recalled.iter().filter(|found| **found).count(),
            score.finding_count,
            score.surplus.len(),
        ];
        for (total, count) in totals.iter_mut().zip(counts) {
            *total += count;
        }
        page.push_str(&row(&score.name, &score.expected.like, counts));
    }
    page.push_str(&row("all", "", totals));
    page.push_str("\n## What is not found\n\n");
    for score in scores {
        for (fault, _) in score.expected.faults.iter().zip(&score.recalled).filter(|(_, found)| !**found) {
            let what = fault.kind.as_ref().or(fault.about.as_ref()).map_or("", String::as_str);
            page.push_str(&format!("- `{}/{}:{}`: {what}: {}\n", score.name, fault.file, fault.line, fault.why));
        }
    }
    page.push_str(
        "\n## What cannot be written\n\nFaults of the originals that a `pipeline.yaml` has no words for.\n\n",
    );
    for score in scores {
        page.push_str(&format!("**{}** {}\n\n", score.name, score.expected.about));
        for fault in &score.expected.cannot_be_written {
            page.push_str(&format!("- {fault}\n"));
        }
        page.push('\n');
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn row(name: &str, like: &str, [faults, found, findings, besides]: [usize; 4]) -> String {
    format!(
        "| {name} | {like} | {faults} | {found} | {} | {findings} | {besides} | {} |\n",
        share(found, faults),
        share(findings - besides, findings)
    )
}

/// In whole hundredths, rounded down: a page does not flatter.
fn share(part: usize, whole: usize) -> String {
    (part * 100).checked_div(whole).map_or_else(|| "-".to_owned(), |percent| format!("{percent} %"))
}
