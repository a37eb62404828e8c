//! Who asks whom, in which protocol and at which address: the questions of `reach`, from the topology alone. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::blueprint::Ready;
use crate::blueprint::serves::Serves;
use crate::model::pipeline::Pipeline;
use crate::topology::jobs;
use crate::topology::resource::{Lifecycle, Topology};

/// Where a container that runs drivers keeps what they log in with.
const LOGIN_FILE: &str = "/run/sparkflow/spark-secrets.conf";
/// What a job's `conf` may say in place of the stack's own addresses.
const OWN_BOOTSTRAP: &str = "spark.sparkflow.kafka.bootstrap";
const OWN_CASSANDRA: &str = "spark.cassandra.connection.host";

/// What one container asks one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub server: String,
    pub asks: Asks,
}

/// As the probe takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Asks {
    pub protocol: &'static str,
    pub host: String,
    pub port: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<&'static str>,
}

/// Who asks whom, by the container that asks.
pub(super) fn questions(topology: &Topology, pipeline: &Pipeline) -> BTreeMap<String, Vec<Question>> {
    let mut all: BTreeMap<String, Vec<Question>> = BTreeMap::new();
    for (user, container) in topology.containers.iter().filter(|(_, one)| one.lifecycle == Lifecycle::Service) {
        let is_worker = matches!(container.ready, Ready::SparkWorker { .. });
        let login = container.files.contains_key(LOGIN_FILE).then_some(LOGIN_FILE);
        for (server, other) in &topology.containers {
            let Some(serves) = &other.serves else { continue };
            let calls_back = is_worker && matches!(serves, Serves::SparkDriver { .. });
            // A broker must reach the address it sends everybody to.
            let itself = user == server && matches!(serves, Serves::Kafka { .. });
            if container.uses.contains(server) || calls_back || itself {
                let asks = asks(pipeline, user, server, serves, login);
                all.entry(user.clone()).or_default().push(Question { server: server.clone(), asks });
            }
        }
    }
    all
}

fn asks(pipeline: &Pipeline, user: &str, server: &str, serves: &Serves, login: Option<&'static str>) -> Asks {
    let plain = |protocol, port| Asks { protocol, host: server.to_string(), port, path: None, page: None, login: None };
    match serves {
        Serves::Kafka { port } => with_own_address(plain("kafka", *port), own(pipeline, user, OWN_BOOTSTRAP)),
        Serves::Cassandra { port } => {
            let asks = with_own_address(plain("cassandra", *port), own(pipeline, user, OWN_CASSANDRA));
            Asks { login, ..asks }
        }
        Serves::Postgres { port } => plain("postgres", *port),
        Serves::Zookeeper { port } => plain("zookeeper", *port),
        Serves::SparkMaster { port, page } => Asks { page: Some(*page), ..plain("spark_master", *port) },
        Serves::Http { port, path } => Asks { path: Some(path.clone()), ..plain("http", *port) },
        Serves::SparkDriver { port } => plain("spark_driver", *port),
    }
}

/// What the job in this container says in its `conf`.
fn own<'a>(pipeline: &'a Pipeline, container: &str, key: &str) -> Option<&'a str> {
    let (_, job) = pipeline.jobs.iter().find(|(name, _)| jobs::container_name(name) == container)?;
    job.conf.get(key).map(String::as_str)
}

/// `host`, `host:port`, or several of them, of which the first is asked.
fn with_own_address(asks: Asks, address: Option<&str>) -> Asks {
    let Some(first) = address.and_then(|text| text.split(',').next()).map(str::trim) else { return asks };
    let (host, port) = first.rsplit_once(':').unwrap_or((first, ""));
    Asks { host: host.to_string(), port: port.parse().unwrap_or(asks.port), ..asks }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(server: &str, protocol: &'static str) -> Question {
        let asks = Asks { protocol, host: server.to_string(), port: 1, path: None, page: None, login: None };
        Question { server: server.to_string(), asks }
    }

    #[test]
    fn a_job_s_own_address_is_the_one_that_is_asked() {
        let kafka = question("kafka", "kafka").asks;
        let asked = with_own_address(kafka.clone(), Some("elsewhere:9999, other:1"));
        assert_eq!((asked.host.as_str(), asked.port), ("elsewhere", 9999));
        let asked = with_own_address(kafka.clone(), Some("elsewhere"));
        assert_eq!((asked.host.as_str(), asked.port), ("elsewhere", 1));
        assert_eq!(with_own_address(kafka.clone(), None), kafka);
    }
}
