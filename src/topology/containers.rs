//! Blueprints rendered into containers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::blueprint::{Blueprint, ContainerPart, FilePart, Parts as BlueprintParts, PortPart};
use crate::model::pipeline::{Service, Setting};
use crate::template;
use crate::topology::build::{BuildError, Inputs, Parts};
use crate::topology::facts::Facts;
use crate::topology::resource::{Container, FileContent, Lifecycle, Mount, MountAccess, Port, Secret};

/// The ports that a service's containers declare, before host ports are chosen.
pub(super) fn declared_ports(
    inputs: &Inputs<'_>,
    facts: &Facts,
    name: &str,
    service: &Service,
) -> Result<BTreeMap<String, BTreeMap<String, PortPart>>, BuildError> {
    let rendered = blueprint_parts(inputs, facts, name, service, &any_ports(inputs, service))?;
    Ok(rendered.containers.into_iter().map(|(container, part)| (container, part.ports)).collect())
}

/// The limits a service's containers declare, in bytes.
pub(super) struct Limits {
    /// Of the containers that stay.
    pub services: BTreeMap<String, u64>,
    /// What a job's container takes beside its driver's heap, where this service runs jobs.
    pub job: Option<u64>,
}

pub(super) fn declared_limits(
    inputs: &Inputs<'_>,
    facts: &Facts,
    name: &str,
    service: &Service,
) -> Result<Limits, BuildError> {
    let rendered = blueprint_parts(inputs, facts, name, service, &any_ports(inputs, service))?;
    let stay = rendered.containers.into_iter().filter(|(_, part)| !part.once);
    Ok(Limits {
        services: stay.map(|(container, part)| (container, part.memory)).collect(),
        job: rendered.job.map(|job| job.memory),
    })
}

/// Which parts there are cannot depend on the numbers of ports: any number will do for asking.
fn any_ports(inputs: &Inputs<'_>, service: &Service) -> BTreeMap<String, u16> {
    let named = inputs.blueprints.get(&service.kind).map(Blueprint::named_ports).unwrap_or_default();
    named.into_iter().map(|port| (port, 0)).collect()
}

/// Adds a service's parts; gives back the job container, where this service runs jobs.
pub(super) fn render(
    inputs: &Inputs<'_>,
    facts: &Facts,
    name: &str,
    service: &Service,
    parts: &mut Parts<'_>,
) -> Result<Option<JobPart>, BuildError> {
    let mut ports = BTreeMap::new();
    for (container, declared) in declared_ports(inputs, facts, name, service)? {
        for (port, part) in declared {
            ports.insert(port.clone(), host_port(inputs, service, &container, &port, part));
        }
    }
    let context = context(inputs, facts, name, service, &ports);
    let rendered = blueprint_parts(inputs, facts, name, service, &ports)?;
    parts.volumes.extend(rendered.volumes);
    for (secret, shape) in rendered.secrets {
        let given = shape.given.as_ref().and_then(|key| service.secrets.get(key)).cloned();
        parts.secrets.insert(secret, Secret { shape, given });
    }
    parts.endpoints.extend(rendered.endpoints);
    for (container, part) in rendered.containers {
        let built = container_from(inputs, name, service, &container, part, &context, parts)?;
        parts.containers.insert(container, built);
    }
    let Some(job) = rendered.job else { return Ok(None) };
    let built = container_from(inputs, name, service, "job", job, &context, parts)?;
    Ok(Some(JobPart { container: built }))
}

/// What all job containers share; the command is `spark-submit` and the arguments every job has.
#[derive(Debug, Clone)]
pub struct JobPart {
    pub container: Container,
}

fn host_port(inputs: &Inputs<'_>, service: &Service, container: &str, port: &str, part: PortPart) -> u16 {
    inputs
        .host_ports
        .get(&format!("{container}/{port}"))
        .or_else(|| service.host_ports.get(port))
        .copied()
        .unwrap_or(part.host)
}

fn blueprint_parts(
    inputs: &Inputs<'_>,
    facts: &Facts,
    name: &str,
    service: &Service,
    ports: &BTreeMap<String, u16>,
) -> Result<BlueprintParts, BuildError> {
    if let Some(blueprint) = inputs.blueprints.get(&service.kind) {
        return Ok(blueprint.render(&service.kind, &context(inputs, facts, name, service, ports))?);
    }
    Ok(super::plain::parts(name, service))
}

fn context(inputs: &Inputs<'_>, facts: &Facts, name: &str, service: &Service, ports: &BTreeMap<String, u16>) -> Value {
    let mut settings = serde_json::Map::new();
    for (key, setting) in &service.settings {
        insert_dotted(&mut settings, key, setting_value(setting));
    }
    json!({
        "project": inputs.project,
        "service": name,
        "settings": settings,
        "ports": ports,
        "pipeline": facts,
    })
}

fn setting_value(setting: &Setting) -> Value {
    match setting {
        Setting::Bool(value) => json!(value),
        Setting::Int(value) => json!(value),
        Setting::Text(value) => json!(value),
        Setting::List(values) => json!(values),
    }
}

/// `worker.cores` becomes `settings.worker.cores`.
fn insert_dotted(map: &mut serde_json::Map<String, Value>, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            map.insert(key.to_string(), value);
        }
        Some((outer, inner)) => {
            let entry = map.entry(outer.to_string()).or_insert_with(|| json!({}));
            if let Some(nested) = entry.as_object_mut() {
                insert_dotted(nested, inner, value);
            }
        }
    }
}

fn container_from(
    inputs: &Inputs<'_>,
    service_name: &str,
    service: &Service,
    name: &str,
    part: ContainerPart,
    context: &Value,
    parts: &mut Parts<'_>,
) -> Result<Container, BuildError> {
    let image = match &service.image {
        Some(reference) => parts.images.named(reference),
        None => parts.images.ours(&part.image)?,
    };
    let mut files = BTreeMap::new();
    for (path, file) in part.files {
        files.insert(path, file_content(inputs, service_name, file, context)?);
    }
    let ports = part.ports.into_iter().map(|(port, declared)| {
        let host = host_port(inputs, service, name, &port, declared);
        (port, Port { container: declared.container, host })
    });
    Ok(Container {
        service: service_name.to_string(),
        image,
        command: part.command,
        user: part.user,
        env: part.env,
        after: part.after,
        files,
        ports: ports.collect(),
        mounts: part.mounts.into_iter().map(|(volume, path)| (volume, mount(&path))).collect(),
        memory: part.memory,
        pids: part.pids,
        tmpfs: part.tmpfs,
        stop_seconds: part.stop_seconds,
        lifecycle: if part.once { Lifecycle::Once } else { Lifecycle::Service },
        ready: part.ready,
        needs: BTreeSet::new(),
        uses: part.uses,
        serves: part.serves,
    })
}

/// `/path` or `/path:ro`.
fn mount(path: &str) -> Mount {
    match path.strip_suffix(":ro") {
        Some(path) => Mount { path: path.to_string(), access: MountAccess::ReadOnly },
        None => Mount { path: path.to_string(), access: MountAccess::ReadWrite },
    }
}

fn file_content(
    inputs: &Inputs<'_>,
    service: &str,
    file: FilePart,
    context: &Value,
) -> Result<FileContent, BuildError> {
    match file {
        FilePart::Template(name) => Ok(FileContent::Text(inputs.templates.render(&name, context)?)),
        FilePart::Secret(name) => Ok(FileContent::Secret(name)),
        FilePart::SecretTemplate { template, uses } => {
            let Some(source) = inputs.templates.source(&template) else {
                let reason = "there is no such template".to_string();
                return Err(template::TemplateError { name: template, reason }.into());
            };
            let source = source.to_string();
            Ok(FileContent::SecretTemplate { name: template, source, context: context.clone(), uses })
        }
        FilePart::ProjectFile(path) => match inputs.files.get(&path) {
            Some(bytes) => Ok(FileContent::Text(String::from_utf8_lossy(bytes).into_owned())),
            None => Err(BuildError::NoFile { path, wanted_by: format!("service `{service}`") }),
        },
    }
}
