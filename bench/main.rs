//! How long a plan takes as files grow: generated pipelines, each read, resolved, judged, built and compared with an empty world.
//!
//! `bench/run` calls it: `planner write COUNT FOLDER` writes a pipeline, `planner measure COUNT` times the rooms one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Instant;

use sparkflow::blueprint::Blueprint;
use sparkflow::diagnostic::Diagnostics;
use sparkflow::live::{Engine, FORMAT_VERSION, Live, Observed};
use sparkflow::model::pipeline::Pipeline;
use sparkflow::plan::diff::diff;
use sparkflow::spec::service_keys::ServiceKeys;
use sparkflow::template::Templates;
use sparkflow::topology::build::{self, Inputs};
use sparkflow::topology::host::{Host, Material};
use sparkflow::{embedded, model, spec};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["write", count, folder] => {
            fs::write(Path::new(folder).join("pipeline.yaml"), pipeline_text(count.parse()?))?;
            fs::write(Path::new(folder).join("live.json"), serde_json::to_string(&nothing())?)?;
        }
        ["measure", count] => say(&measure(count.parse()?)?)?,
        _ => say("usage: planner write COUNT FOLDER | planner measure COUNT")?,
    }
    Ok(())
}

fn say(line: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    writeln!(std::io::stdout(), "{line}")
}

/// One row: topics, tables, jobs, then milliseconds of each room, their sum, and the largest resident size.
fn measure(topic_count: usize) -> Result<String, Box<dyn Error>> {
    let text = pipeline_text(topic_count);
    let blueprints = blueprints()?;
    let keys: ServiceKeys = blueprints.iter().map(|(name, blueprint)| (name.clone(), blueprint.keys.clone())).collect();
    let templates = Templates::new(embedded::templates(Path::new("no project"))?);
    let mut laps = Vec::new();
    let mut lap = |started: Instant| laps.push(started.elapsed().as_secs_f64() * 1_000.0);

    let mut found = Diagnostics::default();
    let started = Instant::now();
    let document = spec::parse(text.as_bytes(), &mut found).ok_or("the generated file is no YAML")?;
    lap(started);
    let started = Instant::now();
    let pipeline = model::resolve(&document, &keys, &BTreeMap::new(), &mut found);
    lap(started);
    let pipeline =
        pipeline.ok_or_else(|| format!("the generated file has errors: {:?}", found.clone().sorted().first()))?;
    let started = Instant::now();
    let inputs = Inputs {
        project: "bench",
        pipeline: &pipeline,
        blueprints: &blueprints,
        templates: &templates,
        host_ports: &BTreeMap::new(),
        files: &BTreeMap::new(),
        binary: &Material::whole(b"binary".to_vec()),
        certificates: &BTreeMap::new(),
    };
    let topology = build::build(&inputs)?;
    lap(started);
    let started = Instant::now();
    let plan = diff(&topology, &nothing());
    lap(started);
    let change_count = plan.steps.len() + plan.deferred.len();
    Ok(row(&pipeline, text.len(), change_count, &laps))
}

fn row(pipeline: &Pipeline, bytes: usize, change_count: usize, laps: &[f64]) -> String {
    let mut row = format!(
        "| {} | {} | {} | {} | {change_count} |",
        pipeline.topics.len(),
        pipeline.sinks.len(),
        pipeline.jobs.len(),
        bytes / 1024
    );
    for lap in laps.iter().copied().chain([laps.iter().sum()]) {
        // Writing to a String cannot fail.
        let _ = write!(row, " {lap:.1} |");
    }
    let _ = write!(row, " {} |", peak_mib().map_or_else(|| "?".to_owned(), |mib| mib.to_string()));
    row
}

/// The largest resident size of this process so far, where the system says it.
fn peak_mib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib / 1024)
}

fn blueprints() -> Result<BTreeMap<String, Blueprint>, Box<dyn Error>> {
    let mut parsed = BTreeMap::new();
    for (name, text) in embedded::blueprints(Path::new("no project"))? {
        parsed.insert(name.clone(), Blueprint::parse(&name, &text)?);
    }
    Ok(parsed)
}

/// A world in which nothing is there yet.
fn nothing() -> Live {
    let waiting = || "nothing runs yet".to_owned();
    Live {
        format_version: FORMAT_VERSION,
        engine: Engine::default(),
        host: Host::default(),
        images: BTreeMap::new(),
        network: false,
        volumes: BTreeSet::new(),
        containers: BTreeMap::new(),
        secrets: Observed::Waiting(waiting()),
        files: Observed::Waiting(waiting()),
        kafka: Observed::Waiting(waiting()),
        cassandra: Observed::Waiting(waiting()),
        airflow: Observed::Waiting(waiting()),
    }
}

/// A pipeline of so many topics, a table for every ten, a job for every fifty; sources, schemas and one schedule over all jobs.
fn pipeline_text(topic_count: usize) -> String {
    let table_count = (topic_count / 10).max(1);
    let job_count = (topic_count / 50).max(1);
    let schema_count = (topic_count / 100).max(1);
    let mut text = String::from("name: large\nservices: { spark: { workers: 4 } }\n\nschemas:\n");
    for index in 0..schema_count {
        text.push_str(&format!(
            "  schema_{index}:\n    id: {{ type: uuid, required: true }}\n    at: timestamp\n    place: string\n    amount: \"decimal(10,2)\"\n    \
             count_{index}: bigint\n    note: string\n    flag: boolean\n    share: double\n"
        ));
    }
    text.push_str("\nsources:\n");
    for index in 0..schema_count {
        text.push_str(&format!(
            "  source_{index}: {{ http: \"http://127.0.0.1:9/{index}\", to: topic_{} }}\n",
            index * topic_count / schema_count
        ));
    }
    text.push_str("\ntopics:\n");
    for index in 0..topic_count {
        let schema = index * schema_count / topic_count;
        text.push_str(&format!(
            "  topic_{index}: {{ schema: schema_{schema}, key: id, partitions: {}, config: {{ retention.ms: 604800000 }} }}\n",
            index % 7 + 1
        ));
    }
    text.push_str("\njobs:\n");
    for index in 0..job_count {
        let topic = index * topic_count / job_count;
        let tables: Vec<String> =
            (0..table_count).filter(|table| table % job_count == index).map(|table| format!("table_{table}")).collect();
        text.push_str(&format!(
            "  job_{index}: {{ sql: \"SELECT id, at, place FROM topic_{topic} WHERE flag\", writes: [{}] }}\n",
            tables.join(", ")
        ));
    }
    text.push_str("\nsinks:\n");
    for index in 0..table_count {
        text.push_str(&format!(
            "  table_{index}: {{ cassandra: {{ table: large.table_{index}, key: [id] }}, columns: {{ id: uuid, at: timestamp, place: string }} }}\n"
        ));
    }
    text.push_str("\nschedules:\n  nightly:\n    when: \"@daily\"\n    tasks:\n      start: { print: started }\n");
    for index in 0..job_count {
        text.push_str(&format!("      task_{index}: {{ job: job_{index}, after: start }}\n"));
    }
    text
}
