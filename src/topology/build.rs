//! Pipeline + blueprints + templates + files -> `Topology`.

use std::collections::{BTreeMap, BTreeSet};

use crate::blueprint::{Blueprint, BlueprintError, EndpointPart, Ready};
use crate::ingest::task::TaskError;
use crate::model::pipeline::{Pipeline, PortPolicy};
use crate::template::{TemplateError, Templates};
use crate::topology::host::{Host, Material};
use crate::topology::resource::{Access, Container, Endpoint, Lifecycle, Login, Mount, MountAccess, Secret, Topology};
use crate::topology::{containers, dags, data, facts, images, jobs, publish};

/// Everything a topology is made from. `cli` reads files and chooses ports; nothing is read here.
pub struct Inputs<'a> {
    pub project: &'a str,
    pub pipeline: &'a Pipeline,
    pub blueprints: &'a BTreeMap<String, Blueprint>,
    pub templates: &'a Templates,
    /// `container/port name` -> host port, where it is not the documented one.
    pub host_ports: &'a BTreeMap<String, u16>,
    /// Files the pipeline names, by path below the project folder; directories are listed file by file.
    pub files: &'a BTreeMap<String, Vec<u8>>,
    /// The sparkflow binary for the images.
    pub binary: &'a Material,
    /// The host's extra CA certificates, by file name.
    pub certificates: &'a BTreeMap<String, Material>,
}

impl Inputs<'_> {
    /// The project's files in a folder and below it, by path inside it.
    pub(super) fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = (&'a str, &'a Vec<u8>)> + use<'a> {
        let folder = format!("{}/", folder.trim_end_matches('/'));
        let from = self.files.range(folder.clone()..);
        from.map_while(move |(path, content)| Some((path.strip_prefix(&folder)?, content)))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error(transparent)]
    Blueprint(#[from] BlueprintError),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Ingest(#[from] TaskError),
    #[error("there is no image template `images/{image}/Dockerfile.j2`")]
    NoImage { image: String },
    #[error("service `{service}` names `{name}`, which its blueprint does not declare as a {kind}")]
    Undeclared { service: String, name: String, kind: &'static str },
    #[error("the project has no file `{path}`, which {wanted_by} names")]
    NoFile { path: String, wanted_by: String },
}

/// What accumulates while services are rendered.
pub(super) struct Parts<'a> {
    pub images: images::Images<'a>,
    pub volumes: BTreeSet<String>,
    pub secrets: BTreeMap<String, Secret>,
    pub containers: BTreeMap<String, Container>,
    pub endpoints: Vec<(String, EndpointPart)>,
    /// Job -> hash of its published files: a streaming job restarts when its code changes.
    pub code_hashes: BTreeMap<String, String>,
}

/// The desired state of one pipeline.
///
/// # Errors
/// When a blueprint or template is wrong (ours, or the project's own override) or a named file is absent.
pub fn build(inputs: &Inputs<'_>) -> Result<Topology, BuildError> {
    let facts = facts::facts(inputs.pipeline);
    let mut parts = Parts {
        images: images::Images::new(inputs),
        volumes: BTreeSet::new(),
        secrets: BTreeMap::new(),
        containers: BTreeMap::new(),
        endpoints: Vec::new(),
        code_hashes: BTreeMap::new(),
    };
    let mut job_part = None;
    for (name, service) in &inputs.pipeline.services {
        let rendered = containers::render(inputs, &facts, name, service, &mut parts)?;
        job_part = job_part.or(rendered);
    }
    let submissions = jobs::submissions(inputs, job_part.as_ref());
    let published = publish::published(inputs, &facts, &submissions, &mut parts)?;
    let on_demand = match &job_part {
        Some(job_part) => jobs::containers(inputs, job_part, &submissions, &mut parts),
        None => BTreeMap::new(),
    };
    keeper(&mut parts, !published.files.is_empty())?;
    let access = access(&parts.containers);
    Ok(Topology {
        project: inputs.project.to_string(),
        endpoints: endpoints(&parts),
        jobs: on_demand,
        volumes: parts.volumes,
        secrets: parts.secrets,
        topics: data::topics(inputs.pipeline),
        keyspaces: data::keyspaces(inputs.pipeline),
        tables: data::tables(inputs.pipeline),
        connections: dags::connections(inputs.pipeline),
        dags: dags::dags(inputs.pipeline),
        containers: parts.containers,
        published,
        images: parts.images.found,
        access,
        host: host(inputs),
    })
}

fn host(inputs: &Inputs<'_>) -> Host {
    let certificates = inputs.certificates.iter().map(|(name, content)| (name.clone(), content.digest().to_string()));
    Host {
        binary: inputs.binary.digest().to_string(),
        certificates: certificates.collect(),
        ports: inputs.host_ports.clone(),
    }
}

/// A host port that has to be chosen before anything starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortNeed {
    pub container: String,
    pub port: String,
    pub container_port: u16,
    pub documented: u16,
    pub policy: PortPolicy,
}

/// Every host port the pipeline publishes.
///
/// # Errors
/// As `build`.
pub fn ports_needed(inputs: &Inputs<'_>) -> Result<Vec<PortNeed>, BuildError> {
    let facts = facts::facts(inputs.pipeline);
    let mut needs = Vec::new();
    for (name, service) in &inputs.pipeline.services {
        let policy = service.ports.unwrap_or(inputs.pipeline.ports);
        for (container, ports) in containers::declared_ports(inputs, &facts, name, service)? {
            for (port, part) in ports {
                let documented = service.host_ports.get(&port).copied().unwrap_or(part.host);
                let policy = if service.host_ports.contains_key(&port) { PortPolicy::Fixed } else { policy };
                needs.push(PortNeed {
                    container: container.clone(),
                    port,
                    container_port: part.container,
                    documented,
                    policy,
                });
            }
        }
    }
    Ok(needs)
}

/// The handle on volumes that are read and written without a running service.
fn keeper(parts: &mut Parts<'_>, publishes: bool) -> Result<(), BuildError> {
    parts.volumes.insert("secrets".to_string());
    let mut mounts = BTreeMap::new();
    mounts.insert("secrets".to_string(), Mount { path: SECRETS_PATH.to_string(), access: MountAccess::ReadWrite });
    if publishes {
        parts.volumes.insert("pipeline".to_string());
        mounts
            .insert("pipeline".to_string(), Mount { path: PIPELINE_PATH.to_string(), access: MountAccess::ReadWrite });
    }
    let container = Container {
        service: "keeper".to_string(),
        image: parts.images.ours("base")?,
        command: vec!["true".to_string()],
        user: "0:0".to_string(),
        env: BTreeMap::new(),
        after: BTreeMap::new(),
        files: BTreeMap::new(),
        mounts,
        ports: BTreeMap::new(),
        memory: 16 * 1024 * 1024,
        pids: 10,
        tmpfs: Vec::new(),
        stop_seconds: 1,
        lifecycle: Lifecycle::Keeper,
        ready: Ready::Exited {},
        needs: BTreeSet::new(),
        uses: BTreeSet::new(),
        serves: None,
    };
    parts.containers.insert(KEEPER.to_string(), container);
    Ok(())
}

/// The container that is created and never started, so that volumes can be read and written through it.
pub const KEEPER: &str = "keeper";
/// Where the keeper sees the secrets volume.
pub const SECRETS_PATH: &str = "/secrets";
/// Where every container sees the published files.
pub const PIPELINE_PATH: &str = "/opt/sparkflow/pipeline";
/// The link to the directory in force.
pub const CURRENT: &str = "current";
/// Beside them: what a proof under way has yet to remove.
pub const OWED: &str = "owed.json";

fn endpoints(parts: &Parts<'_>) -> Vec<Endpoint> {
    parts
        .endpoints
        .iter()
        .filter_map(|(name, part)| {
            let port = parts.containers.get(&part.container)?.ports.get(&part.port)?;
            let address = format!("127.0.0.1:{}", port.host);
            Some(Endpoint {
                name: name.clone(),
                address: part.scheme.as_ref().map_or(address.clone(), |scheme| format!("{scheme}://{address}")),
                user: part.user.clone(),
                password_secret: part.password_secret.clone(),
            })
        })
        .collect()
}

/// Clients find the services through what makes them ready: the same port, user and secret.
fn access(containers: &BTreeMap<String, Container>) -> Access {
    let mut access = Access::default();
    for container in containers.values() {
        let port = |name: &str| container.ports.get(name).map(|port| port.host);
        match &container.ready {
            Ready::Kafka { port: name } => access.kafka_port = port(name),
            Ready::Cassandra { port: name, user, password_secret } => {
                access.cassandra =
                    port(name).map(|port| Login { port, user: user.clone(), password_secret: password_secret.clone() });
            }
            Ready::AirflowApi { port: name, user, password_secret } => {
                access.airflow =
                    port(name).map(|port| Login { port, user: user.clone(), password_secret: password_secret.clone() });
            }
            Ready::SparkMaster { port: name } => access.spark_master_page = port(name),
            _ => {}
        }
    }
    access
}
