//! What the tests of this room share: blueprint keys, and one call from text to findings.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Evidence;
use crate::model::pipeline::Pipeline;
use crate::spec;
use crate::spec::files::{FileContent, ProjectFiles};
use crate::spec::service_keys::ServiceKeys;

pub const FLAGSHIP: &str = include_str!("../../tests/cases/validate/a_whole_pipeline_is_sound.in/pipeline.yaml");
pub const TWENTY_LINES: &str = include_str!("../../tests/cases/validate/twenty_lines_are_enough.in/pipeline.yaml");

const SERVICES: &str = r"
kafka:
  about: broker
  settings:
    mode: { type: choice, values: [kraft, zookeeper], default: kraft, doc: mode }
    brokers: { type: int, min: 1, max: 1, default: 1, not_yet: more than one broker, doc: brokers }
    memory: { type: memory, default: 700m, doc: limit }
  needs: { zookeeper: { mode: zookeeper } }
  ports: { broker: 9092 }
zookeeper: { about: quorum }
cassandra:
  about: database
  settings:
    nodes: { type: int, min: 1, max: 1, default: 1, not_yet: more than one node, doc: nodes }
    memory: { type: memory, default: 1g, doc: limit }
  ports: { cql: 9042 }
postgres: { about: metadata }
replay: { about: recorded answers }
spark:
  about: compute
  settings:
    workers: { type: int, min: 1, max: 64, default: 1, doc: workers }
    worker.cores: { type: int, min: 1, max: 256, default: 2, doc: cores }
    worker.memory: { type: memory, default: 1g, doc: memory }
    packages: { type: list, doc: packages }
    python: { type: file, doc: requirements }
  ports: { master: 7077, page: 9090 }
airflow:
  about: schedules
  settings:
    admin: { type: text, default: admin, doc: user }
    password: { type: secret, doc: password }
    dags: { type: folder, doc: own files }
    python: { type: file, doc: requirements }
  needs: { postgres: {} }
  ports: { web: 8080 }
";

#[must_use]
pub fn services() -> ServiceKeys {
    serde_yaml::from_str(SERVICES).expect("the fixture is sound")
}

#[must_use]
pub fn files() -> ProjectFiles {
    let text = |path: &str| FileContent::Text(path.to_owned());
    [
        (
            "jobs/users_by_country.sql",
            text(include_str!("../../tests/cases/validate/a_whole_pipeline_is_sound.in/jobs/users_by_country.sql")),
        ),
        (
            "jobs/adult_users.sql",
            text(include_str!("../../tests/cases/validate/a_whole_pipeline_is_sound.in/jobs/adult_users.sql")),
        ),
        ("jobs/word_count.py", text("print(1)")),
        ("jobs/java-word-count", FileContent::Directory),
        ("jobs/local.py", text("spark = SparkSession.builder.master(\"local[*]\").getOrCreate()")),
        ("jobs/app.jar", FileContent::Bytes(vec![0xff; 10])),
        ("fixtures/randomuser.jsonl", text("{}")),
        ("outside.sql", FileContent::Outside),
    ]
    .map(|(path, content)| (path.to_owned(), content))
    .into()
}

/// Everything found in a file, and the pipeline where there are no errors.
#[must_use]
pub fn resolve(text: &str, profiles: &[&str], environment: &[(&str, &str)]) -> (Option<Pipeline>, Vec<Diagnostic>) {
    let mut found = Diagnostics::default();
    let pipeline = spec::parse(text.as_bytes(), &mut found).and_then(|mut document| {
        let names: Vec<String> = profiles.iter().map(|&name| name.to_owned()).collect();
        spec::apply_profile(&mut document, &names, &mut found);
        let environment = environment.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        spec::interpolate(&mut document, &environment, &mut found);
        crate::model::resolve(&document, &services(), &files(), &mut found)
    });
    (pipeline, found.sorted())
}

/// The pipeline of a file as far as it makes sense, and everything found.
#[must_use]
pub fn draft(text: &str) -> (Pipeline, Vec<Diagnostic>) {
    let mut found = Diagnostics::default();
    let document = spec::parse(text.as_bytes(), &mut found).expect("the fixture is YAML");
    let pipeline = crate::model::draft(&document, &services(), &files(), &Evidence::default(), &mut found);
    (pipeline, found.sorted())
}

/// Everything found in a file with what was learned beyond it.
#[must_use]
pub fn resolve_with(text: &str, evidence: &Evidence) -> (Option<Pipeline>, Vec<Diagnostic>) {
    let mut found = Diagnostics::default();
    let document = spec::parse(text.as_bytes(), &mut found).expect("the fixture is YAML");
    let pipeline = crate::model::resolve_with(&document, &services(), &files(), evidence, &mut found);
    (pipeline, found.sorted())
}

/// `code line:column message` of everything found.
#[must_use]
pub fn findings(text: &str) -> Vec<String> {
    let (_, found) = resolve(text, &[], &[]);
    let line =
        |d: &Diagnostic| format!("{} {}:{} {}", d.code, d.labels[0].span.line, d.labels[0].span.column, d.message);
    found.iter().map(line).collect()
}

/// The codes of everything found in the 20-line file after a replacement.
#[must_use]
pub fn codes_after(from: &str, to: &str) -> Vec<&'static str> {
    assert!(TWENTY_LINES.contains(from), "the text to replace is there: {from}");
    let (_, found) = resolve(&TWENTY_LINES.replace(from, to), &[], &[]);
    found.iter().map(|d| d.code).collect()
}

/// The same for the flagship.
#[must_use]
pub fn flagship_after(from: &str, to: &str) -> Vec<&'static str> {
    assert!(FLAGSHIP.contains(from), "the text to replace is there: {from}");
    let (_, found) = resolve(&FLAGSHIP.replace(from, to), &[], &[]);
    found.iter().map(|d| d.code).collect()
}
