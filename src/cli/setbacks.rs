//! Why the loop behind `up` stopped, and what to do about it.

use std::time::Duration;

use crate::apply::{self, ApplyError};
use crate::cli::Failure;
use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::plan::Plan;
use crate::report::{disk, plan as shown};

const LOG_LINES: u32 = 20;

pub(super) fn step_failure(error: ApplyError) -> Failure {
    use crate::systems::docker::DockerError;
    if let ApplyError::Step { source, .. } = &error
        && let apply::StepError::Docker(docker) = source.as_ref()
    {
        if docker.is_port_taken() {
            return Failure::new(Exit::Environment, error)
                .hint("stop what holds the port (`ss -ltnp` names it), or write `ports: auto`");
        }
        if docker.is_disk_full() {
            return Failure::new(Exit::Environment, error).hint(disk::WAY_OUT);
        }
        if let DockerError::Build { output, .. } = docker {
            let lines = output.join("\n");
            return Failure::new(Exit::Failed, error).hint(format!("the end of the build's output:\n{lines}"));
        }
    }
    Failure::new(Exit::Failed, error).hint("run the same command again: it goes on from here")
}

pub(super) fn interrupted() -> Failure {
    Failure::new(Exit::Interrupted, "interrupted; what is there is whole").hint("run `sparkflow up` to go on from here")
}

pub(super) fn timed_out(plan: &Plan, limit: Duration) -> Failure {
    let mut reasons: Vec<String> =
        plan.deferred.iter().map(|deferred| format!("{}: {}", deferred.resource, deferred.why)).collect();
    reasons.extend(plan.steps.iter().map(|step| format!("{}: {} not done", step.resource, step.change.describe())));
    let reason = format!("not ready within {}:\n  {}", humantime::format_duration(limit), reasons.join("\n  "));
    Failure::new(Exit::TimedOut, reason).hint("look at `sparkflow logs NAME`, or give more time with --timeout")
}

pub(super) async fn container_failure(stack: &Stack, name: &str, what: &str) -> Failure {
    let lines = super::logs::last_lines(stack.session(), name, LOG_LINES).await;
    Failure::new(Exit::Failed, format!("container `{name}` {what}"))
        .hint(format!("its last lines:\n{}", lines.join("\n")))
        .hint(format!("see all of them with `sparkflow logs {name}`"))
}

/// Data would go that no flag names.
pub(super) fn unwanted_loss(plan: &Plan, names: &[String]) -> Failure {
    let reason = format!("data would be lost, and nobody agreed to that:\n{}", shown::render(plan));
    let flags: Vec<String> = names.iter().map(|name| format!("--allow-loss {name}")).collect();
    Failure::new(Exit::Consent, reason).hint(format!("to lose it, add {}", flags.join(" ")))
}

/// A later wave goes further than what was agreed to.
pub(super) fn beyond_agreement(plan: &Plan) -> Failure {
    let reason = format!("what is left to do goes further than what was agreed to:\n{}", shown::render(plan));
    Failure::new(Exit::Consent, reason)
        .hint("what was done so far is whole; run `sparkflow plan` and agree to the rest")
}
