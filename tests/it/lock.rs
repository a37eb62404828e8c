//! `lock` and `--locked`, through the program: what is written, that it is the same every time, and what is refused.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const PIPELINE: &str = include_str!("../cases/validate/twenty_lines_are_enough.in/pipeline.yaml");

#[expect(clippy::disallowed_methods, reason = "the program under test is started as a process")]
fn sparkflow(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sparkflow"))
        .args(arguments)
        .current_dir(folder)
        .env("DOCKER_HOST", "unix:///nonexistent/sparkflow-lock.sock")
        .output()
        .expect("the program runs")
}

#[test]
fn a_lock_is_the_same_every_time_and_names_what_it_locks() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("pipeline.yaml"), PIPELINE).expect("a pipeline");
    assert!(sparkflow(folder.path(), &["lock"]).status.success());
    let first = fs::read_to_string(folder.path().join("sparkflow.lock")).expect("a lock");
    assert!(sparkflow(folder.path(), &["lock"]).status.success());
    let second = fs::read_to_string(folder.path().join("sparkflow.lock")).expect("a lock");
    assert_eq!(first, second);
    let lock: serde_json::Value = serde_json::from_str(&first).expect("a document");
    assert!(lock["images"]["spark"].as_str().is_some_and(|tag| tag.starts_with("sparkflow/spark:")), "{first}");
    assert!(lock["locks"]["templates/images/spark/jars.lock"].is_string(), "{first}");
}

#[test]
fn what_differs_from_the_lock_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pipeline.yaml");
    fs::write(&file, PIPELINE).expect("a pipeline");
    assert!(sparkflow(folder.path(), &["lock"]).status.success());
    let grafana = "services: { grafana: { image: \"grafana/grafana:11.2\" } }\n";
    fs::write(&file, format!("{PIPELINE}\n{grafana}")).expect("a pipeline");
    let refused = sparkflow(folder.path(), &["plan", "--locked"]);
    assert_eq!(refused.status.code(), Some(3));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("grafana/grafana:11.2 is not in the lock"), "{said}");
}

#[test]
fn without_a_lock_locked_says_how_to_write_one() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("pipeline.yaml"), PIPELINE).expect("a pipeline");
    let refused = sparkflow(folder.path(), &["build", "--locked"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("sparkflow lock"));
}

#[test]
fn an_upgrade_takes_over_one_name_and_says_what_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pipeline.yaml");
    let with = |services: &str| fs::write(&file, format!("{PIPELINE}\nservices:\n{services}")).expect("a pipeline");
    let (page, board) = ("  page: { image: \"example/page:1\" }\n", "  board: { image: \"example/board:1\" }\n");
    with(&format!("{page}{board}"));
    assert!(sparkflow(folder.path(), &["lock"]).status.success());
    with(&format!("{page}{board}").replace(":1", ":2"));
    let upgraded = sparkflow(folder.path(), &["lock", "--upgrade", "example/page"]);
    assert!(upgraded.status.success());
    let said = String::from_utf8_lossy(&upgraded.stdout).into_owned();
    assert!(said.contains("image example/page:2: example/page:2 is not in the lock"), "{said}");
    let left = String::from_utf8_lossy(&upgraded.stderr).into_owned();
    assert!(left.contains("image example/board:2: example/board:2 is not in the lock"), "{left}");
    assert_eq!(sparkflow(folder.path(), &["plan", "--locked"]).status.code(), Some(3));
    let kept = fs::read_to_string(folder.path().join("sparkflow.lock")).expect("a lock");
    assert!(kept.contains("example/page:2") && kept.contains("example/board:1"), "{kept}");
    assert!(sparkflow(folder.path(), &["lock", "--upgrade", "example/page", "example/board"]).status.success());
    let upgraded = fs::read_to_string(folder.path().join("sparkflow.lock")).expect("a lock");
    assert!(sparkflow(folder.path(), &["lock"]).status.success());
    assert_eq!(upgraded, fs::read_to_string(folder.path().join("sparkflow.lock")).expect("a lock"));
}

#[test]
fn an_upgrade_of_nothing_that_is_locked_names_its_neighbour() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("pipeline.yaml"), PIPELINE).expect("a pipeline");
    assert!(sparkflow(folder.path(), &["lock"]).status.success());
    let refused = sparkflow(folder.path(), &["lock", "--upgrade", "spork"]);
    assert_eq!(refused.status.code(), Some(64));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("did you mean `spark`"), "{said}");
}
