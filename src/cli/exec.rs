//! `exec`: a command in a running container, with the caller's input, its output and its exit code; on a terminal where
//! the caller has one.

use std::io::Read;
use std::pin::Pin;

use futures_util::{Stream, StreamExt};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::cli::converge::Stack;
use crate::cli::exit::Exit;
use crate::cli::{Failure, Global, logs, terminal};
use crate::report::text;
use crate::systems::docker::exec::{AttachedExec, ExecSpec, OutputChunk};
use crate::systems::docker::logs::OutputStream;
use crate::systems::docker::{DockerError, Engine};

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
    let mut spec = ExecSpec { argv: args.command.clone(), ..ExecSpec::default() };
    let window = terminal::is_interactive().then(terminal::window);
    if window.is_some() {
        let kind = std::env::var("TERM").unwrap_or_else(|_| "xterm".to_string());
        spec.env.insert("TERM".to_string(), kind);
    }
    let AttachedExec { id, output, input } = docker.exec_attached(&container, &spec, window).await?;
    let raw = window.map(|_| terminal::Raw::enter()).transpose()?;
    let sending = tokio::spawn(send_input(input));
    let resizing = window.map(|_| tokio::spawn(follow_window(docker.clone(), id.clone())));
    let shown = show(output).await;
    sending.abort();
    resizing.inspect(tokio::task::JoinHandle::abort);
    drop(raw);
    shown?;
    let code = docker.exec_exit_code(&id).await?;
    Ok(u8::try_from(code).map_or(Exit::Failed, Exit::of_command))
}

/// What comes in goes to the command, to its end.
async fn send_input(mut input: Pin<Box<dyn AsyncWrite + Send>>) {
    let (sender, mut pieces) = tokio::sync::mpsc::channel(1);
    // Reading may wait for ever for a key, and nothing can wake it: it has a thread of its own, which ends with the program.
    std::thread::spawn(move || read_input(&sender));
    while let Some(piece) = pieces.recv().await {
        if input.write_all(&piece).await.is_err() {
            // A command that has ended, or closed its side, has no use for the rest.
            break;
        }
    }
    drop(input.shutdown().await);
    // Closing the connection would end the command's output as well: it stays until the command is done.
    std::future::pending::<()>().await;
}

fn read_input(sender: &tokio::sync::mpsc::Sender<Vec<u8>>) {
    let mut piece = [0; 16 * 1024];
    while let Ok(length @ 1..) = std::io::stdin().read(&mut piece) {
        if sender.blocking_send(piece[..length].to_vec()).is_err() {
            return;
        }
    }
}

async fn follow_window(docker: Engine, id: String) {
    loop {
        terminal::resized().await;
        // The command may have ended in between: its end is seen elsewhere.
        drop(docker.resize_exec(&id, terminal::window()).await);
    }
}

async fn show(mut output: Pin<Box<dyn Stream<Item = Result<OutputChunk, DockerError>> + Send>>) -> Result<(), Failure> {
    while let Some(chunk) = output.next().await {
        match chunk? {
            (OutputStream::Stdout, bytes) => text::out_bytes(&bytes),
            (OutputStream::Stderr, bytes) => text::say_bytes(&bytes),
        }
    }
    Ok(())
}
