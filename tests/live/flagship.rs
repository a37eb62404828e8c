//! The pipeline at the root, in the order of `make demo`: up, endpoints, both schedules, verify; then four things are taken away.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::stack::{Stack, repository};
use crate::waiting::wait_for;
use crate::{broker, diagnosis, engine, server};

const ARRIVAL: Duration = Duration::from_mins(2);

#[test]
fn the_flagship_is_launched_run_proven_and_repaired() {
    let file = repository().join("pipeline.yaml");
    // `ci` gives it ports of its own, `offline` records that are made up.
    let stack = Stack::of("flagship", &file).with_profiles(&["ci", "offline"]);
    let up = stack.run(&["up"]).exits(0);
    eprintln!("    up from nothing: {:.1?}", up.took);
    endpoints_answer_and_show_no_secret(&stack);
    a_schedule_is_green(&stack, "user_automation", &["stream_data_from_api"]);
    let tasks = ["start", "python_job", "java_job", "users_by_country", "adult_users", "end"];
    a_schedule_is_green(&stack, "sparking_flow", &tasks);
    only_the_runs_asked_for_took_place(&stack, "user_automation");
    tables_hold_what_was_ingested(&stack);
    stack.run(&["verify"]).exits(0);
    nothing_is_left_to_do(&stack);
    secrets_are_nowhere_to_be_seen(&stack);
    diagnosis::nothing_is_found(
        &stack,
        &["kafka", "job/store_users", "user_created", "sparking_flow", "user_data.users"],
    );
    diagnosis::a_bundle_holds_no_secret_and_plans_without_an_engine(&stack);
    four_things_taken_away_are_planned_and_repaired(&stack);
    stack.remove();
}

fn endpoints_answer_and_show_no_secret(stack: &Stack) {
    let listed = stack.json(&["endpoints"]);
    let endpoints = listed["endpoints"].as_array().expect("endpoints are listed");
    assert!(endpoints.iter().all(|endpoint| endpoint["password"].is_null()), "{listed}");
    for name in ["airflow", "kafka", "cassandra", "spark"] {
        let found = endpoints
            .iter()
            .find(|endpoint| endpoint["name"].as_str().is_some_and(|found| found.to_lowercase().starts_with(name)));
        let address =
            found.and_then(|endpoint| endpoint["address"].as_str()).unwrap_or_else(|| panic!("no {name}: {listed}"));
        assert!(server::accepts(address), "{name} does not answer at {address}");
    }
    let shown = stack.json(&["endpoints", "--show-secrets"]);
    let shown = shown["endpoints"].as_array().expect("endpoints are listed");
    assert!(shown.iter().any(|endpoint| endpoint["password"].as_str().is_some_and(|secret| secret.len() >= 16)));
}

#[track_caller]
fn a_schedule_is_green(stack: &Stack, schedule: &str, tasks: &[&str]) {
    let ended = stack.json(&["run", "schedule", schedule]);
    assert_eq!(ended["state"], "success", "{ended}");
    let states = ended["tasks"].as_array().expect("tasks are listed");
    let name = |task: &Value| task["id"].as_str().or(task["task_id"].as_str()).unwrap_or_default().to_string();
    let found: BTreeSet<String> = states.iter().map(name).collect();
    assert_eq!(found, tasks.iter().map(|task| (*task).to_string()).collect(), "{ended}");
    assert!(states.iter().all(|task| task["state"] == "success"), "{ended}");
}

/// Catchup is off: Airflow makes up for no run of the night before.
fn only_the_runs_asked_for_took_place(stack: &Stack, schedule: &str) {
    let listed = inside_scheduler(stack, &["airflow", "dags", "list-runs", schedule, "-o", "json"]);
    // Its log lines share the output.
    let runs = listed.lines().find(|line| line.starts_with("[{")).expect("Airflow lists its runs");
    let runs: Vec<Value> = serde_json::from_str(runs).expect("the list is JSON");
    let ids: Vec<&str> = runs.iter().filter_map(|run| run["run_id"].as_str()).collect();
    assert!(ids.len() == 1 && ids[0].starts_with("sparkflow-"), "{ids:?}");
}

/// What a command of the scheduler's container prints on its standard output.
fn inside_scheduler(stack: &Stack, command: &[&str]) -> String {
    let scheduler = format!("{}-airflow-scheduler", stack.project);
    let all: Vec<&str> = ["exec", &scheduler].iter().chain(command).copied().collect();
    engine::docker(&all).expect("the command succeeds in the scheduler's container")
}

/// A count that a statement gives.
fn count(stack: &Stack, statement: &str) -> usize {
    let rows = stack.rows(statement);
    rows[0][0].as_deref().expect("a count is never null").parse().expect("a count is a number")
}

fn tables_hold_what_was_ingested(stack: &Stack) {
    let sent: BTreeSet<String> = broker::records(&stack.project, "user_created")
        .iter()
        .map(|record| record["id"].as_str().expect("every record has its key").to_string())
        .collect();
    assert!(!sent.is_empty());
    wait_for("every record is a row", ARRIVAL, || {
        (count(stack, "SELECT COUNT(*) FROM user_data.users") == sent.len()).then_some(())
    });
    let by_country = stack.rows("SELECT country, users FROM user_data.users_by_country");
    let counted: usize = by_country.iter().filter_map(|row| row[1].as_deref()?.parse::<usize>().ok()).sum();
    assert!(counted >= sent.len(), "the aggregate counts every record: {counted} of {}", sent.len());
    let ages = stack.rows("SELECT age FROM user_data.adult_users");
    assert!(!ages.is_empty());
    let age = |row: &Vec<Option<String>>| row[0].as_deref().and_then(|age| age.parse::<u32>().ok());
    assert!(ages.iter().all(|row| age(row).is_some_and(|age| age >= 18)), "the filter keeps adults only: {ages:?}");
}

fn nothing_is_left_to_do(stack: &Stack) {
    let again = stack.run(&["up", "-o", "json"]).exits(0);
    eprintln!("    up with nothing to do: {:.2?}", again.took);
    assert!(again.stdout.contains("\"changes\": 0"), "{again}");
    stack.is_in_sync();
}

/// Neither in what the engine shows of containers nor in what they print.
fn secrets_are_nowhere_to_be_seen(stack: &Stack) {
    let shown = stack.json(&["endpoints", "--show-secrets"]);
    let endpoints = shown["endpoints"].as_array().expect("endpoints are listed");
    let secrets: BTreeSet<&str> = endpoints.iter().filter_map(|endpoint| endpoint["password"].as_str()).collect();
    for name in engine::containers(&stack.project) {
        let inspected = engine::docker(&["inspect", &name]).expect("the container can be inspected");
        let printed = engine::docker(&["logs", &name]).expect("the container has logs");
        for secret in &secrets {
            assert!(!inspected.contains(secret), "{name} carries a secret in its declaration");
            assert!(!printed.contains(secret), "{name} prints a secret");
        }
    }
}

fn four_things_taken_away_are_planned_and_repaired(stack: &Stack) {
    // Nothing reads it while it is gone.
    broker::delete_topic(&stack.project, "user_created.dlq");
    stack.run(&["cql", "ALTER TABLE user_data.users_by_country DROP users"]).exits(0);
    let (project, scheduler) = (&stack.project, format!("{}-airflow-scheduler", stack.project));
    inside_scheduler(stack, &["airflow", "connections", "delete", "spark-conn"]);
    // Its users mount the volume read-only: the file goes the way an administrator would take it.
    let mount = format!("{project}-pipeline:/pipeline");
    let image = engine::docker(&["inspect", "--format", "{{.Image}}", &scheduler]).expect("it has an image");
    let remove = "rm /pipeline/current/dags/sparking_flow.py";
    let by_hand =
        ["run", "--rm", "--user", "0", "--volume", &mount, "--entrypoint", "/bin/sh", image.trim(), "-c", remove];
    engine::docker(&by_hand).expect("the file can be removed");
    let mut planned = stack.planned();
    planned.sort();
    let expected =
        ["connection/spark-conn", "dag/sparking_flow", "table/user_data.users_by_country", "topic/user_created.dlq"];
    assert_eq!(planned, expected);
    diagnosis::is_found(stack, "SD306", &["user_data.users_by_country"]);
    stack.run(&["up"]).exits(0);
    stack.is_in_sync();
    stack.run(&["verify"]).exits(0);
}
