//! A streaming job's driver belongs to one run of the Spark master: with a new one it is made anew, and only then.

use sparkflow::blueprint::{Condition, Ready};
use sparkflow::live::{ContainerState, LiveContainer, Readiness};
use sparkflow::plan::Plan;
use sparkflow::plan::diff::diff;
use sparkflow::topology::resource::{Container, Lifecycle};

use crate::plan_builders::{World, container, topology};
use crate::plan_diff::lines;

const REASON: &str = "`spark-master` began after it, and a driver does not follow its master";

/// The plan after this became of a master that began at 1000 and a driver that began at 2000.
fn after(change: impl FnOnce(&mut LiveContainer)) -> Plan {
    of_both(|master, _| change(master))
}

fn of_both(change: impl FnOnce(&mut LiveContainer, &mut LiveContainer)) -> Plan {
    let mut topology = topology();
    let master = Container {
        ready: Ready::SparkMaster { port: "page".to_string() },
        ..container("spark", Lifecycle::Service, &[])
    };
    let mut job = container("spark", Lifecycle::Service, &["pipeline"]);
    job.ready = Ready::SparkApplication { name: "store".to_string() };
    job.after.insert("spark-master".to_string(), Condition::Ready);
    topology.containers.extend([("spark-master".to_string(), master), ("job-store".to_string(), job)]);
    let mut world = World::as_declared(&topology);
    let mut found = ["spark-master", "job-store"].map(|name| world.containers[name].clone());
    let [master, job] = &mut found;
    (master.started_ms, job.started_ms) = (Some(1000), Some(2000));
    change(master, job);
    world.containers.extend(["spark-master", "job-store"].map(String::from).into_iter().zip(found));
    diff(&topology, &world.look())
}

#[test]
fn a_driver_that_began_after_its_master_stays() {
    assert!(after(|_| {}).in_sync());
    let paused = after(|master| master.state = ContainerState::Paused);
    assert_eq!(lines(&paused), ["~ container/spark-master resume: is paused"]);
}

#[test]
fn a_driver_whose_master_began_again_is_made_anew() {
    let plan = after(|master| master.started_ms = Some(3000));
    assert_eq!(
        lines(&plan),
        ["- container/job-store remove", "+ container/job-store create", "~ container/job-store start"]
            .map(|step| format!("{step}: {REASON}"))
    );
}

#[test]
fn a_driver_whose_application_was_dropped_is_made_anew() {
    let why = "the Spark master has ended its application: FAILED";
    let plan = of_both(|_, job| job.readiness = Readiness::Over(why.to_string()));
    assert_eq!(lines(&plan)[0], format!("- container/job-store remove: {why}"));
    assert_eq!(plan.steps.len(), 3);
}

#[test]
fn a_driver_whose_master_has_ended_waits_for_the_next_one() {
    let ended = ContainerState::Exited { exit_code: 143, out_of_memory: false };
    let plan = after(|master| master.state = ended);
    assert_eq!(
        lines(&plan),
        [
            format!("- container/job-store remove: {REASON}"),
            "~ container/spark-master start: exited with 143".to_string()
        ]
    );
    assert_eq!(plan.deferred.len(), 1, "{:?}", plan.deferred);
}
