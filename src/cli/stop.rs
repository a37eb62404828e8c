//! `stop`: one container or service of the stack; `up` starts it again.

use std::time::Duration;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, logs};
use crate::report::text;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Container, service or streaming job
    name: String,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    let job = crate::topology::jobs::container_name(&args.name);
    let containers = &stack.topology().containers;
    let chosen: Vec<_> = containers
        .iter()
        .filter(|(name, container)| {
            **name == args.name || **name == job || (container.service == args.name && !name.starts_with("job-"))
        })
        .collect();
    if chosen.is_empty() {
        return Err(logs::unknown(&stack, &args.name));
    }
    for (name, container) in chosen {
        let grace = Duration::from_secs(container.stop_seconds.into());
        stack.session().docker.stop_container(&stack.session().engine_name(name), grace).await?;
        text::out(format!("{name} stopped"));
    }
    Ok(Exit::Done)
}
