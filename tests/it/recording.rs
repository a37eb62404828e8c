//! `record` and `plan --sample` against a small web server on this machine: what is asked, what is kept, and that it replays.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// A client that says nothing for so long has gone.
const PATIENCE: Duration = Duration::from_secs(10);

const PAGES: [&str; 2] = [
    r#"{"info":{"page":1},"results":[{"id":1,"city":"London"},{"id":2,"city":"Oslo"}]}"#,
    r#"{"info":{"page":2},"results":[{"id":3,"city":7},{"id":3,"city":"Bonn"}]}"#,
];

/// Answers every other request with the first page, the rest with the second; until the suite ends.
fn serve() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    thread::spawn(move || {
        for (index, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            // One read holds the whole request: it has no body. Whoever asked may have gone.
            if stream.set_read_timeout(Some(PATIENCE)).is_err() || stream.read(&mut request).is_err() {
                continue;
            }
            let body = PAGES[index % PAGES.len()];
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            drop(stream.write_all(format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes()));
        }
    });
    format!("http://{address}/people?key=hidden")
}

/// A project whose source is the server, and whose replay is what will be recorded.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!(
        "name: people
schemas: {{ person: {{ id: {{ type: int, required: true }}, city: string }} }}
sources:
  people: {{ http: {{ url: \"{}\", records: $.results, every: 10ms }}, to: people_created }}
topics: {{ people_created: {{ schema: person, key: id }} }}
jobs: {{ store_people: {{ sql: SELECT * FROM people_created, stream: {{}}, writes: people }} }}
sinks: {{ people: {{ cassandra: {{ key: [id] }}, schema: person }} }}
profiles: {{ offline: {{ sources: {{ people: {{ replay: fixtures/people.jsonl }} }} }} }}
",
        serve()
    );
    fs::write(folder.path().join("pipeline.yaml"), text).expect("a pipeline");
    folder
}

#[expect(clippy::disallowed_methods, reason = "the program under test is started as a process")]
fn sparkflow(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sparkflow"))
        .args(arguments)
        .current_dir(folder)
        .env("DOCKER_HOST", "unix:///nonexistent/sparkflow-recording.sock")
        .output()
        .expect("the program runs")
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The findings of a sample, as `code message`.
fn found(output: &Output) -> Vec<String> {
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output.stderr)));
    let findings = document["findings"].as_array().expect("there are findings");
    findings
        .iter()
        .map(|one| {
            format!("{} {}", one["code"].as_str().unwrap_or_default(), one["message"].as_str().unwrap_or_default())
        })
        .collect()
}

#[test]
fn a_recording_is_replayed_as_the_source_answered() {
    let folder = project();
    let recorded = sparkflow(folder.path(), &["record", "people", "-n", "2"]);
    assert!(recorded.status.success(), "{}", said(&recorded.stderr));
    let text = fs::read_to_string(folder.path().join("fixtures/people.jsonl")).expect("a recording");
    assert!(text.contains("London") && text.contains("Bonn"), "{text}");
    assert!(!text.contains("hidden"), "an address may hold a key: {text}");

    let again = sparkflow(folder.path(), &["record", "people"]);
    assert_eq!(again.status.code(), Some(7), "{}", said(&again.stderr));
    assert!(sparkflow(folder.path(), &["record", "people", "--force"]).status.success());
    assert!(sparkflow(folder.path(), &["--profile", "offline", "validate"]).status.success());
}

#[test]
fn a_sample_of_the_source_and_of_its_recording_say_the_same() {
    let folder = project();
    let live = found(&sparkflow(folder.path(), &["-o", "json", "plan", "--sample", "4"]));
    assert!(live.iter().any(|one| one.starts_with("SF250") && one.contains("$.city")), "{live:?}");
    assert!(sparkflow(folder.path(), &["record", "people", "-n", "2"]).status.success());
    let replayed = sparkflow(folder.path(), &["-o", "json", "--profile", "offline", "plan", "--sample", "4"]);
    assert_eq!(found(&replayed), live);
}
