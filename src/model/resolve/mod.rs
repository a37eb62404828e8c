//! From the tree to the types: defaults filled in, references followed. Values that do not fit were reported by `spec`
//! and count as absent here, so that one mistake is told once.

pub mod contracts;
pub mod jobs;
pub mod schedules;
pub mod schemas;
pub mod services;
pub mod sinks;
pub mod sources;
pub mod topics;

use std::collections::BTreeMap;
use std::time::Duration;

use super::pipeline::{Expectation, Pipeline, PortPolicy, Verify};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::spec::files::{FileContent, ProjectFiles, escapes};
use crate::spec::node::{Entry, Node};
use crate::spec::service_keys::ServiceKeys;
use crate::spec::{scalar, suggest};

/// Of more strays in one folder the first are enough to see what is wrong.
const MOST_STRAYS: usize = 5;

/// What there is to resolve from.
pub struct Scope<'a> {
    pub root: &'a Node,
    pub services: &'a ServiceKeys,
    pub files: &'a ProjectFiles,
}

/// Every part of the file, as far as it makes sense.
pub fn pipeline(scope: &Scope<'_>, found: &mut Diagnostics) -> Pipeline {
    let schemas = schemas::all(scope, found);
    let sinks = sinks::all(scope, &schemas, found);
    let topics = topics::all(scope, found);
    let mut pipeline = Pipeline {
        name: text(scope.root, "name").unwrap_or_default(),
        ports: scope.root.get("ports").and_then(port_policy).unwrap_or_default(),
        services: BTreeMap::new(),
        sources: sources::all(scope, &topics, &schemas, found),
        jobs: jobs::all(scope, found),
        schedules: schedules::all(scope, found),
        verify: verify(scope, found),
        schemas,
        topics,
        sinks,
    };
    pipeline.services = services::all(scope, &pipeline, found);
    pipeline
}

impl<'a> Scope<'a> {
    /// The entries of a top-level section.
    pub fn section(&self, name: &str) -> &'a [Entry] {
        self.root.get(name).map_or(&[], Node::entries)
    }

    /// What stands under `section`, by name.
    #[must_use]
    pub fn names(&self, section: &str) -> Vec<&'a str> {
        self.section(section).iter().map(|entry| entry.key.text.as_str()).collect()
    }

    /// The name a value holds, if the section has it; an error with the nearest name otherwise.
    pub fn refer(&self, node: &Node, section: &str, found: &mut Diagnostics) -> Option<String> {
        let name = node.text()?;
        if self.has(section, name) {
            return Some(name.to_owned());
        }
        found.push(unknown_name(name, section, || self.names(section), found).at(node.span, "named here"));
        None
    }

    /// Whether a section has a name.
    #[must_use]
    pub fn has(&self, section: &str, name: &str) -> bool {
        self.root.get(section).is_some_and(|section| section.entry(name).is_some())
    }

    /// The content of a file the pipeline names; an error where it cannot be one of the project.
    pub fn file(&self, node: &Node, found: &mut Diagnostics) -> Option<&'a FileContent> {
        let path = node.text()?;
        if let Some(reason) = escapes(path) {
            found.push(
                Diagnostic::error("SF020", format!("the path `{path}` {reason}"))
                    .at(node.span, "this path")
                    .help("name a file below the folder of pipeline.yaml"),
            );
            return None;
        }
        match self.files.get(path) {
            Some(FileContent::Outside) => {
                found.push(
                    Diagnostic::error(
                        "SF020",
                        format!("`{path}` is a link out of the project folder, or no ordinary file"),
                    )
                    .at(node.span, "this path")
                    .help("copy the file into the project"),
                );
                None
            }
            Some(FileContent::Missing) | None => {
                found.push(
                    Diagnostic::error("SF021", format!("there is no `{path}` in the project folder"))
                        .at(node.span, "this path")
                        .help("paths are relative to the folder of pipeline.yaml"),
                );
                None
            }
            content => {
                if content == Some(&FileContent::Directory) {
                    self.strays(node, path, found);
                }
                content
            }
        }
    }

    /// What lies below a folder that the pipeline names and is no file of the project; the first few, one word about each.
    fn strays(&self, node: &Node, path: &str, found: &mut Diagnostics) {
        let below = format!("{}/", path.trim_end_matches('/'));
        let inside = self.files.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below));
        let wrong = inside.filter_map(|(path, content)| match content {
            FileContent::Outside => {
                Some((path, "is a link out of the project folder, or no ordinary file", "copy it in"))
            }
            FileContent::TooMuch(why) => Some((path, *why, "name a folder that holds only what is needed")),
            FileContent::Missing => Some((path, "is a link to nothing", "remove it")),
            _ => None,
        });
        for (path, why, help) in wrong.take(MOST_STRAYS) {
            let stray = Diagnostic::error("SF020", format!("`{path}` {why}"));
            found.push(stray.at(node.span, "in this folder").help(help));
        }
    }
}

/// "no topic `x`", with the nearest of the names there are; `known` is asked only where they will be read.
pub fn unknown_name<'name>(
    name: &str,
    section: &str,
    known: impl FnOnce() -> Vec<&'name str>,
    found: &Diagnostics,
) -> Diagnostic {
    let kind = section.strip_suffix('s').unwrap_or(section);
    let unknown = Diagnostic::error("SF101", format!("there is no {kind} `{name}`"));
    if found.deserve_suggestions() { unknown.help(suggest::help(name, section, &known())) } else { unknown }
}

fn verify(scope: &Scope<'_>, found: &mut Diagnostics) -> Verify {
    const TRACE_WITHIN: Duration = Duration::from_secs(90);
    let node = scope.root.get("verify");
    let trace = node.and_then(|node| node.get("trace"));
    let mut expect = BTreeMap::new();
    for entry in node.and_then(|node| node.get("expect")).map_or(&[][..], Node::entries) {
        let rates = entry.value.get("max_null_rate").map_or(&[][..], Node::entries);
        let expectation = Expectation {
            min_rows: entry
                .value
                .get("min_rows")
                .and_then(|node| scalar::integer(node).ok())
                .and_then(|rows| u64::try_from(rows).ok()),
            max_null_rate: rates
                .iter()
                .filter_map(|rate| Some((rate.key.text.clone(), scalar::share(&rate.value).ok()?)))
                .collect(),
        };
        if scope.has("sinks", &entry.key.text) {
            expect.insert(entry.key.text.clone(), expectation);
        } else {
            let unknown = unknown_name(&entry.key.text, "sinks", || scope.names("sinks"), found);
            found.push(unknown.at(entry.key.span, "named here"));
        }
    }
    Verify { trace_within: trace.and_then(|node| duration(node, "within")).unwrap_or(TRACE_WITHIN), expect }
}

pub(crate) fn port_policy(node: &Node) -> Option<PortPolicy> {
    match node.text()? {
        "fixed" => Some(PortPolicy::Fixed),
        "auto" => Some(PortPolicy::Auto),
        _ => None,
    }
}

pub(crate) fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key)?.text().map(str::to_owned)
}

pub(crate) fn duration(node: &Node, key: &str) -> Option<Duration> {
    scalar::duration(node.get(key)?).ok()
}

pub(crate) fn boolean(node: &Node, key: &str) -> Option<bool> {
    scalar::boolean(node.get(key)?).ok()
}

pub(crate) fn memory(node: &Node, key: &str) -> Option<u64> {
    scalar::memory(node.get(key)?).ok()
}

pub(crate) fn integer<T: TryFrom<i64>>(node: &Node, key: &str) -> Option<T> {
    scalar::integer(node.get(key)?).ok().and_then(|value| T::try_from(value).ok())
}

/// A map of free keys to text.
pub(crate) fn texts(node: &Node, key: &str) -> BTreeMap<String, String> {
    let entries = node.get(key).map_or(&[][..], Node::entries);
    entries.iter().filter_map(|entry| Some((entry.key.text.clone(), entry.value.text()?.to_owned()))).collect()
}

/// One text or a list of them.
pub(crate) fn list(node: &Node, key: &str) -> Vec<String> {
    let items = node.get(key).map_or(&[][..], Node::one_or_many);
    items.iter().filter_map(|item| item.text().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::{FLAGSHIP, TWENTY_LINES, findings, resolve};

    #[test]
    fn the_flagship_resolves_with_one_note() {
        assert_eq!(
            findings(FLAGSHIP),
            ["SF302 64:3 the schedule `sparking_flow` may start jobs for 4 cores at once, with 3 free: some will wait"]
        );
    }

    #[test]
    fn twenty_lines_resolve_without_a_finding() {
        assert_eq!(findings(TWENTY_LINES), [""; 0]);
    }

    #[test]
    fn what_the_flow_needs_is_added() {
        let (pipeline, _) = resolve(TWENTY_LINES, &[], &[]);
        let names: Vec<String> = pipeline.unwrap().services.into_keys().collect();
        assert_eq!(names, ["cassandra", "kafka", "spark"]);
        let (pipeline, _) = resolve(FLAGSHIP, &["offline"], &[]);
        let names: Vec<String> = pipeline.unwrap().services.into_keys().collect();
        assert_eq!(names, ["airflow", "cassandra", "kafka", "postgres", "replay", "spark", "zookeeper"]);
    }
}
