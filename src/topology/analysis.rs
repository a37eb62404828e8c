//! The question for Spark's analyser: every query of the pipeline with the relations it may read, as files for one
//! container of the image that the jobs run in. The same pipeline asks the same question, byte for byte.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::model::pipeline::{JobCode, Pipeline};
use crate::model::sql::reading::query_of;
use crate::model::sql::tables_at;
use crate::template::{TemplateError, Templates};
use crate::topology::jobs::container_name;
use crate::topology::publish;
use crate::topology::resource::{Image, ImageOrigin, Topology, digest};

const PROGRAM: &str = "jobs/analyse_queries.py";
const MODULE: &str = "jobs/sparkflow_pipeline.py.j2";
/// The services that queries concern.
const ASKED_ABOUT: [&str; 4] = ["spark", "kafka", "zookeeper", "cassandra"];
/// The program's name among the question's files.
pub const PROGRAM_FILE: &str = "analyse_queries.py";

/// What is asked, and of which image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub image: String,
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Question {
    /// The same for the same question to the same Spark: the image's tag is a hash of what is in it.
    #[must_use]
    pub fn key(&self) -> String {
        let mut listing = format!("{}\n", self.image);
        for (path, content) in &self.files {
            listing.push_str(&format!("{path} {}\n", digest(content)));
        }
        digest(listing.as_bytes())
    }
}

/// The question that a pipeline's queries make, or nothing: no queries, or a Spark of the user's own, of which it is not
/// known how to ask it.
///
/// # Errors
/// The template of the jobs' module does not render.
pub fn question(
    pipeline: &Pipeline,
    topology: &Topology,
    templates: &Templates,
) -> Result<Option<Question>, TemplateError> {
    let queries = queries(pipeline);
    let Some(image) = queries.keys().next().and_then(|job| image_of(topology, job)) else { return Ok(None) };
    if !is_ours(topology, &image) {
        return Ok(None);
    }
    let Some(program) = templates.source(PROGRAM) else {
        return Err(TemplateError { name: PROGRAM.to_string(), reason: "there is no such template".to_string() });
    };
    let asked = queries.keys().map(|job| &pipeline.jobs[*job]);
    let module = templates.render(MODULE, &publish::context_of_all(pipeline, asked))?;
    let text = json!({ "queries": queries }).to_string();
    let files = [("question.json", text), ("sparkflow_pipeline.py", module), (PROGRAM_FILE, program.to_string())];
    let files = files.into_iter().map(|(path, text)| (path.to_string(), text.into_bytes())).collect();
    Ok(Some(Question { image, files }))
}

/// The part of a pipeline that Spark can be asked about though other parts of it are wrong: queries of tables that are
/// declared with all their columns.
#[must_use]
pub fn askable(draft: &Pipeline) -> Pipeline {
    let mut part = draft.clone();
    part.sources.clear();
    part.schedules.clear();
    part.services.retain(|name, _| ASKED_ABOUT.contains(&name.as_str()));
    part.topics.retain(|_, topic| draft.schemas.contains_key(&topic.schema));
    part.sinks.retain(|_, sink| !sink.columns.is_empty());
    let (topics, sinks) = (&part.topics, &part.sinks);
    let is_table = |name: &String| topics.contains_key(name) != sinks.contains_key(name);
    part.jobs.retain(|_, job| {
        let tables = query_of(&job.code).map(tables_at).unwrap_or_default();
        let reads = !tables.is_empty() && tables.iter().all(|(table, _)| is_table(table));
        reads && job.reads.iter().all(is_table) && job.writes.iter().all(|sink| sinks.contains_key(sink))
    });
    part
}

/// Each SQL job: its text, what it reads and writes, and what it sets for its own session.
fn queries(pipeline: &Pipeline) -> BTreeMap<&String, Value> {
    let mut queries = BTreeMap::new();
    for (name, job) in &pipeline.jobs {
        let (JobCode::Sql { query } | JobCode::SqlFile { query, .. }) = &job.code else { continue };
        let conf: BTreeMap<_, _> = job.conf.iter().filter(|(key, _)| key.starts_with("spark.sql.")).collect();
        let writes: Vec<&String> = job.writes.iter().filter(|sink| pipeline.sinks.contains_key(*sink)).collect();
        // As the job's own program has it: lines joined by one line feed.
        let query = query.lines().collect::<Vec<_>>().join("\n");
        queries.insert(name, json!({ "query": query, "reads": job.reads, "writes": writes, "conf": conf }));
    }
    queries
}

/// Whether an image is one that we build, of which it is known what is in it.
#[must_use]
pub fn is_ours(topology: &Topology, image: &str) -> bool {
    let built = |known: &Image| known.tag == image && matches!(known.origin, ImageOrigin::Build(_));
    topology.images.values().any(built)
}

/// The image that a job runs in.
#[must_use]
pub fn image_of(topology: &Topology, job: &str) -> Option<String> {
    let container = topology.jobs.get(job).or_else(|| topology.containers.get(&container_name(job)))?;
    Some(container.image.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{TWENTY_LINES, draft};

    fn asked(text: &str) -> Vec<String> {
        let (pipeline, found) = draft(text);
        assert!(found.iter().any(|one| one.severity == crate::diagnostic::Severity::Error), "{found:?}");
        askable(&pipeline).jobs.into_keys().collect()
    }

    #[test]
    fn queries_can_be_asked_about_though_other_parts_of_the_file_are_wrong() {
        for (from, to) in [
            ("key: id }", "key: idd }"),
            ("to: people_created", "to: people_craeted"),
            ("writes: people", "writes: persons"),
            ("sinks:\n", "sinks:\n  other: { cassandra: { key: [nothing] }, columns: { id: uuid } }\n"),
            ("name: people\n", "name: people\nschedules: { nightly: { when: never, tasks: {} } }\n"),
        ] {
            assert!(TWENTY_LINES.contains(from), "{from}");
            assert_eq!(asked(&TWENTY_LINES.replacen(from, to, 1)), ["store_people"], "{to}");
        }
    }

    #[test]
    fn a_query_of_what_is_not_declared_is_not_asked_about() {
        for (from, to) in
            [("schema: person, key: id", "schema: persons, key: id"), ("FROM people_created", "FROM people_crated")]
        {
            assert!(TWENTY_LINES.contains(from), "{from}");
            assert_eq!(asked(&TWENTY_LINES.replacen(from, to, 1)), [""; 0], "{to}");
        }
    }
}
