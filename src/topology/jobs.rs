//! Spark jobs: what `spark-submit` is told, and the supervised containers of streaming jobs.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::blueprint::Ready;
use crate::blueprint::serves::Serves;
use crate::ingest::task::dead_letter_topic;
use crate::model::pipeline::{Job, JobCode, Pipeline};
use crate::topology::build::{CURRENT, Inputs, PIPELINE_PATH, Parts};
use crate::topology::containers::JobPart;
use crate::topology::data;
use crate::topology::resource::{Container, ResourceId};

const MIB: u64 = 1024 * 1024;
/// Where the driver of a streaming job is called back: fixed, so that the way there can be tried.
const DRIVER_PORT: u16 = 7078;
const BLOCKS_PORT: u16 = 7079;

/// Everything `spark-submit` needs to know about one job, for Airflow's operator and for our own containers alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Submission {
    pub name: String,
    /// The file Spark runs, as containers see it.
    pub application: String,
    pub java_class: Option<String>,
    pub py_files: Option<String>,
    pub args: Vec<String>,
    pub cores: u32,
    pub executor_memory_mib: u64,
    pub driver_memory_mib: u64,
    pub properties_file: String,
    pub conf: BTreeMap<String, String>,
}

impl Submission {
    /// The arguments after `spark-submit` and what all jobs share.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let mut words = vec!["--name".to_string(), self.name.clone()];
        words.extend(["--total-executor-cores".to_string(), self.cores.to_string()]);
        words.extend(["--executor-memory".to_string(), format!("{}m", self.executor_memory_mib)]);
        words.extend(["--driver-memory".to_string(), format!("{}m", self.driver_memory_mib)]);
        if let Some(class) = &self.java_class {
            words.extend(["--class".to_string(), class.clone()]);
        }
        if let Some(files) = &self.py_files {
            words.extend(["--py-files".to_string(), files.clone()]);
        }
        for (key, value) in &self.conf {
            words.extend(["--conf".to_string(), format!("{key}={value}")]);
        }
        words.push(self.application.clone());
        words.extend(self.args.iter().cloned());
        words
    }
}

/// Where a job's files lie below the published directory.
pub(super) fn job_folder(job: &str) -> String {
    format!("jobs/{job}")
}

/// The container of a streaming job.
#[must_use]
pub fn container_name(job: &str) -> String {
    format!("job-{}", job.replace('_', "-"))
}

/// The name a job's application goes by at the Spark master.
#[must_use]
pub fn application_name(job: &str) -> String {
    job.to_string()
}

pub(super) fn submissions(inputs: &Inputs<'_>, job_part: Option<&JobPart>) -> BTreeMap<String, Submission> {
    let properties_file = job_part
        .and_then(|part| part.container.files.keys().find(|path| path.ends_with("spark-secrets.conf")).cloned())
        .unwrap_or_else(|| "/run/sparkflow/spark-secrets.conf".to_string());
    let jobs = inputs.pipeline.jobs.iter();
    jobs.map(|(name, job)| (name.clone(), submission(name, job, &properties_file))).collect()
}

fn submission(name: &str, job: &Job, properties_file: &str) -> Submission {
    let folder = format!("{PIPELINE_PATH}/{CURRENT}/{}", job_folder(name));
    let (file, java_class) = match &job.code {
        JobCode::Jar { class, .. } | JobCode::Maven { class, .. } => {
            (super::publish::jar_name(job), Some(class.clone()))
        }
        _ => ("main.py".to_string(), None),
    };
    let py_files = java_class.is_none().then(|| format!("{folder}/sparkflow_pipeline.py"));
    Submission {
        name: application_name(name),
        application: format!("{folder}/{file}"),
        java_class,
        py_files,
        args: job.args.clone(),
        cores: job.cores,
        executor_memory_mib: job.memory / MIB,
        driver_memory_mib: job.driver_memory / MIB,
        properties_file: properties_file.to_string(),
        conf: job.conf.clone(),
    }
}

/// A container that runs one job: the shared part with this job's arguments, memory and host name.
#[must_use]
pub fn job_container(part: &JobPart, submission: &Submission, needs: BTreeSet<ResourceId>) -> Container {
    let mut container = part.container.clone();
    container.command.extend(submission.arguments());
    // The blueprint's limit is what a driver needs beside its heap.
    container.memory += submission.driver_memory_mib * MIB;
    container.ready = Ready::SparkApplication { name: submission.name.clone() };
    container.needs = needs;
    container
}

/// One container per job: supervised where it streams, made anew for each run where it does not.
pub(super) fn containers(
    inputs: &Inputs<'_>,
    part: &JobPart,
    submissions: &BTreeMap<String, Submission>,
    parts: &mut Parts<'_>,
) -> BTreeMap<String, Container> {
    let mut on_demand = BTreeMap::new();
    for (name, job) in &inputs.pipeline.jobs {
        let mut container = job_container(part, &submissions[name], needs(inputs.pipeline, job));
        if job.stream.is_none() {
            on_demand.insert(name.clone(), container);
            continue;
        }
        let host = container_name(name);
        let settings = [
            format!("spark.driver.host={host}"),
            format!("spark.driver.port={DRIVER_PORT}"),
            format!("spark.driver.blockManager.port={BLOCKS_PORT}"),
        ];
        let words = settings.into_iter().flat_map(|setting| ["--conf".to_string(), setting]);
        // Options come before the application file.
        let at = part.container.command.len();
        container.command.splice(at..at, words);
        container.serves = Some(Serves::SparkDriver { port: DRIVER_PORT });
        // A streaming job restarts when its code changes, and only then.
        container.env.insert("SPARKFLOW_CODE".to_string(), parts.code_hashes.get(name).cloned().unwrap_or_default());
        parts.containers.insert(host, container);
    }
    on_demand
}

/// What a job cannot run without: its topics with their dead letters, its tables, its files.
#[must_use]
pub fn needs(pipeline: &Pipeline, job: &Job) -> BTreeSet<ResourceId> {
    let mut needs = BTreeSet::from([ResourceId::Files]);
    for name in job.reads.iter().chain(&job.writes) {
        if let Some(sink) = pipeline.sinks.get(name) {
            needs.insert(ResourceId::Table(data::table_name(sink)));
        } else if pipeline.topics.contains_key(name) {
            needs.insert(ResourceId::Topic(name.clone()));
            needs.insert(ResourceId::Topic(dead_letter_topic(name)));
        }
    }
    needs
}
