//! SF702, SF705, `SF8xx`: images, packages and Python requirements against the facts about versions.
//!
//! The shipped stack is sound (a test says so), so nothing is judged where the file names nothing of its own.

use super::Facts;
use crate::diagnostic::{Diagnostics, Span};
use crate::model::facts::{self, Finding, StackVersions};
use crate::model::pipeline::Setting;
use crate::model::requirements;
use crate::spec::files::FileContent;

/// Keys of a job's `conf` that name packages.
const PACKAGES: &str = "spark.jars.packages";

/// Images that float, are gone, or hold versions that do not go together.
pub(super) fn images(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, service) in &facts.pipeline.services {
        let Some(image) = &service.image else { continue };
        for finding in facts::judge_image(image, name) {
            found.push(finding.at(facts.place(&["services", name, "image"]), label(finding.code)));
        }
    }
    let differs = facts.pipeline.services.values().any(|service| service.image.is_some())
        || facts::SOURCES.iter().any(|(path, _)| facts.scope.files.contains_key(*path));
    if !differs {
        return;
    }
    for finding in facts::judge_stack(&stack(facts)) {
        let places = places(facts, &finding);
        let mut diagnostic = finding.diagnostic();
        for (image, place) in places {
            diagnostic = diagnostic.at(place, format!("the image of `{image}`"));
        }
        found.push(diagnostic);
    }
}

fn stack(facts: &Facts<'_>) -> StackVersions {
    StackVersions::of(facts.pipeline, facts.scope.files)
}

fn label(code: &str) -> &'static str {
    match code {
        "SF702" => "a floating tag",
        "SF705" => "may not be there",
        _ => "this image",
    }
}

/// Where the file names the images that disagree; those that it does not name are our own.
fn places(facts: &Facts<'_>, finding: &Finding) -> Vec<(String, Span)> {
    let named = finding.images.iter().filter_map(|name| {
        let place = facts.written(&["services", name, "image"]).or_else(|| facts.written(&["services", name]))?;
        Some((name.clone(), place))
    });
    let mut places: Vec<(String, Span)> = named.collect();
    // What the file writes itself comes first: that is what can be changed.
    places.sort_by_key(|(name, _)| facts.written(&["services", name, "image"]).is_none());
    if places.is_empty() {
        places.push((finding.images.join("` and `"), facts.place(&["name"])));
    }
    places
}

/// Packages of Spark: `services.spark.packages`, and `spark.jars.packages` in a job's `conf`.
pub(super) fn packages(facts: &Facts<'_>, found: &mut Diagnostics) {
    let mut named: Vec<(String, Span)> = Vec::new();
    if let Some(node) = facts.scope.root.get("services").and_then(|services| services.get("spark")?.get("packages")) {
        let items = node.one_or_many().iter();
        named.extend(items.filter_map(|item| Some((item.text()?.to_owned(), item.span))));
    }
    for (name, job) in &facts.pipeline.jobs {
        if let Some(list) = job.conf.get(PACKAGES) {
            let place = facts.place(&["jobs", name, "conf", PACKAGES]);
            named.extend(list.split(',').map(|coordinate| (coordinate.trim().to_owned(), place)));
        }
    }
    if named.is_empty() {
        return;
    }
    let stack = stack(facts);
    for (coordinate, place) in named {
        for finding in facts::judge_package(&coordinate, &stack) {
            found.push(finding.at(place, "this package"));
        }
    }
}

/// Python requirements that are installed into the images of Spark and Airflow.
pub(super) fn requirements(facts: &Facts<'_>, found: &mut Diagnostics) {
    for service in ["spark", "airflow"] {
        let Some(Setting::Text(path)) =
            facts.pipeline.services.get(service).and_then(|found| found.settings.get("python"))
        else {
            continue;
        };
        let Some(FileContent::Text(text)) = facts.scope.files.get(path) else { continue };
        let stack = stack(facts);
        // What is not accepted is told by SF706.
        for requirement in requirements::read(text).into_iter().flatten() {
            for finding in facts::judge_requirement(&requirement, service, &stack) {
                let named = facts.place(&["services", service, "python"]);
                let span = Span::of_line(text, requirement.line);
                found.push(finding.diagnostic().in_file(path, span, "this requirement").at(named, "installed here"));
            }
        }
    }
}
