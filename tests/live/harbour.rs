//! The second pipeline from nothing to nothing: a file that the program has never heard of works like the first.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::stack::{Stack, repository};
use crate::waiting::wait_for;
use crate::{broker, engine, expected, interruptions};

const CALLS: &str = "SELECT port, arrived_at, call_id, ship, cargo_tons, delayed FROM harbour.calls_by_port";
const CARGO: &str = "SELECT flag, delayed, ship_count, calls, tons FROM harbour.cargo_by_flag";
const ARRIVAL: Duration = Duration::from_secs(90);

#[test]
fn a_pipeline_of_its_own_shape_goes_through_up_run_verify_repair_and_down() {
    let file = repository().join("tests/pipelines/harbour/pipeline.yaml");
    let mut stack = Stack::of("harbour", &file);
    interruptions::up_converges_whatever_stopped_the_ones_before(&stack);
    nothing_is_left_to_do(&stack);
    only_this_machine_can_reach_it(&stack);
    records_become_rows_and_the_bad_ones_dead_letters(&stack);
    a_batch_job_writes_what_the_fixtures_add_up_to(&stack);
    verify_proves_it_and_leaves_no_trace(&stack);
    the_balance_is_exact_also_after_a_kill(&stack);
    what_is_taken_away_is_planned_and_repaired(&stack);
    a_query_that_spark_refuses_changes_nothing(&mut stack);
    a_query_that_breaks_off_fails_with_its_reason(&mut stack);
    down_keeps_the_data(&stack);
    verify_names_the_job_that_is_stopped(&stack);
    stack.remove();
}

fn nothing_is_left_to_do(stack: &Stack) {
    let again = stack.run(&["up", "-o", "json"]).exits(0);
    eprintln!("    up with nothing to do: {:.2?}", again.took);
    assert!(again.stdout.contains("\"changes\": 0"), "{again}");
    stack.is_in_sync();
    assert_eq!(stack.planned(), Vec::<String>::new());
}

fn only_this_machine_can_reach_it(stack: &Stack) {
    let addresses: BTreeSet<String> = engine::bindings(&stack.project).into_iter().collect();
    assert_eq!(addresses, BTreeSet::from(["127.0.0.1".to_string()]));
}

fn records_become_rows_and_the_bad_ones_dead_letters(stack: &Stack) {
    let calls = stack.json(&["run", "source", "calls", "--count", "99"]);
    assert_eq!((&calls["acknowledged"], &calls["dead_letters"]), (&99.into(), &1.into()), "{calls}");
    let ships = stack.json(&["run", "source", "registry", "--count", "20"]);
    assert_eq!((&ships["acknowledged"], &ships["dead_letters"]), (&20.into(), &1.into()), "{ships}");
    // One that no source would send: it is the job's reader that has to refuse it.
    broker::send(&stack.project, "port_calls", "by-hand", "{\"port\": \"NLRTM\"");
    wait_for("every good call is a row", ARRIVAL, || {
        (expected::as_calls(&stack.rows(CALLS)) == expected::calls()).then_some(())
    });
    assert_eq!(expected::calls().len(), 99);
    let letters = wait_for("the record sent by hand is a dead letter", ARRIVAL, || {
        let letters = broker::records(&stack.project, "port_calls.dlq");
        (letters.len() > 1).then_some(letters)
    });
    let reason = |letter: &serde_json::Value| letter["reason"].as_str().unwrap_or_default().to_string();
    assert_eq!(letters.len(), 2, "{letters:?}");
    assert!(
        letters.iter().any(|letter| reason(letter).contains("arrived_at") && letter["source"] == "calls"),
        "{letters:?}"
    );
    assert!(letters.iter().any(|letter| reason(letter).contains("JSON") && letter["offset"].is_i64()), "{letters:?}");
    let ships = broker::records(&stack.project, "ships.dlq");
    assert!(ships.len() == 1 && reason(&ships[0]).contains("flag"), "{ships:?}");
}

fn a_batch_job_writes_what_the_fixtures_add_up_to(stack: &Stack) {
    stack.run(&["run", "job", "cargo_by_flag"]).exits(0);
    assert_eq!(expected::as_cargo(&stack.rows(CARGO)), expected::cargo());
}

fn verify_proves_it_and_leaves_no_trace(stack: &Stack) {
    stack.run(&["verify"]).exits(0);
    assert_eq!(expected::as_calls(&stack.rows(CALLS)), expected::calls(), "the tracer is gone");
    assert_eq!(expected::as_cargo(&stack.rows(CARGO)), expected::cargo(), "aggregates are as before");
}

/// Every record counts once, whether its batch ran once or twice.
fn the_balance_is_exact_also_after_a_kill(stack: &Stack) {
    stack.json(&["run", "source", "calls", "--count", "500"]);
    let streaming = format!("{}-job-keep-calls", stack.project);
    engine::docker(&["restart", "--time", "0", &streaming]).expect("the container can be killed");
    // Ready again; how long that takes is no part of the proof.
    stack.run(&["up"]).exits(0);
    let proof = stack.json(&["verify"]);
    let stages = proof["stages"].as_array().expect("a proof has stages");
    let figures = |name: &str| {
        let mut counts = stages.iter().filter(|stage| stage["kind"] == "counts" && stage["name"] == name);
        counts.next().unwrap_or_else(|| panic!("no stage {name}: {proof}"))["figures"].clone()
    };
    let stream = figures("job/keep_calls");
    let count = |figure: &str| stream[figure].as_u64().unwrap_or_else(|| panic!("no {figure}: {stream}"));
    assert_eq!(count("lag"), 0);
    assert_eq!(count("offsets"), count("records"), "{stream}");
    assert_eq!(count("records"), count("good") + count("bad") + count("tracers"), "{stream}");
    assert_eq!(count("rows"), count("good") + count("tracers"), "{stream}");
    assert_eq!(figures("source/calls")["acknowledged"], 500);
    let letters = figures("topic/port_calls.dlq");
    assert!(letters["dead_letters"].as_u64() >= letters["counted"].as_u64(), "{letters}");
}

fn verify_names_the_job_that_is_stopped(stack: &Stack) {
    stack.run(&["stop", "keep_calls"]).exits(0);
    let broken = stack.run(&["verify"]).exits(4);
    assert!(format!("{}{}", broken.stdout, broken.stderr).contains("keep"), "{broken}");
    assert_eq!(stack.planned(), ["container/job-keep-calls"]);
    stack.run(&["up"]).exits(0);
    stack.run(&["verify"]).exits(0);
}

fn what_is_taken_away_is_planned_and_repaired(stack: &Stack) {
    broker::delete_topic(&stack.project, "ships");
    stack.run(&["cql", "ALTER TABLE harbour.cargo_by_flag DROP tons"]).exits(0);
    let replay = format!("{}-replay", stack.project);
    engine::docker(&["rm", "--force", &replay]).expect("the container can be removed");
    assert_eq!(stack.planned(), ["topic/ships", "table/harbour.cargo_by_flag", "container/replay"]);
    stack.run(&["plan", "--detailed-exitcode"]).exits(2);
    stack.run(&["up"]).exits(0);
    stack.is_in_sync();
    assert!(engine::running(&stack.project).contains(&replay));
    assert_eq!(expected::as_calls(&stack.rows(CALLS)), expected::calls(), "what was not touched is as it was");
}

/// Spark reads the queries before anything is changed: the stack stays as it is, and the reason has its place in the file.
fn a_query_that_spark_refuses_changes_nothing(stack: &mut Stack) {
    let before = engine::containers(&stack.project);
    stack.edited(|text| with_hopeless(&text, "SELECT flag, no_such_function(flag) AS calls FROM ships"));
    stack.run(&["up"]).exits(3).names("no_such_function").names("pipeline.yaml:44:");
    stack.run(&["plan"]).exits(3).names("no_such_function");
    assert_eq!(engine::containers(&stack.project), before);
    stack.edited(|text| without_hopeless(&text));
    stack.is_in_sync();
}

/// What no reading can find: the query is sound, and one of its values is not.
fn a_query_that_breaks_off_fails_with_its_reason(stack: &mut Stack) {
    let query = "SELECT port AS flag, false AS delayed, CAST(1 AS BIGINT) AS ship_count, \
        CAST(raise_error('the hold is empty') AS BIGINT) AS calls, CAST(1 AS DOUBLE) AS tons FROM port_calls";
    stack.edited(|text| with_hopeless(&text, query).replace(" }  # here", ", writes: cargo_by_flag }  # here"));
    stack.run(&["up"]).exits(0);
    stack.run(&["run", "job", "hopeless"]).exits(1).names("the hold is empty");
    stack.is_in_sync();
    stack.edited(|text| without_hopeless(&text));
    stack.run(&["up"]).exits(0);
}

fn with_hopeless(text: &str, query: &str) -> String {
    text.replacen("jobs:\n", &format!("jobs:\n  hopeless: {{ sql: \"{query}\" }}  # here\n"), 1)
}

fn without_hopeless(text: &str) -> String {
    text.lines().filter(|line| !line.ends_with("# here")).map(|line| format!("{line}\n")).collect()
}

fn down_keeps_the_data(stack: &Stack) {
    stack.run(&["down"]).exits(0);
    assert_eq!(engine::containers(&stack.project), Vec::<String>::new());
    assert_eq!(engine::networks(&stack.project), Vec::<String>::new());
    assert!(!engine::volumes(&stack.project).is_empty());
    stack.run(&["down", "--volumes"]).exits(7).names("-y");
    stack.run(&["up"]).exits(0);
    assert_eq!(expected::as_calls(&stack.rows(CALLS)), expected::calls(), "rows outlive `down`");
    stack.is_in_sync();
}
