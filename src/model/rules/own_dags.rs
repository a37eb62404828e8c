//! SF608: DAG files of the project beside the generated ones. Airflow keeps one DAG per id, and which one wins is chance.

use super::Facts;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::spec::files::{FileContent, dotted};

/// SF608: no file of the project takes the place or the id of a generated DAG. Ids are found where they are literals.
pub(super) fn apart_from_generated(facts: &Facts<'_>, found: &mut Diagnostics) {
    let Some(node) = facts.scope.root.get("services").and_then(|services| dotted(services, "airflow.dags")) else {
        return;
    };
    let Some(folder) = node.text() else { return };
    let folder = format!("{}/", folder.trim_end_matches('/'));
    for (path, content) in facts.scope.files.range(folder.clone()..) {
        let Some(inside) = path.strip_prefix(&folder) else { break };
        let FileContent::Text(text) = content else { continue };
        let mut report = |message: String, span: Span, schedule: &str| {
            found.push(
                Diagnostic::error("SF608", message)
                    .in_file(path, span, "your own DAG")
                    .at(facts.place(&["schedules", schedule]), "the DAG of this schedule is generated")
                    .help("rename one of them"),
            );
        };
        if let Some(schedule) = inside.strip_suffix(".py").filter(|name| facts.pipeline.schedules.contains_key(*name)) {
            let message = format!("`{path}` would replace the generated DAG file of the schedule `{schedule}`");
            report(message, Span::of(text, 0, 0), schedule);
        }
        for (at, id) in dag_ids(text) {
            if facts.pipeline.schedules.contains_key(id) {
                let message = format!("`{path}` makes a DAG `{id}`, and so does the schedule of that name");
                report(message, Span::of(text, at, at + "DAG(".len()), id);
            }
        }
    }
}

/// Where DAGs are made, with the ids, where a file names them in so many words: `DAG("id")`, `DAG(dag_id="id")`, or the function below `@dag`.
fn dag_ids(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, marker) in text.match_indices("DAG(").chain(text.match_indices("@dag")) {
        let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let before = &text[line_start..at];
        let is_part_of_a_name = before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        if before.trim_start().starts_with('#') || is_part_of_a_name {
            continue;
        }
        let rest = &text[at + marker.len()..];
        let id = match marker {
            "DAG(" => named_in(arguments(rest)),
            _ => rest.strip_prefix('(').and_then(|rest| named_in(arguments(rest))).or_else(|| function_below(rest)),
        };
        if let Some(id) = id {
            found.push((at, id));
        }
    }
    found
}

/// What stands before the parenthesis that closes a call.
fn arguments(rest: &str) -> &str {
    let mut depth = 1;
    for (at, letter) in rest.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &rest[..at];
        }
    }
    rest
}

/// The id among a DAG's arguments, where it is a literal: the first of them, or `dag_id=`.
fn named_in(arguments: &str) -> Option<&str> {
    if let Some(first) = literal(arguments) {
        return Some(first);
    }
    let mut named = arguments.match_indices("dag_id").filter_map(|(at, word)| {
        let whole = !arguments[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        literal(arguments[at + word.len()..].trim_start().strip_prefix('=').filter(|_| whole)?)
    });
    named.next()
}

/// The text in quotes that a piece of Python starts with.
fn literal(rest: &str) -> Option<&str> {
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let (id, _) = rest[1..].split_once(quote)?;
    Some(id)
}

/// The function that a decorator belongs to.
fn function_below(rest: &str) -> Option<&str> {
    let line = rest.lines().find_map(|line| line.trim_start().strip_prefix("def "))?;
    Some(line.split('(').next().unwrap_or(line).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids in the order of the file, with the lines they are on.
    fn lines(text: &str) -> Vec<(usize, &str)> {
        let mut found = dag_ids(text);
        found.sort_unstable();
        found.into_iter().map(|(at, id)| (Span::of(text, at, at).line, id)).collect()
    }

    #[test]
    fn ids_are_found_however_a_dag_is_made() {
        let text = "# DAG('no')\nwith DAG(\"one\", x):\n  pass\nDAG(\n    'two',\n)\nDAG(tags=f(1), dag_id = \"three\")\n@dag(schedule=None)\ndef four():\n  pass\n";
        assert_eq!(lines(text), [(2, "one"), (4, "two"), (7, "three"), (8, "four")]);
        assert_eq!(lines("@dag(dag_id='five')\ndef six(): pass\n@dag\ndef seven():\n"), [(1, "five"), (3, "seven")]);
    }

    #[test]
    fn what_only_speaks_of_a_dag_makes_none() {
        let text = "DAG(name)\nMyDAG('a')\nTriggerDagRunOperator(trigger_dag_id='b')\nSensor(dag_id='c')\nDAG(x, parent_dag_id='d')\n";
        assert_eq!(dag_ids(text), []);
    }
}
