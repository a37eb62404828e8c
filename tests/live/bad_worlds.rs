//! What is in the way, and what a person is told: a clear error, the right code, nothing half-made.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use crate::stack::{Outcome, Stack, repository};
use crate::{engine, server};

/// The smallest pipeline, with what a scenario wants changed.
fn pipeline(services: &str, http: &str) -> String {
    format!(
        r#"name: narrow
services: {services}
schemas: {{ person: {{ id: {{ type: uuid, required: true }}, name: string }} }}
sources: {{ people: {{ http: {http}, to: people_created }} }}
topics: {{ people_created: {{ schema: person, key: id }} }}
jobs: {{ store: {{ sql: "SELECT * FROM people_created", stream: {{}}, writes: people }} }}
sinks: {{ people: {{ cassandra: {{ key: [id] }}, schema: person }} }}
"#
    )
}

const SOMEWHERE: &str = "\"http://people.invalid/api\"";
const SOON: Duration = Duration::from_secs(30);

/// Fails before anything is made.
#[track_caller]
fn refuses_up(stack: &Stack) -> Outcome {
    let outcome = stack.run(&["up"]).exits(6);
    assert!(outcome.took < SOON, "{outcome}");
    assert_eq!(engine::everything_of(&stack.project), Vec::<String>::new());
    outcome
}

#[test]
fn without_an_engine_the_way_to_one_is_said() {
    let stack = Stack::of_text("no-engine", &pipeline("{}", SOMEWHERE)).with_engine("unix:///nonexistent/docker.sock");
    refuses_up(&stack).names("/nonexistent/docker.sock").names("help: ");
}

#[test]
fn a_remote_engine_is_refused_and_not_waited_for() {
    let stack = Stack::of_text("remote", &pipeline("{}", SOMEWHERE)).with_engine("tcp://192.0.2.1:2375");
    refuses_up(&stack).names("192.0.2.1").names("help: ");
}

#[test]
fn a_taken_port_is_named_with_who_holds_it() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let port = listener.local_addr().expect("it listens").port();
    let services = format!("{{ kafka: {{ ports: {{ broker: {port} }} }} }}");
    let text = format!("ports: auto\n{}", pipeline(&services, SOMEWHERE));
    let refused = refuses_up(&Stack::of_text("port", &text));
    refused.names(&port.to_string()).names(&format!("process {}", std::process::id()));
}

#[test]
fn too_little_memory_is_said_container_by_container() {
    let text = format!("ports: auto\n{}", pipeline("{ spark: { worker: { memory: 900g } } }", SOMEWHERE));
    refuses_up(&Stack::of_text("memory", &text)).names("spark-worker-1").names("cassandra").names("MiB");
}

#[test]
fn a_source_that_does_not_give_records_fails_with_its_cause() {
    let answers = [
        ("gone", server::always("404 Not Found", "text/plain", "no such page"), "404"),
        ("broken", server::always("500 Internal Server Error", "text/plain", "out of order"), "500"),
        ("garbage", server::always("200 OK", "text/html", "<html>not records</html>"), "JSON"),
        ("refused", format!("http://127.0.0.1:{}/records", free_port()), "refused"),
    ];
    for (name, url, cause) in answers {
        let http = format!("{{ url: \"{url}\", retries: 1, timeout: 2s }}");
        let stack = Stack::of_text(&format!("source-{name}"), &format!("ports: auto\n{}", pipeline("{}", &http)));
        let failed = stack.run(&["run", "source", "people", "--count", "1"]).exits(1).names("people").names(cause);
        assert!(failed.took < SOON, "{failed}");
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("it listens").port()
}

#[test]
fn java_that_does_not_compile_fails_with_the_compilers_line() {
    let stack = Stack::of("broken-java", &repository().join("tests/pipelines/broken-java/pipeline.yaml"));
    stack.run(&["build"]).exits(1).names("Broken.java:[7").names("cannot find symbol");
    assert_eq!(engine::containers(&stack.project), Vec::<String>::new());
}
