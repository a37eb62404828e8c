//! Links inside the folders that a pipeline names: those that lead out of the project are findings at the place that names the folder.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

const PIPELINE: &str = "\
name: people
services:
  airflow: { dags: dags/ }
schemas: { person: { id: { type: uuid, required: true } } }
sources: { people: { http: \"https://people.example/api\", to: people_created } }
topics: { people_created: { schema: person, key: id } }
jobs:
  count: { maven: jobs/count, class: example.Count, reads: [people_created], writes: people }
sinks: { people: { cassandra: { table: people.people, key: [id] }, schema: person } }
schedules: { nightly: { when: \"@daily\", tasks: { fetch: { ingest: people, count: 10 } } } }
";

fn project() -> tempfile::TempDir {
    let place = tempfile::tempdir().expect("a folder of our own takes every file");
    for folder in ["project/dags", "project/lib", "project/jobs/count/src/main/java/example", "elsewhere"] {
        fs::create_dir_all(place.path().join(folder)).expect("a folder of our own takes every file");
    }
    let project = place.path().join("project");
    fs::write(project.join("pipeline.yaml"), PIPELINE).expect("a folder of our own takes every file");
    fs::write(project.join("dags/own.py"), "print('own')\n").expect("a folder of our own takes every file");
    fs::write(project.join("lib/shared.py"), "print('shared')\n").expect("a folder of our own takes every file");
    fs::write(place.path().join("elsewhere/secret.py"), "print('secret')\n")
        .expect("a folder of our own takes every file");
    let pom = include_str!("../../jobs/java-word-count/pom.xml");
    fs::write(project.join("jobs/count/pom.xml"), pom).expect("a folder of our own takes every file");
    fs::write(project.join("jobs/count/src/main/java/example/Count.java"), "package example; class Count {}\n")
        .expect("a folder of our own takes every file");
    place
}

/// `code line: message` of each error.
#[expect(clippy::disallowed_methods, reason = "the program itself is under test")]
fn errors(project: &Path) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sparkflow"));
    let output = command.current_dir(project).args(["validate", "-o", "json"]).output().expect("the program was built");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a document");
    let findings = document["findings"].as_array().cloned().unwrap_or_default();
    let errors = findings.iter().filter(|finding| finding["severity"] == "error");
    errors
        .map(|finding| {
            format!(
                "{} {}",
                finding["code"].as_str().unwrap_or_default(),
                finding["message"].as_str().unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn links_within_the_project_are_as_good_as_files() {
    let place = project();
    let project = place.path().join("project");
    symlink("../lib", project.join("dags/lib")).unwrap();
    symlink("../../dags/own.py", project.join("jobs/count/own.py")).unwrap();
    assert_eq!(errors(&project), Vec::<String>::new());
}

#[test]
fn links_out_of_the_project_are_refused_each_by_name() {
    let place = project();
    let project = place.path().join("project");
    symlink("../../elsewhere/secret.py", project.join("dags/secret.py")).unwrap();
    symlink("../../elsewhere", project.join("dags/folder")).unwrap();
    symlink("/etc/passwd", project.join("jobs/count/src/users")).unwrap();
    let why = "is a link out of the project folder, or no ordinary file";
    let expected = [
        format!("SF020 `dags/folder` {why}"),
        format!("SF020 `dags/secret.py` {why}"),
        format!("SF020 `jobs/count/src/users` {why}"),
    ];
    let mut found = errors(&project);
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn a_circle_of_links_is_refused_and_has_an_end() {
    let place = project();
    let project = place.path().join("project");
    symlink("..", project.join("dags/all")).unwrap();
    assert_eq!(errors(&project), ["SF020 `dags/all` is a link to a folder that it is in itself: it has no end"]);
}
