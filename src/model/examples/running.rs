//! Capacity, Kafka, jobs, schedules, hygiene: each rule fires on a mistake. The sound files keep all of them silent.

use crate::model::fixture::{FLAGSHIP, codes_after, flagship_after, resolve};

fn after(from: &str, to: &str) -> Vec<&'static str> {
    let mut found = flagship_after(from, to);
    found.retain(|code| *code != "SF302");
    found
}

#[test]
fn capacity_is_counted() {
    for (from, to, expected) in [
        (
            "workers: 2, worker: { cores: 2, memory: 1g }",
            "workers: 1, worker: { cores: 1, memory: 1g }",
            &["SF301"][..],
        ),
        ("workers: 2, worker: { cores: 2, memory: 1g }", "workers: 1, worker: { cores: 2, memory: 1g }", &[]),
        ("cores: 1 }", "cores: 9 }", &["SF301", "SF303"]),
        ("cores: 1 }", "cores: 1, memory: 2g }", &["SF304"]),
        ("cores: 1 }", "cores: 1, memory: 400m }", &["SF305"]),
        ("cores: 1 }", "cores: 1, driver_memory: 449m }", &["SF305"]),
        ("cassandra: {}", "cassandra: { ports: { cql: 9092 } }", &["SF306"]),
        ("cassandra: {}", "cassandra: { ports: { cql: 9043 } }", &[]),
        ("cassandra: {}", "cassandra: { ports: { cql: 80 } }", &["SF009"]),
    ] {
        assert_eq!(after(from, to), expected, "{to}");
    }
}

#[test]
fn jobs_that_start_together_are_noted_when_they_queue() {
    let (pipeline, found) = resolve(&FLAGSHIP.replace("workers: 2", "workers: 1"), &[], &[]);
    assert!(pipeline.is_some());
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), ["SF302"]);
}

#[test]
fn kafka_and_cassandra_limits_are_known() {
    for (from, to, expected) in [
        ("partitions: 3", "partitions: 3, replication: 3", &["SF401"][..]),
        ("retention.ms: 604800000", "min.insync.replicas: 2", &["SF402"]),
        ("retention.ms: 604800000", "retention.sm: 604800000", &["SF403"]),
        ("retention.ms: 604800000", "retention.ms: 7d", &["SF404"]),
        ("retention.ms: 604800000", "retention.ms: -1", &[]),
        ("retention.ms: 604800000", "cleanup.policy: compact", &[]),
        ("table: user_data.users, key: [id]", "table: user_data.users, key: [id], replication: 3", &["SF405"]),
        ("mode: zookeeper", "mode: zookeeper, brokers: 3", &["SF012"]),
    ] {
        assert_eq!(after(from, to), expected, "{to}");
    }
}

#[test]
fn jobs_are_what_they_say() {
    for (from, to, expected) in [
        ("file: jobs/word_count.py", "file: jobs/word_count.rb", &["SF501"][..]),
        ("file: jobs/word_count.py", "file: jobs/app.jar", &["SF502"]),
        ("file: jobs/word_count.py", "file: jobs/app.jar, class: a.B", &["SF930"]),
        ("file: jobs/word_count.py", "file: jobs/nothing.py", &["SF021"]),
        ("file: jobs/word_count.py", "file: ../word_count.py", &["SF020"]),
        ("file: jobs/word_count.py", "file: /etc/passwd.py", &["SF020"]),
        ("file: jobs/word_count.py", "file: jobs/local.py", &["SF508"]),
        ("file: jobs/word_count.py", "file: outside.sql", &["SF020"]),
        (", class: io.sparkflow.WordCount", "", &["SF502"]),
        ("SELECT * FROM user_created", "SELEC * FROM user_created", &["SF503"]),
        ("SELECT * FROM user_created", "DROP TABLE users", &["SF504"]),
        ("writes: users, cores", "cores", &["SF505"]),
        (
            "SELECT * FROM user_created",
            "SELECT id, first_name, last_name, gender, address, country, post_code, email, username, born_at, registered_at, phone, picture FROM users",
            &["SF506"],
        ),
        ("writes: users, cores: 1", "writes: users, args: [a]", &["SF507"]),
    ] {
        assert_eq!(after(from, to), expected, "{to}");
    }
}

#[test]
fn times_and_orders_must_be_possible() {
    let daily = "when: \"@daily\"                                     # preset";
    for (from, to, expected) in [
        (daily, "when: \"0 3 * * *\" # preset", &[][..]),
        (daily, "when: 15m # preset", &[]),
        (daily, "when: manual # preset", &[]),
        (daily, "when: \"0 0 29 2 *\" # preset", &[]),
        (daily, "when: \"0 0 30 2 *\" # preset", &["SF602"]),
        (daily, "when: \"0 0 31 4,jun *\" # preset", &["SF602"]),
        (daily, "when: \"0 0 30 2 mon\" # preset", &[]),
        (daily, "when: \"@dayly\" # preset", &["SF601"]),
        (daily, "when: \"61 0 * * *\" # preset", &["SF601"]),
        (daily, "when: \"* * * * * *\" # preset", &["SF601"]),
        (daily, "when: 1s # preset", &["SF606"]),
        ("print: \"Jobs started\"", "print: \"Jobs started\", after: end", &["SF603"]),
        ("after: [start] }\n      java_job", "after: [strat] }\n      java_job", &["SF101"]),
        ("job: java_job", "job: store_users", &["SF604"]),
        ("Jobs started", "{{ var.value.x }}", &["SF605"]),
        ("print: \"Jobs started\"", "template: true, print: \"{{ ds }}\"", &[]),
        ("args: [\"100\"]", "args: [\"{% x %}\"]", &["SF605"]),
        ("tasks: { stream_data_from_api: { ingest: randomuser, for: 60s } }", "tasks: {}", &["SF607"]),
        ("ingest: randomuser, for: 60s", "ingest: randomuser", &["SF007"]),
        ("ingest: randomuser, for: 60s", "ingest: randomuser, for: 60s, count: 3", &["SF011"]),
    ] {
        assert_eq!(after(from, to), expected, "{to}");
    }
}

#[test]
fn a_circle_is_shown_whole() {
    let (_, found) = resolve(&FLAGSHIP.replace("print: \"Jobs started\"", "print: x, after: end"), &[], &[]);
    let circle = found.iter().find(|d| d.code == "SF603").map(|d| d.message.as_str());
    assert_eq!(circle, Some("tasks wait for each other: `start` after `end` after `python_job` after `start`"));
}

#[test]
fn hygiene_is_watched() {
    let text = "jobs:\n";
    for (to, expected) in [
        ("services: { airflow: { password: hunter2 } }\njobs:\n", &["SF701"][..]),
        ("services: { grafana: { image: \"grafana/grafana\" } }\njobs:\n", &["SF702"]),
        (
            "services: { grafana: { image: \"grafana/grafana:11.2\", ports: [3000], env: { GF_TOKEN: abc } } }\njobs:\n",
            &["SF701"],
        ),
        ("services: { grafana: { image: \"grafana/grafana:11.2\", ports: [9092] } }\njobs:\n", &["SF306"]),
        ("services: { spark: { image: \"bitnami/spark:3.5\" } }\njobs:\n", &["SF705"]),
        ("services: { spark: { packages: [\"a:b:1\"] } }\njobs:\n", &[]),
        ("services: { spark: { packages: [\"a:b\"] } }\njobs:\n", &["SF707"]),
        ("services: { spark: { image: \"own/spark:1\", packages: [\"a:b:1\"] } }\njobs:\n", &["SF820", "SF708"]),
        ("services: { spark: { python: jobs/word_count.py } }\njobs:\n", &["SF706"]),
        ("services: { spark: { python: jobs/java-word-count } }\njobs:\n", &["SF021"]),
        ("services: { airflow: { dags: jobs/word_count.py } }\njobs:\n", &["SF021"]),
    ] {
        assert_eq!(codes_after(text, to), expected, "{to}");
    }
}

#[test]
fn a_secret_from_a_variable_is_kept_out_of_sight() {
    let text = FLAGSHIP.replace("admin: admin", "admin: admin, password: \"${AIRFLOW_PASSWORD}\"");
    let (pipeline, found) = resolve(&text, &[], &[("AIRFLOW_PASSWORD", "hunter2")]);
    assert!(found.iter().all(|d| d.code == "SF302"));
    let shown = format!("{:?}", pipeline.unwrap().services);
    assert!(!shown.contains("hunter2"));
}

#[test]
fn a_plain_container_keeps_what_it_is_given() {
    let text = FLAGSHIP.replace(
        "services:    ",
        "services:\n  grafana: { image: \"grafana/grafana:11.2\", ports: [3000, \"3101:3100\"], env: { A: 1 }, memory: 256m, command: [run, -v] } #",
    );
    let (pipeline, found) = resolve(&text, &[], &[]);
    assert!(found.iter().all(|d| d.code == "SF302"), "{found:?}");
    let service = pipeline.unwrap().services.remove("grafana").unwrap();
    let ports: Vec<(&str, u16)> = service.host_ports.iter().map(|(inside, host)| (inside.as_str(), *host)).collect();
    assert_eq!(ports, [("3000", 3000), ("3100", 3101)]);
    assert_eq!((service.kind.as_str(), service.env["A"].as_str()), ("container", "1"));
    assert_eq!(service.settings["memory"], crate::model::pipeline::Setting::Int(256 << 20));
}

#[test]
fn a_named_port_of_a_service_is_kept() {
    let (pipeline, _) = resolve(&FLAGSHIP.replace("cassandra: {}", "cassandra: { ports: { cql: 9043 } }"), &[], &[]);
    assert_eq!(pipeline.unwrap().services["cassandra"].host_ports["cql"], 9043);
}
