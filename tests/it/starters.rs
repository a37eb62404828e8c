//! What `init` writes: each template is sound as it stands, and nothing that is there is written over.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

#[expect(clippy::disallowed_methods, reason = "the program itself is under test")]
fn sparkflow(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sparkflow"));
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1").output().expect("the program was built")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn every_template_is_valid_without_a_finding() {
    for template in ["minimal", "batch", "python"] {
        let place = tempfile::tempdir().unwrap();
        let made = sparkflow(place.path(), &["init", "shop", "--template", template]);
        assert!(made.status.success(), "{}", said(&made));
        assert_eq!(String::from_utf8_lossy(&made.stdout), "Next: cd shop && sparkflow up\n");
        let judged = sparkflow(&place.path().join("shop"), &["validate", "-o", "json"]);
        let document: serde_json::Value = serde_json::from_slice(&judged.stdout).expect("a document");
        assert_eq!(document["findings"].as_array().map(Vec::len), Some(0), "{template}: {}", said(&judged));
        assert!(judged.status.success(), "{template}: {}", said(&judged));
    }
}

#[test]
fn the_pipeline_is_called_like_its_folder() {
    let place = tempfile::tempdir().unwrap();
    assert!(sparkflow(place.path(), &["init", "My Shop"]).status.success());
    let text = fs::read_to_string(place.path().join("My Shop/pipeline.yaml")).unwrap();
    assert!(text.contains("\nname: my-shop\n"), "{text}");
}

#[test]
fn nothing_that_is_there_is_written_over() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("fixtures")).unwrap();
    fs::write(place.path().join("fixtures/orders.jsonl"), "mine").unwrap();
    let refused = sparkflow(place.path(), &["init"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("`./fixtures/orders.jsonl` is there already"), "{}", said(&refused));
    assert_eq!(fs::read_to_string(place.path().join("fixtures/orders.jsonl")).unwrap(), "mine");
    assert!(!place.path().join("pipeline.yaml").exists(), "not even a part is written");
}

#[test]
fn a_minimal_pipeline_has_about_twenty_lines() {
    let place = tempfile::tempdir().unwrap();
    assert!(sparkflow(place.path(), &["init"]).status.success());
    let text = fs::read_to_string(place.path().join("pipeline.yaml")).unwrap();
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count();
    assert!(lines <= 20, "{lines} lines");
}
