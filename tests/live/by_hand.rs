//! What a person does to a stack with the engine's and Airflow's own clients, where one command does not say it.

use crate::engine;
use crate::stack::Stack;

/// The same container, but for its limit of processes: as an earlier version of the file would have made it.
pub(crate) fn older_declaration(stack: &Stack) {
    let name = format!("{}-replay", stack.project);
    let ask = |what: &str| engine::docker(&["inspect", "--format", what, &name]).expect("it can be inspected");
    let image = ask("{{.Config.Image}}");
    let declaration = ask("{{index .Config.Labels \"io.sparkflow.declaration\"}}");
    let mut keys: serde_json::Value = serde_json::from_str(&declaration).expect("a declaration is JSON");
    keys["pids"] = "7".into();
    engine::docker(&["rm", "--force", &name]).expect("it can be removed");
    let labels = [
        format!("io.sparkflow.project={}", stack.project),
        "io.sparkflow.resource=container/replay".to_string(),
        "io.sparkflow.fingerprint=older".to_string(),
        format!("io.sparkflow.declaration={keys}"),
    ];
    create(stack, &name, image.trim(), &labels);
}

pub(crate) fn stray(stack: &Stack) {
    let labels =
        [format!("io.sparkflow.project={}", stack.project), "io.sparkflow.resource=container/stray".to_string()];
    create(stack, &format!("{}-stray", stack.project), &stack.image(), &labels);
}

fn create(stack: &Stack, name: &str, image: &str, labels: &[String]) {
    let mut arguments = vec!["run", "--detach", "--name", name, "--network", &stack.project];
    arguments.extend(labels.iter().flat_map(|label| ["--label", label.as_str()]));
    arguments.extend(["--entrypoint", "/bin/sleep", image, "600"]);
    engine::docker(&arguments).expect("a container can be made by hand");
}

/// Only the name goes: a container that runs keeps what it runs.
pub(crate) fn untag(stack: &Stack) {
    engine::docker(&["rmi", "--force", "--no-prune", &stack.image()]).expect("a tag can be removed");
}

pub(crate) fn connect(stack: &Stack, kind: &str, host: &str, port: &str, mode: &str) {
    let extra = format!("{{\"deploy-mode\": \"{mode}\", \"spark-binary\": \"spark-submit\"}}");
    let add = ["connections", "add", "spark-conn", "--conn-type", kind, "--conn-host", host, "--conn-port", port];
    let add: Vec<&str> = add.into_iter().chain(["--conn-extra", extra.as_str()]).collect();
    for command in [["connections", "delete", "spark-conn"].as_slice(), &add] {
        stack.airflow(command);
    }
}
