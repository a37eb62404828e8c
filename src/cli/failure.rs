//! Why a command ended badly: an error or findings, the exit code that says which kind, and what to do next.

use std::error::Error;

use crate::cli::Format;
use crate::cli::exit::Exit;
use crate::diagnostic::Diagnostic;
use crate::report::diagnostics::{self, Source};
use crate::report::{failure, github, json, sarif, text};
use crate::systems::{one_line, with_causes};

#[derive(Debug)]
pub enum Failure {
    /// What is wrong with the file, shown in its own lines.
    Findings {
        found: Vec<Diagnostic>,
        source: Source,
    },
    Error {
        error: Box<dyn Error + Send + Sync>,
        hints: Vec<String>,
        exit: Exit,
    },
    /// Already shown.
    Shown(Exit),
}

impl Failure {
    pub fn new(exit: Exit, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Error { error: error.into(), hints: Vec::new(), exit }
    }

    /// Adds a next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Self::Error { hints, .. } = &mut self {
            hints.push(hint.into());
        }
        self
    }

    /// All it says, as plain lines; nothing where it was said before.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Error { error, hints, .. } => {
                let mut text = with_causes(error.as_ref());
                for hint in hints {
                    text.push('\n');
                    text.push_str(hint);
                }
                text
            }
            Self::Findings { .. } | Self::Shown(_) => String::new(),
        }
    }

    /// What went wrong, where one line must do.
    pub(super) fn line(&self) -> String {
        match self {
            Self::Error { error, .. } => one_line(error.as_ref()),
            Self::Findings { found, .. } => format!("{} findings in the file", found.len()),
            Self::Shown(_) => "it was said before".to_string(),
        }
    }

    /// Prints it once and gives the code to end with. In JSON nothing but the document is printed.
    pub(super) fn print(self, format: Format) -> Exit {
        match self {
            Self::Shown(exit) => exit,
            Self::Findings { found, source } => {
                show(&found, &source, format);
                Exit::File
            }
            Self::Error { error, hints, exit } => {
                if format == Format::Json {
                    print_value(&failure::as_value(error.as_ref(), &hints, exit.code()));
                } else {
                    text::say(failure::render(error.as_ref(), &hints));
                }
                exit
            }
        }
    }
}

/// Findings in the format that was asked for; where programs read them, they are all on stdout.
pub(super) fn show(found: &[Diagnostic], source: &Source, format: Format) {
    match format {
        Format::Text | Format::Github if found.is_empty() => {}
        Format::Text => text::say(diagnostics::render(found, source)),
        Format::Json => print_value(&diagnostics::as_value(found, &source.path)),
        Format::Github => text::out(github::annotations(found, source)),
        Format::Sarif => print_plain(&sarif::document(found, source)),
    }
}

/// A document whose form is not ours: without our own version number.
fn print_plain(value: &serde_json::Value) {
    text::out(format!("{value:#}"));
}

fn print_value(value: &serde_json::Value) {
    if let Err(error) = json::print_json(value) {
        text::say(failure::render(&error, &[]));
    }
}

macro_rules! fails_with {
    ($exit:expr, $($error:ty),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new($exit, error)
            }
        }
    )+};
}

fails_with!(
    Exit::Failed,
    crate::apply::StepError,
    crate::topology::build::BuildError,
    std::io::Error,
    serde_json::Error
);

impl From<crate::systems::docker::DockerError> for Failure {
    fn from(error: crate::systems::docker::DockerError) -> Self {
        use crate::systems::docker::DockerError as D;
        match error {
            D::NotFound { .. } => Self::new(Exit::Environment, error)
                .hint("start Docker (`sudo systemctl start docker`, or Docker Desktop), or name another engine with --context"),
            D::Remote { .. } => Self::new(Exit::Environment, error).hint("name a local engine with --context"),
            D::Permission { .. } | D::TooOld { .. } | D::Context { .. } | D::Unreachable { .. } => {
                Self::new(Exit::Environment, error)
            }
            other => Self::new(Exit::Failed, other),
        }
    }
}

impl From<crate::session::SessionError> for Failure {
    fn from(error: crate::session::SessionError) -> Self {
        match error {
            crate::session::SessionError::Docker(error) => error.into(),
            other => Self::new(Exit::Failed, other),
        }
    }
}
