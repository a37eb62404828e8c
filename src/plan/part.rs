//! A part of a plan: of named resources and what they need, or of what somebody agreed to before.

use std::collections::{BTreeMap, BTreeSet};

use super::{Plan, Step};
use crate::blueprint::Ready;
use crate::topology::build::KEEPER;
use crate::topology::jobs::container_name;
use crate::topology::published::PublishedContent;
use crate::topology::resource::{Container, ResourceId, Topology};

/// Which resources are made true.
pub enum Part {
    Everything,
    Images,
    /// These and no other.
    Only(BTreeSet<ResourceId>),
}

impl Plan {
    /// What of it is about this part.
    #[must_use]
    pub fn part(&self, part: &Part) -> Self {
        match part {
            Part::Everything => self.clone(),
            Part::Images => {
                let images = self.resources().into_iter().filter(|id| matches!(id, ResourceId::Image(_)));
                self.of(&images.collect())
            }
            Part::Only(chosen) => self.of(chosen),
        }
    }

    /// The steps of these resources in their order; what is deferred, blocked and undeclared of them alone.
    #[must_use]
    pub fn of(&self, chosen: &BTreeSet<ResourceId>) -> Self {
        let kept: Vec<usize> =
            (0..self.steps.len()).filter(|index| chosen.contains(&self.steps[*index].resource)).collect();
        let positions: BTreeMap<usize, usize> = kept.iter().enumerate().map(|(new, old)| (*old, new)).collect();
        let steps = kept.iter().map(|index| {
            let after = before(*index, &self.steps, &positions);
            Step { after: after.into_iter().collect(), ..self.steps[*index].clone() }
        });
        let has = |resource: &ResourceId| chosen.contains(resource);
        Self {
            steps: steps.collect(),
            deferred: self.deferred.iter().filter(|one| has(&one.resource)).cloned().collect(),
            blocked: self.blocked.iter().filter(|one| has(&one.resource)).cloned().collect(),
            undeclared: self.undeclared.iter().filter(|one| has(one)).cloned().collect(),
        }
    }

    /// Every resource the plan has steps for, or will have.
    #[must_use]
    pub fn resources(&self) -> BTreeSet<ResourceId> {
        let steps = self.steps.iter().map(|step| step.resource.clone());
        steps.chain(self.deferred.iter().map(|deferred| deferred.resource.clone())).collect()
    }
}

/// New positions of the nearest kept steps before this one: what is left out passes its order on.
fn before(index: usize, steps: &[Step], positions: &BTreeMap<usize, usize>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = steps[index].after.clone();
    while let Some(earlier) = open.pop() {
        match positions.get(&earlier) {
            Some(position) => drop(found.insert(*position)),
            None if seen.insert(earlier) => open.extend(&steps[earlier].after),
            None => {}
        }
    }
    found
}

/// The resources a name stands for, with everything they need; `None` where nothing is called so.
#[must_use]
pub fn named(topology: &Topology, name: &str) -> Option<BTreeSet<ResourceId>> {
    let called: Vec<ResourceId> = all(topology).into_iter().filter(|id| answers_to(topology, id, name)).collect();
    (!called.is_empty()).then(|| with_needs(topology, called))
}

/// Whether people mean this resource by the name: its address, its own name, the service or the job it belongs to.
#[must_use]
pub fn answers_to(topology: &Topology, id: &ResourceId, name: &str) -> bool {
    let address = id.to_string();
    if address == name || address.split_once('/').is_some_and(|(_, own)| own == name) {
        return true;
    }
    match id {
        ResourceId::Container(own) => {
            let job = name.strip_prefix("job/").unwrap_or(name);
            let supervises = topology.containers.get(own);
            let service = supervises.is_some_and(|container| is_service(container) && container.service == name);
            service || *own == container_name(job)
        }
        ResourceId::Dag(own) => name.strip_prefix("schedule/") == Some(own),
        _ => false,
    }
}

/// A streaming job's container belongs to the job, though the service that runs it made it.
fn is_service(container: &Container) -> bool {
    !matches!(container.ready, Ready::SparkApplication { .. })
}

fn all(topology: &Topology) -> Vec<ResourceId> {
    let mut ids: Vec<ResourceId> = topology.images.keys().cloned().map(ResourceId::Image).collect();
    ids.push(ResourceId::Network);
    ids.extend(topology.volumes.iter().cloned().map(ResourceId::Volume));
    ids.extend(topology.secrets.keys().cloned().map(ResourceId::Secret));
    ids.extend(topology.containers.keys().cloned().map(ResourceId::Container));
    ids.push(ResourceId::Files);
    ids.extend(topology.published.files.values().map(|file| file.owner.clone()));
    ids.extend(topology.topics.keys().cloned().map(ResourceId::Topic));
    ids.extend(topology.keyspaces.keys().cloned().map(ResourceId::Keyspace));
    ids.extend(topology.tables.keys().cloned().map(ResourceId::Table));
    ids.extend(topology.connections.keys().cloned().map(ResourceId::Connection));
    ids.extend(topology.dags.keys().cloned().map(ResourceId::Dag));
    ids
}

fn with_needs(topology: &Topology, from: Vec<ResourceId>) -> BTreeSet<ResourceId> {
    let mut found = BTreeSet::new();
    let mut open = from;
    while let Some(id) = open.pop() {
        if found.insert(id.clone()) {
            open.extend(needs(topology, &id));
        }
    }
    found
}

/// What must be there before the resource can be made and looked at.
fn needs(topology: &Topology, id: &ResourceId) -> Vec<ResourceId> {
    let containers = |is_one: &dyn Fn(&Ready) -> bool| -> Vec<ResourceId> {
        let answering = topology.containers.iter().filter(|(_, container)| is_one(&container.ready));
        answering.map(|(name, _)| ResourceId::Container(name.clone())).collect()
    };
    match id {
        ResourceId::Image(name) => {
            let from = topology.images.get(name).map(|image| image.from.clone()).unwrap_or_default();
            from.into_iter().map(ResourceId::Image).collect()
        }
        ResourceId::Container(name) => {
            topology.containers.get(name).map(|one| of_container(topology, one)).unwrap_or_default()
        }
        ResourceId::Secret(_) => vec![ResourceId::Container(KEEPER.to_string())],
        ResourceId::Files | ResourceId::File(_) | ResourceId::Job(_) => of_files(topology, id),
        ResourceId::Topic(_) => containers(&|ready| matches!(ready, Ready::Kafka { .. })),
        ResourceId::Keyspace(_) => containers(&|ready| matches!(ready, Ready::Cassandra { .. })),
        ResourceId::Table(name) => {
            let keyspace = topology.tables.get(name).map(|table| ResourceId::Keyspace(table.keyspace.clone()));
            keyspace.into_iter().collect()
        }
        ResourceId::Connection(_) => containers(&|ready| matches!(ready, Ready::AirflowApi { .. })),
        ResourceId::Dag(_) => {
            let airflow = |ready: &Ready| matches!(ready, Ready::AirflowApi { .. } | Ready::AirflowHeartbeat { .. });
            [of_files(topology, &ResourceId::Files), containers(&airflow), vec![ResourceId::Files]].concat()
        }
        ResourceId::Network | ResourceId::Volume(_) => Vec::new(),
    }
}

fn of_container(topology: &Topology, container: &Container) -> Vec<ResourceId> {
    let mut needs = vec![ResourceId::Network];
    let images = topology.images.iter().filter(|(_, image)| image.tag == container.image);
    needs.extend(images.map(|(name, _)| ResourceId::Image(name.clone())));
    needs.extend(container.mounts.keys().cloned().map(ResourceId::Volume));
    needs.extend(container.secrets().map(|secret| ResourceId::Secret(secret.to_string())));
    // A service is asked with its login, and Cassandra is born with another one than that.
    if let Ready::Cassandra { password_secret, .. } | Ready::AirflowApi { password_secret, .. } = &container.ready {
        needs.push(ResourceId::Secret(password_secret.clone()));
    }
    needs.extend(container.after.keys().cloned().map(ResourceId::Container));
    needs.extend(container.needs.iter().cloned());
    if matches!(container.ready, Ready::SparkApplication { .. }) {
        let spark = |ready: &Ready| matches!(ready, Ready::SparkMaster { .. } | Ready::SparkWorker { .. });
        let cluster = topology.containers.iter().filter(|(_, other)| spark(&other.ready));
        needs.extend(cluster.map(|(name, _)| ResourceId::Container(name.clone())));
    }
    needs
}

fn of_files(topology: &Topology, id: &ResourceId) -> Vec<ResourceId> {
    let mut needs = vec![ResourceId::Container(KEEPER.to_string())];
    if *id != ResourceId::Files {
        needs.push(ResourceId::Files);
    }
    for file in topology.published.files.values() {
        if let PublishedContent::FromImage { image, .. } = &file.content {
            needs.push(ResourceId::Image(image.clone()));
        }
    }
    needs
}
