//! The files that containers of the stack read: DAGs, job code, generated modules, ingest tasks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::ingest::task::{Addresses, IngestTask, dead_letter_topic};
use crate::model::pipeline::{FieldType, Job, JobCode, Pipeline, Schema, Setting, Sink, StreamFrom};
use crate::topology::build::{BuildError, Inputs, Parts};
use crate::topology::dags;
use crate::topology::facts::{Facts, KAFKA_INSIDE};
use crate::topology::host::Material;
use crate::topology::jobs::{Submission, job_folder};
use crate::topology::published::{Published, PublishedContent, PublishedFile};
use crate::topology::resource::{ContextFile, ResourceId, digest};
use crate::topology::tracing::carries_tracer;

const MAVEN_IMAGE: &str = "maven-job";
/// Where the image of a compiled job keeps its jar.
const JAR_IN_IMAGE: &str = "/job/app.jar";

pub(super) fn published(
    inputs: &Inputs<'_>,
    facts: &Facts,
    submissions: &BTreeMap<String, Submission>,
    parts: &mut Parts<'_>,
) -> Result<Published, BuildError> {
    let mut files = BTreeMap::new();
    for (name, schedule) in &inputs.pipeline.schedules {
        let context = dags::dag_context(&inputs.pipeline.name, name, schedule, facts, submissions);
        let text = inputs.templates.render("dags/schedule.py.j2", &context)?;
        insert(&mut files, dags::dag_path(name), ResourceId::Dag(name.clone()), text.into_bytes());
    }
    for (file, content) in own_dag_files(inputs) {
        let path = format!("{}/{file}", dags::FOLDER);
        insert(&mut files, path.clone(), ResourceId::File(path), content.clone());
    }
    for name in inputs.pipeline.sources.keys() {
        let task = IngestTask::from_pipeline(inputs.pipeline, name, INSIDE)?;
        let text = serde_json::to_vec_pretty(&task).expect("an ingest task is made of maps, lists and text");
        insert(&mut files, source_path(name), ResourceId::File(source_path(name)), text);
    }
    for (name, job) in &inputs.pipeline.jobs {
        let own = job_files(inputs, name, job, parts)?;
        let listing: Vec<String> =
            own.iter().map(|(path, file)| format!("{path} {}\n", identity(&file.content))).collect();
        parts.code_hashes.insert(name.clone(), digest(listing.concat().as_bytes())[..16].to_string());
        files.extend(own);
    }
    let listing: Vec<String> =
        files.iter().map(|(path, file)| format!("{path} {}\n", identity(&file.content))).collect();
    Ok(Published { hash: digest(listing.concat().as_bytes())[..16].to_string(), files })
}

/// Airflow's setting for a folder of DAG files that the project brings itself.
const OWN_DAGS: &str = "dags";

fn own_dag_files<'a>(inputs: &'a Inputs<'a>) -> impl Iterator<Item = (&'a str, &'a Vec<u8>)> {
    let folder = match inputs.pipeline.services.get("airflow").and_then(|airflow| airflow.settings.get(OWN_DAGS)) {
        Some(Setting::Text(folder)) => Some(folder),
        _ => None,
    };
    folder.into_iter().flat_map(|folder| inputs.below(folder))
}

fn insert(files: &mut BTreeMap<String, PublishedFile>, path: String, owner: ResourceId, bytes: Vec<u8>) {
    files.insert(path, PublishedFile { owner, content: PublishedContent::Bytes(bytes) });
}

/// What stands for a file's content: its hash, or the image (named by hash) that holds it.
fn identity(content: &PublishedContent) -> String {
    match content {
        PublishedContent::Bytes(bytes) => digest(bytes),
        PublishedContent::FromImage { tag, path, .. } => format!("{tag}:{path}"),
    }
}

/// Where a source's ingest task lies below the published directory.
pub(super) fn source_path(source: &str) -> String {
    format!("sources/{source}.json")
}

/// The file name Spark is given for a job in a jar.
pub(super) fn jar_name(_job: &Job) -> String {
    "app.jar".to_string()
}

/// Where containers find what an ingest talks to.
const INSIDE: Addresses<'static> = Addresses { bootstrap: KAFKA_INSIDE, replay: "http://replay:8090" };

fn job_files(
    inputs: &Inputs<'_>,
    name: &str,
    job: &Job,
    parts: &mut Parts<'_>,
) -> Result<BTreeMap<String, PublishedFile>, BuildError> {
    let folder = job_folder(name);
    let owner = ResourceId::Job(name.to_string());
    let mut files = BTreeMap::new();
    let context = module_context(inputs.pipeline, name, job);
    let main = format!("{folder}/main.py");
    match &job.code {
        JobCode::Sql { .. } | JobCode::SqlFile { .. } => {
            let text = inputs.templates.render("jobs/sql_job.py.j2", &context)?;
            insert(&mut files, main, owner.clone(), text.into_bytes());
        }
        JobCode::Python { path } => {
            insert(&mut files, main, owner.clone(), project_file(inputs, path, name)?);
        }
        JobCode::Jar { path, .. } => {
            let jar = format!("{folder}/{}", jar_name(job));
            insert(&mut files, jar, owner.clone(), project_file(inputs, path, name)?);
        }
        JobCode::Maven { path, class } => {
            let (image, tag) = maven_image(inputs, name, path, class, parts)?;
            let content = PublishedContent::FromImage { image, tag, path: JAR_IN_IMAGE.to_string() };
            files.insert(format!("{folder}/{}", jar_name(job)), PublishedFile { owner: owner.clone(), content });
        }
    }
    if !matches!(job.code, JobCode::Jar { .. } | JobCode::Maven { .. }) {
        let text = inputs.templates.render("jobs/sparkflow_pipeline.py.j2", &context)?;
        insert(&mut files, format!("{folder}/sparkflow_pipeline.py"), owner, text.into_bytes());
    }
    Ok(files)
}

fn project_file(inputs: &Inputs<'_>, path: &str, job: &str) -> Result<Vec<u8>, BuildError> {
    inputs
        .files
        .get(path)
        .cloned()
        .ok_or_else(|| BuildError::NoFile { path: path.to_string(), wanted_by: format!("job `{job}`") })
}

/// The image that compiles a Maven project: its name, by which steps refer to it, and its tag.
fn maven_image(
    inputs: &Inputs<'_>,
    job: &str,
    path: &str,
    class: &str,
    parts: &mut Parts<'_>,
) -> Result<(String, String), BuildError> {
    let mut context: BTreeMap<String, ContextFile> = inputs
        .below(path)
        .map(|(file, content)| {
            (format!("project/{file}"), ContextFile { mode: 0o644, content: Material::whole(content.clone()) })
        })
        .collect();
    if !context.contains_key("project/pom.xml") {
        let path = format!("{}/pom.xml", path.trim_end_matches('/'));
        return Err(BuildError::NoFile { path, wanted_by: format!("job `{job}`") });
    }
    let templates = format!("images/{MAVEN_IMAGE}/");
    for (file, source) in inputs.templates.under(&templates).filter(|(file, _)| *file != "Dockerfile.j2") {
        context.insert(
            file.to_string(),
            ContextFile { mode: 0o755, content: Material::whole(source.as_bytes().to_vec()) },
        );
    }
    let name = format!("job-{}", job.replace('_', "-"));
    let tag = parts.images.build(&name, &templates, context, &json!({"class": class}))?;
    Ok((name, tag))
}

/// Where streaming jobs keep their offsets, in workers and drivers alike.
pub const CHECKPOINTS_PATH: &str = "/opt/sparkflow/checkpoints";

/// What the generated module and the SQL runner of a job are rendered with.
fn module_context(pipeline: &Pipeline, name: &str, job: &Job) -> Value {
    let named = |name: &&String| pipeline.topics.contains_key(*name);
    let topics: BTreeMap<&String, Value> =
        job.reads.iter().filter(named).map(|topic| (topic, topic_context(pipeline, name, topic))).collect();
    let tables: BTreeMap<&String, Value> = job
        .reads
        .iter()
        .chain(&job.writes)
        .filter_map(|name| Some((name, table_context(pipeline.sinks.get(name)?))))
        .collect();
    let query = match &job.code {
        JobCode::Sql { query } | JobCode::SqlFile { query, .. } => json!(query),
        _ => Value::Null,
    };
    let stream = job.stream.as_ref().map(|stream| {
        let starting = match stream.from {
            StreamFrom::Earliest => "earliest",
            StreamFrom::Latest => "latest",
        };
        json!({"every": format!("{} milliseconds", stream.every.as_millis()), "starting": starting})
    });
    json!({
        "job": {
            "name": name,
            "query": query,
            "stream": stream,
            "reads": job.reads,
            "writes": job.writes,
            "tracer": if carries_tracer(pipeline, job) { "keep" } else { "leave_out" },
        },
        "checkpoints": CHECKPOINTS_PATH,
        "topics": topics,
        "tables": tables,
        "bootstrap": KAFKA_INSIDE,
    })
}

/// The same with the topics and tables of several jobs, for a program that runs no job of its own.
pub(super) fn context_of_all<'a>(pipeline: &Pipeline, jobs: impl Iterator<Item = &'a Job>) -> Value {
    let touched: BTreeSet<&String> = jobs.flat_map(|job| job.reads.iter().chain(&job.writes)).collect();
    let is_touched = |name: &&String| touched.contains(name);
    let topics: BTreeMap<&String, Value> =
        pipeline.topics.keys().filter(is_touched).map(|topic| (topic, topic_context(pipeline, "", topic))).collect();
    let tables: BTreeMap<&String, Value> = pipeline
        .sinks
        .iter()
        .filter(|(name, _)| is_touched(name))
        .map(|(name, sink)| (name, table_context(sink)))
        .collect();
    json!({
        "job": { "name": "analysis", "tracer": "leave_out" },
        "checkpoints": CHECKPOINTS_PATH,
        "topics": topics,
        "tables": tables,
        "bootstrap": KAFKA_INSIDE,
    })
}

/// Whether `job` is the first streaming job that reads the topic.
#[must_use]
pub fn owns_dead_letters(pipeline: &Pipeline, job: &str, topic: &str) -> bool {
    let mut readers = pipeline
        .jobs
        .iter()
        .filter(|(_, other)| other.stream.is_some() && other.reads.iter().any(|read| read == topic));
    readers.next().is_some_and(|(first, _)| first == job)
}

fn topic_context(pipeline: &Pipeline, job: &str, name: &str) -> Value {
    let topic = &pipeline.topics[name];
    json!({
        "name": name,
        // One owner per topic: two would write every dead letter twice.
        "dead_letter_topic": owns_dead_letters(pipeline, job, name).then(|| dead_letter_topic(name)),
        "key": topic.key,
        "fields": fields(&pipeline.schemas[&topic.schema]),
    })
}

fn fields(schema: &Schema) -> Vec<Value> {
    schema.fields.iter().map(|field| field_context(&field.name, &field.kind, field.required)).collect()
}

fn field_context(name: &str, kind: &FieldType, required: bool) -> Value {
    json!({"name": name, "kind": kind, "required": required})
}

fn table_context(sink: &Sink) -> Value {
    let key: Vec<&String> = sink.partition_key.iter().chain(&sink.clustering_key).collect();
    let columns: Vec<Value> =
        sink.columns.iter().map(|column| field_context(&column.name, &column.kind, column.required)).collect();
    json!({"keyspace": sink.keyspace, "table": sink.table, "key": key, "columns": columns})
}
