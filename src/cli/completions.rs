//! `completions`: a script for a shell, from the same table as the help.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::cli::exit::Exit;
use crate::report::text;

#[derive(Debug, clap::Args)]
pub struct Args {
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Exit {
    text::out_bytes(&script(args.shell));
    Exit::Done
}

/// The completion script, as it is committed under `completions/`.
#[must_use]
pub(super) fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "sparkflow", &mut script);
    script
}
