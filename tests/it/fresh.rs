//! Committed files that the program can write itself: completions and the JSON Schema. They are what it says today, or this fails.
//!
//! `UPDATE=1 cargo test --test it fresh` writes them.

use std::fs;
use std::process::Command;

use crate::sources::root;

#[test]
fn completions_are_those_of_todays_commands() {
    for (shell, path) in [
        ("bash", "completions/sparkflow.bash"),
        ("zsh", "completions/_sparkflow"),
        ("fish", "completions/sparkflow.fish"),
    ] {
        is_fresh(path, &["completions", shell]);
    }
}

#[test]
fn the_schema_is_that_of_todays_keys() {
    is_fresh("pipeline.schema.json", &["schema"]);
}

#[track_caller]
fn is_fresh(path: &str, arguments: &[&str]) {
    let said = said(arguments);
    let committed = root().join(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(committed.parent().expect("a file of the repository has a folder"))
            .expect("the folder can be made");
        fs::write(&committed, &said).expect("the file can be written");
    }
    let kept = fs::read_to_string(&committed).unwrap_or_default();
    assert!(
        kept == said,
        "{path} is not what `sparkflow {}` says; run: UPDATE=1 cargo test --test it fresh",
        arguments.join(" ")
    );
}

#[expect(clippy::disallowed_methods, reason = "the program itself is under test")]
fn said(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_sparkflow")).args(arguments).output().expect("the program was built");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("generated files are text")
}

#[test]
fn the_examples_are_valid_by_the_published_schema() {
    let validator = jsonschema::validator_for(&yaml("pipeline.schema.json")).expect("the schema is a schema");
    for path in [
        "pipeline.yaml",
        "tests/pipelines/ferry/pipeline.yaml",
        "tests/pipelines/harbour/pipeline.yaml",
        "tests/pipelines/twenty/pipeline.yaml",
        "tests/cases/validate/twenty_lines_are_enough.in/pipeline.yaml",
        "tests/cases/validate/the_readmes_example_is_sound.in/pipeline.yaml",
    ] {
        let faults: Vec<String> = validator
            .iter_errors(&yaml(path))
            .map(|fault| format!("{path} {}: {fault}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

#[test]
fn the_schema_refuses_what_validate_refuses() {
    let validator = jsonschema::validator_for(&yaml("pipeline.schema.json")).expect("the schema is a schema");
    for case in ["an_unknown_key_names_its_neighbour", "every_error_is_reported_in_one_run"] {
        let path = format!("tests/cases/validate/{case}.in/pipeline.yaml");
        assert!(!validator.is_valid(&yaml(&path)), "{path} is wrong, and an editor should say so");
    }
}

#[test]
fn the_readmes_example_is_the_one_that_is_checked() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let (_, block) = readme.split_once("```yaml\n").expect("the README shows a pipeline");
    let (block, _) = block.split_once("```").expect("the block ends");
    let checked = root().join("tests/cases/validate/the_readmes_example_is_sound.in/pipeline.yaml");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&checked, block).expect("the file can be written");
    }
    assert_eq!(
        fs::read_to_string(&checked).expect("the case has its file"),
        block,
        "run: UPDATE=1 cargo test --test it fresh"
    );
}

/// A file of the repository as JSON; JSON is YAML too.
fn yaml(path: &str) -> serde_json::Value {
    let text = fs::read_to_string(root().join(path)).expect("the file is there");
    serde_yaml::from_str(&text).expect("the file is YAML")
}
