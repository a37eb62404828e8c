//! A pipeline, what it should be, and the connections to where it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::apply::{self, Site};
use crate::cli::project::Project;
use crate::cli::{Failure, Global, host, lock, ports};
use crate::live::Live;
use crate::observe::{self, Asking};
use crate::plan::{Plan, diff};
use crate::session::Session;
use crate::systems::docker::Engine;
use crate::systems::docker::build::Freshness;
use crate::topology::build;
use crate::topology::host::{Host, Material};
use crate::topology::resource::Topology;

pub(super) struct Stack {
    pub project: Project,
    pub site: Site,
}

impl Stack {
    pub(super) async fn open(global: &Global) -> Result<Self, Failure> {
        Self::connect(Project::load(global)?, host::engine(global).await?, &BTreeMap::new()).await
    }

    /// With host ports that were chosen before; the others are chosen here.
    pub(super) async fn connect(
        project: Project,
        docker: Engine,
        chosen: &BTreeMap<String, u16>,
    ) -> Result<Self, Failure> {
        let info = docker.info().await?;
        let binary = Material::whole(host::binary(&info.architecture)?);
        let certificates = host::certificates()?;
        let certificates = certificates.into_iter().map(|(name, bytes)| (name, Material::whole(bytes))).collect();
        let none = BTreeMap::new();
        let mut inputs = project.inputs(&none, &binary, &certificates);
        let mut all = ports::choose(&docker, &project.name, &build::ports_needed(&inputs)?).await?;
        all.extend(chosen.iter().map(|(name, port)| (name.clone(), *port)));
        inputs.host_ports = &all;
        let topology = Arc::new(build::build(&inputs)?);
        let session = Session::new(docker, &project.name, topology.access.clone());
        let settings = apply::BuildSettings { arguments: host::proxy_settings(), freshness: Freshness::Cached };
        Ok(Self { site: Site { session, topology, build: Arc::new(settings) }, project })
    }

    pub(super) fn session(&self) -> &Session {
        &self.site.session
    }

    pub(super) fn topology(&self) -> &Topology {
        &self.site.topology
    }

    /// Everything, to go on from: commands inside containers are run where a service answers nowhere else.
    pub(super) async fn observe(&self) -> Result<Live, Failure> {
        Ok(observe::observe(self.session(), self.topology(), Asking::Everything).await?)
    }

    /// The same without a single request that the engine counts as a change.
    pub(super) async fn look(&self) -> Result<Live, Failure> {
        Ok(observe::observe(self.session(), self.topology(), Asking::OnlyLooking).await?)
    }

    pub(super) fn diff(&self, live: &Live) -> Plan {
        diff::diff(self.topology(), live)
    }

    /// One lock per engine and project; the kernel frees it when the process ends, however it ends.
    pub(super) fn lock(&self, engine_id: &str) -> Result<std::fs::File, Failure> {
        lock::take(engine_id, &self.project.name)
    }
}

/// The topology as it was on the machine that looked: no engine is needed, nor the files that machine put into images.
pub(super) fn elsewhere(project: &Project, host: &Host) -> Result<Topology, Failure> {
    let known = |digest: &String| Material::Known { digest: digest.clone() };
    let binary = known(&host.binary);
    let certificates = host.certificates.iter().map(|(name, digest)| (name.clone(), known(digest))).collect();
    let none = BTreeMap::new();
    let mut inputs = project.inputs(&none, &binary, &certificates);
    let ports = ports::recorded(&project.name, &build::ports_needed(&inputs)?, &host.ports);
    inputs.host_ports = &ports;
    Ok(build::build(&inputs)?)
}
