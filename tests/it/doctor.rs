//! The signatures of `doctor` on logs: each recognises its own in `tests/logs` and no other, and none sees anything in what healthy
//! services write.
//!
//! `UPDATE=1 cargo test --test it doctor` writes docs/doctor.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use sparkflow::doctor::diagnosis::{Diagnosis, diagnose};
use sparkflow::doctor::evidence::{Evidence, Kind, Line, Passage, Standing};
use sparkflow::doctor::signatures;

use crate::sources::root;
use crate::tidy::none;

const PAGE: &str = "docs/doctor.md";

/// A log with its name, and where it is from.
struct Log {
    name: String,
    passage: Passage,
    from: String,
}

#[test]
fn every_signature_recognises_its_own_log_and_no_other_one_does() {
    let mut wrong = Vec::new();
    for log in logs("tests/logs") {
        let expected = log.name.split('_').next().unwrap_or_default();
        let found = codes(&diagnosed(&log.passage));
        if found != BTreeSet::from([expected.to_string()]) {
            wrong.push(format!("{}: {found:?}", log.name));
        }
    }
    none(&wrong);
}

#[test]
fn every_signature_has_a_log() {
    let shown: BTreeSet<String> =
        logs("tests/logs").into_iter().filter_map(|log| Some(log.name.split('_').next()?.to_string())).collect();
    let wrong: Vec<String> =
        signatures::all().filter(|one| !shown.contains(&one.id)).map(|one| one.id.clone()).collect();
    none(&wrong);
}

#[test]
fn what_healthy_services_write_is_no_finding() {
    let healthy = logs("tests/logs/unrelated");
    assert!(healthy.len() >= 20, "{}", healthy.len());
    let mut wrong = Vec::new();
    for log in healthy {
        for finding in diagnosed(&log.passage).findings {
            wrong.push(format!("{}: {} in {:?}", log.name, finding.code, finding.evidence));
        }
    }
    none(&wrong);
}

#[test]
fn the_deepest_cause_comes_first() {
    let by_name: BTreeMap<String, Passage> =
        logs("tests/logs").into_iter().map(|log| (log.name, log.passage)).collect();
    let mixed = |names: &[&str]| {
        let passages = names.iter().map(|name| by_name[*name].clone()).collect();
        diagnose(&Evidence { passages, gaps: Vec::new() })
    };
    for (names, first) in [
        (&["SD414_executor_lost", "SD112_crash_loop", "SD102_killed_for_memory"][..], "SD102"),
        (&["SD201_no_broker", "SD112_crash_loop", "SD106_stopped"], "SD106"),
        (&["SD113_failed", "SD101_disk_full", "SD201_no_broker"], "SD101"),
        (&["SD112_crash_loop", "SD302_wrong_password"], "SD302"),
        (&["SD510_run_failed", "SD417_column"], "SD417"),
        (&["SD510_run_failed", "SD501_connection", "SD502_connection_plan"], "SD502"),
        (&["SD608_no_rows", "SD406_no_resources", "SD407_cores_taken"], "SD407"),
    ] {
        assert_eq!(mixed(names).findings[0].code, first, "{names:?}");
    }
}

#[test]
fn a_log_of_a_service_that_works_counts_only_for_what_never_passes() {
    let standing = |name: &str| {
        let log = logs("tests/logs").into_iter().find(|log| log.name == name).expect("there is such a log");
        diagnosed(&Passage { standing: Standing::Healthy, ..log.passage })
    };
    assert!(standing("SD201_no_broker").is_healthy());
    assert_eq!(codes(&standing("SD101_disk_full")), BTreeSet::from(["SD101".to_string()]));
}

#[test]
fn what_a_later_line_says_has_passed_is_no_finding() {
    let log = logs("tests/logs").into_iter().find(|log| log.name.starts_with("SD410")).expect("there is such a log");
    let mut passage = log.passage;
    let again = || Line::new("", "INFO Worker: Successfully registered with master spark://spark-master:7077");
    passage.lines.insert(0, again());
    assert_eq!(codes(&diagnosed(&passage)), BTreeSet::from(["SD410".to_string()]), "it went away afterwards");
    passage.lines.push(again());
    assert!(diagnosed(&passage).is_healthy());
}

#[test]
fn the_page_of_signatures_is_that_of_today() {
    let page = page();
    let path = root().join(PAGE);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "{PAGE} is not what the signatures say; run: UPDATE=1 cargo test --test it doctor");
}

fn diagnosed(passage: &Passage) -> Diagnosis {
    diagnose(&Evidence { passages: vec![passage.clone()], gaps: Vec::new() })
}

fn codes(diagnosis: &Diagnosis) -> BTreeSet<String> {
    diagnosis.findings.iter().map(|finding| finding.code.clone()).collect()
}

fn logs(folder: &str) -> Vec<Log> {
    let mut paths: Vec<_> = fs::read_dir(root().join(folder))
        .expect("there are logs")
        .map(|entry| entry.expect("a folder can be read").path())
        .filter(|path| path.extension().is_some_and(|end| end == "log"))
        .collect();
    paths.sort();
    paths.iter().map(|path| log(path)).collect()
}

/// Three lines say where it is from; the rest is as it was written.
fn log(path: &Path) -> Log {
    let text = fs::read_to_string(path).expect("a log is text");
    let mut lines = text.lines();
    let mut said = |key: &str| {
        let line = lines.next().and_then(|line| line.strip_prefix(&format!("# {key}: ")));
        line.unwrap_or_else(|| panic!("{}: no `# {key}: `", path.display())).to_string()
    };
    let (kind, subject, from) = (said("kind"), said("subject"), said("from"));
    let kind: Kind = serde_json::from_value(kind.into()).expect("a kind of evidence");
    let lines = lines.map(|line| Line::new("", line)).collect();
    let name = path.file_stem().expect("a log has a name").to_string_lossy().into_owned();
    Log { name, passage: Passage::new(kind, subject, Standing::Troubled, lines), from }
}

fn page() -> String {
    let mut page = String::from(
        "# What `doctor` knows\n\n\
         Written by `UPDATE=1 cargo test --test it doctor`, and checked by the same test without it.\n\n\
         `sparkflow doctor [NAME]` gathers the state of every container, the engine's events of the last hour, what differs from the file,\n\
         the output of whatever is in trouble or was named (containers, drivers, executors, Airflow's tasks and import errors), room on the\n\
         disk, memory and the clock. What `verify` sees without sending anything belongs to it: services that do not reach each other, sources that do not\n\
         answer, records and rows that do not add up. It holds every line against the signatures below. The deepest cause comes first: the machine before a\n\
         container, a container before its setup, that before what services hold, the user's code and records, and what is only a symptom of\n\
         something else. The same is said in short under the error of `up`, `run` and `verify`, at most 10 seconds later.\n\n\
         It exits with 0 when no problem is found, with 1 when there is one. `sparkflow explain SD102` shows an entry. What could not be\n\
         looked at is said and is no error. The log of a service that works is not held against it, but for what never passes by itself.\n\n\
         `--bundle FILE` writes what was seen as `.tar.gz`: the pipeline, versions, the plan, `live.json` (for `plan --live`), results of\n\
         that proof and of `doctor`, what the engine says of each container, logs and events. Generated secrets and the\n\
         values of every variable of the file are replaced by `[redacted]`, in plain, base64, URL-encoded and JSON form, and so are logins\n\
         in addresses and values under keys such as `password`. Values that say nothing (ports, `true`) stay. The file is for its owner\n\
         alone and replaces no other.\n\n",
    );
    let sources: BTreeMap<String, String> =
        logs("tests/logs").into_iter().map(|log| (log.name.chars().take(5).collect(), log.from)).collect();
    let seen = sources.values().filter(|from| from.starts_with("seen")).count();
    let own = sources.values().filter(|from| from.starts_with("sparkflow")).count();
    let total = signatures::all().count();
    page.push_str(&format!(
        "{total} signatures. Each has a log in `tests/logs` that it alone recognises: {seen} of those were written by the stack itself,\n\
         {own} are sentences of sparkflow's own, the others are re-created from what is known of the service or of the issue named. {}\n\
         logs of healthy services match none.\n\n",
        logs("tests/logs/unrelated").len()
    ));
    page.push_str("| Code | What | Depth | Fix | Known from |\n|---|---|---|---|---|\n");
    for one in signatures::all() {
        let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
        page.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            one.id,
            cell(&one.title),
            one.layer,
            cell(&one.fix),
            cell(&one.source)
        ));
    }
    page
}
