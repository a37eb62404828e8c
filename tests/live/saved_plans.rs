//! A saved plan on a real stack: done exactly, refused where the world has changed, and read where there is no engine.

use std::fs;

use crate::broker;
use crate::engine;
use crate::mutations::lines;
use crate::stack::Stack;

const NO_ENGINE: &str = "unix:///nonexistent/sparkflow.sock";

pub(crate) fn a_saved_plan_is_done_exactly_or_refused(stack: &Stack) {
    let path = std::env::temp_dir().join(format!("sparkflow-plan-{}.json", std::process::id()));
    let file = path.to_str().expect("a path is text");
    let replay = format!("{}-replay", stack.project);

    engine::docker(&["rm", "--force", &replay]).expect("the container can be removed");
    broker::set(&stack.project, "returns", "retention.ms", "1000");
    stack.run(&["plan", "--out", file]).exits(0);
    holds_no_secret(stack, &fs::read_to_string(&path).expect("the plan was saved"));

    // Something else that the plan touches changes in another way: refused, naming it.
    broker::set(&stack.project, "returns", "retention.ms", "2000");
    stack.run(&["up", file]).exits(1).names("topic/returns").names("retention.ms 1000").names("retention.ms 2000");
    broker::set(&stack.project, "returns", "retention.ms", "1000");

    // What it does not touch may change: that is left as it is.
    broker::delete_topic(&stack.project, "returns.dlq");
    stack.run(&["up", file]).exits(0);
    assert!(engine::running(&stack.project).contains(&replay));
    assert_eq!(lines(&stack.json(&["plan"])), ["+ topic/returns.dlq create: not there"]);

    // Done once, it is no plan for this world any more.
    stack.run(&["up", file]).exits(1).names("container/replay");

    // The same comparison from a file, where no engine is.
    stack.run(&["plan", "--save-live", file]).exits(0);
    let here = stack.run(&["plan", "-o", "json"]).exits(0);
    let elsewhere = stack.run_at(NO_ENGINE, &["plan", "--live", file, "-o", "json"]).exits(0);
    assert_eq!(here.stdout, elsewhere.stdout);
    holds_no_secret(stack, &fs::read_to_string(&path).expect("what is live was saved"));

    stack.run(&["up", "--only", "returns"]).exits(0);
    assert_eq!(lines(&stack.json(&["plan"])), ["+ topic/returns.dlq create: not there"], "another topic was meant");
    stack.run(&["up", "--only", "returns.dlq"]).exits(0);
    stack.is_in_sync();
    fs::remove_file(&path).expect("the plan can be removed");
}

fn holds_no_secret(stack: &Stack, text: &str) {
    let shown = stack.json(&["endpoints", "--show-secrets"]);
    let endpoints = shown["endpoints"].as_array().expect("endpoints are listed");
    for secret in endpoints.iter().filter_map(|endpoint| endpoint["password"].as_str()) {
        assert!(!text.contains(secret), "a secret is in it");
    }
}
