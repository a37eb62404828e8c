//! A small topology by hand, and a world that steps can be replayed onto: what `diff` is judged against.
//!
//! The world is stricter than an engine: a step that would fail for real (no network, no keyspace, no secret) fails the test.

use std::collections::{BTreeMap, BTreeSet};

use sparkflow::blueprint::{Condition, Ready, SecretShape};
use sparkflow::live::{
    AirflowState, CassandraState, ContainerState, Engine, FORMAT_VERSION, Live, LiveConnection, LiveContainer, LiveDag,
    LiveTable, LiveTopic, Observed, PublishedState, Readiness, SecretState,
};
use sparkflow::topology::build::KEEPER;
use sparkflow::topology::host::Host;
use sparkflow::topology::published::{Published, PublishedContent, PublishedFile};
use sparkflow::topology::resource::{
    Access, Connection, Container, Dag, FileContent, Image, ImageOrigin, Keyspace, Lifecycle, Mount, MountAccess,
    ResourceId, Table, TopicResource, Topology, digest,
};

pub(crate) const PASSWORD: &str = "cassandra-password";

/// Kafka, Cassandra, Airflow with its migration, and one streaming job that needs a topic and a table.
pub(crate) fn topology() -> Topology {
    let mut containers = BTreeMap::from([
        (KEEPER.to_string(), container("base", Lifecycle::Keeper, &["secrets", "pipeline"])),
        ("kafka".to_string(), container("kafka", Lifecycle::Service, &["kafka-data"])),
        ("cassandra".to_string(), container("cassandra", Lifecycle::Service, &["cassandra-data"])),
        ("airflow-init".to_string(), container("airflow", Lifecycle::Once, &[])),
        ("airflow-api".to_string(), container("airflow", Lifecycle::Service, &["pipeline"])),
        ("job-store".to_string(), container("spark", Lifecycle::Service, &["pipeline"])),
    ]);
    let change = |containers: &mut BTreeMap<String, Container>, name: &str, change: &dyn Fn(&mut Container)| {
        change(containers.get_mut(name).expect("it was inserted above"));
    };
    let secret = FileContent::Secret(PASSWORD.to_string());
    change(&mut containers, "cassandra", &|cassandra| {
        let (port, user) = ("cql".to_string(), "flow".to_string());
        cassandra.ready = Ready::Cassandra { port, user, password_secret: PASSWORD.to_string() };
    });
    change(&mut containers, "kafka", &|kafka| kafka.ready = Ready::Kafka { port: "broker".to_string() });
    change(&mut containers, "airflow-api", &|api| {
        let (port, user) = ("api".to_string(), "flow".to_string());
        api.ready = Ready::AirflowApi { port, user, password_secret: PASSWORD.to_string() };
        api.after.insert("airflow-init".to_string(), Condition::Done);
    });
    change(&mut containers, "job-store", &|job| {
        job.files.insert("/run/password".to_string(), secret.clone());
        job.needs = BTreeSet::from([
            ResourceId::Files,
            ResourceId::Topic("orders".to_string()),
            ResourceId::Table("shop.orders".to_string()),
        ]);
    });
    Topology {
        project: "shop".to_string(),
        images: ["base", "kafka", "cassandra", "airflow", "spark"].map(image).into(),
        volumes: ["secrets", "pipeline", "kafka-data", "cassandra-data"].map(String::from).into(),
        secrets: [(PASSWORD.to_string(), hexadecimal())].into(),
        containers,
        published: published(&[("dags/nightly.py", ResourceId::Dag("nightly".to_string()), "dag")]),
        topics: [("orders".to_string(), topic(3)), ("orders.dlq".to_string(), topic(1))].into(),
        keyspaces: [("shop".to_string(), Keyspace { replication: 1 })].into(),
        tables: [("shop.orders".to_string(), table("orders", &[("id", "uuid"), ("total", "double")]))].into(),
        connections: [("spark-conn".to_string(), connection())].into(),
        dags: [("nightly".to_string(), Dag { file: "dags/nightly.py".to_string(), enabled: true })].into(),
        endpoints: Vec::new(),
        jobs: BTreeMap::new(),
        access: Access::default(),
        host: Host::default(),
    }
}

fn hexadecimal() -> sparkflow::topology::resource::Secret {
    let shape: SecretShape =
        serde_json::from_value(serde_json::json!({"bytes": 16, "form": "hex"})).expect("a known form");
    sparkflow::topology::resource::Secret { shape, given: None }
}

fn image(name: &str) -> (String, Image) {
    let from = if name == "base" { Vec::new() } else { vec!["base".to_string()] };
    (name.to_string(), Image { tag: tag(name), origin: ImageOrigin::Build(BTreeMap::new()), from })
}

fn tag(name: &str) -> String {
    format!("sparkflow/{name}:1")
}

pub(crate) fn container(image: &str, lifecycle: Lifecycle, volumes: &[&str]) -> Container {
    let mount = |volume: &&str| {
        ((*volume).to_string(), Mount { path: format!("/var/{volume}"), access: MountAccess::ReadWrite })
    };
    Container {
        service: image.to_string(),
        image: tag(image),
        command: vec!["run".to_string()],
        user: "10001:10001".to_string(),
        env: BTreeMap::new(),
        after: BTreeMap::new(),
        files: BTreeMap::new(),
        mounts: volumes.iter().map(mount).collect(),
        ports: BTreeMap::new(),
        memory: 1 << 28,
        pids: 100,
        tmpfs: Vec::new(),
        stop_seconds: 5,
        lifecycle,
        ready: Ready::Running {},
        needs: BTreeSet::new(),
        uses: BTreeSet::new(),
        serves: None,
    }
}

pub(crate) fn published(files: &[(&str, ResourceId, &str)]) -> Published {
    let file = |(path, owner, text): &(&str, ResourceId, &str)| {
        let content = PublishedContent::Bytes(text.as_bytes().to_vec());
        ((*path).to_string(), PublishedFile { owner: owner.clone(), content })
    };
    let listing = format!("{files:?}");
    Published { hash: digest(listing.as_bytes())[..16].to_string(), files: files.iter().map(file).collect() }
}

pub(crate) fn topic(partitions: i32) -> TopicResource {
    let config = [("retention.ms".to_string(), "1000".to_string())].into();
    TopicResource { partitions, replication: 1, config }
}

pub(crate) fn table(name: &str, columns: &[(&str, &str)]) -> Table {
    Table {
        keyspace: "shop".to_string(),
        name: name.to_string(),
        columns: columns.iter().map(|(name, kind)| ((*name).to_string(), (*kind).to_string())).collect(),
        partition_key: vec!["id".to_string()],
        clustering_key: Vec::new(),
    }
}

fn connection() -> Connection {
    let (kind, host) = ("spark".to_string(), "spark://spark-master".to_string());
    Connection { kind, host, port: 7077, extra: [("deploy-mode".to_string(), "client".to_string())].into() }
}

/// What exists, seen or not: a service that does not run hides what it holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct World {
    /// Tag -> what it stands for.
    pub(crate) images: BTreeMap<String, String>,
    pub(crate) network: bool,
    pub(crate) volumes: BTreeSet<String>,
    pub(crate) containers: BTreeMap<String, LiveContainer>,
    pub(crate) secrets: BTreeMap<String, SecretState>,
    pub(crate) files: PublishedState,
    pub(crate) topics: BTreeMap<String, LiveTopic>,
    pub(crate) cassandra: CassandraState,
    pub(crate) password_in_force: bool,
    pub(crate) airflow: AirflowState,
}

impl World {
    /// Everything exactly as declared, made without `diff`.
    pub(crate) fn as_declared(topology: &Topology) -> Self {
        let tables = topology.tables.iter().map(|(name, table)| (name.clone(), live_table(table))).collect();
        let keyspaces =
            topology.keyspaces.iter().map(|(name, keyspace)| (name.clone(), keyspace.replication)).collect();
        let connections =
            topology.connections.iter().map(|(name, connection)| (name.clone(), live_connection(connection)));
        let dags = topology.dags.iter().map(|(name, dag)| (name.clone(), LiveDag { paused: !dag.enabled }));
        Self {
            images: topology.images.values().map(|image| (image.tag.clone(), image_id(&image.tag))).collect(),
            network: true,
            volumes: topology.volumes.clone(),
            containers: topology
                .containers
                .iter()
                .map(|(name, wanted)| (name.clone(), live_container(wanted, settled(wanted.lifecycle))))
                .collect(),
            secrets: topology.secrets.keys().map(|name| (name.clone(), SecretState::Present)).collect(),
            files: live_files(&topology.published),
            topics: topology.topics.iter().map(|(name, topic)| (name.clone(), live_topic(topic))).collect(),
            cassandra: CassandraState { keyspaces, tables },
            password_in_force: true,
            airflow: AirflowState {
                connections: connections.collect(),
                dags: dags.collect(),
                import_errors: BTreeMap::new(),
            },
        }
    }

    /// What `observe` would say.
    pub(crate) fn look(&self) -> Live {
        let mut containers = self.containers.clone();
        if let Some(cassandra) = containers.get_mut("cassandra").filter(|_| !self.password_in_force) {
            cassandra.readiness = Readiness::DefaultLogin;
        }
        let keeper = self.containers.contains_key(KEEPER);
        Live {
            format_version: FORMAT_VERSION,
            engine: Engine::default(),
            host: Host::default(),
            images: self.images.clone(),
            network: self.network,
            volumes: self.volumes.clone(),
            containers,
            secrets: seen(keeper, &self.secrets),
            files: seen(keeper, &self.files),
            kafka: seen(self.runs("kafka"), &self.topics),
            cassandra: seen(self.runs("cassandra") && self.password_in_force, &self.cassandra),
            airflow: seen(self.runs("airflow-api"), &self.airflow),
        }
    }

    pub(crate) fn runs(&self, container: &str) -> bool {
        self.containers.get(container).is_some_and(|found| found.state == ContainerState::Running)
    }
}

fn seen<T: Clone>(visible: bool, value: &T) -> Observed<T> {
    if visible { Observed::Known(value.clone()) } else { Observed::Waiting("it does not run".to_string()) }
}

/// The state of a container that has been there for a while.
pub(crate) fn settled(lifecycle: Lifecycle) -> ContainerState {
    match lifecycle {
        Lifecycle::Service => ContainerState::Running,
        Lifecycle::Once => ContainerState::Exited { exit_code: 0, out_of_memory: false },
        Lifecycle::Keeper => ContainerState::Created,
    }
}

/// What a build of this context makes.
pub(crate) fn image_id(tag: &str) -> String {
    format!("sha256:{}", digest(tag.as_bytes()))
}

pub(crate) fn live_container(wanted: &Container, state: ContainerState) -> LiveContainer {
    LiveContainer {
        id: "0".to_string(),
        fingerprint: wanted.fingerprint(),
        declaration: wanted.declaration(),
        connected: true,
        image: wanted.image.clone(),
        image_id: Some(image_id(&wanted.image)),
        state,
        readiness: Readiness::Ready,
        ports: BTreeMap::new(),
        restart_count: 0,
        started_ms: None,
    }
}

pub(crate) fn live_files(published: &Published) -> PublishedState {
    let digests = published.files.iter().filter_map(|(path, file)| Some((path.clone(), file.content.digest()?)));
    PublishedState { current: Some(published.hash.clone()), files: digests.collect() }
}

pub(crate) fn live_topic(topic: &TopicResource) -> LiveTopic {
    LiveTopic { partitions: topic.partitions, replication: topic.replication, config: topic.config.clone() }
}

pub(crate) fn live_table(table: &Table) -> LiveTable {
    LiveTable {
        columns: table.columns.iter().cloned().collect(),
        partition_key: table.partition_key.clone(),
        clustering_key: table.clustering_key.clone(),
    }
}

pub(crate) fn live_connection(connection: &Connection) -> LiveConnection {
    LiveConnection {
        kind: connection.kind.clone(),
        host: connection.host.clone(),
        port: Some(connection.port),
        extra: connection.extra.clone(),
    }
}
