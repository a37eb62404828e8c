//! What `diff` says about one difference at a time: exactly its step, with its cause; or why no step can mend it.

use sparkflow::live::{ContainerState, LiveConnection, LiveTopic, SecretState};
use sparkflow::plan::diff::diff;
use sparkflow::plan::{Plan, Risk};
use sparkflow::topology::resource::{ResourceId, Topology};

use crate::plan_builders::{PASSWORD, World, live_table, published, table, topology};
use crate::plan_simulate::converge;

/// One line per step: sign, resource, verb, cause.
pub(crate) fn lines(plan: &Plan) -> Vec<String> {
    let line = |step: &sparkflow::plan::Step| {
        format!("{} {} {}: {}", step.change.action().sign(), step.resource, step.change.describe(), step.because)
    };
    plan.steps.iter().map(line).collect()
}

/// The plan after one thing was changed in a world that was as declared.
pub(crate) fn after<T>(change: impl FnOnce(&mut World) -> T) -> Plan {
    let topology = topology();
    let mut world = World::as_declared(&topology);
    change(&mut world);
    diff(&topology, &world.look())
}

#[track_caller]
fn only(plan: &Plan, expected: &[&str]) {
    assert_eq!(lines(plan), expected, "deferred: {:?}, blocked: {:?}", plan.deferred, plan.blocked);
    assert!(plan.deferred.is_empty() && plan.blocked.is_empty(), "{:?} {:?}", plan.deferred, plan.blocked);
}

#[track_caller]
fn blocked(plan: &Plan, resource: &str, why: &str) {
    let [found] = plan.blocked.as_slice() else { panic!("one resource is beyond repair: {plan:#?}") };
    assert_eq!((found.resource.to_string().as_str(), found.why.as_str()), (resource, why));
    assert!(!found.fix.is_empty());
    assert!(plan.steps.iter().all(|step| step.resource != found.resource), "{:?}", lines(plan));
}

#[test]
fn in_sync_means_an_empty_plan() {
    let plan = after(|_| {});
    assert!(plan.in_sync());
    assert_eq!(plan, Plan::default());
}

#[test]
fn what_was_removed_behind_our_back_is_exactly_what_is_made_again() {
    let plan = after(|world| {
        world.topics.remove("orders");
        world.cassandra.tables.get_mut("shop.orders").unwrap().columns.remove("total");
        world.airflow.connections.clear();
        world.files.files.clear();
    });
    only(
        &plan,
        &[
            "~ dag/nightly publish dags/nightly.py: its file is gone (dags/nightly.py)",
            "+ topic/orders create: not there",
            "~ table/shop.orders add total double: column total not there",
            "+ connection/spark-conn create: not there",
        ],
    );
    assert_eq!(plan.risk(), Risk::None);
}

#[test]
fn a_container_is_made_anew_with_its_image() {
    let topology = topology();
    let mut world = World::as_declared(&topology);
    let before = short(&world.images["sparkflow/kafka:1"]);
    world.images.insert("sparkflow/kafka:1".to_string(), "sha256:0123456789abcdef".to_string());
    let plan = diff(&topology, &world.look());
    let because = format!("`sparkflow/kafka:1` was made anew: {before} -> 0123456789ab");
    let step = |sign: &str, verb: &str| format!("{sign} container/kafka {verb}: {because}");
    assert_eq!(lines(&plan), [step("-", "remove"), step("+", "create"), step("~", "start")]);
    assert_eq!(plan.risk(), Risk::Restart);
    converge(&topology, &mut world);
    assert!(diff(&topology, &world.look()).in_sync());
}

#[test]
fn a_container_that_does_not_say_what_its_image_was_stays() {
    let plan = after(|world| {
        world.images.insert("sparkflow/kafka:1".to_string(), "sha256:0123456789abcdef".to_string());
        world.containers.get_mut("kafka").unwrap().image_id = None;
    });
    assert!(plan.in_sync(), "{:?}", lines(&plan));
}

fn short(id: &str) -> String {
    id.trim_start_matches("sha256:").chars().take(12).collect()
}

#[test]
fn each_difference_has_its_own_step_and_cause() {
    only(
        &after(|world| world.images.remove("sparkflow/kafka:1")),
        &["+ image/kafka build: `sparkflow/kafka:1` is not there"],
    );
    only(
        &after(|world| world.topics.get_mut("orders").unwrap().config.clear()),
        &["~ topic/orders set retention.ms=1000: retention.ms unset -> 1000"],
    );
    only(
        &after(|world| world.topics.get_mut("orders").unwrap().partitions = 1),
        &["~ topic/orders grow to 3 partitions: partitions 1 -> 3"],
    );
    only(&after(|world| world.cassandra.tables.clear()), &["+ table/shop.orders create: not there"]);
    only(
        &after(|world| world.password_in_force = false).without_deferred(),
        &["~ secret/cassandra-password put in force: the password it was born with is in force"],
    );
    only(&after(|world| world.airflow.dags.clear()), &["+ dag/nightly register: Airflow does not know it"]);
    only(
        &after(|world| world.airflow.dags.get_mut("nightly").unwrap().paused = true),
        &["~ dag/nightly enable: paused, the file enables it"],
    );
    only(
        &after(|world| connection(world).host = "spark://elsewhere".to_string()),
        &["~ connection/spark-conn set: host spark://elsewhere -> spark://spark-master"],
    );
    only(&after(|world| connection(world).port = None), &["~ connection/spark-conn set: port unset -> 7077"]);
    only(
        &after(|world| world.files.files.insert("dags/nightly.py".to_string(), "0".to_string())),
        &["~ dag/nightly publish dags/nightly.py: its file was changed (dags/nightly.py)"],
    );
}

fn connection(world: &mut World) -> &mut LiveConnection {
    world.airflow.connections.get_mut("spark-conn").expect("it is declared")
}

/// A plan as it is before its service answers again.
trait WithoutDeferred {
    fn without_deferred(self) -> Self;
}

impl WithoutDeferred for Plan {
    fn without_deferred(mut self) -> Self {
        self.deferred.clear();
        self
    }
}

#[test]
fn a_container_is_started_or_made_anew_by_what_happened_to_it() {
    let job = |state: ContainerState| after(|world| world.containers.get_mut("job-store").unwrap().state = state);
    only(
        &job(ContainerState::Exited { exit_code: 137, out_of_memory: true }),
        &["~ container/job-store start: exited with 137: it ran out of its memory limit"],
    );
    only(
        &job(ContainerState::Created),
        &[
            "- container/job-store remove: created but never started",
            "+ container/job-store create: created but never started",
            "~ container/job-store start: created but never started",
        ],
    );
    only(
        &after(|world| world.containers.remove("job-store")),
        &["+ container/job-store create: not there", "~ container/job-store start: not there"],
    );
    let failed = after(|world| {
        world.containers.get_mut("airflow-init").unwrap().state =
            ContainerState::Exited { exit_code: 1, out_of_memory: false };
    });
    only(
        &failed,
        &[
            "- container/airflow-init remove: exited with 1",
            "+ container/airflow-init create: exited with 1",
            "~ container/airflow-init start: exited with 1",
        ],
    );
    let changed = after(|world| world.containers.get_mut("kafka").unwrap().fingerprint = "old".to_string());
    assert_eq!(lines(&changed)[0], "- container/kafka remove: its declaration changed");
    let known = after(|world| {
        let kafka = world.containers.get_mut("kafka").unwrap();
        kafka.fingerprint = "old".to_string();
        kafka.declaration.insert("memory".to_string(), "1".to_string());
        kafka.declaration.insert("env.HEAP".to_string(), "64m".to_string());
    });
    assert_eq!(lines(&known)[0], "- container/kafka remove: env.HEAP 64m -> unset, memory 1 -> 268435456");
    assert_eq!(changed.risk(), Risk::Restart);
    only(&job(ContainerState::Paused), &["~ container/job-store resume: is paused"]);
    let alone = after(|world| world.containers.get_mut("job-store").unwrap().connected = false);
    assert_eq!(lines(&alone)[0], "- container/job-store remove: not connected to the network");
}

#[test]
fn a_container_that_the_file_no_longer_names_is_removed() {
    let plan = after(|world| {
        let copy = world.containers["kafka"].clone();
        world.containers.insert("zookeeper".to_string(), copy);
    });
    only(&plan, &["- container/zookeeper remove: the file no longer asks for it"]);
}

#[test]
fn what_cannot_be_changed_in_place_is_replaced_and_says_that_data_is_lost() {
    let replaced = |plan: &Plan, expected: [&str; 2]| {
        only(plan, &expected);
        assert_eq!(plan.steps[0].risk, Risk::DataLoss);
        assert_eq!((plan.steps[1].risk, plan.steps[1].after.contains(&0)), (Risk::None, true));
    };
    replaced(
        &after(|world| world.topics.get_mut("orders").unwrap().partitions = 9),
        ["- topic/orders remove: partitions 9 -> 3", "+ topic/orders create: partitions 9 -> 3"],
    );
    replaced(
        &after(|world| world.topics.get_mut("orders").unwrap().replication = 2),
        ["- topic/orders remove: replication 2 -> 1", "+ topic/orders create: replication 2 -> 1"],
    );
    replaced(
        &after(|world| shop_orders(world).clustering_key = vec!["total".to_string()]),
        [
            "- table/shop.orders remove: key ((id), total) -> ((id))",
            "+ table/shop.orders create: key ((id), total) -> ((id))",
        ],
    );
    replaced(
        &after(|world| shop_orders(world).columns.insert("total".to_string(), "int".to_string())),
        [
            "- table/shop.orders remove: column total int -> double",
            "+ table/shop.orders create: column total int -> double",
        ],
    );
}

#[test]
fn copies_of_a_keyspace_are_changed_in_place() {
    only(
        &after(|world| world.cassandra.keyspaces.insert("shop".to_string(), 3)),
        &["~ keyspace/shop set replication 1: replication 3 -> 1"],
    );
}

#[test]
fn a_file_that_airflow_cannot_read_is_said_with_a_fix() {
    let plan =
        after(|world| world.airflow.import_errors.insert("dags/nightly.py".to_string(), "SyntaxError".to_string()));
    blocked(&plan, "dag/nightly", "Airflow cannot import it:\nSyntaxError");
}

#[test]
fn who_holds_a_secret_is_made_anew_with_it() {
    let plan = after(|world| world.secrets.insert(PASSWORD.to_string(), SecretState::Differs));
    let because = format!("holds secret/{PASSWORD}, which is made anew");
    let job = ["- container/job-store remove", "+ container/job-store create", "~ container/job-store start"];
    let mut expected = vec![format!("+ secret/{PASSWORD} generate: the file gives another value")];
    expected.extend(job.map(|line| format!("{line}: {because}")));
    only(&plan, &expected.iter().map(String::as_str).collect::<Vec<_>>());
}

fn shop_orders(world: &mut World) -> &mut sparkflow::live::LiveTable {
    world.cassandra.tables.get_mut("shop.orders").expect("it is declared")
}

#[test]
fn what_nobody_declared_is_reported_and_left_alone() {
    let plan = after(|world| {
        world.topics.insert("theirs".to_string(), LiveTopic::default());
        world.topics.insert("__consumer_offsets".to_string(), LiveTopic::default());
        let theirs = live_table(&table("theirs", &[("id", "uuid")]));
        world.cassandra.tables.insert("shop.theirs".to_string(), theirs.clone());
        world.cassandra.tables.insert("system.local".to_string(), theirs);
        world.volumes.insert("theirs".to_string());
        world.airflow.connections.insert("theirs".to_string(), LiveConnection::default());
    });
    let found: Vec<String> = plan.undeclared.iter().map(ResourceId::to_string).collect();
    assert_eq!(found, ["volume/theirs", "topic/theirs", "table/shop.theirs", "connection/theirs"]);
    assert!(plan.in_sync());
}

#[test]
fn a_dag_whose_file_is_gone_is_one_change_whether_airflow_has_noticed_or_not() {
    let expected = "~ dag/nightly publish dags/nightly.py: its file is gone (dags/nightly.py)";
    let mut noticed = World::as_declared(&topology());
    noticed.files.files.clear();
    only(&diff(&topology(), &noticed.look()), &[expected]);
    noticed.airflow.dags.clear();
    only(&diff(&topology(), &noticed.look()), &[expected]);
    let waves = converge(&topology(), &mut noticed);
    assert_eq!(lines(&waves[1]), ["+ dag/nightly register: Airflow does not know it"]);
}

#[test]
fn a_changed_file_is_published_as_a_whole_and_its_dag_is_not_blamed_for_the_old_one() {
    let old = topology();
    let mut world = World::as_declared(&old);
    world.airflow.import_errors.insert("dags/nightly.py".to_string(), "SyntaxError".to_string());
    let dag = ResourceId::Dag("nightly".to_string());
    let new = Topology { published: published(&[("dags/nightly.py", dag, "mended")]), ..old.clone() };
    let plan = diff(&new, &world.look());
    let expected = format!("~ files publish: content {} -> {}", old.published.hash, new.published.hash);
    only(&plan, &[&expected]);
}
