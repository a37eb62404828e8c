//! The pipeline as it is meant: names resolved, defaults filled in, rules checked. Pure.
//!
//! [`resolve`] is the way in; `codes` says what each finding means.

pub mod codes;
#[cfg(test)]
mod examples;
pub mod facts;
pub mod field_type;
#[cfg(test)]
pub mod fixture;
pub mod lineage;
pub mod names;
pub mod near;
pub mod pipeline;
pub mod requirements;
pub mod resolve;
pub mod rules;
pub mod sql;

use crate::diagnostic::{Diagnostics, Severity};
use crate::spec::Document;
use crate::spec::files::ProjectFiles;
use crate::spec::service_keys::ServiceKeys;
use lineage::Readings;
use pipeline::Pipeline;

/// The pipeline a document means, or nothing where there are errors. Everything found goes to `found`.
pub fn resolve(
    document: &Document,
    services: &ServiceKeys,
    files: &ProjectFiles,
    found: &mut Diagnostics,
) -> Option<Pipeline> {
    resolve_read(document, services, files, &Readings::new(), found)
}

/// The same, with queries that somebody else has read: Spark's word stands in place of ours, job by job.
pub fn resolve_read(
    document: &Document,
    services: &ServiceKeys,
    files: &ProjectFiles,
    read: &Readings,
    found: &mut Diagnostics,
) -> Option<Pipeline> {
    let pipeline = draft(document, services, files, read, found);
    (!found.has_errors()).then_some(pipeline)
}

/// The pipeline as far as it makes sense: to be shown, never to be run where there are errors.
pub fn draft(
    document: &Document,
    services: &ServiceKeys,
    files: &ProjectFiles,
    read: &Readings,
    found: &mut Diagnostics,
) -> Pipeline {
    crate::spec::check(document, services, found);
    let scope = resolve::Scope { root: &document.root, services, files };
    let pipeline = resolve::pipeline(&scope, found);
    let mut queries = lineage::readings_or_reasons(&pipeline);
    for (name, reading) in &mut queries {
        if let Some(other) = read.get(*name) {
            *reading = Ok(other.clone());
        }
    }
    let mut judged = Diagnostics::default();
    rules::check(&rules::Facts { pipeline: &pipeline, scope: &scope, queries }, &mut judged);
    let broken = found.has_errors() || judged.has_errors();
    // Notes about a file that is being mended only hide its errors.
    judged.sorted().into_iter().filter(|one| !broken || one.severity != Severity::Note).for_each(|one| found.push(one));
    pipeline
}
