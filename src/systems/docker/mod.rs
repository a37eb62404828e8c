//! The container engine: one connection, and what may go wrong with it.
//!
//! Verbs live beside the thing they act on (`containers`, `images`, ...). Ownership is the caller's business:
//! nothing here checks labels before it removes something.

pub mod address;
pub mod archive;
pub mod build;
pub mod connect;
pub mod containers;
pub mod disk;
pub mod exec;
pub mod history;
pub mod images;
pub mod inspect;
pub mod logs;
pub mod pull;
pub mod volumes;

use std::future::Future;
use std::time::Duration;

use bollard::Docker;

/// The oldest engine API that has every verb used here.
pub const MINIMUM_API: (usize, usize) = (1, 41);

/// Longest wait for the answer to a small request (list, inspect, create).
const SHORT: Duration = Duration::from_secs(30);

/// A connection to one local engine, its API version agreed on.
#[derive(Debug, Clone)]
pub struct Engine {
    docker: Docker,
    address: String,
}

/// What may go wrong between us and the engine.
#[derive(Debug, thiserror::Error)]
pub enum DockerError {
    #[error("no container engine found; tried {}", tried.join(", "))]
    NotFound { tried: Vec<String> },
    #[error("no permission to use the container engine at `{address}`; add yourself to the group that owns the socket")]
    Permission { address: String },
    #[error(
        "the engine at `{address}` speaks API {found}, expected {}.{} or newer",
        MINIMUM_API.0,
        MINIMUM_API.1
    )]
    TooOld { address: String, found: String },
    #[error("{origin} names the remote engine `{address}`; only local engines (unix socket, named pipe) are supported")]
    Remote { address: String, origin: String },
    #[error("docker context `{name}` cannot be used: {reason} (`{path}`)")]
    Context { name: String, path: String, reason: String },
    #[error("the engine at `{address}` does not answer")]
    Unreachable {
        address: String,
        #[source]
        source: Box<bollard::errors::Error>,
    },
    #[error("the engine took longer than {seconds} s to {action}")]
    Timeout { action: String, seconds: u64 },
    #[error("could not {action}")]
    Call {
        action: String,
        #[source]
        source: Box<bollard::errors::Error>,
    },
    #[error("could not {action}: {reason}")]
    Refused { action: String, reason: String },
    #[error("building image `{tag}` failed{}", last_step(*step, *total))]
    Build {
        tag: String,
        step: u32,
        total: u32,
        /// The end of the build's output, oldest line first.
        output: Vec<String>,
        #[source]
        source: Box<bollard::errors::Error>,
    },
    #[error("could not {action}")]
    Io {
        action: String,
        #[source]
        source: std::io::Error,
    },
}

fn last_step(step: u32, total: u32) -> String {
    if step == 0 {
        return " before its first step".to_owned();
    }
    format!(" in step {step} of {total}")
}

impl DockerError {
    /// The engine knows no such container, image, volume, network or path.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.status() == Some(404)
    }

    /// The name is taken, or the object is in use.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    /// A published port is held by somebody else.
    #[must_use]
    pub fn is_port_taken(&self) -> bool {
        let Self::Call { source, .. } = self else {
            return false;
        };
        let bollard::errors::Error::DockerResponseServerError { message, .. } = source.as_ref() else {
            return false;
        };
        message.contains("port is already allocated") || message.contains("address already in use")
    }

    /// There was no room left where the engine keeps its data.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        const WORDS: &str = "no space left on device";
        let in_output = |line: &String| line.to_lowercase().contains(WORDS);
        match self {
            Self::Build { output, .. } if output.iter().any(in_output) => true,
            _ => super::one_line(self).to_lowercase().contains(WORDS),
        }
    }

    fn status(&self) -> Option<u16> {
        let Self::Call { source, .. } = self else {
            return None;
        };
        match source.as_ref() {
            bollard::errors::Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
            _ => None,
        }
    }
}

impl Engine {
    /// Where the engine listens, as a person would write it (`unix:///var/run/docker.sock`).
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The same connection for requests whose answer may begin late.
    fn patient(&self, limit: Duration) -> Docker {
        self.docker.clone().with_timeout(limit)
    }
}

/// One request, with a bound and a name for what was tried.
async fn call<T>(
    action: impl FnOnce() -> String,
    limit: Duration,
    request: impl Future<Output = Result<T, bollard::errors::Error>>,
) -> Result<T, DockerError> {
    match tokio::time::timeout(limit, request).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(source)) => Err(failed(action(), source)),
        Err(_) => Err(DockerError::Timeout { action: action(), seconds: limit.as_secs() }),
    }
}

fn failed(action: String, source: bollard::errors::Error) -> DockerError {
    match source {
        bollard::errors::Error::RequestTimeoutError => DockerError::Timeout { action, seconds: SHORT.as_secs() },
        source => DockerError::Call { action, source: Box::new(source) },
    }
}

/// Removing what is gone already is done.
fn absent_is_done(result: Result<(), DockerError>) -> Result<(), DockerError> {
    match result {
        Err(error) if error.is_absent() => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status_code: u16, message: &str) -> DockerError {
        failed(
            "start container `x`".to_owned(),
            bollard::errors::Error::DockerResponseServerError { status_code, message: message.to_owned() },
        )
    }

    #[test]
    fn a_missing_object_is_told_from_a_conflict() {
        assert!(refused(404, "No such container").is_absent());
        assert!(refused(409, "in use").is_conflict());
        assert!(!refused(500, "broken").is_absent());
    }

    #[test]
    fn a_taken_port_is_recognised_in_both_wordings() {
        let by_engine = "driver failed programming external connectivity: Bind for 127.0.0.1:9092 failed: port is already allocated";
        let by_kernel = "listen tcp4 127.0.0.1:9092: bind: address already in use";
        assert!(refused(500, by_engine).is_port_taken());
        assert!(refused(500, by_kernel).is_port_taken());
        assert!(!refused(500, "no space left on device").is_port_taken());
    }

    #[test]
    fn a_full_disk_is_told_from_other_failures() {
        assert!(refused(500, "write /var/lib/docker/tmp/x: no space left on device").is_disk_full());
        assert!(!refused(500, "broken").is_disk_full());
    }

    #[test]
    fn removing_what_is_gone_is_done() {
        assert!(absent_is_done(Err(refused(404, "gone"))).is_ok());
        assert!(absent_is_done(Err(refused(409, "in use"))).is_err());
    }
}
