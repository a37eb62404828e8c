//! What one container is given to try jobs: the very files that `spark-submit` is given, and the cases as data. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use thiserror::Error;

use super::Trial;
use crate::ingest::task::dead_letter_topic;
use crate::model::pipeline::{Pipeline, Sink};
use crate::template::Templates;
use crate::topology::analysis::{image_of, is_ours};
use crate::topology::published::PublishedContent;
use crate::topology::resource::Topology;

const PROGRAM: &str = "jobs/try_jobs.py";
/// The program's name among the files.
pub const PROGRAM_FILE: &str = "try_jobs.py";
/// What it writes: a line of JSON per case.
pub const ANSWER_FILE: &str = "answers.jsonl";

/// Files for a container of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub image: String,
    pub files: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug, Error)]
pub enum QuestionError {
    #[error("the Spark of this pipeline is not an image of sparkflow's own: jobs cannot be tried in it")]
    ForeignImage,
    #[error("there is no template `{PROGRAM}`")]
    NoProgram,
    #[error("the job `{job}` has no file that Spark could run")]
    NoFile { job: String },
}

/// The question that trials make; there must be one trial at least.
///
/// # Errors
/// The jobs run in an image of the user's own, of which it is not known how to try them in it.
pub fn question(
    trials: &[Trial],
    pipeline: &Pipeline,
    topology: &Topology,
    templates: &Templates,
    case_seconds: u64,
) -> Result<Question, QuestionError> {
    let jobs: BTreeSet<&String> = trials.iter().map(|trial| &trial.job).collect();
    let image = jobs.first().and_then(|job| image_of(topology, job)).filter(|image| is_ours(topology, image));
    let image = image.ok_or(QuestionError::ForeignImage)?;
    let program = templates.source(PROGRAM).ok_or(QuestionError::NoProgram)?;
    let mut files = BTreeMap::from([(PROGRAM_FILE.to_string(), program.as_bytes().to_vec())]);
    for job in &jobs {
        files.extend(job_files(topology, job)?);
    }
    let sinks: BTreeMap<&String, Value> = pipeline.sinks.iter().map(|(name, sink)| (name, table(sink))).collect();
    let text = json!({
        "case_seconds": case_seconds,
        "jobs": jobs.iter().map(|name| (*name, about(pipeline, name))).collect::<BTreeMap<_, _>>(),
        "topics": pipeline.topics.keys().map(|name| (name, dead_letter_topic(name))).collect::<BTreeMap<_, _>>(),
        "tables": sinks,
        "cases": trials.iter().map(|trial| json!({ "job": trial.job, "given": trial.given })).collect::<Vec<_>>(),
    });
    files.insert("question.json".to_string(), text.to_string().into_bytes());
    Ok(Question { image, files })
}

fn job_files(topology: &Topology, job: &str) -> Result<BTreeMap<String, Vec<u8>>, QuestionError> {
    let folder = format!("jobs/{job}/");
    let own = topology.published.files.iter().filter(|(path, _)| path.starts_with(&folder));
    let files: BTreeMap<String, Vec<u8>> = own
        .filter_map(|(path, file)| match &file.content {
            PublishedContent::Bytes(bytes) => Some((path.clone(), bytes.clone())),
            PublishedContent::FromImage { .. } => None,
        })
        .collect();
    if !files.contains_key(&format!("{folder}main.py")) {
        return Err(QuestionError::NoFile { job: job.to_string() });
    }
    Ok(files)
}

fn about(pipeline: &Pipeline, name: &str) -> Value {
    let job = &pipeline.jobs[name];
    let conf: BTreeMap<_, _> = job.conf.iter().filter(|(key, _)| key.starts_with("spark.sql.")).collect();
    json!({ "args": job.args, "conf": conf })
}

fn table(sink: &Sink) -> Value {
    let key: Vec<&String> = sink.partition_key.iter().chain(&sink.clustering_key).collect();
    let columns: Vec<Value> =
        sink.columns.iter().map(|column| json!({ "name": column.name, "kind": column.kind })).collect();
    json!({ "keyspace": sink.keyspace, "table": sink.table, "key": key, "columns": columns })
}
