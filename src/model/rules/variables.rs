//! SF709 and SF908 in `env` of plain containers: variables that nobody reads, and addresses that nobody has.
//!
//! What an image reads is its own business; said is only what cannot be meant.

use super::Facts;
use super::addresses::{host, is_known, is_own};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::spec::suggest;

/// The words that variables of the images around such a pipeline begin with.
const FIRST_WORDS: [&str; 12] = [
    "AIRFLOW",
    "CASSANDRA",
    "CONFLUENT",
    "CONNECT",
    "CONTROL",
    "KAFKA",
    "MYSQL",
    "POSTGRES",
    "REDIS",
    "SCHEMA",
    "SPARK",
    "ZOOKEEPER",
];

/// Parts of the names of variables that hold addresses.
const ADDRESSES: [&str; 7] = ["ADDR", "BOOTSTRAP", "BROKER", "ENDPOINT", "HOST", "SERVER", "URL"];

/// Every variable of every plain container.
pub(super) fn all(facts: &Facts<'_>, found: &mut Diagnostics) {
    for (service, declared) in &facts.pipeline.services {
        for (name, value) in &declared.env {
            let place = facts.place(&["services", service, "env", name]);
            let key = key_place(facts, service, name).unwrap_or(place);
            if let Some(meant) = meant(name) {
                found.push(
                    Diagnostic::warning("SF709", format!("`{name}` of `{service}` is a variable that nobody reads"))
                        .at(key, "mistyped")
                        .help(format!("did you mean `{meant}`?")),
                );
            }
            found.extend(stranger(facts, service, name, value).map(|diagnostic| diagnostic.at(place, "named here")));
        }
    }
}

fn key_place(facts: &Facts<'_>, service: &str, name: &str) -> Option<Span> {
    let env = facts.scope.root.get("services")?.get(service)?.get("env")?;
    env.entries().iter().find(|entry| entry.key.text == name).map(|entry| entry.key.span)
}

/// The name that was meant, where that is beyond doubt.
fn meant(name: &str) -> Option<String> {
    airflow(name).or_else(|| {
        let (first, rest) = name.split_once('_')?;
        let word = first_word(first)?;
        Some(format!("{word}_{rest}"))
    })
}

/// A word that is one slip away from a known one. A plural is another word.
fn first_word(written: &str) -> Option<&'static str> {
    let slip =
        |word: &&str| strsim::damerau_levenshtein(written, word) == 1 && written.strip_suffix('S') != Some(*word);
    if written.len() < 5 || FIRST_WORDS.contains(&written) {
        return None;
    }
    FIRST_WORDS.into_iter().find(slip)
}

/// Airflow reads `AIRFLOW__SECTION__KEY`, with two underscores in both places.
fn airflow(name: &str) -> Option<String> {
    const OTHERS: [&str; 3] = ["CONN_", "VAR_", "CTX_"];
    let rest = name.strip_prefix("AIRFLOW_")?;
    match rest.strip_prefix('_') {
        None if OTHERS.iter().any(|other| rest.starts_with(other)) => None,
        None => rest.contains("__").then(|| format!("AIRFLOW__{rest}")),
        Some(setting) if setting.contains("__") => None,
        Some(setting) => {
            let (section, key) = setting.split_once('_')?;
            Some(format!("AIRFLOW__{section}__{key}"))
        }
    }
}

/// SF908: an address whose host nothing in the pipeline has.
fn stranger(facts: &Facts<'_>, service: &str, name: &str, value: &str) -> Option<Diagnostic> {
    let upper = name.to_uppercase();
    // A listener is the container's own address.
    if upper.contains("LISTENER") || !ADDRESSES.iter().any(|part| upper.contains(part)) {
        return None;
    }
    let of_brokers = upper.contains("BOOTSTRAP") || upper.contains("BROKER");
    let address = addresses(value).find(|address| {
        let is_lost = !is_known(facts, address);
        if is_own(address) { of_brokers } else { is_lost }
    })?;
    let why = if is_own(address) { "which there is the container itself" } else { "and no service has that name" };
    let known: Vec<&str> =
        facts.pipeline.services.keys().map(String::as_str).filter(|other| *other != service).collect();
    let help = if of_brokers && facts.pipeline.services.contains_key("kafka") {
        "inside the stack it is `kafka:9092`".to_owned()
    } else {
        suggest::help(host(address), "services", &known)
    };
    let message = format!("`{name}` of `{service}` looks for `{address}`, {why}");
    Some(Diagnostic::warning("SF908", message).help(help))
}

/// `host:port` of each address in a list, without scheme, login and path.
fn addresses(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').filter_map(|part| {
        let part = part.trim();
        let part = part.split_once("://").map_or(part, |(_, rest)| rest);
        let part = part.split('/').next().unwrap_or(part);
        let part = part.rsplit_once('@').map_or(part, |(_, rest)| rest);
        let (name, port) = part.rsplit_once(':')?;
        let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.'));
        let is_port = !port.is_empty() && port.len() <= 5 && port.chars().all(|digit| digit.is_ascii_digit());
        (is_name && is_port).then_some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{TWENTY_LINES, resolve};

    fn codes(variable: &str) -> Vec<&'static str> {
        let text = format!(
            "{TWENTY_LINES}\nprofiles:\n  x:\n    services: {{ page: {{ image: \"example/page:1\", env: {{ {variable} }} }} }}\n"
        );
        resolve(&text, &["x"], &[]).1.iter().map(|one| one.code).collect()
    }

    #[test]
    fn a_variable_that_is_a_slip_away_from_a_known_one_is_said() {
        for (name, expected) in [
            ("CONFLIENT_METRICS_ENABLE", Some("CONFLUENT_METRICS_ENABLE")),
            ("KAKFA_CLUSTERS_0_NAME", Some("KAFKA_CLUSTERS_0_NAME")),
            ("AIRFLOW_CORE__EXECUTOR", Some("AIRFLOW__CORE__EXECUTOR")),
            ("AIRFLOW__WEBSERVER_BASE_URL", Some("AIRFLOW__WEBSERVER__BASE_URL")),
        ] {
            assert_eq!(meant(name).as_deref(), expected, "{name}");
        }
        assert_eq!(codes("CONFLIENT_METRICS_ENABLE: \"false\""), ["SF709"]);
    }

    #[test]
    fn other_variables_are_their_images_business() {
        for name in [
            "CONFLUENT_METRICS_ENABLE",
            "AIRFLOW__CORE__EXECUTOR",
            "AIRFLOW_HOME",
            "AIRFLOW_UID",
            "AIRFLOW_CONN_A__B",
            "AIRFLOW_VAR_A__B",
            "SCHEMAS_FOLDER",
            "POSTGRESQL_PASSWORD_FILE",
            "DYNAMIC_CONFIG_ENABLED",
            "PORT",
        ] {
            assert_eq!(meant(name), None, "{name}");
        }
    }

    #[test]
    fn an_address_that_nothing_has_is_said() {
        for variable in [
            "CONTROL_CENTER_BOOTSTRAP_SERVERS: \"broker:29092\"",
            "KAFKA_CLUSTERS_0_BOOTSTRAPSERVERS: \"kafka:9092,kafka2:9092\"",
            "BOOTSTRAP_SERVERS: \"localhost:9092\"",
            "REGISTRY_URL: \"http://schema-registry:8081/x\"",
        ] {
            assert_eq!(codes(variable), ["SF908"], "{variable}");
        }
    }

    #[test]
    fn an_address_that_may_lead_somewhere_is_not() {
        for variable in [
            "BOOTSTRAP_SERVERS: \"PLAINTEXT://kafka:9092\"",
            "SPARK_URL: \"spark://spark-master:7077\"",
            "SELF_URL: \"http://localhost:3000\"",
            "OWN_URL: \"http://page:3000\"",
            "OTHER_URL: \"https://example.org:443/x\"",
            "HOSTS: \"several words: 12 of them\"",
            "HOST_RATIO: \"4:3\"",
            "KAFKA_ADVERTISED_LISTENERS: \"PLAINTEXT://elsewhere:9092\"",
            "LOGIN: \"admin:1234\"",
        ] {
            assert_eq!(codes(variable), [""; 0], "{variable}");
        }
    }
}
