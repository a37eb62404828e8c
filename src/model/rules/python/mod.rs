//! SF901 to SF929: jobs and DAG files in Python, as far as their literals say what they do.
//!
//! A finding points into the Python file, and to pipeline.yaml where the two disagree. What is only inferred warns.

mod dags;
mod fields;
mod openings;
mod places;
mod readers;
mod session;
mod submissions;
mod tables;

use std::ops::Range;

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::facts::StackVersions;
use crate::model::pipeline::{Job, JobCode, Setting};
use crate::model::python::{self, Reading, Unread};
use crate::spec::files::FileContent;
use crate::spec::suggest;

/// One file, read.
pub(super) struct Program<'a> {
    path: &'a str,
    text: &'a str,
    role: Role<'a>,
    reading: Reading,
}

#[derive(Clone, Copy)]
pub(super) enum Role<'a> {
    Job { name: &'a str, job: &'a Job },
    Dags,
}

impl Program<'_> {
    fn span(&self, at: &Range<usize>) -> Span {
        python::span(self.text, at)
    }

    /// How messages speak of it.
    fn title(&self) -> String {
        match self.role {
            Role::Job { name, .. } => format!("the job `{name}`"),
            Role::Dags => format!("`{}`", self.path),
        }
    }
}

/// Every Python file that the pipeline names.
pub(super) fn files(facts: &Facts<'_>, found: &mut Diagnostics) {
    let files = named(facts);
    if files.is_empty() {
        return;
    }
    let stack = StackVersions::of(facts.pipeline, facts.scope.files);
    for (path, text, role) in files {
        match python::read(text) {
            Ok(reading) => check(facts, &stack, &Program { path, text, role, reading }, found),
            Err(unread) => found.push(not_read(path, text, role, &unread)),
        }
    }
}

fn check(facts: &Facts<'_>, stack: &StackVersions, program: &Program<'_>, found: &mut Diagnostics) {
    session::all(facts, stack, program, found);
    submissions::all(facts, program, found);
    places::all(facts, program, found);
    readers::all(program, found);
    openings::all(facts, program, found);
    tables::all(facts, program, found);
    fields::all(facts, program, found);
    if matches!(program.role, Role::Dags) {
        dags::all(facts, stack, program, found);
    }
}

fn named<'a>(facts: &'a Facts<'_>) -> Vec<(&'a str, &'a str, Role<'a>)> {
    let mut files = Vec::new();
    for (name, job) in &facts.pipeline.jobs {
        if let JobCode::Python { path } = &job.code
            && let Some(FileContent::Text(text)) = facts.scope.files.get(path)
        {
            files.push((path.as_str(), text.as_str(), Role::Job { name, job }));
        }
    }
    let folders = facts.pipeline.services.values().filter(|service| service.kind == "airflow");
    for folder in folders.filter_map(|service| service.settings.get("dags")) {
        let Setting::Text(folder) = folder else { continue };
        files.extend(facts.below(folder, ".py").map(|(path, text)| (path, text, Role::Dags)));
    }
    files
}

/// SF901, SF902.
fn not_read(path: &str, text: &str, role: Role<'_>, unread: &Unread) -> Diagnostic {
    let who = match role {
        Role::Job { name, .. } => format!("the job `{name}`"),
        Role::Dags => "Airflow".to_owned(),
    };
    match unread {
        Unread::Syntax { message, at } => {
            Diagnostic::error("SF901", format!("`{path}` is no Python 3.11, so {who} cannot start it: {message}"))
                .in_file(path, python::span(text, at), message.clone())
                .help("the images run Python 3.11: try `python3.11 -m py_compile` on the file")
        }
        Unread::TooMuch { why, at } => Diagnostic::note("SF902", format!("`{path}` is not checked: {why}")).in_file(
            path,
            python::span(text, at),
            "not read",
        ),
    }
}

/// The candidate that is the same name in other letters: another case, an underscore, a letter more or less.
fn alike<'name>(written: &str, candidates: impl IntoIterator<Item = &'name str>) -> Option<&'name str> {
    suggest::nearest(written, candidates)
}
