//! What the host gives to the stack: its engine, its binary, its proxy settings and extra certificates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::exit::Exit;
use crate::cli::{Failure, Global};
use crate::systems::docker::Engine;
use crate::systems::docker::address::EngineEnv;

/// Where Debian and its kin keep certificates that an administrator added.
const CERTIFICATES: &str = "/usr/local/share/ca-certificates";
const PROXY_VARIABLES: [&str; 6] = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

pub(super) async fn engine(global: &Global) -> Result<Engine, Failure> {
    let path = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let environment = EngineEnv {
        context: global.context.clone().filter(|name| !name.is_empty()),
        host: std::env::var("DOCKER_HOST").ok().filter(|value| !value.is_empty()),
        config_dir: path("DOCKER_CONFIG"),
        home: path("HOME"),
        runtime_dir: path("XDG_RUNTIME_DIR"),
    };
    Ok(Engine::connect(&environment).await?)
}

/// The program that goes into images: this one, or a build for the engine's system beside it.
pub(super) fn binary(architecture: &str) -> Result<Vec<u8>, Failure> {
    let own = std::env::current_exe()?;
    let beside = own.with_file_name(format!("sparkflow-linux-{architecture}"));
    let path = if beside.is_file() { beside } else { own };
    if cfg!(target_os = "linux") && std::env::consts::ARCH == rust_name(architecture)
        || path.file_name() != std::env::current_exe()?.file_name()
    {
        return Ok(std::fs::read(path)?);
    }
    let reason = format!("this program cannot run in a Linux container for {architecture}");
    Err(Failure::new(Exit::Environment, reason)
        .hint(format!("put a build named `sparkflow-linux-{architecture}` beside it")))
}

/// Rust's name for what the engine calls an architecture.
fn rust_name(architecture: &str) -> &str {
    match architecture {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        other => other,
    }
}

pub(super) fn proxy_settings() -> BTreeMap<String, String> {
    PROXY_VARIABLES.iter().filter_map(|name| Some(((*name).to_string(), std::env::var(name).ok()?))).collect()
}

/// The host's extra certificates, by file name; none where the folder does not exist.
pub(super) fn certificates() -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut certificates = BTreeMap::new();
    let folder = Path::new(CERTIFICATES);
    if !folder.is_dir() {
        return Ok(certificates);
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.ends_with(".crt") {
            certificates.insert(name.to_string(), std::fs::read(&path)?);
        }
    }
    Ok(certificates)
}
