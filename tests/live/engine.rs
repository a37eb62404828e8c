//! Independent looks at the engine, by its own client: what the program says is not taken on trust.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const LABEL: &str = "io.sparkflow.project";
const LOG_LINES: &str = "400";

/// Runs the engine's client; its output when it succeeds, else its complaint.
pub(crate) fn docker(arguments: &[&str]) -> Result<String, String> {
    let output =
        Command::new("docker").args(arguments).stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

#[track_caller]
fn lines(arguments: &[&str]) -> Vec<String> {
    let answer = docker(arguments).unwrap_or_else(|error| panic!("docker {}: {error}", arguments.join(" ")));
    answer.lines().map(str::to_string).collect()
}

fn filter(project: &str) -> String {
    format!("label={LABEL}={project}")
}

/// Names of all containers of a project, running or not.
pub(crate) fn containers(project: &str) -> Vec<String> {
    lines(&["ps", "--all", "--filter", &filter(project), "--format", "{{.Names}}"])
}

pub(crate) fn running(project: &str) -> Vec<String> {
    lines(&["ps", "--filter", &filter(project), "--format", "{{.Names}}"])
}

pub(crate) fn volumes(project: &str) -> Vec<String> {
    lines(&["volume", "ls", "--quiet", "--filter", &filter(project)])
}

pub(crate) fn networks(project: &str) -> Vec<String> {
    lines(&["network", "ls", "--filter", &filter(project), "--format", "{{.Name}}"])
}

/// Host addresses of published ports.
pub(crate) fn bindings(project: &str) -> Vec<String> {
    let format = "{{range $p, $all := .NetworkSettings.Ports}}{{range $all}}{{.HostIp}} {{end}}{{end}}";
    let named = running(project);
    let mut arguments = vec!["inspect", "--format", format];
    arguments.extend(named.iter().map(String::as_str));
    lines(&arguments).iter().flat_map(|line| line.split_whitespace()).map(str::to_string).collect()
}

/// Everything the engine has of a project, by label and, for what lost its label, by name.
pub(crate) fn everything_of(project: &str) -> Vec<String> {
    let named = format!("name={project}");
    let mut found = [containers(project), volumes(project), networks(project)].concat();
    found.extend(lines(&["ps", "--all", "--filter", &named, "--format", "{{.Names}}"]));
    found.extend(lines(&["volume", "ls", "--quiet", "--filter", &named]));
    found.extend(lines(&["network", "ls", "--filter", &named, "--format", "{{.Name}}"]));
    found.sort();
    found.dedup();
    found
}

/// For a failed scenario only; says what it could not do and goes on.
pub(crate) fn remove_everything_of(project: &str) {
    let remove = |arguments: &[&str], names: Vec<String>| {
        for name in names {
            let all: Vec<&str> = arguments.iter().copied().chain([name.as_str()]).collect();
            if let Err(error) = docker(&all) {
                eprintln!("    docker {}: {error}", all.join(" "));
            }
        }
    };
    // Also what the suite put beside them, by name.
    let named = lines(&["ps", "--all", "--filter", &format!("name={project}-"), "--format", "{{.Names}}"]);
    remove(&["rm", "--force", "--volumes"], [containers(project), named].concat());
    remove(&["network", "rm"], networks(project));
    remove(&["volume", "rm"], volumes(project));
}

pub(crate) fn save_logs(project: &str, folder: &Path) {
    for name in containers(project) {
        let output = Command::new("docker").args(["logs", "--tail", LOG_LINES, "--timestamps", &name]).output();
        let Ok(output) = output else { continue };
        let text = [output.stdout, output.stderr].concat();
        if let Err(error) = fs::write(folder.join(format!("{name}.log")), text) {
            eprintln!("    the log of {name} could not be kept: {error}");
        }
    }
}
