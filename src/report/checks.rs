//! A proof as a table, as JSON, as the XML that build servers read, and what failed in words.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::junit::{self, Case, Outcome, Suite};
use super::table::Table;
use crate::verify::stage::{Kind, Proof, Stage, State, Stop};

/// Failing stages that are named in the message; the table has them all.
const MOST_NAMED: usize = 8;

/// One row per stage, in the order they were proven.
#[must_use]
pub fn table(proof: &Proof) -> Table {
    let mut table = Table::new(&["check", "stage", "state", "seconds", "seen"]);
    for stage in &proof.stages {
        let seconds = format!("{:.2}", stage.seconds);
        table.row(&[stage.kind.word(), &stage.name, stage.state.words(), &seconds, &stage.seen]);
    }
    table.align_right(3);
    table
}

/// One line that says how it went.
#[must_use]
pub fn summary(proof: &Proof) -> String {
    let counts = [(State::Ok, "ok"), (State::Failed, "failed"), (State::NotProven, "not proven")]
        .map(|(state, word)| (proof.count(state), word));
    let shown: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let stopped = match proof.stopped {
        None => "",
        Some(Stop::Interrupted) => "; interrupted",
        Some(Stop::TimeOver) => "; the time was over before the end",
    };
    format!("{} in {:.1} s{stopped}", shown.join(", "), proof.seconds)
}

/// What failed and what was seen there.
#[must_use]
pub fn failures(proof: &Proof) -> String {
    let failed: Vec<&Stage> = proof.failed().collect();
    let mut text = match failed.as_slice() {
        [one] => format!("{}: {}", one.name, one.seen),
        many => {
            let named = many.iter().take(MOST_NAMED).map(|stage| format!("\n  {}: {}", stage.name, stage.seen));
            format!("{} stages fail:{}", many.len(), named.collect::<String>())
        }
    };
    if failed.len() > MOST_NAMED {
        let _ = write!(text, "\n  and {} more", failed.len() - MOST_NAMED);
    }
    text
}

/// The same for programs.
#[must_use]
pub fn value(proof: &Proof) -> Value {
    json!({
        "proven": proof.count(State::Ok) == proof.stages.len() && proof.stopped.is_none(),
        "ok": proof.count(State::Ok),
        "failed": proof.count(State::Failed),
        "not_proven": proof.count(State::NotProven),
        "seconds": (proof.seconds * 1000.0).round() / 1000.0,
        "stopped": proof.stopped,
        "stages": proof.stages,
    })
}

/// `JUnit`'s XML: one suite per kind of proof, one case per stage; what is not proven counts as skipped.
#[must_use]
pub fn junit(proof: &Proof, project: &str) -> String {
    // Whatever kinds there are: nobody lists them here.
    let mut by_kind: BTreeMap<Kind, Vec<Case>> = BTreeMap::new();
    for stage in &proof.stages {
        by_kind.entry(stage.kind).or_default().push(case(stage, project));
    }
    let suites = by_kind.into_iter().map(|(kind, cases)| Suite { name: kind.word().to_owned(), cases });
    junit::document(project, &suites.collect::<Vec<_>>(), proof.seconds)
}

fn case(stage: &Stage, project: &str) -> Case {
    let seen = stage.seen.clone();
    let outcome = match stage.state {
        State::Ok => Outcome::Passed(seen),
        State::Failed => Outcome::Failed { message: seen, detail: stage.next.clone().unwrap_or_default() },
        State::NotProven => Outcome::Skipped(seen),
    };
    let class = format!("{project}.{}", stage.kind.word());
    Case { name: stage.name.clone(), class, seconds: stage.seconds, outcome }
}

/// One stage of each state, for the tests of this room.
#[cfg(test)]
pub(super) fn fixture() -> Proof {
    let stage = |kind, name: &str, state, seen: &str, next: Option<&str>| Stage {
        kind,
        name: name.to_string(),
        state,
        seen: seen.to_string(),
        next: next.map(str::to_string),
        seconds: 0.25,
        figures: BTreeMap::new(),
    };
    let stages = vec![
        stage(Kind::Ready, "container/kafka", State::Ok, "ready", None),
        stage(Kind::Trace, "job/a", State::Failed, "no row <1> & \"b\"\u{1b}", Some("look")),
        stage(Kind::Trace, "job/b", State::NotProven, "no key", None),
    ];
    Proof { stages, seconds: 1.5, stopped: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_servers_get_one_case_per_stage_and_no_broken_xml() {
        let text = junit(&fixture(), "p");
        assert!(
            text.contains("<testsuites name=\"p\" tests=\"3\" failures=\"1\" skipped=\"1\" time=\"1.500\">"),
            "{text}"
        );
        assert!(text.contains("<failure message=\"no row &lt;1&gt; &amp; &quot;b&quot;?\">look</failure>"), "{text}");
        assert!(text.contains("<testsuite name=\"trace\" tests=\"2\" failures=\"1\" skipped=\"1\">"), "{text}");
        assert_eq!(text.matches("<testcase ").count(), text.matches("</testcase>").count());
    }

    #[test]
    fn the_summary_names_only_what_there_is() {
        assert_eq!(summary(&fixture()), "1 ok, 1 failed, 1 not proven in 1.5 s");
        assert_eq!(
            summary(&Proof { stages: Vec::new(), seconds: 0.0, stopped: Some(Stop::Interrupted) }),
            " in 0.0 s; interrupted"
        );
    }

    #[test]
    fn programs_learn_whether_everything_was_proven() {
        let value = value(&fixture());
        assert_eq!(value["proven"], false);
        assert_eq!(value["stages"][1]["state"], "failed");
        assert_eq!(value["stages"][2]["kind"], "trace");
    }

    #[test]
    fn a_failure_is_named_with_what_was_seen() {
        assert!(failures(&fixture()).starts_with("job/a: no row"));
    }
}
