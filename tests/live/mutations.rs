//! What is done behind our back is shown exactly and repaired by `up`: the kinds of `mutation_table` on a stack of their own.
//!
//! A sample, drawn by a seed, in every run; all of them with `SPARKFLOW_MUTATIONS=all`, or a shard (`2/3`), which is what
//! `scripts/prove` asks for. A kind whose result is in the log already is not done again.

use std::time::Instant;

use serde_json::Value;

use crate::mutation_table::{How, Mutation, all};
use crate::shards::{Log, Which};
use crate::stack::{Stack, repository};
use crate::{engine, read_only, saved_plans};

const SEED: u64 = 20_260_402;
/// Which kinds: nothing for a sample, `all`, or a shard of all.
const WHICH_VARIABLE: &str = "SPARKFLOW_MUTATIONS";
/// Where results are kept, one line per kind.
const LOG_VARIABLE: &str = "SPARKFLOW_MUTATIONS_LOG";
const SAMPLE_COUNT: usize = 8;

#[test]
fn what_is_changed_behind_our_back_is_shown_exactly_and_repaired() {
    let stack = Stack::of("mutable", &repository().join("tests/pipelines/mutable/pipeline.yaml"));
    stack.run(&["up"]).exits(0);
    stack.is_in_sync();
    let which = Which::of(WHICH_VARIABLE, SEED);
    if which.is_sample() {
        read_only::looking_sends_nothing_that_changes(&stack);
        saved_plans::a_saved_plan_is_done_exactly_or_refused(&stack);
    }
    let log = Log::of(LOG_VARIABLE);
    let mut wrong: Vec<String> = Vec::new();
    for mutation in which.of_all(all(), SAMPLE_COUNT).iter().filter(|mutation| !log.has(mutation.name)) {
        let began = Instant::now();
        eprintln!("  {}", mutation.name);
        match shown_and_repaired(&stack, mutation) {
            // How many there are in all tells when the proof is whole.
            Ok(()) => log.write(&[
                mutation.name,
                &mutation.plan.join(" / "),
                &format!("{:.1}", began.elapsed().as_secs_f64()),
                &all().len().to_string(),
            ]),
            Err(difference) => wrong.push(difference),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    stack.remove();
}

/// Repairs what was shown wrongly too, so that one run judges every kind.
fn shown_and_repaired(stack: &Stack, mutation: &Mutation) -> Result<(), String> {
    stack.change(&mutation.how);
    let expected: Vec<String> = mutation.plan.iter().map(|line| stack.filled(line)).collect();
    let shown = lines(&stack.json(&["plan"]));
    if !mutation.up.is_empty() {
        stack.run(&["up"]).exits(7).names("--allow-loss");
    }
    let up: Vec<&str> = ["up"].iter().chain(mutation.up).copied().collect();
    stack.run(&up).exits(0);
    if let Some(undo) = &mutation.undo {
        assert_eq!(lines(&stack.json(&["plan"])), expected, "what is not ours is left alone");
        stack.change(undo);
    }
    let left = lines(&stack.json(&["plan"]));
    if shown == expected && left.is_empty() {
        return Ok(());
    }
    Err(format!("{}:\n  expected {expected:?}\n  shown {shown:?}\n  left {left:?}", mutation.name))
}

/// The plan as `mutation_table` writes it.
pub(crate) fn lines(plan: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let listed = |key: &str| plan[key].as_array().cloned().unwrap_or_default();
    let sign = |action: &Value| match action.as_str() {
        Some("create") => "+",
        Some("change") => "~",
        Some("replace") => "-/+",
        _ => "-",
    };
    let mut lines: Vec<String> = Vec::new();
    for change in listed("changes") {
        let (address, does, because) = (text(&change["address"]), text(&change["does"]), text(&change["because"]));
        lines.push(format!("{} {address} {does}: {because}", sign(&change["action"])));
    }
    let mut later: Vec<String> = listed("deferred").iter().map(|one| format!("? {}", text(&one["address"]))).collect();
    later.sort();
    lines.extend(later);
    lines.extend(listed("blocked").iter().map(|one| format!("! {}", text(&one["address"]))));
    lines.extend(listed("undeclared").iter().map(|one| format!(". {}", text(one))));
    lines
}

impl Stack {
    pub(crate) fn change(&self, how: &How) {
        match how {
            How::Docker(commands) => commands.iter().for_each(|command| {
                let filled: Vec<String> = command.iter().map(|word| word.replace("{p}", &self.project)).collect();
                let words: Vec<&str> = filled.iter().map(String::as_str).collect();
                engine::docker(&words).unwrap_or_else(|error| panic!("docker {}: {error}", words.join(" ")));
            }),
            How::Cql(statements) => statements.iter().for_each(|statement| {
                self.run(&["cql", statement]).exits(0);
            }),
            How::Airflow(commands) => commands.iter().for_each(|command| self.airflow(command)),
            How::Volume(command) => self.as_administrator(command),
            How::Kafka(change) => change(&self.project),
            How::Do(change) => change(self),
        }
    }

    pub(crate) fn airflow(&self, command: &[&str]) {
        let scheduler = format!("{}-airflow-scheduler", self.project);
        let all: Vec<&str> = ["exec", &scheduler, "airflow"].iter().chain(command).copied().collect();
        engine::docker(&all).unwrap_or_else(|error| panic!("airflow {}: {error}", command.join(" ")));
    }

    /// The users of the volumes mount them read-only, or not at all.
    pub(crate) fn as_administrator(&self, command: &str) {
        let mounts =
            ["pipeline", "secrets", "checkpoints"].map(|volume| format!("{}-{volume}:/{volume}", self.project));
        let image = self.image();
        let mut words = vec!["run", "--rm", "--user", "0"];
        words.extend(mounts.iter().flat_map(|mount| ["--volume", mount.as_str()]));
        words.extend(["--entrypoint", "/bin/sh", &image, "-c", command]);
        engine::docker(&words).expect("files can be changed by hand");
    }

    /// An image of this program's own build: nobody else's stack uses it.
    pub(crate) fn image(&self) -> String {
        let name = format!("{}-replay", self.project);
        let image = engine::docker(&["inspect", "--format", "{{.Config.Image}}", &name]);
        image.expect("the replay service is there").trim().to_string()
    }

    fn filled(&self, line: &str) -> String {
        let mut filled = line.to_string();
        if line.contains("{tag}") {
            filled = filled.replace("{tag}", &self.image());
        }
        if line.contains("{hash}") {
            let plan = self.json(&["plan"]);
            let because = plan["changes"][0]["because"].as_str().expect("the files have a cause").to_string();
            let hash = because.rsplit(' ').next().expect("a cause has words").to_string();
            assert!(hash.len() == 16 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{because}");
            filled = filled.replace("{hash}", &hash);
        }
        filled
    }
}
