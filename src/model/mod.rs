//! The pipeline as it is meant: names resolved, defaults filled in, rules checked. Pure.
//!
//! [`resolve`] is the way in; `codes` says what each finding means.

pub mod analysis;
pub mod codes;
#[cfg(test)]
mod examples;
pub mod facts;
pub mod field_type;
#[cfg(test)]
pub mod fixture;
pub mod jar;
pub mod java;
pub mod lineage;
pub mod names;
pub mod near;
pub mod pipeline;
pub mod pom;
pub mod python;
pub mod requirements;
pub mod resolve;
pub mod rules;
pub mod sql;
pub mod survey;

use crate::diagnostic::{Diagnostics, Severity};
use crate::spec::Document;
use crate::spec::files::ProjectFiles;
use crate::spec::service_keys::ServiceKeys;
use analysis::Analysis;
use lineage::Readings;
use pipeline::Pipeline;
use survey::{Replayed, Survey};

/// What a command may have learned about a pipeline beyond its text.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Queries that somebody else has read.
    pub readings: Readings,
    /// What Spark says about the queries: it stands in place of every other reading, job by job.
    pub analysis: Analysis,
    /// What samples of the sources show.
    pub surveys: Vec<Survey>,
}

/// The pipeline a document means, or nothing where there are errors. Everything found goes to `found`.
pub fn resolve(
    document: &Document,
    services: &ServiceKeys,
    files: &ProjectFiles,
    found: &mut Diagnostics,
) -> Option<Pipeline> {
    resolve_with(document, services, files, &Evidence::default(), found)
}

/// The same, judged with more than its text.
pub fn resolve_with(
    document: &Document,
    services: &ServiceKeys,
    files: &ProjectFiles,
    evidence: &Evidence,
    found: &mut Diagnostics,
) -> Option<Pipeline> {
    let pipeline = judged(document, services, files, evidence, found);
    (!found.has_errors()).then_some(pipeline)
}

/// What its replays show of the pipeline that was made from this document.
pub fn judge_replays(
    document: &Document,
    services: &ServiceKeys,
    files: &ProjectFiles,
    pipeline: &Pipeline,
    replays: &[Replayed],
    found: &mut Diagnostics,
) {
    let scope = resolve::Scope { root: &document.root, services, files };
    rules::replay::all(&scope, pipeline, replays, found);
}

/// The pipeline as far as it makes sense: to be shown, never to be run where there are errors.
pub fn draft(
    document: &Document,
    services: &ServiceKeys,
    files: &ProjectFiles,
    evidence: &Evidence,
    found: &mut Diagnostics,
) -> Pipeline {
    judged(document, services, files, evidence, found)
}

fn judged(
    document: &Document,
    services: &ServiceKeys,
    files: &ProjectFiles,
    evidence: &Evidence,
    found: &mut Diagnostics,
) -> Pipeline {
    crate::spec::check(document, services, found);
    let scope = resolve::Scope { root: &document.root, services, files };
    let pipeline = resolve::pipeline(&scope, found);
    let mut queries = lineage::readings_or_reasons(&pipeline, &evidence.analysis);
    for (name, reading) in &mut queries {
        if let Some(other) = evidence.readings.get(*name) {
            *reading = Ok(other.clone());
        }
    }
    let mut judged = Diagnostics::default();
    let (analysis, surveys) = (&evidence.analysis, evidence.surveys.as_slice());
    rules::check(&rules::Facts { pipeline: &pipeline, scope: &scope, queries, analysis, surveys }, &mut judged);
    let broken = found.has_errors() || judged.has_errors();
    // Notes about a file that is being mended only hide its errors.
    judged.sorted().into_iter().filter(|one| !broken || one.severity != Severity::Note).for_each(|one| found.push(one));
    pipeline
}
