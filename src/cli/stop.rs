//! `stop`: one container or service of the stack; `up` starts it again.

use std::time::Duration;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, logs};
use crate::report::text;
use crate::topology::resource::Container;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Container, service or streaming job
    name: String,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    for (name, _) in chosen(&stack, &args.name)? {
        one(&stack, name).await?;
        text::out(format!("{name} stopped"));
    }
    Ok(Exit::Done)
}

/// What a name stands for: a container, all of a service, or a streaming job.
pub(super) fn chosen<'a>(stack: &'a Stack, name: &str) -> Result<Vec<(&'a String, &'a Container)>, Failure> {
    let job = crate::topology::jobs::container_name(name);
    let containers = stack.topology().containers.iter();
    let chosen: Vec<_> = containers
        .filter(|(own, container)| {
            **own == *name || **own == job || (container.service == *name && !own.starts_with("job-"))
        })
        .collect();
    if chosen.is_empty() { Err(logs::unknown(stack, name)) } else { Ok(chosen) }
}

/// Stops a container with its own grace period.
pub(super) async fn one(stack: &Stack, name: &str) -> Result<(), Failure> {
    let seconds = stack.topology().containers.get(name).map_or(0, |container| container.stop_seconds);
    let grace = Duration::from_secs(seconds.into());
    Ok(stack.session().docker.stop_container(&stack.session().engine_name(name), grace).await?)
}
