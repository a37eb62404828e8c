//! A task that fails in Airflow: the person who ran the schedule reads why where they are, not in a page of logs elsewhere.

use crate::stack::{Stack, repository};

#[test]
fn a_failed_task_is_explained_by_its_own_log_and_the_drivers_cause() {
    let stack = Stack::of("failing-task", &repository().join("tests/pipelines/failing/pipeline.yaml"));
    stack.run(&["up"]).exits(0);
    let failed = stack.run(&["run", "schedule", "nightly"]).exits(1);
    failed
        .names("task `doomed` of `nightly` failed")
        .names("cause: ValueError: the books do not balance")
        .names("the end of its log")
        .names("line 7, in <module>");
    stack.is_in_sync();
    stack.remove();
}
