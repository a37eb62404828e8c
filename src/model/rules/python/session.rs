//! SF508, SF903, SF904, SF906, SF918: what a job does to its session, and what it should not hold.

use super::{Program, Role};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::facts::{StackVersions, judge_package};
use crate::model::python::names::Text;
use crate::model::python::word_within;
use crate::model::rules::Facts;
use crate::model::rules::submit::{CHECKPOINTS, is_settled_before_code};

pub(super) fn all(facts: &Facts<'_>, stack: &StackVersions, program: &Program<'_>, found: &mut Diagnostics) {
    masters(program, found);
    settings(facts, program, found);
    packages(stack, program, found);
    secrets(program, found);
    checkpoints(program, found);
}

/// SF508: a master set in code wins over the one the job is submitted to.
fn masters(program: &Program<'_>, found: &mut Diagnostics) {
    for master in &program.reading.masters {
        let value = master.value.as_ref().map(|value| format!(" `{value}`")).unwrap_or_default();
        let message = format!("{} sets the master{value}, so it would not run on the cluster", program.title());
        found.push(
            Diagnostic::error("SF508", message)
                .in_file(program.path, program.span(&master.at), "set here")
                .help("delete the call: sparkflow submits the job to the cluster"),
        );
    }
}

/// SF904, SF918: settings that come too late, and cores that nobody counted.
fn settings(facts: &Facts<'_>, program: &Program<'_>, found: &mut Diagnostics) {
    for setting in &program.reading.settings {
        let key = &setting.key.value;
        if is_settled_before_code(key) {
            let message = format!("`{key}` has no effect in code: the session's JVM runs before the code does");
            found.push(
                Diagnostic::warning("SF904", message)
                    .in_file(program.path, program.span(&setting.key.at), "set too late")
                    .help("delete it: the image holds the connectors of Kafka and Cassandra; other settings go to `conf` of the job"),
            );
        }
        let (Role::Job { name, job }, "spark.cores.max") = (program.role, key.as_str()) else { continue };
        if let Some(cores) = setting.value.as_ref().filter(|cores| cores.value != job.cores.to_string()) {
            let message = format!("the job `{name}` takes {} cores, and {} are counted for it", cores.value, job.cores);
            found.push(
                Diagnostic::warning("SF918", message)
                    .in_file(program.path, program.span(&cores.at), "set here")
                    .at(facts.place(&["jobs", name, "cores"]), "counted here")
                    .help("delete it, and write `cores` in pipeline.yaml"),
            );
        }
    }
    for place in &program.reading.late_settings {
        let message = "settings given to a session that is there already have no effect";
        found.push(
            Diagnostic::warning("SF904", message)
                .in_file(program.path, program.span(place), "a copy of what the session began with")
                .help("write `cores`, `memory`, `driver_memory` and `conf` of the job in pipeline.yaml"),
        );
    }
    for arguments in &program.reading.submit_arguments {
        let message = "`PYSPARK_SUBMIT_ARGS` has no effect in code: spark-submit has read its arguments by then";
        found.push(
            Diagnostic::warning("SF904", message)
                .in_file(program.path, program.span(&arguments.at), "set too late")
                .help("delete it: the image holds the connectors of Kafka and Cassandra; settings go to `conf` of the job"),
        );
    }
}

/// The versions of packages, wherever the code names them: a setting that comes too late may still be moved to where it works.
fn packages(stack: &StackVersions, program: &Program<'_>, found: &mut Diagnostics) {
    let settings = program.reading.settings.iter().filter(|setting| setting.key.value == "spark.jars.packages");
    let lists = settings.filter_map(|setting| setting.value.as_ref());
    for text in lists.chain(&program.reading.submit_arguments).chain(&program.reading.submitted_packages) {
        for coordinate in coordinates(text) {
            let place = program.span(&word_within(program.text, &text.at, coordinate));
            for finding in judge_package(coordinate, stack) {
                found.push(finding.diagnostic().in_file(program.path, place, "this package"));
            }
        }
    }
}

/// `group:artifact:version`, between commas and spaces, or behind `--packages=`.
fn coordinates(text: &Text) -> impl Iterator<Item = &str> {
    text.value.split([',', ' ', '=']).map(str::trim).filter(|part| part.matches(':').count() >= 2)
}

/// SF903.
fn secrets(program: &Program<'_>, found: &mut Diagnostics) {
    for secret in &program.reading.secrets {
        let message = format!("{} holds a secret in clear text, given to `{}`", program.title(), secret.name);
        found.push(
            Diagnostic::warning("SF903", message)
                .in_file(program.path, program.span(&secret.at), "in clear text")
                .help(
                    "jobs get the stack's passwords from spark-submit: delete it; take any other from the environment",
                ),
        );
    }
}

/// SF906: a checkpoint must outlive the container, and be where both driver and workers see it.
fn checkpoints(program: &Program<'_>, found: &mut Diagnostics) {
    let help =
        format!("write it below `{CHECKPOINTS}`, or use `sparkflow_pipeline.write_stream`, which keeps it there");
    for checkpoint in &program.reading.checkpoints {
        let path = checkpoint.value.as_str();
        let is_kept = path.starts_with(CHECKPOINTS) || path.contains("://");
        if is_kept {
            continue;
        }
        let message = format!("the checkpoint `{path}` of {} is lost with its container", program.title());
        found.push(
            Diagnostic::warning("SF906", message)
                .in_file(program.path, program.span(&checkpoint.at), "not in a volume")
                .help(help.clone()),
        );
    }
    let is_set_for_all =
        program.reading.settings.iter().any(|setting| setting.key.value == "spark.sql.streaming.checkpointLocation");
    for stream in program.reading.streams_without_checkpoint.iter().filter(|_| !is_set_for_all) {
        let message = format!("{} writes a stream without a checkpoint: it begins anew at each start", program.title());
        found.push(
            Diagnostic::warning("SF906", message)
                .in_file(program.path, program.span(stream), "no `checkpointLocation`")
                .help(help.clone()),
        );
    }
}
