//! Running the system's own tools on the new root: bounded, their output line by line, nothing left running.
//!
//! Each runs in process and mount namespaces of its own. When it ends or is dropped, the kernel ends whatever it started and
//! undoes its mounts, so the folder can be removed safely.

use std::ffi::OsStr;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use super::DebootstrapError;

/// How much of a failed tool's output is kept.
const KEPT_LINES: usize = 30;

/// How long the pipes of a tool that was ended may stay open.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// A tool to run, and what it is for ("make the root").
#[derive(Debug, Clone, Copy)]
pub(super) struct Tool<'a> {
    pub(super) action: &'a str,
    pub(super) limit: Duration,
    pub(super) arguments: &'a [&'a OsStr],
}

impl Tool<'_> {
    /// Runs it to its end; every line it prints goes to `on_line`.
    pub(super) async fn run(&self, on_line: &mut (impl FnMut(String) + Send)) -> Result<(), DebootstrapError> {
        let mut child = self.spawn()?;
        let mut lines = stream::select(lines(child.stdout.take()), lines(child.stderr.take()));
        let mut output = Vec::new();
        let running = async {
            while let Some(line) = lines.next().await {
                keep(&mut output, &line);
                on_line(line);
            }
            child.wait().await
        };
        match tokio::time::timeout(self.limit, running).await {
            Ok(Ok(status)) => self.judge(status, output),
            Ok(Err(source)) => Err(self.broken(source)),
            Err(_) => {
                let _: Result<(), std::io::Error> = child.kill().await;
                // The pipes close when the last of its processes is gone.
                let _: Result<usize, _> = tokio::time::timeout(LAST_WORDS, lines.count()).await;
                Err(DebootstrapError::Timeout { action: self.action.to_owned(), seconds: self.limit.as_secs() })
            }
        }
    }

    /// Starts it for somebody who reads its output; `Running::finish` tells how it ended.
    pub(super) fn start(&self) -> Result<(ChildStdout, Running<'_>), DebootstrapError> {
        let mut child = self.spawn()?;
        let Some(stdout) = child.stdout.take() else {
            return Err(self.broken(std::io::ErrorKind::BrokenPipe.into()));
        };
        Ok((stdout, Running { tool: *self, child }))
    }

    #[expect(clippy::disallowed_methods, reason = "without a registry there is no image to run debootstrap in")]
    fn spawn(&self) -> Result<Child, DebootstrapError> {
        let path = std::env::var("PATH").unwrap_or_default();
        Command::new("unshare")
            .args(["--pid", "--fork", "--kill-child", "--mount", "--mount-proc", "--"])
            .args(self.arguments)
            // An ordinary user's path leaves out where the system's tools are.
            .env("PATH", format!("{path}:/usr/sbin:/usr/bin:/sbin:/bin"))
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| self.broken(source))
    }

    fn judge(&self, status: ExitStatus, output: Vec<String>) -> Result<(), DebootstrapError> {
        if status.success() {
            return Ok(());
        }
        let is_error = |line: &&String| line.starts_with("E: ");
        let last = output.iter().rfind(is_error).or(output.last()).cloned();
        let reason = last.unwrap_or_else(|| status.to_string());
        Err(DebootstrapError::Failed { action: self.action.to_owned(), reason, output })
    }

    fn broken(&self, source: std::io::Error) -> DebootstrapError {
        DebootstrapError::Io { action: self.action.to_owned(), source }
    }
}

/// A tool whose output somebody else reads.
pub(super) struct Running<'a> {
    tool: Tool<'a>,
    child: Child,
}

impl Running<'_> {
    /// How it ended, once its output was read or given up.
    pub(super) async fn finish(mut self) -> Result<(), DebootstrapError> {
        let mut errors = lines(self.child.stderr.take());
        let mut output = Vec::new();
        let ending = async {
            while let Some(line) = errors.next().await {
                keep(&mut output, &line);
            }
            self.child.wait().await
        };
        match tokio::time::timeout(LAST_WORDS, ending).await {
            Ok(Ok(status)) => self.tool.judge(status, output),
            Ok(Err(source)) => Err(self.tool.broken(source)),
            Err(_) => {
                Err(DebootstrapError::Timeout { action: self.tool.action.to_owned(), seconds: LAST_WORDS.as_secs() })
            }
        }
    }
}

fn keep(output: &mut Vec<String>, line: &str) {
    if output.len() == KEPT_LINES {
        output.remove(0);
    }
    output.push(line.to_owned());
}

fn lines<R: AsyncRead + Send + Unpin + 'static>(pipe: Option<R>) -> BoxStream<'static, String> {
    let Some(pipe) = pipe else {
        return stream::empty().boxed();
    };
    stream::unfold(BufReader::new(pipe), |mut reader| async move {
        let mut line = Vec::new();
        let length = reader.read_until(b'\n', &mut line).await.ok()?;
        (length > 0).then(|| (String::from_utf8_lossy(&line).trim_end().to_owned(), reader))
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_last_error_the_tool_named() {
        let tool = Tool { action: "make it", limit: LAST_WORDS, arguments: &[] };
        let mut output = Vec::new();
        for line in ["I: Retrieving", "E: Unable to fetch", "cleaning up"] {
            keep(&mut output, line);
        }
        let failed = tool.judge(failure(), output).unwrap_err();
        assert_eq!(failed.to_string(), "could not make it: E: Unable to fetch");
    }

    #[cfg(unix)]
    fn failure() -> ExitStatus {
        std::os::unix::process::ExitStatusExt::from_raw(256)
    }

    #[cfg(windows)]
    fn failure() -> ExitStatus {
        std::os::windows::process::ExitStatusExt::from_raw(1)
    }
}
