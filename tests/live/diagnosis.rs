//! `doctor` on a real stack: silent about one that is well, by name and as a whole; and an archive of what it saw that gives
//! no secret away and plans as the stack itself does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::engine;
use crate::stack::Stack;

/// A command line that cannot be meant.
const USAGE: i32 = 64;
const NO_ENGINE: &str = "unix:///nonexistent/sparkflow.sock";
/// Shorter ones may stand in any text by chance.
const SHORTEST_SECRET: usize = 12;

/// Nothing is wrong with any of these names.
pub(crate) fn nothing_is_found(stack: &Stack, names: &[&str]) {
    for name in names {
        let told = stack.run(&["doctor", name, "-o", "json"]).exits(0);
        assert_eq!(findings(&told.stdout), Vec::<String>::new(), "{told}");
    }
    stack.run(&["doctor", "no_such_name"]).exits(USAGE);
}

/// What is wrong is found by each of these names, and by none.
pub(crate) fn is_found(stack: &Stack, code: &str, names: &[&str]) {
    let asked = [&[][..]].into_iter().chain(names.iter().map(std::slice::from_ref));
    for name in asked {
        let told = stack.run(&[&["doctor"], name, &["-o", "json"]].concat()).exits(1);
        assert!(findings(&told.stdout).iter().any(|found| found == code), "{name:?}: no {code} in\n{told}");
    }
}

fn findings(stdout: &str) -> Vec<String> {
    let diagnosis: Value = serde_json::from_str(stdout).expect("a diagnosis is JSON");
    let findings = diagnosis["findings"].as_array().expect("a diagnosis has findings");
    findings.iter().filter_map(|finding| Some(finding["code"].as_str()?.to_string())).collect()
}

/// Not one of the project's secrets is anywhere in it, and its `live.json` plans as the stack does.
pub(crate) fn a_bundle_holds_no_secret_and_plans_without_an_engine(stack: &Stack) {
    let folder = std::env::temp_dir().join(format!("sparkflow-bundle-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder can be made");
    let archive = folder.join("bundle.tar.gz");
    let file = archive.to_str().expect("a path is text");
    let told = stack.run(&["doctor", "--bundle", file]);
    assert!(matches!(told.code, Some(0 | 1)), "{told}");
    stack.run(&["doctor", "--bundle", file]).exits(USAGE);

    let unpacked = Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&folder).status();
    assert!(unpacked.expect("tar can be run").success());
    let members = files(&folder);
    let secrets = secrets(stack, &folder.join("secrets"));
    assert!(secrets.len() >= 4 && members.len() >= 10, "{} secrets, {} files", secrets.len(), members.len());
    for member in &members {
        let text = String::from_utf8_lossy(&fs::read(member).expect("a member can be read")).into_owned();
        for (name, secret) in &secrets {
            assert!(!text.contains(secret.as_str()), "{} holds {name}", member.display());
        }
    }

    let live = members.iter().find(|path| path.ends_with("live.json")).expect("it has a live.json");
    let live = live.to_str().expect("a path is text");
    let here = stack.run(&["plan", "-o", "json"]).exits(0);
    let elsewhere = stack.run_at(NO_ENGINE, &["plan", "--live", live, "-o", "json"]).exits(0);
    assert_eq!(here.stdout, elsewhere.stdout);
    fs::remove_dir_all(&folder).expect("the folder can be removed");
}

/// Every secret of the project by name, as its volume holds them.
fn secrets(stack: &Stack, folder: &Path) -> Vec<(String, String)> {
    let from = format!("{}-keeper:/secrets", stack.project);
    engine::docker(&["cp", &from, &folder.display().to_string()]).expect("the volume can be read");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).ok()?.trim().to_string();
        (text.len() >= SHORTEST_SECRET).then(|| (path.display().to_string(), text))
    };
    files(folder).into_iter().filter_map(read).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder can be read");
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
