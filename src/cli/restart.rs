//! `restart`: a container, a service or a streaming job is stopped, started, and waited for until it answers again.

use std::time::{Duration, Instant};

use crate::blueprint::Ready;
use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, stop};
use crate::live::{ContainerState, Readiness};
use crate::report::text;
use crate::topology::resource::{Container, Lifecycle};

const POLL: Duration = Duration::from_millis(200);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Container, service or streaming job
    name: String,
    /// Longest wait until it is ready again
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = humantime::parse_duration)]
    timeout: Duration,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    let info = stack.session().docker.info().await?;
    let _lock = stack.lock(&info.id)?;
    let chosen = stop::chosen(&stack, &args.name)?;
    // One that runs once has nothing to be restarted.
    let names: Vec<&String> = chosen
        .iter()
        .filter(|(_, container)| container.lifecycle == Lifecycle::Service)
        .map(|(name, _)| *name)
        .collect();
    again(&stack, &names, args.timeout).await?;
    again(&stack, &drivers_of(&stack, &names).await?, args.timeout).await?;
    Ok(Exit::Done)
}

/// Stops all of them, starts them, and waits until they answer.
async fn again(stack: &Stack, names: &[&String], limit: Duration) -> Result<(), Failure> {
    for name in names {
        stop::one(stack, name).await?;
    }
    for name in names {
        stack.session().docker.start_container(&stack.session().engine_name(name)).await?;
    }
    wait_until_ready(stack, names, limit).await?;
    for name in names {
        text::out(format!("{name} restarted"));
    }
    Ok(())
}

/// The running streaming jobs whose master was restarted: a driver does not follow its master.
async fn drivers_of<'a>(stack: &'a Stack, restarted: &[&String]) -> Result<Vec<&'a String>, Failure> {
    let containers = &stack.topology().containers;
    if !restarted.iter().any(|name| matches!(containers[*name].ready, Ready::SparkMaster { .. })) {
        return Ok(Vec::new());
    }
    let live = stack.observe().await?;
    let runs = |name: &String| live.containers.get(name).is_some_and(|found| found.state == ContainerState::Running);
    let is_left = |name: &String, container: &Container| {
        matches!(container.ready, Ready::SparkApplication { .. }) && runs(name) && !restarted.contains(&name)
    };
    Ok(containers.iter().filter(|(name, container)| is_left(name, container)).map(|(name, _)| name).collect())
}

async fn wait_until_ready(stack: &Stack, names: &[&String], limit: Duration) -> Result<(), Failure> {
    let started = Instant::now();
    loop {
        let live = stack.observe().await?;
        let waiting = names.iter().find_map(|name| match live.containers.get(*name).map(|found| &found.readiness) {
            Some(Readiness::Ready) => None,
            // `observe` asks everything, so a service that was not asked is a matter of one more look.
            Some(other) => Some((name, other.obstacle().unwrap_or("it runs and has not been asked yet").to_string())),
            None => Some((name, "it is not there".to_string())),
        });
        let Some((name, why)) = waiting else { return Ok(()) };
        if started.elapsed() > limit {
            let reason = format!("{name} is not ready within {}: {why}", humantime::format_duration(limit));
            return Err(Failure::new(Exit::TimedOut, reason).hint(format!("look at `sparkflow logs {name}`")));
        }
        tokio::time::sleep(POLL).await;
    }
}
