//! SF907, SF908, SF909: topics, servers and tables that the pipeline does not know.

use super::{Program, alike};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::pipeline::Sink;
use crate::model::python::{Hosts, Server};
use crate::model::rules::Facts;
use crate::model::rules::addresses::{is_known, is_own};
use crate::spec::suggest;

const DEAD_LETTERS: &str = ".dlq";

pub(super) fn all(facts: &Facts<'_>, program: &Program<'_>, found: &mut Diagnostics) {
    topics(facts, program, found);
    for hosts in &program.reading.hosts {
        servers(facts, program, hosts, found);
    }
    for setting in &program.reading.settings {
        if let ("spark.cassandra.connection.host", Some(value)) = (setting.key.value.as_str(), &setting.value) {
            servers(facts, program, &Hosts { of: Server::Cassandra, names: vec![value.clone()] }, found);
        }
    }
    tables(facts, program, found);
}

/// SF907.
fn topics(facts: &Facts<'_>, program: &Program<'_>, found: &mut Diagnostics) {
    let known: Vec<&str> = facts.pipeline.topics.keys().map(String::as_str).collect();
    let reads = &program.reading.reads;
    let sends = program.reading.sends.iter().filter(|topic| !reads.contains(topic));
    for topic in reads.iter().chain(sends) {
        let name = topic.value.strip_suffix(DEAD_LETTERS).unwrap_or(&topic.value);
        if known.contains(&name) {
            continue;
        }
        let message = format!("{} names a topic `{name}` that the pipeline does not have", program.title());
        let finding = Diagnostic::warning("SF907", message)
            .in_file(program.path, program.span(&topic.at), "named here")
            .help(suggest::help(name, "topics", &known));
        let near = alike(name, known.iter().copied()).and_then(|near| facts.pipeline.topics.get_key_value(near));
        found.push(match near {
            Some((near, topic)) => finding.at(topic.span, format!("the pipeline has `{near}`")),
            None => finding,
        });
    }
}

/// SF908.
fn servers(facts: &Facts<'_>, program: &Program<'_>, hosts: &Hosts, found: &mut Diagnostics) {
    let strangers: Vec<_> = hosts.names.iter().filter(|name| !is_known(facts, &name.value)).collect();
    let Some(first) = strangers.first() else { return };
    let (what, own) = match hosts.of {
        Server::Kafka => ("Kafka", "kafka:9092"),
        Server::Cassandra => ("Cassandra", "cassandra"),
    };
    let names: Vec<&str> = strangers.iter().map(|name| name.value.as_str()).collect();
    let names = suggest::list(&names);
    let message = if is_own(&first.value) {
        format!("{} looks for {what} at {names}, which in a container is the container itself", program.title())
    } else {
        format!("{} looks for {what} at {names}, and no service has that name", program.title())
    };
    let finding = Diagnostic::warning("SF908", message)
        .in_file(program.path, program.span(&first.at), "named here")
        .help(format!("inside the stack it is `{own}`"));
    let service = facts.pipeline.services.get(own.split(':').next().unwrap_or(own));
    found.push(match service.and_then(|service| service.span) {
        Some(span) => finding.at(span, "the service"),
        None => finding,
    });
}

/// SF909: a table of a reader or writer.
fn tables(facts: &Facts<'_>, program: &Program<'_>, found: &mut Diagnostics) {
    for table in &program.reading.tables {
        let Some(keyspace) = &table.keyspace else { continue };
        let name = format!("{}.{}", keyspace.value, table.table.value);
        if sink(facts, Some(&keyspace.value), &table.table.value).is_some() {
            continue;
        }
        let known: Vec<String> =
            facts.pipeline.sinks.values().map(|sink| format!("{}.{}", sink.keyspace, sink.table)).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let message = format!("{} uses a table `{name}` that the pipeline does not have", program.title());
        found.push(
            Diagnostic::warning("SF909", message)
                .in_file(program.path, program.span(&table.table.at), "named here")
                .help(suggest::help(&name, "tables", &known)),
        );
    }
}

/// The sink of a table, by its name alone where the code says no keyspace.
pub(super) fn sink<'a>(facts: &'a Facts<'_>, keyspace: Option<&str>, table: &str) -> Option<(&'a str, &'a Sink)> {
    let same = |sink: &Sink| {
        sink.table.eq_ignore_ascii_case(table)
            && keyspace.is_none_or(|keyspace| sink.keyspace.eq_ignore_ascii_case(keyspace))
    };
    facts.pipeline.sinks.iter().find(|(_, sink)| same(sink)).map(|(name, sink)| (name.as_str(), sink))
}
