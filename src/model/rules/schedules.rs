//! SF601 to SF606: when schedules run, and in which order their tasks do.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use croner::parser::{CronParser, Seconds, Year};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::pipeline::{Action, Schedule, When};
use crate::spec::suggest;

const PRESETS: [&str; 6] = ["@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly"];
const SHORTEST: Duration = Duration::from_secs(10);

/// SF601, SF602, SF606: a time that comes.
pub(super) fn times(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, schedule) in &facts.pipeline.schedules {
        let place = facts.place(&["schedules", name, "when"]);
        match &schedule.when {
            When::Every(every) if *every < SHORTEST => {
                found.push(
                    Diagnostic::error("SF606", "the interval is shorter than 10s")
                        .at(place, "this interval")
                        .help("a schedule starts containers' work, not records: use a stream"),
                );
            }
            When::Every(_) | When::Manual => {}
            When::Cron(text) => cron(text, place, found),
        }
    }
}

fn cron(text: &str, place: Span, found: &mut Diagnostics) {
    if PRESETS.contains(&text) {
        return;
    }
    let help = "write `@daily`, five cron fields, an interval such as `15m`, or `manual`";
    if text.starts_with('@') {
        found.push(
            Diagnostic::error("SF601", format!("`{text}` is no preset"))
                .at(place, "this time")
                .help(suggest::help(text, "presets", &PRESETS)),
        );
        return;
    }
    if text.split_whitespace().count() != 5 {
        found.push(
            Diagnostic::error("SF601", format!("`{text}` is no time for a schedule")).at(place, "this time").help(help),
        );
        return;
    }
    match CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build().parse(text) {
        Err(error) => found.push(
            Diagnostic::error("SF601", format!("`{text}` is no cron expression: {error}"))
                .at(place, "this time")
                .help(help),
        ),
        Ok(_) if never_comes(text) => found.push(
            Diagnostic::error("SF602", format!("`{text}` never comes: no month it names has that day"))
                .at(place, "this time")
                .help("name a day that the months have, or other months: `0 0 28 2 *`"),
        ),
        Ok(_) => {}
    }
}

/// Days in the longest form of each month.
const DAYS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Whether every day named lies beyond every month named. A day of the week is another way for the time to come.
fn never_comes(text: &str) -> bool {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [_, _, days, months, weekdays] = fields[..] else {
        return false;
    };
    if weekdays != "*" && weekdays != "?" {
        return false;
    }
    let (Some(first_day), Some(months)) = (smallest(days), numbers(months)) else {
        return false;
    };
    !months.iter().any(|month| DAYS.get(usize::from(*month) - 1).is_some_and(|last| first_day <= *last))
}

/// The first day that a field of plain numbers, ranges and lists names.
fn smallest(field: &str) -> Option<u8> {
    field
        .split(',')
        .map(|part| part.split(['-', '/']).next()?.parse().ok())
        .collect::<Option<Vec<u8>>>()?
        .into_iter()
        .min()
}

fn numbers(field: &str) -> Option<Vec<u8>> {
    if field == "*" {
        return Some((1..=12).collect());
    }
    let mut all = Vec::new();
    for part in field.split(',') {
        match part.split_once('-') {
            Some((first, last)) => all.extend(month(first)?..=month(last)?),
            None => all.push(month(part)?),
        }
    }
    Some(all)
}

fn month(text: &str) -> Option<u8> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let named =
        NAMES.iter().position(|name| text.eq_ignore_ascii_case(name)).and_then(|index| u8::try_from(index + 1).ok());
    named.or_else(|| text.parse().ok()).filter(|month| (1..=12).contains(month))
}

/// SF603: tasks that wait for each other, with the whole circle.
pub(super) fn cycles(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, schedule) in &facts.pipeline.schedules {
        let positions: BTreeMap<&str, usize> =
            schedule.tasks.iter().enumerate().map(|(position, task)| (task.name.as_str(), position)).collect();
        let mut graph: DiGraph<usize, ()> = DiGraph::new();
        let nodes: Vec<_> = (0..schedule.tasks.len()).map(|position| graph.add_node(position)).collect();
        for (position, task) in schedule.tasks.iter().enumerate() {
            for before in task.after.iter().filter_map(|after| positions.get(after.as_str())) {
                graph.add_edge(nodes[position], nodes[*before], ());
            }
        }
        // Tarjan's would call itself once per task of a long chain.
        for component in kosaraju_scc(&graph) {
            let members: BTreeSet<usize> = component.iter().map(|node| graph[*node]).collect();
            if let Some(circle) = circle(schedule, &positions, &members) {
                let place = facts.place(&["schedules", name, "tasks", circle[0], "after"]);
                let words = circle.iter().map(|task| format!("`{task}`")).collect::<Vec<_>>().join(" after ");
                found.push(
                    Diagnostic::error("SF603", format!("tasks wait for each other: {words}"))
                        .at(place, "the circle closes here")
                        .help("take one `after` away"),
                );
            }
        }
    }
}

/// A walk through tasks that wait for each other, back to where it began.
fn circle<'a>(
    schedule: &'a Schedule,
    positions: &BTreeMap<&str, usize>,
    members: &BTreeSet<usize>,
) -> Option<Vec<&'a str>> {
    let mut walk = vec![*members.first()?];
    let mut seen: BTreeMap<usize, usize> = BTreeMap::from([(walk[0], 0)]);
    loop {
        let last = &schedule.tasks[walk[walk.len() - 1]];
        let next =
            last.after.iter().filter_map(|after| positions.get(after.as_str())).find(|at| members.contains(at))?;
        walk.push(*next);
        if let Some(began) = seen.insert(*next, walk.len() - 1) {
            return Some(walk[began..].iter().map(|position| schedule.tasks[*position].name.as_str()).collect());
        }
    }
}

/// SF604: its task would never end.
pub(super) fn streams_are_not_tasks(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, schedule) in &facts.pipeline.schedules {
        for task in &schedule.tasks {
            let Action::Job(job) = &task.action else {
                continue;
            };
            if facts.pipeline.jobs.get(job).is_some_and(|job| job.stream.is_some()) {
                let message = format!("the job `{job}` streams, so the task `{}` would never end", task.name);
                found.push(
                    Diagnostic::error("SF604", message)
                        .at(facts.place(&["schedules", name, "tasks", &task.name, "job"]), "runs it")
                        .help("take the task out: `up` keeps streaming jobs running"),
                );
            }
        }
    }
}

/// SF605: Airflow expands `{{ }}` in what tasks are given, with its own secrets in reach.
pub(super) fn templates(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (name, schedule) in &facts.pipeline.schedules {
        for task in schedule.tasks.iter().filter(|task| !task.template) {
            let place = facts.place(&["schedules", name, "tasks", &task.name]);
            let values: Vec<&String> = match &task.action {
                Action::Print(text) => vec![text],
                Action::Job(job) => facts
                    .pipeline
                    .jobs
                    .get(job)
                    .map(|job| job.args.iter().chain(job.conf.values()).collect())
                    .unwrap_or_default(),
                Action::Ingest { .. } => Vec::new(),
            };
            for value in values.into_iter().filter(|value| ["{{", "{%", "{#"].iter().any(|mark| value.contains(mark))) {
                found.push(
                    Diagnostic::error("SF605", format!("`{value}` looks like a template"))
                        .at(place, "in this task")
                        .help("add `template: true` to the task if Airflow is to expand it"),
                );
            }
        }
    }
}
