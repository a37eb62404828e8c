//! Opening the connection: a unix socket or a named pipe, and an API version both sides speak.
//!
//! Which addresses are tried is `address`'s business.

use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, Docker};
use serde::{Deserialize, Serialize};

use super::address::{Choice, EngineEnv, choose};
use super::{DockerError, Engine, MINIMUM_API, SHORT, call};

const HANDSHAKE: Duration = Duration::from_secs(10);

/// What the engine says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineInfo {
    /// Stable per engine; names the lock of a project.
    pub id: String,
    pub server_version: String,
    pub api_version: String,
    pub os: String,
    /// The system it runs on, in words.
    pub system: String,
    pub kernel: String,
    /// Where it keeps images and volumes, on its own machine.
    pub data_folder: String,
    /// As the engine writes it: `x86_64`, `aarch64`.
    pub architecture: String,
    pub memory_bytes: u64,
    pub cpu_count: u32,
}

impl Engine {
    /// Connects to the engine the user means and agrees on an API version.
    ///
    /// # Errors
    /// Every way of not getting a usable local engine has its own variant.
    pub async fn connect(env: &EngineEnv) -> Result<Self, DockerError> {
        let (addresses, origin) = match choose(env)? {
            Choice::Named { address, origin } => (vec![address], Some(origin)),
            Choice::Usual(addresses) => (addresses, None),
        };
        let mut tried = Vec::new();
        for address in addresses {
            match Self::open(&address, origin.as_deref()).await {
                Err(DockerError::NotFound { tried: here }) => tried.extend(here),
                other => return other,
            }
        }
        if let Some(origin) = origin {
            for address in &mut tried {
                *address = format!("{address} (from {origin})");
            }
        }
        Err(DockerError::NotFound { tried })
    }

    async fn open(address: &str, origin: Option<&str>) -> Result<Self, DockerError> {
        let docker = transport(address, origin)?;
        let agreed = tokio::time::timeout(HANDSHAKE, docker.negotiate_version()).await;
        let docker = match agreed {
            Ok(Ok(docker)) => docker,
            Ok(Err(source)) => return Err(handshake_failure(address, source)),
            Err(_) => {
                return Err(DockerError::Timeout {
                    action: format!("say its version at `{address}`"),
                    seconds: HANDSHAKE.as_secs(),
                });
            }
        };
        let agreed = docker.client_version();
        if (agreed.major_version, agreed.minor_version) < MINIMUM_API {
            return Err(DockerError::TooOld { address: address.to_owned(), found: agreed.to_string() });
        }
        Ok(Self { docker, address: address.to_owned() })
    }

    /// What the engine is and has.
    ///
    /// # Errors
    /// When the engine does not answer in time.
    pub async fn info(&self) -> Result<EngineInfo, DockerError> {
        let info = call(|| "describe itself".to_owned(), SHORT, self.docker.info()).await?;
        Ok(EngineInfo {
            id: info.id.unwrap_or_default(),
            server_version: info.server_version.unwrap_or_default(),
            api_version: self.docker.client_version().to_string(),
            os: info.os_type.unwrap_or_default(),
            system: info.operating_system.unwrap_or_default(),
            kernel: info.kernel_version.unwrap_or_default(),
            data_folder: info.docker_root_dir.unwrap_or_default(),
            architecture: info.architecture.unwrap_or_default(),
            memory_bytes: info.mem_total.and_then(|n| n.try_into().ok()).unwrap_or(0),
            cpu_count: info.ncpu.and_then(|n| n.try_into().ok()).unwrap_or(0),
        })
    }
}

fn transport(address: &str, origin: Option<&str>) -> Result<Docker, DockerError> {
    let opened = match address.split_once("://") {
        #[cfg(unix)]
        Some(("unix", _)) => Docker::connect_with_unix(address, SHORT.as_secs(), API_DEFAULT_VERSION),
        #[cfg(windows)]
        Some(("npipe", _)) => Docker::connect_with_named_pipe(address, SHORT.as_secs(), API_DEFAULT_VERSION),
        _ => {
            return Err(DockerError::Remote {
                address: address.to_owned(),
                origin: origin.unwrap_or("the default").to_owned(),
            });
        }
    };
    opened.map_err(|source| handshake_failure(address, source))
}

fn handshake_failure(address: &str, source: bollard::errors::Error) -> DockerError {
    if matches!(source, bollard::errors::Error::SocketNotFoundError(_)) {
        return DockerError::NotFound { tried: vec![address.to_owned()] };
    }
    match io_kind(&source) {
        Some(std::io::ErrorKind::PermissionDenied) => DockerError::Permission { address: address.to_owned() },
        // A socket file that nobody listens on is left behind by an engine that stopped.
        Some(std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::NotFound) => {
            DockerError::NotFound { tried: vec![format!("{address} (nobody listens)")] }
        }
        _ => DockerError::Unreachable { address: address.to_owned(), source: Box::new(source) },
    }
}

fn io_kind(error: &bollard::errors::Error) -> Option<std::io::ErrorKind> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(io) = current.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        cause = current.source();
    }
    None
}
