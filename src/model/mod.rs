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
pub mod jar;
pub mod java;
pub mod names;
pub mod pipeline;
pub mod pom;
pub mod python;
pub mod requirements;
pub mod resolve;
pub mod rules;
pub mod sql;

use crate::diagnostic::{Diagnostics, Severity};
use crate::spec::Document;
use crate::spec::files::ProjectFiles;
use crate::spec::service_keys::ServiceKeys;
use pipeline::Pipeline;

/// The pipeline a document means, or nothing where there are errors. Everything found goes to `found`.
pub fn resolve(
    document: &Document,
    services: &ServiceKeys,
    files: &ProjectFiles,
    found: &mut Diagnostics,
) -> Option<Pipeline> {
    crate::spec::check(document, services, found);
    let scope = resolve::Scope { root: &document.root, services, files };
    let pipeline = resolve::pipeline(&scope, found);
    let mut judged = Diagnostics::default();
    rules::check(&rules::Facts { pipeline: &pipeline, scope: &scope }, &mut judged);
    let broken = found.has_errors() || judged.has_errors();
    // Notes about a file that is being mended only hide its errors.
    judged.sorted().into_iter().filter(|one| !broken || one.severity != Severity::Note).for_each(|one| found.push(one));
    (!found.has_errors()).then_some(pipeline)
}
