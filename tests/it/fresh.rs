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
