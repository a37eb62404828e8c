//! Numbers derived from the pipeline that blueprints and DAGs need: how much runs at once, and where.

use serde::Serialize;

use crate::model::pipeline::{Pipeline, Service, Setting};

/// The address of the broker inside the stack's network.
pub const KAFKA_INSIDE: &str = "kafka:9092";
/// The master as `spark-submit` and the Airflow connection name it.
pub const SPARK_HOST: &str = "spark://spark-master";
pub const SPARK_PORT: u16 = 7077;

/// What a blueprint may know of the pipeline, as `pipeline` in its context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// Batch jobs that the workers can run at the same time beside the streaming ones; at least 1.
    pub slots: u64,
    /// Bytes of the largest spark-submit driver among the batch jobs.
    pub driver_memory: u64,
    /// Bytes of executor memory the largest job asks for.
    pub executor_memory: u64,
    pub kafka_bootstrap: &'static str,
    /// Whether any job writes or reads a Cassandra table.
    pub uses_cassandra: bool,
    pub uses_kafka: bool,
    pub sources: Vec<SourceFact>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceFact {
    pub name: String,
    pub replay: Option<String>,
    pub records: String,
}

#[must_use]
pub fn facts(pipeline: &Pipeline) -> Facts {
    let jobs = pipeline.jobs.values();
    let batch = || pipeline.jobs.values().filter(|job| job.stream.is_none());
    Facts {
        slots: slots(pipeline),
        driver_memory: batch().map(|job| job.driver_memory).max().unwrap_or(0),
        executor_memory: jobs.map(|job| job.memory).max().unwrap_or(0),
        kafka_bootstrap: KAFKA_INSIDE,
        uses_cassandra: !pipeline.sinks.is_empty(),
        uses_kafka: !pipeline.topics.is_empty(),
        sources: pipeline
            .sources
            .iter()
            .map(|(name, source)| SourceFact {
                name: name.clone(),
                replay: source.replay.clone(),
                records: source.http.records.clone(),
            })
            .collect(),
    }
}

/// Cores and memory that streaming jobs leave on the workers, divided by what the largest batch job takes.
fn slots(pipeline: &Pipeline) -> u64 {
    let Some(spark) = pipeline.services.get("spark") else { return 1 };
    let workers = number(spark, "workers").unwrap_or(1);
    let cores = workers * number(spark, "worker.cores").unwrap_or(1);
    let worker_memory = number(spark, "worker.memory").unwrap_or(0);
    let (streaming, batch): (Vec<_>, Vec<_>) = pipeline.jobs.values().partition(|job| job.stream.is_some());
    let free_cores = cores.saturating_sub(streaming.iter().map(|job| u64::from(job.cores)).sum());
    let largest_cores = batch.iter().map(|job| u64::from(job.cores)).max().unwrap_or(1).max(1);
    let largest_memory = pipeline.jobs.values().map(|job| job.memory).max().unwrap_or(1).max(1);
    let executors = (workers * (worker_memory / largest_memory)).saturating_sub(streaming.len() as u64);
    (free_cores / largest_cores).min(executors).max(1)
}

/// A whole-number setting of a service.
#[must_use]
pub fn number(service: &Service, key: &str) -> Option<u64> {
    match service.settings.get(key) {
        Some(Setting::Int(value)) => u64::try_from(*value).ok(),
        _ => None,
    }
}
