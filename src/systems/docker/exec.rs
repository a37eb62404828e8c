//! Commands inside a running container: captured and bounded, or attached to the caller's streams.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use bollard::exec::{StartExecOptions, StartExecResults};
use bollard::models::ExecConfig;
use bollard::query_parameters::ResizeExecOptions;
use futures_util::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWrite;

use super::logs::{OutputStream, parts};
use super::{DockerError, Engine, SHORT, call, failed};

/// A command, without a shell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExecSpec {
    pub argv: Vec<String>,
    pub user: Option<String>,
    pub workdir: Option<String>,
    /// Visible to whoever may look at the container: never secrets.
    pub env: BTreeMap<String, String>,
}

/// What a command left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecOutput {
    pub exit_code: i64,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// More was printed than the bound allowed.
    pub truncated: bool,
}

/// A window that the command may draw on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    pub columns: u16,
    pub rows: u16,
}

/// Bytes of one of the command's streams.
pub type OutputChunk = (OutputStream, Vec<u8>);

/// A command that is running with its streams in our hands.
pub struct AttachedExec {
    pub id: String,
    pub output: Pin<Box<dyn Stream<Item = Result<OutputChunk, DockerError>> + Send>>,
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
}

impl Engine {
    /// Runs a command and captures at most `max_bytes` of each of its streams.
    ///
    /// After a timeout the command goes on in the container: the engine cannot end it.
    ///
    /// # Errors
    /// When the container does not run (`is_conflict`), or the command takes longer than `limit`.
    pub async fn exec(
        &self,
        container: &str,
        spec: &ExecSpec,
        limit: Duration,
        max_bytes: usize,
    ) -> Result<ExecOutput, DockerError> {
        let running = async {
            let attached = self.start_exec(container, spec, None, Input::Closed).await?;
            let mut result = ExecOutput { exit_code: 0, stdout: Vec::new(), stderr: Vec::new(), truncated: false };
            let mut output = attached.output;
            while let Some(chunk) = output.next().await {
                let (stream, bytes) = chunk?;
                let kept = match stream {
                    OutputStream::Stdout => &mut result.stdout,
                    OutputStream::Stderr => &mut result.stderr,
                };
                let room = max_bytes.saturating_sub(kept.len());
                kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
                result.truncated |= bytes.len() > room;
            }
            result.exit_code = self.exec_exit_code(&attached.id).await?;
            Ok(result)
        };
        tokio::time::timeout(limit, running).await.unwrap_or_else(|_| {
            Err(DockerError::Timeout {
                action: format!("run `{}` in `{container}`", spec.argv.join(" ")),
                seconds: limit.as_secs(),
            })
        })
    }

    /// Starts a command with its input and output attached, on a terminal if one is given. The caller moves the bytes
    /// and asks for the exit code when the output ends.
    ///
    /// # Errors
    /// When the container does not run (`is_conflict`), or the engine refuses.
    pub async fn exec_attached(
        &self,
        container: &str,
        spec: &ExecSpec,
        terminal: Option<Terminal>,
    ) -> Result<AttachedExec, DockerError> {
        self.start_exec(container, spec, terminal, Input::Open).await
    }

    /// The exit code of a command whose output has ended.
    ///
    /// # Errors
    /// When the command still runs a second later, or the engine refuses.
    pub async fn exec_exit_code(&self, id: &str) -> Result<i64, DockerError> {
        let action = || "read a command's exit code".to_owned();
        // The output may end a moment before the engine has written the code down.
        for _ in 0..20 {
            let answer = call(action, SHORT, self.docker.inspect_exec(id)).await?;
            match (answer.running, answer.exit_code) {
                (Some(true), _) | (_, None) => tokio::time::sleep(Duration::from_millis(50)).await,
                (_, Some(code)) => return Ok(code),
            }
        }
        Err(DockerError::Refused { action: action(), reason: "it closed its output and goes on running".to_owned() })
    }

    /// Tells a command on a terminal that the window has changed.
    ///
    /// # Errors
    /// When the command has ended, or the engine refuses.
    pub async fn resize_exec(&self, id: &str, terminal: Terminal) -> Result<(), DockerError> {
        let options = ResizeExecOptions { h: i32::from(terminal.rows), w: i32::from(terminal.columns) };
        let action = || "resize a terminal".to_owned();
        call(action, SHORT, self.docker.resize_exec(id, options)).await
    }

    async fn start_exec(
        &self,
        container: &str,
        spec: &ExecSpec,
        terminal: Option<Terminal>,
        input: Input,
    ) -> Result<AttachedExec, DockerError> {
        let action = || format!("run `{}` in `{container}`", spec.argv.join(" "));
        let config = exec_config(spec, terminal, input);
        let id = call(action, SHORT, self.docker.create_exec(container, config)).await?.id;
        let options = StartExecOptions { detach: false, tty: terminal.is_some(), output_capacity: Some(64 * 1024) };
        let started = call(action, SHORT, self.docker.start_exec(&id, Some(options))).await?;
        let StartExecResults::Attached { output, input } = started else {
            return Err(DockerError::Refused {
                action: action(),
                reason: "the engine did not attach to it".to_owned(),
            });
        };
        if let Some(terminal) = terminal {
            self.give_window(&id, terminal).await?;
        }
        let action = action();
        let output = output.map(move |frame| match frame {
            Ok(output) => Ok(parts(output)),
            Err(source) => Err(failed(action.clone(), source)),
        });
        Ok(AttachedExec { id, output: Box::pin(output), input })
    }
}

impl Engine {
    /// The engine attaches a moment before the process is there; one that has ended already needs no window.
    async fn give_window(&self, id: &str, terminal: Terminal) -> Result<(), DockerError> {
        let mut last = Ok(());
        for _ in 0..100 {
            match self.resize_exec(id, terminal).await {
                Err(error) if error.is_absent() => last = Err(error),
                other => return other,
            }
            let seen = call(|| "look at a command".to_owned(), SHORT, self.docker.inspect_exec(id)).await?;
            if seen.exit_code.is_some() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        last
    }
}

/// Whether the command may read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    Open,
    Closed,
}

fn exec_config(spec: &ExecSpec, terminal: Option<Terminal>, input: Input) -> ExecConfig {
    let env = spec.env.iter().map(|(key, value)| format!("{key}={value}")).collect();
    ExecConfig {
        attach_stdin: Some(input == Input::Open),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(terminal.is_some()),
        env: Some(env),
        cmd: Some(spec.argv.clone()),
        user: spec.user.clone(),
        working_dir: spec.workdir.clone(),
        ..ExecConfig::default()
    }
}
