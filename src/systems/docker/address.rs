//! Which engine the user means: flag, environment, docker's own contexts, the usual sockets.
//!
//! Reads docker's configuration files, never the environment: the caller hands that in. Opens no connection.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::super::hex;
use super::DockerError;

/// What the user's environment and flags say about the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineEnv {
    /// `--context`, else `DOCKER_CONTEXT`.
    pub context: Option<String>,
    /// `DOCKER_HOST`.
    pub host: Option<String>,
    /// `DOCKER_CONFIG`: the folder that holds docker's `config.json`.
    pub config_dir: Option<PathBuf>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`: rootless engines listen there.
    pub runtime_dir: Option<PathBuf>,
}

/// Addresses to try, in order, and who named them.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// Somebody named one address: only that is tried.
    Named {
        address: String,
        origin: String,
    },
    Usual(Vec<String>),
}

pub(super) fn choose(env: &EngineEnv) -> Result<Choice, DockerError> {
    let config_dir = env.config_dir.clone().or_else(|| env.home.as_ref().map(|home| home.join(".docker")));
    if let Some(name) = env.context.as_deref().filter(|name| !name.is_empty()) {
        return named_context(config_dir.as_deref(), name, env);
    }
    if let Some(host) = env.host.as_deref().filter(|host| !host.is_empty()) {
        return Ok(Choice::Named { address: host.to_owned(), origin: "`DOCKER_HOST`".to_owned() });
    }
    match config_dir.as_deref().and_then(current_context) {
        Some(name) => named_context(config_dir.as_deref(), &name, env),
        None => Ok(Choice::Usual(usual_addresses(env))),
    }
}

fn named_context(config_dir: Option<&Path>, name: &str, env: &EngineEnv) -> Result<Choice, DockerError> {
    if name == "default" {
        return Ok(Choice::Usual(usual_addresses(env)));
    }
    let Some(config_dir) = config_dir else {
        return Err(context_error(name, Path::new("~/.docker"), "docker's configuration folder is unknown"));
    };
    let path = context_file(config_dir, name);
    let text = std::fs::read(&path)
        .map_err(|source| context_error(name, &path, &format!("its description cannot be read: {source}")))?;
    let meta: serde_json::Value = serde_json::from_slice(&text)
        .map_err(|source| context_error(name, &path, &format!("its description is not JSON: {source}")))?;
    let host = meta.pointer("/Endpoints/docker/Host").and_then(serde_json::Value::as_str);
    match host.filter(|host| !host.is_empty()) {
        Some(host) => Ok(Choice::Named { address: host.to_owned(), origin: format!("docker context `{name}`") }),
        None => Err(context_error(name, &path, "it names no docker endpoint")),
    }
}

fn context_error(name: &str, path: &Path, reason: &str) -> DockerError {
    DockerError::Context { name: name.to_owned(), path: path.display().to_string(), reason: reason.to_owned() }
}

/// Docker files a context under the SHA-256 of its name.
fn context_file(config_dir: &Path, name: &str) -> PathBuf {
    let digest = hex(&Sha256::digest(name.as_bytes()));
    config_dir.join("contexts/meta").join(digest).join("meta.json")
}

fn current_context(config_dir: &Path) -> Option<String> {
    let text = std::fs::read(config_dir.join("config.json")).ok()?;
    let config: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let name = config.get("currentContext")?.as_str()?;
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(unix)]
fn usual_addresses(env: &EngineEnv) -> Vec<String> {
    let mut paths = vec![PathBuf::from("/var/run/docker.sock")];
    if let Some(home) = &env.home {
        paths.push(home.join(".docker/run/docker.sock"));
        paths.push(home.join(".docker/desktop/docker.sock"));
        paths.push(home.join(".colima/default/docker.sock"));
    }
    if let Some(runtime_dir) = &env.runtime_dir {
        paths.push(runtime_dir.join("docker.sock"));
        paths.push(runtime_dir.join("podman/podman.sock"));
    }
    paths.push(PathBuf::from("/run/podman/podman.sock"));
    paths.iter().map(|path| format!("unix://{}", path.display())).collect()
}

#[cfg(windows)]
fn usual_addresses(_env: &EngineEnv) -> Vec<String> {
    vec!["npipe:////./pipe/docker_engine".to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config_with_context(name: &str, meta: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let file = context_file(dir.path(), name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, meta).unwrap();
        dir
    }

    fn env_in(dir: &tempfile::TempDir) -> EngineEnv {
        EngineEnv { config_dir: Some(dir.path().to_owned()), ..EngineEnv::default() }
    }

    #[test]
    fn a_context_is_filed_under_the_hash_of_its_name() {
        let path = context_file(Path::new("/c"), "colima");
        assert_eq!(
            path.to_str().unwrap(),
            "/c/contexts/meta/f24fd3749c1368328e2b149bec149cb6795619f244c5b584e844961215dadd16/meta.json"
        );
    }

    #[test]
    fn a_named_context_wins_over_docker_host() {
        let dir = config_with_context("colima", r#"{"Endpoints":{"docker":{"Host":"unix:///c.sock"}}}"#);
        let env = EngineEnv {
            context: Some("colima".to_owned()),
            host: Some("unix:///other.sock".to_owned()),
            ..env_in(&dir)
        };
        let expected =
            Choice::Named { address: "unix:///c.sock".to_owned(), origin: "docker context `colima`".to_owned() };
        assert_eq!(choose(&env).unwrap(), expected);
    }

    #[test]
    fn docker_host_wins_over_the_current_context() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("config.json"), r#"{"currentContext":"colima"}"#).unwrap();
        let env = EngineEnv { host: Some("unix:///h.sock".to_owned()), ..env_in(&dir) };
        assert!(matches!(choose(&env).unwrap(), Choice::Named { address, .. } if address == "unix:///h.sock"));
    }

    #[test]
    fn a_current_context_without_description_is_an_error_that_names_the_file() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("config.json"), r#"{"currentContext":"gone"}"#).unwrap();
        let error = choose(&env_in(&dir)).unwrap_err();
        assert!(matches!(error, DockerError::Context { ref name, .. } if name == "gone"));
        assert!(error.to_string().contains("meta.json"));
    }

    #[test]
    fn nothing_said_means_the_usual_addresses() {
        let env = EngineEnv { home: Some(PathBuf::from("/home/a")), ..EngineEnv::default() };
        assert!(matches!(choose(&env).unwrap(), Choice::Usual(addresses) if addresses.len() >= 4 || cfg!(windows)));
    }
}
