//! `logs`: the output of containers, one after another, or together as it comes.

use futures_util::stream::{self, StreamExt};
use serde_json::json;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, Output};
use crate::report::{json, text};
use crate::session::Session;
use crate::systems::docker::logs::{LogEnd, LogRequest};
use crate::topology::resource::Lifecycle;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Containers, services or streaming jobs; all containers by default
    names: Vec<String>,
    /// Go on with what comes
    #[arg(short = 'F', long)]
    follow: bool,
    /// Only the last lines of each
    #[arg(long, value_name = "COUNT")]
    tail: Option<u32>,
    /// Only what is younger
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    since: Option<std::time::Duration>,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    let names = chosen(&stack, &args.names)?;
    let since = args.since.map(|age| {
        let at = std::time::SystemTime::now().checked_sub(age).unwrap_or(std::time::UNIX_EPOCH);
        let seconds = at.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
        i32::try_from(seconds).unwrap_or(i32::MAX)
    });
    let until = if args.follow { LogEnd::Follow } else { LogEnd::Now };
    let request = LogRequest { tail: args.tail, since, until };
    let session = stack.session();
    let streams = names.iter().map(|name| {
        let name = name.clone();
        session.docker.logs(&session.engine_name(&name), request).map(move |line| (name.clone(), line)).boxed()
    });
    let mut lines =
        if args.follow { stream::select_all(streams).boxed() } else { stream::iter(streams).flatten().boxed() };
    while let Some((name, line)) = lines.next().await {
        match line {
            Ok(line) if global.output == Output::Json => {
                json::print_json(&json!({"container": name, "at": line.at, "text": line.text}))?;
            }
            Ok(line) if names.len() == 1 => text::out(text::plain(&line.text)),
            Ok(line) => text::out(format!("{name} | {}", text::plain(&line.text))),
            // A container that is not there has said nothing.
            Err(error) if error.is_absent() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Exit::Done)
}

fn chosen(stack: &Stack, names: &[String]) -> Result<Vec<String>, Failure> {
    let containers = &stack.topology().containers;
    let speaking = || containers.iter().filter(|(_, container)| container.lifecycle != Lifecycle::Keeper);
    if names.is_empty() {
        return Ok(speaking().map(|(name, _)| name.clone()).collect());
    }
    let mut chosen = Vec::new();
    for name in names {
        let job = crate::topology::jobs::container_name(name);
        let found: Vec<String> = speaking()
            .filter(|(own, container)| *own == name || **own == job || container.service == *name)
            .map(|(own, _)| own.clone())
            .collect();
        if found.is_empty() {
            return Err(unknown(stack, name));
        }
        chosen.extend(found);
    }
    Ok(chosen)
}

/// No such container, and which there are.
pub(super) fn unknown(stack: &Stack, name: &str) -> Failure {
    let known: Vec<&String> =
        stack.topology().containers.keys().filter(|name| *name != crate::topology::build::KEEPER).collect();
    let nearest = known.iter().max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    let list: Vec<&str> = known.iter().map(|name| name.as_str()).collect();
    let failure = Failure::new(Exit::Usage, format!("the pipeline has no container or service `{name}`"));
    match nearest {
        Some(near) if strsim::jaro_winkler(near, name) > 0.8 => failure.hint(format!("did you mean `{near}`?")),
        _ => failure.hint(format!("there are: {}", list.join(", "))),
    }
}

/// The end of a container's output; empty when there is none to be had.
pub(super) async fn last_lines(session: &Session, name: &str, count: u32) -> Vec<String> {
    let request = LogRequest { tail: Some(count), since: None, until: LogEnd::Now };
    let lines = session.docker.logs(&session.engine_name(name), request);
    lines.filter_map(|line| async { line.ok().map(|line| text::plain(&line.text).into_owned()) }).collect().await
}
