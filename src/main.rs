//! The program: parses, runs, ends with the code the command gives.

use std::process::ExitCode;

use clap::Parser;
use sparkflow::cli::{self, Cli, exit::Exit};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return cli::usage(&error).into(),
    };
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(cli::run(cli)).into(),
        Err(_) => Exit::Environment.into(),
    }
}
