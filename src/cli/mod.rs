//! Commands: one file each, arguments beside the function that walks the rooms. Glue, nothing else.

mod analysis;
mod capacity;
mod choices;
mod converge;
pub mod exit;
mod failure;
mod folder_walk;
mod host;
mod lock;
mod old_images;
mod ports;
mod project;
mod project_files;
mod saved;
mod setbacks;
mod signals;
mod sources;
mod terminal;
mod test_files;
mod watch;
mod waves;
mod whole_file;

mod build;
mod completions;
mod cql;
mod doctor;
mod down;
mod endpoints;
mod exec;
mod explain;
mod graph;
mod ingest;
mod init;
mod lockfile;
mod logs;
mod plan;
mod record;
mod replay;
mod replays;
mod restart;
mod run;
mod sample;
mod schema;
mod status;
mod stop;
mod test;
mod up;
mod validate;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use futures_util::FutureExt;

use crate::report::progress::{Mode, Progress};
use crate::report::text;
use doctor::Told;
use exit::Exit;

pub use choices::{Color, Format, Output, ProgressMode};
pub use failure::Failure;

/// Kafka -> Spark -> Cassandra under Airflow, from one pipeline.yaml: launched, checked and proven
#[derive(Debug, Parser)]
#[command(name = "sparkflow", version, after_help = exit::Exit::HELP, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command: `--help` shows them, `-h` leaves them out.
const GLOBAL: &str = "Options of every command";

#[derive(Debug, clap::Args)]
pub struct Global {
    /// The pipeline; by default pipeline.yaml here or in a parent folder
    #[arg(short, long, global = true, help_heading = GLOBAL, hide_short_help = true, value_name = "FILE", env = "SPARKFLOW_FILE", hide_env_values = true)]
    pub file: Option<PathBuf>,
    /// Name of the project in the engine; by default the pipeline's name
    #[arg(short, long, global = true, help_heading = GLOBAL, hide_short_help = true, value_name = "PROJECT", env = "SPARKFLOW_PROJECT", hide_env_values = true)]
    pub project: Option<String>,
    /// A profile of the file; may be given several times
    #[arg(
        long,
        global = true,
        help_heading = GLOBAL,
        hide_short_help = true,
        value_name = "PROFILE",
        env = "SPARKFLOW_PROFILE",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub profile: Vec<String>,
    /// Variables for `${...}`, under those of the environment; by default .env beside the pipeline
    #[arg(long, global = true, help_heading = GLOBAL, hide_short_help = true, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// The docker context to use
    #[arg(long, global = true, help_heading = GLOBAL, hide_short_help = true, value_name = "CONTEXT", env = "DOCKER_CONTEXT", hide_env_values = true)]
    pub context: Option<String>,
    /// What stdout gets
    #[arg(short, long, global = true, help_heading = GLOBAL, hide_short_help = true, value_name = "FORMAT", default_value = "text")]
    pub output: Output,
    /// How progress is shown on stderr
    #[arg(long, global = true, help_heading = GLOBAL, hide_short_help = true, value_name = "MODE", default_value = "auto")]
    pub progress: ProgressMode,
    /// When colour is used
    #[arg(long, global = true, help_heading = GLOBAL, hide_short_help = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Say only what fails
    #[arg(short, long, global = true, help_heading = GLOBAL, hide_short_help = true)]
    pub quiet: bool,
    /// How findings about the file are shown; commands that take `--format` set it.
    #[arg(skip)]
    pub format: Option<Format>,
    /// Whether the pipeline must be as `sparkflow.lock` says; commands that take `--locked` set it.
    #[arg(skip)]
    pub locked: bool,
}

impl Global {
    /// How findings are shown: as the command was told, else as everything else.
    #[must_use]
    pub fn findings(&self) -> Format {
        match (self.format, self.output) {
            (Some(format), _) => format,
            (None, Output::Json) => Format::Json,
            (None, Output::Text) => Format::Text,
        }
    }

    /// Takes what a command's `--format` and `--locked` say.
    fn told(mut self, command: &Command) -> Self {
        (self.format, self.locked) = match command {
            Command::Validate(args) => (args.format, false),
            Command::Plan(args) => (args.format, args.locked),
            Command::Up(args) => (None, args.locked),
            Command::Build(args) => (None, args.locked),
            Command::Verify(args) => (args.format, false),
            _ => (None, false),
        };
        if self.format == Some(Format::Json) {
            self.output = Output::Json;
        }
        self
    }

    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress::new(match (self.quiet, self.progress) {
            (true, _) => Mode::Quiet,
            (_, ProgressMode::Auto) => Mode::Auto,
            (_, ProgressMode::Tty) => Mode::Terminal,
            (_, ProgressMode::Plain) => Mode::Plain,
            (_, ProgressMode::Json) => Mode::Json,
        })
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a pipeline to begin with
    Init(init::Args),
    /// Check the file alone; no engine is needed
    Validate(validate::Args),
    /// Show what `up` would change, and why
    Plan(plan::Args),
    /// Build the images
    Build(build::Args),
    /// Make everything in the file true: containers, topics, tables, the connection, DAGs
    Up(up::Args),
    /// Remove containers and the network; data stays unless asked for
    Down(down::Args),
    /// Show each container and resource, and whether it is as declared
    #[command(visible_alias = "ps")]
    Status(status::Args),
    /// Show where each service answers
    Endpoints(endpoints::Args),
    /// Show the output of containers
    Logs(logs::Args),
    /// Run a command in a container
    Exec(exec::Args),
    /// Run CQL statements, or type them at a prompt
    Cql(cql::Args),
    /// Run a source, a job or a schedule now
    Run(run::Args),
    /// Stop and start a container, a service or a streaming job, and wait until it is ready
    Restart(restart::Args),
    /// Stop a container of the stack
    Stop(stop::Args),
    /// Try SQL and Python jobs on small given data, without the stack
    Test(test::Args),
    /// Prove with data that each stage works
    Verify(verify::Args),
    /// Say why something does not work, and what to do
    Doctor(doctor::Args),
    /// Save answers of a source as a file that its replay reads
    Record(record::Args),
    /// Show the way of the data, from source to column, with findings marked on it
    Graph(graph::Args),
    /// Write sparkflow.lock: exactly what this pipeline runs on
    Lock(lockfile::Args),
    /// Say what a code means, with an example and the way out; without a code, list all
    Explain(explain::Args),
    /// Print the JSON Schema of pipeline.yaml
    Schema(schema::Args),
    /// Print a completion script
    Completions(completions::Args),
    /// What Airflow's ingest tasks run
    #[command(hide = true)]
    Ingest(ingest::Args),
    /// What the replay service runs
    #[command(hide = true)]
    Replay(replay::Args),
}

/// Parses the command line, runs the command, and ends with the code it gives.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error).into(),
    };
    if matches!(cli.command, Command::Init(_) | Command::Validate(_) | Command::Schema(_) | Command::Completions(_)) {
        // Starting threads takes longer than reading a file.
        return run(cli).now_or_never().expect("these commands wait for nothing").into();
    }
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run(cli)).into(),
        Err(error) => Failure::new(Exit::Environment, error).print(Format::Text).into(),
    }
}

/// Runs one command; everything that goes wrong is printed here and nowhere else.
async fn run(cli: Cli) -> Exit {
    text::set_color(match cli.global.color {
        Color::Auto => text::ColorChoice::Auto,
        Color::Always => text::ColorChoice::Always,
        Color::Never => text::ColorChoice::Never,
    });
    let Cli { global, command } = cli;
    let global = global.told(&command);
    let told = Told::of(&command);
    match dispatch(&global, command).await {
        Ok(exit) => exit,
        Err(failure) => doctor::after_failure(&global, told, failure).await,
    }
}

async fn dispatch(global: &Global, command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Init(args) => init::run(global, &args),
        Command::Validate(args) => validate::run(global, &args),
        Command::Plan(args) => plan::run(global, &args).await,
        Command::Build(args) => build::run(global, &args).await,
        Command::Up(args) => up::run(global, &args).await,
        Command::Down(args) => down::run(global, &args).await,
        Command::Status(args) => status::run(global, &args).await,
        Command::Endpoints(args) => endpoints::run(global, &args).await,
        Command::Logs(args) => logs::run(global, &args).await,
        Command::Exec(args) => exec::run(global, &args).await,
        Command::Cql(args) => cql::run(global, &args).await,
        Command::Run(args) => run::run(global, &args).await,
        Command::Restart(args) => restart::run(global, &args).await,
        Command::Stop(args) => stop::run(global, &args).await,
        Command::Test(args) => test::run(global, &args).await,
        Command::Verify(args) => verify::run(global, &args).await,
        Command::Doctor(args) => doctor::run(global, &args).await,
        Command::Record(args) => record::run(global, &args).await,
        Command::Graph(args) => graph::run(global, &args),
        Command::Lock(args) => lockfile::run(global, &args),
        Command::Explain(args) => explain::run(global, &args),
        Command::Schema(args) => schema::run(global, &args),
        Command::Completions(args) => Ok(completions::run(&args)),
        Command::Ingest(args) => ingest::run(global, &args).await,
        Command::Replay(args) => replay::run(global, &args).await,
    }
}
