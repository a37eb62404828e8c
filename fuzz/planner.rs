//! The planner's target: topologies of real pipelines against worlds that bytes make up.
//!
//! Bytes that are a saved observation are taken as one; any others are a script of edits to the world as it should be.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};
use sparkflow::embedded;
use sparkflow::live::{
    AirflowState, CassandraState, ContainerState, Engine, FORMAT_VERSION, Live, LiveConnection, LiveContainer, LiveDag,
    LiveTable, LiveTopic, Observed, PublishedState, Readiness, SecretState,
};
use sparkflow::plan::change::Action;
use sparkflow::plan::diff::{Volumes, diff, teardown};
use sparkflow::template::Templates;
use sparkflow::topology::build::{self, Inputs};
use sparkflow::topology::host::{Host, Material};
use sparkflow::topology::resource::Topology;

use crate::targets::{BLUEPRINTS, PIPELINES, resolve};

static WORLDS: LazyLock<Vec<(Topology, Value)>> = LazyLock::new(|| {
    let all = PIPELINES.iter().map(|(text, files)| {
        let topology = topology(text, files);
        let live = serde_json::to_value(as_declared(&topology)).expect("live is data");
        (topology, live)
    });
    all.collect()
});

/// The first byte chooses a pipeline, the rest is a world. The plan is in order, the same twice, and of a world as declared it is empty.
pub(crate) fn plan(data: &[u8]) {
    let Some((choice, script)) = data.split_first() else { return };
    let (topology, declared) = &WORLDS[usize::from(*choice) % WORLDS.len()];
    let live = serde_json::from_slice::<Live>(script).ok().or_else(|| {
        let mut world = declared.clone();
        for edit in script.chunks(EDIT_BYTES).take(MOST_EDITS) {
            apply(edit, &mut world);
        }
        serde_json::from_value(world).ok()
    });
    let Some(live) = live else { return };
    let made = diff(topology, &live);
    for (position, step) in made.steps.iter().enumerate() {
        assert!(step.after.iter().all(|before| *before < position), "a step comes before what it needs: {made:#?}");
    }
    assert_eq!(made, diff(topology, &live), "not the same twice");
    assert!(!script.is_empty() || made.in_sync(), "everything is there, and something is left to do: {made:#?}");
    let removed = teardown(topology, &live, Volumes::Remove);
    assert!(removed.steps.iter().all(|step| step.change.action() == Action::Remove));
}

const EDIT_BYTES: usize = 6;
const MOST_EDITS: usize = 64;

/// One edit: five bytes lead down the tree as far as they can, the last says what happens there.
fn apply(edit: &[u8], world: &mut Value) {
    let Some((operation, way)) = edit.split_last() else { return };
    let mut place = world;
    for step in way.iter().map(|byte| usize::from(*byte)).take_while(|step| *step != 255) {
        let deeper = match place {
            Value::Object(map) if !map.is_empty() => map.values().nth(step % map.len()).is_some_and(is_deep),
            Value::Array(list) if !list.is_empty() => list.get(step % list.len()).is_some_and(is_deep),
            _ => false,
        };
        if !deeper && operation % 8 < 4 {
            remove(place, step);
            return;
        }
        if !is_deep(place) {
            break;
        }
        place = child(place, step);
    }
    change(*operation, place);
}

/// The value `step` leads to; the value itself where there is none.
fn child(value: &mut Value, step: usize) -> &mut Value {
    let count = match value {
        Value::Object(map) => map.len(),
        Value::Array(list) => list.len(),
        _ => 0,
    };
    if count == 0 {
        return value;
    }
    match value {
        Value::Object(map) => map.values_mut().nth(step % count).expect("it is one of them"),
        Value::Array(list) => &mut list[step % count],
        _ => unreachable!("only these two have children"),
    }
}

fn is_deep(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

fn remove(place: &mut Value, step: usize) {
    match place {
        Value::Object(map) if !map.is_empty() => {
            let key = map.keys().nth(step % map.len()).expect("it is one of them").clone();
            map.remove(&key);
        }
        Value::Array(list) if !list.is_empty() => {
            let position = step % list.len();
            list.remove(position);
        }
        other => change(7, other),
    }
}

fn change(operation: u8, place: &mut Value) {
    let number = i64::from(operation);
    match place {
        Value::Object(map) => match operation % 4 {
            0 => map.clear(),
            1 => *place = json!({"waiting": "not yet"}),
            2 => {
                let copies: Vec<Value> = map.values().take(1).cloned().collect();
                map.extend(copies.into_iter().map(|copy| ("theirs".to_owned(), copy)));
            }
            _ => *place = json!({"known": {}}),
        },
        Value::Array(list) => list.push(json!(format!("theirs-{number}"))),
        Value::String(text) => {
            let words =
                ["", "created", "running", "paused", "ready", "default_login", "differs", "present", "\u{0}", "é"];
            words[usize::from(operation) % words.len()].clone_into(text);
        }
        Value::Number(_) => *place = json!([0, 1, 2, 137, i32::MAX, 65_535][usize::from(operation) % 6]),
        Value::Bool(flag) => *flag = !*flag,
        Value::Null => *place = json!(number),
    }
}

fn topology(text: &str, files: &[(&str, &str)]) -> Topology {
    let (pipeline, found) = resolve(text.as_bytes(), &[]);
    let pipeline = pipeline.unwrap_or_else(|| panic!("our own pipelines are sound: {found:?}"));
    let templates = embedded::templates(std::path::Path::new("no project")).expect("nothing is read from disk");
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    let inputs = Inputs {
        project: "fuzz",
        pipeline: &pipeline,
        blueprints: &BLUEPRINTS,
        templates: &Templates::new(templates),
        host_ports: &BTreeMap::new(),
        files: &files,
        binary: &Material::whole(b"binary".to_vec()),
        certificates: &BTreeMap::new(),
    };
    build::build(&inputs).expect("our own pipelines can be built")
}

/// The world in which everything the topology asks for is there and answers.
fn as_declared(topology: &Topology) -> Live {
    let containers = topology.containers.iter().map(|(name, wanted)| {
        let state = match wanted.lifecycle {
            sparkflow::topology::resource::Lifecycle::Service => ContainerState::Running,
            sparkflow::topology::resource::Lifecycle::Once => {
                ContainerState::Exited { exit_code: 0, out_of_memory: false }
            }
            sparkflow::topology::resource::Lifecycle::Keeper => ContainerState::Created,
        };
        let container = LiveContainer {
            id: name.clone(),
            fingerprint: wanted.fingerprint(),
            declaration: wanted.declaration(),
            connected: true,
            image: wanted.image.clone(),
            image_id: None,
            state,
            readiness: Readiness::Ready,
            ports: wanted.ports.values().map(|port| (port.container, port.host)).collect(),
            restart_count: 0,
            started_ms: None,
        };
        (name.clone(), container)
    });
    let topics = topology.topics.iter().map(|(name, topic)| {
        let live =
            LiveTopic { partitions: topic.partitions, replication: topic.replication, config: topic.config.clone() };
        (name.clone(), live)
    });
    let published = topology.published.files.iter();
    Live {
        format_version: FORMAT_VERSION,
        engine: Engine::default(),
        host: Host::default(),
        images: topology.images.values().map(|image| (image.tag.clone(), String::new())).collect(),
        network: true,
        volumes: topology.volumes.clone(),
        containers: containers.collect(),
        secrets: Observed::Known(topology.secrets.keys().map(|name| (name.clone(), SecretState::Present)).collect()),
        files: Observed::Known(PublishedState {
            current: Some(topology.published.hash.clone()),
            files: published.map(|(path, file)| (path.clone(), file.content.digest().unwrap_or_default())).collect(),
        }),
        kafka: Observed::Known(topics.collect()),
        cassandra: Observed::Known(tables(topology)),
        airflow: Observed::Known(schedules(topology)),
    }
}

fn tables(topology: &Topology) -> CassandraState {
    let keyspaces = topology.keyspaces.iter().map(|(name, keyspace)| (name.clone(), keyspace.replication));
    let tables = topology.tables.iter().map(|(name, table)| {
        let live = LiveTable {
            columns: table.columns.iter().cloned().collect(),
            partition_key: table.partition_key.clone(),
            clustering_key: table.clustering_key.clone(),
        };
        (name.clone(), live)
    });
    CassandraState { keyspaces: keyspaces.collect(), tables: tables.collect() }
}

fn schedules(topology: &Topology) -> AirflowState {
    let connections = topology.connections.iter().map(|(name, wanted)| {
        let live = LiveConnection {
            kind: wanted.kind.clone(),
            host: wanted.host.clone(),
            port: Some(wanted.port),
            extra: wanted.extra.clone(),
        };
        (name.clone(), live)
    });
    let dags = topology.dags.iter().map(|(name, dag)| (name.clone(), LiveDag { paused: !dag.enabled }));
    AirflowState { connections: connections.collect(), dags: dags.collect(), import_errors: BTreeMap::new() }
}
