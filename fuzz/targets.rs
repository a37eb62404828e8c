//! What is fuzzed, one function per target: any bytes in, and what must hold for all of them.
//!
//! The fuzzer and the short run of the test suite call the same functions. They read no file of the machine and no clock.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use futures_util::FutureExt;
use serde_json::Value;
use sparkflow::blueprint::Blueprint;
use sparkflow::diagnostic::{Diagnostic, Diagnostics};
use sparkflow::embedded;
use sparkflow::ingest::answer::{self, NoAnswer, Response};
use sparkflow::ingest::mapping::Mapper;
use sparkflow::ingest::path;
use sparkflow::ingest::retry::Patience;
use sparkflow::ingest::task::{Addresses, IngestTask};
use sparkflow::model::pipeline::{Generated, Pipeline};
use sparkflow::model::{self, sql};
use sparkflow::report::diagnostics::{self, Source};
use sparkflow::spec;
use sparkflow::spec::files::{FileContent, ProjectFiles};
use sparkflow::spec::service_keys::ServiceKeys;

use crate::planner;

/// Every target by name.
pub(crate) const NAMES: [&str; 6] = ["file", "interpolation", "pipeline", "planner", "answer", "query"];

/// Runs one target; panics where it does not hold what it promises.
pub(crate) fn run(name: &str, data: &[u8]) {
    match name {
        "file" => file(data),
        "interpolation" => interpolation(data),
        "pipeline" => pipeline(data),
        "planner" => planner::plan(data),
        "answer" => answer(data),
        "query" => query(data),
        other => panic!("no target is called {other}"),
    }
}

/// The pipelines that other targets start from: text, then the files it names.
pub(crate) const PIPELINES: [(&str, &[(&str, &str)]); 3] = [
    (
        include_str!("../pipeline.yaml"),
        &[
            ("jobs/users_by_country.sql", include_str!("../jobs/users_by_country.sql")),
            ("jobs/adult_users.sql", include_str!("../jobs/adult_users.sql")),
            ("jobs/word_count.py", include_str!("../jobs/word_count.py")),
            ("jobs/java-word-count/pom.xml", include_str!("../jobs/java-word-count/pom.xml")),
            ("fixtures/randomuser.jsonl", "{}"),
        ],
    ),
    (
        include_str!("../tests/pipelines/harbour/pipeline.yaml"),
        &[
            ("jobs/cargo_by_flag.sql", include_str!("../tests/pipelines/harbour/jobs/cargo_by_flag.sql")),
            ("fixtures/calls.jsonl", "{}"),
            ("fixtures/ships.jsonl", "{}"),
        ],
    ),
    (include_str!("../tests/cases/validate/twenty_lines_are_enough.in/pipeline.yaml"), &[]),
];

/// The blueprints that travel in the binary.
pub(crate) static BLUEPRINTS: LazyLock<BTreeMap<String, Blueprint>> = LazyLock::new(|| {
    let texts = embedded::blueprints(Path::new("no project")).expect("nothing is read from disk");
    let parsed = texts.into_iter().map(|(name, text)| {
        let blueprint = Blueprint::parse(&name, &text).expect("our own blueprints are sound");
        (name, blueprint)
    });
    parsed.collect()
});

static KEYS: LazyLock<ServiceKeys> =
    LazyLock::new(|| BLUEPRINTS.iter().map(|(name, blueprint)| (name.clone(), blueprint.keys.clone())).collect());

static FILES: LazyLock<ProjectFiles> = LazyLock::new(|| {
    let all = PIPELINES.iter().flat_map(|(_, files)| *files);
    let mut files: ProjectFiles =
        all.map(|(path, text)| ((*path).to_owned(), FileContent::Text((*text).to_owned()))).collect();
    files.insert("jobs/java-word-count".to_owned(), FileContent::Directory);
    files.insert("jobs/a.jar".to_owned(), FileContent::Bytes(vec![0; 10]));
    files
});

/// Bytes as a file: a tree or an error, each finding at a place that is in the file.
fn file(data: &[u8]) {
    let mut found = Diagnostics::default();
    let document = spec::parse(data, &mut found);
    assert!(document.is_some() || found.has_errors(), "no tree, and nobody says why");
    places_are_in_the_file(&found.sorted(), data);
}

/// Values of two variables, each up to a NUL, then a file that uses them.
fn interpolation(data: &[u8]) {
    let mut parts = data.splitn(3, |byte| *byte == 0);
    let mut value = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let environment: spec::interpolate::Environment =
        [("A", value()), ("B", value())].map(|(k, v)| (k.to_owned(), v)).into();
    let text = parts.next().unwrap_or_default();
    let mut found = Diagnostics::default();
    if let Some(mut document) = spec::parse(text, &mut found) {
        spec::interpolate(&mut document, &environment, &mut found);
        spec::check(&document, &KEYS, &mut found);
    }
    places_are_in_the_file(&found.sorted(), text);
}

/// Bytes as a whole pipeline: resolved or refused, the same way twice, and shown without a fault.
fn pipeline(data: &[u8]) {
    let (resolved, found) = resolve(data, &[]);
    assert!(resolved.is_some() != has_errors(&found), "resolved with errors, or refused without");
    let (again, found_again) = resolve(data, &[]);
    assert_eq!((resolved.is_some(), &found), (again.is_some(), &found_again), "not the same twice");
    places_are_in_the_file(&found, data);
    let (_, found) = resolve(data, &["ci".to_owned(), "offline".to_owned()]);
    places_are_in_the_file(&found, data);
}

/// Reads, resolves and judges a file as the commands do.
pub(crate) fn resolve(data: &[u8], profiles: &[String]) -> (Option<Pipeline>, Vec<Diagnostic>) {
    let mut found = Diagnostics::default();
    let pipeline = spec::parse(data, &mut found).and_then(|mut document| {
        spec::apply_profile(&mut document, profiles, &mut found);
        let environment = [("AIRFLOW_PASSWORD".to_owned(), "secret".to_owned())].into();
        spec::interpolate(&mut document, &environment, &mut found);
        let _ = spec::named_files(&document, &KEYS);
        model::resolve(&document, &KEYS, &FILES, &mut found)
    });
    (pipeline, found.sorted())
}

fn has_errors(found: &[Diagnostic]) -> bool {
    found.iter().any(|one| one.severity == sparkflow::diagnostic::Severity::Error)
}

fn places_are_in_the_file(found: &[Diagnostic], data: &[u8]) {
    for one in found {
        let span = one.labels.first().unwrap_or_else(|| panic!("no place: {one:?}")).span;
        assert!(span.line > 0 && span.column > 0, "{one:?}");
        assert!(span.start <= data.len() && span.start <= span.end, "{one:?}");
    }
    let text = String::from_utf8_lossy(data);
    let source = Source { path: "pipeline.yaml".to_owned(), text: text.into_owned(), files: BTreeMap::new() };
    let shown = diagnostics::render(found, &source);
    assert_eq!(shown.is_empty(), found.is_empty());
}

static TASKS: LazyLock<Vec<(IngestTask, path::Path, Mapper)>> = LazyLock::new(|| {
    let addresses = Addresses { bootstrap: "kafka:9092", replay: "http://replay:8090" };
    let pipelines = PIPELINES.iter().filter_map(|(text, _)| resolve(text.as_bytes(), &[]).0);
    let tasks = pipelines.flat_map(|pipeline| {
        let names: Vec<String> = pipeline.sources.keys().cloned().collect();
        names.into_iter().map(move |name| IngestTask::from_pipeline(&pipeline, &name, addresses).expect("it resolved"))
    });
    let compiled = tasks.map(|task| {
        let list = path::Path::parse(&task.http.records).expect("its paths were checked");
        let mapper = Mapper::compile(&task).expect("its map was checked");
        (task, list, mapper)
    });
    compiled.collect()
});

/// A status, then a body: records or a fault, each record mapped or rejected, and what is mapped is one line of JSON.
fn answer(data: &[u8]) {
    let (status, body) = data.split_first().map_or((&0, data), |(first, rest)| (first, rest));
    let response = || Response {
        status: [200, 200, 200, 204, 301, 404, 429, 500][usize::from(*status) % 8],
        retry_after: body.get(..4).map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
        content_type: None,
        body: body.to_vec(),
    };
    for (task, list, mapper) in TASKS.iter() {
        let patience = Patience { retries: 0, ..Patience::with_retries(0) };
        let get = async || Ok::<Response, NoAnswer>(response());
        let records = answer::records(task, list, &patience, &get, |_| {}).now_or_never();
        let Ok(records) = records.expect("nothing is waited for") else { continue };
        for record in records {
            let generated = &mut |_: Generated| "2024-01-01T00:00:00Z".to_owned();
            if let Ok(mapped) = mapper.project(&record, generated) {
                let line = mapped.to_json();
                assert!(!line.contains('\n'));
                serde_json::from_str::<Value>(&line).expect("a mapped record is JSON");
            }
        }
    }
}

/// A query: read or not, and its tables found, whatever it is.
fn query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = sql::read(text);
    let _ = sql::tables(text);
}
