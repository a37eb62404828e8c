//! SF508, SF930 to SF932: jobs in Java and Scala, as a jar or as a Maven project.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::pipeline::JobCode;
use crate::model::{jar, java, pom};
use crate::spec::files::FileContent;
use crate::spec::suggest;

/// The Scala that PySpark's own jars are built for.
const SCALA: &str = "2.12";

/// Every jar and Maven project.
pub(super) fn all(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, job) in &facts.pipeline.jobs {
        match &job.code {
            JobCode::Jar { path, class } => built(facts, name, path, class, found),
            JobCode::Maven { path, .. } => project(facts, name, path, found),
            _ => {}
        }
    }
}

fn built(facts: &Facts<'_>, name: &str, path: &str, class: &str, found: &mut Diagnostics) {
    let place = facts.place(&["jobs", name, "file"]);
    let read = match facts.scope.files.get(path) {
        Some(FileContent::Bytes(bytes)) => jar::read(bytes),
        Some(FileContent::Text(_)) => Err("it is a text"),
        _ => return,
    };
    let jar = match read {
        Ok(jar) => jar,
        Err(why) => {
            found.push(
                Diagnostic::error("SF930", format!("`{path}` is no jar: {why}"))
                    .at(place, "this file")
                    .help("build it again, or name the folder of its Maven project with `maven:`"),
            );
            return;
        }
    };
    for scala in jar.scala.iter().filter(|scala| scala.version != SCALA) {
        let message =
            format!("the jar of the job `{name}` is built for Scala {}, and Spark runs {SCALA}", scala.version);
        found.push(
            Diagnostic::error("SF931", message)
                .at(place, format!("`{}` is in it", scala.evidence))
                .help(format!("build it against artifacts that end in `_{SCALA}`")),
        );
    }
    if !jar.has_class(class) {
        let namesakes = jar.namesakes(class);
        let help = if namesakes.is_empty() {
            "name a class with a `main` method".to_owned()
        } else {
            format!("did you mean {}?", suggest::list(&namesakes))
        };
        found.push(
            Diagnostic::error("SF932", format!("`{path}` has no class `{class}`"))
                .at(facts.place(&["jobs", name, "class"]), "named here")
                .help(help),
        );
    }
}

fn project(facts: &Facts<'_>, name: &str, folder: &str, found: &mut Diagnostics) {
    for (path, text) in facts.below(folder, "pom.xml") {
        for artifact in pom::artifacts(text) {
            let Some(version) = jar::scala_of(&artifact.name).filter(|version| version != SCALA) else { continue };
            let message = format!("the job `{name}` is built for Scala {version}, and Spark runs {SCALA}");
            found.push(
                Diagnostic::error("SF931", message)
                    .in_file(path, Span::of(text, artifact.at.start, artifact.at.end), "of another Scala")
                    .help(format!("use the artifact that ends in `_{SCALA}`")),
            );
        }
    }
    for (path, text) in facts.below(folder, ".java").chain(facts.below(folder, ".scala")) {
        for at in java::masters(text) {
            let message = format!(
                "the job `{name}` sets the master in code, {}, so it would not run on the cluster",
                &text[at.clone()]
            );
            found.push(
                Diagnostic::error("SF508", message)
                    .in_file(path, Span::of(text, at.start, at.end), "set here")
                    .help("delete the call: sparkflow submits the job to the cluster"),
            );
        }
    }
}
