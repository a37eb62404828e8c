//! `exec`: a command in a running container, its output and its exit code.

use futures_util::StreamExt;

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, logs};
use crate::report::text;
use crate::systems::docker::exec::ExecSpec;
use crate::systems::docker::logs::OutputStream;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Container or service
    name: String,
    /// The command and its arguments
    #[arg(required = true, last = true)]
    command: Vec<String>,
}

pub(super) async fn run(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let stack = Stack::open(global).await?;
    if !stack.topology().containers.contains_key(&args.name) {
        return Err(logs::unknown(&stack, &args.name));
    }
    let docker = &stack.session().docker;
    let container = stack.session().engine_name(&args.name);
    let spec = ExecSpec { argv: args.command.clone(), ..ExecSpec::default() };
    let mut attached = docker.exec_attached(&container, &spec, None).await?;
    while let Some(chunk) = attached.output.next().await {
        match chunk? {
            (OutputStream::Stdout, bytes) => text::out_bytes(&bytes),
            (OutputStream::Stderr, bytes) => text::say(String::from_utf8_lossy(&bytes).trim_end()),
        }
    }
    match docker.exec_exit_code(&attached.id).await? {
        0 => Ok(Exit::Done),
        code => Err(Failure::new(Exit::Failed, format!("`{}` exited with {code}", args.command.join(" ")))),
    }
}
