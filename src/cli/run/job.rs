//! `run job`: one submission in a container of its own, its output as it comes, its cause when it fails.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;

use crate::apply;
use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, Output};
use crate::doctor::cause::deepest;
use crate::report::progress::Outcome;
use crate::report::{json, text};
use crate::systems::docker::logs::{LogEnd, LogRequest};
use crate::topology::jobs;
use crate::topology::resource::Lifecycle;

const LOG_LINES: usize = 25;

pub(super) async fn run(global: &Global, name: &str, limit: Duration) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    let Some(job) = stack.project.pipeline.jobs.get(name) else {
        return Err(super::unknown("job", name, stack.project.pipeline.jobs.keys()));
    };
    if job.stream.is_some() {
        let reason = format!("`{name}` is a streaming job: `sparkflow up` keeps it running");
        return Err(
            Failure::new(Exit::Usage, reason).hint(format!("see `sparkflow logs {}`", jobs::container_name(name)))
        );
    }
    let Some(container) = stack.topology().jobs.get(name) else {
        return Err(Failure::new(Exit::Failed, format!("the topology has no container for job `{name}`")));
    };
    let mut container = container.clone();
    container.lifecycle = Lifecycle::Once;
    let short = format!("run-{}-{}", name.replace('_', "-"), &uuid::Uuid::now_v7().simple().to_string()[..12]);
    let progress = global.progress();
    progress.begin("job", &format!("job/{name}"));
    let full = apply::run_once(&stack.site, &short, &container).await?;
    let ended = tokio::time::timeout(limit, output(&stack, &full, &progress)).await;
    let docker = &stack.session().docker;
    let Ok((lines, printed)) = ended else {
        docker.remove_container(&full).await?;
        progress.finish("job", &Outcome::Failed("time is over".to_string()));
        let reason = format!("job `{name}` did not end within {}", humantime::format_duration(limit));
        return Err(Failure::new(Exit::TimedOut, reason)
            .hint("give it more with --timeout; `sparkflow status` shows the workers"));
    };
    let code = docker.wait_container(&full, Duration::from_mins(1)).await?;
    docker.remove_container(&full).await?;
    if code == 0 {
        progress.finish("job", &Outcome::Done("success".to_string()));
        progress.clear();
        if global.output == Output::Json {
            json::print_json(&json!({"job": name, "state": "success", "output": printed}))?;
        } else {
            text::out(printed.join("\n"));
        }
        return Ok(Exit::Done);
    }
    progress.finish("job", &Outcome::Failed(format!("exit code {code}")));
    progress.clear();
    let failure = Failure::new(Exit::Failed, format!("job `{name}` exited with {code}"));
    let failure = match deepest(&lines) {
        Some(cause) => failure.hint(format!("cause: {cause}")),
        None => failure,
    };
    let from = lines.len().saturating_sub(LOG_LINES);
    Err(failure.hint(format!("the end of its output:\n{}", lines[from..].join("\n"))))
}

/// Everything it said, and what it printed on stdout.
async fn output(
    stack: &Stack,
    container: &str,
    progress: &crate::report::progress::Progress,
) -> (Vec<String>, Vec<String>) {
    use crate::systems::docker::logs::OutputStream;
    let request = LogRequest { tail: None, since: None, until: LogEnd::Follow };
    let mut stream = stack.session().docker.logs(container, request).boxed();
    let (mut lines, mut printed) = (Vec::new(), Vec::new());
    while let Some(Ok(line)) = stream.next().await {
        progress.detail("job", &line.text);
        if line.stream == OutputStream::Stdout {
            printed.push(line.text.clone());
        }
        lines.push(line.text);
    }
    (lines, printed)
}
