//! Which versions a stack has: the shipped ones as the locks and Dockerfiles say, and what the tags of other images say.

use std::collections::BTreeMap;

use super::images;
use super::tables::{CARRIES, Part};
use super::version::Version;
use crate::model::pipeline::Pipeline;
use crate::spec::files::{FileContent, ProjectFiles};

/// The templates that say versions. A project may have its own of the same name, which then counts.
pub const SOURCES: [(&str, &str); 8] = [
    ("templates/images/base/Dockerfile.j2", include_str!("../../../templates/images/base/Dockerfile.j2")),
    ("templates/images/spark/Dockerfile.j2", include_str!("../../../templates/images/spark/Dockerfile.j2")),
    ("templates/images/spark/jars.lock", include_str!("../../../templates/images/spark/jars.lock")),
    ("templates/images/spark/python.lock", include_str!("../../../templates/images/spark/python.lock")),
    ("templates/images/airflow/python.lock", include_str!("../../../templates/images/airflow/python.lock")),
    ("templates/images/postgres/Dockerfile.j2", include_str!("../../../templates/images/postgres/Dockerfile.j2")),
    ("templates/images/kafka/jars.lock", include_str!("../../../templates/images/kafka/jars.lock")),
    ("templates/images/cassandra/jars.lock", include_str!("../../../templates/images/cassandra/jars.lock")),
];

/// Files of a project that decide what else lies in the containers of jobs and DAGs, where it has them.
pub const OWN_CONTAINERS: [&str; 5] = [
    "blueprints/airflow.yaml",
    "blueprints/spark.yaml",
    "templates/images/airflow/Dockerfile.j2",
    SOURCES[0].0,
    SOURCES[1].0,
];

/// Services whose images hold versions that facts speak of.
pub const SERVICES: [&str; 6] = ["spark", "airflow", "kafka", "zookeeper", "cassandra", "postgres"];

/// Versions by image (named as the service that runs it) and part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StackVersions {
    images: BTreeMap<String, BTreeMap<Part, Version>>,
    /// Pins of the lock of Airflow's and of Spark's image: Python package -> version.
    locked: BTreeMap<String, BTreeMap<String, Version>>,
    /// Images of which it is left open which Spark they hold, by the service that runs them.
    open: BTreeMap<String, String>,
}

impl StackVersions {
    /// What sparkflow's own images hold.
    #[must_use]
    pub fn shipped() -> Self {
        Self::from_sources(&ProjectFiles::new())
    }

    /// The same, where the project's own locks and Dockerfiles take the place of ours.
    #[must_use]
    pub fn from_sources(files: &ProjectFiles) -> Self {
        let text = |path: &str| match files.get(path) {
            Some(FileContent::Text(text)) => text.as_str(),
            _ => SOURCES.iter().find(|(name, _)| *name == path).map_or("", |(_, text)| *text),
        };
        let base = text("templates/images/base/Dockerfile.j2");
        let spark_jars = text("templates/images/spark/jars.lock");
        let spark_python = pins(text("templates/images/spark/python.lock"));
        let airflow_python = pins(text("templates/images/airflow/python.lock"));
        let java = after(base, "openjdk-");
        let python = after(text("templates/images/spark/Dockerfile.j2"), "/lib/python");
        let connector = jar(spark_jars, "com.datastax.spark", "spark-cassandra-connector_");
        let mut stack = Self::default();
        for image in ["spark", "airflow"] {
            stack.put(image, Part::Java, java.clone());
            stack.put(image, Part::Python, python.clone());
            stack.put(image, Part::Spark, spark_python.get("pyspark").cloned());
            stack.put(image, Part::Scala, scala_of(spark_jars));
            stack.put(image, Part::CassandraConnector, connector.clone());
            stack.carry(image);
            let client = jar(spark_jars, "org.apache.kafka", "kafka-clients");
            stack.put(image, Part::KafkaClient, client);
        }
        stack.put("airflow", Part::Airflow, airflow_python.get("apache-airflow").cloned());
        let provider = airflow_python.get("apache-airflow-providers-apache-spark").cloned();
        stack.put("airflow", Part::SparkProvider, provider);
        let kafka_jars = text("templates/images/kafka/jars.lock");
        stack.put("kafka", Part::Kafka, jar(kafka_jars, "org.apache.kafka", "kafka_"));
        stack.put("kafka", Part::Java, java.clone());
        stack.put("zookeeper", Part::Zookeeper, jar(kafka_jars, "org.apache.zookeeper", "zookeeper"));
        stack.put("zookeeper", Part::Java, java.clone());
        stack.put(
            "cassandra",
            Part::Cassandra,
            jar(text("templates/images/cassandra/jars.lock"), "org.apache.cassandra", "cassandra-all"),
        );
        stack.put("cassandra", Part::Java, java);
        stack.put("postgres", Part::Postgres, after(text("templates/images/postgres/Dockerfile.j2"), "postgresql-"));
        stack.locked.insert("spark".to_owned(), spark_python.clone());
        stack.locked.insert("airflow".to_owned(), spark_python.into_iter().chain(airflow_python).collect());
        stack
    }

    /// The versions of one pipeline: of the services it has, with what is known of the images it names.
    #[must_use]
    pub fn of(pipeline: &Pipeline, files: &ProjectFiles) -> Self {
        let mut stack = Self::from_sources(files);
        stack.images.retain(|image, _| pipeline.services.contains_key(image));
        for (name, service) in pipeline.services.iter().filter(|(name, _)| SERVICES.contains(&name.as_str())) {
            if let Some(image) = &service.image {
                stack.images.insert(name.clone(), images::carried(image).unwrap_or_default());
                stack.locked.remove(name);
                if images::leaves_spark_open(image) {
                    stack.open.insert(name.clone(), image.clone());
                }
                stack.carry(name);
            }
        }
        stack
    }

    #[must_use]
    pub fn get(&self, image: &str, part: Part) -> Option<&Version> {
        self.images.get(image)?.get(&part)
    }

    /// The image of a service, where it is left open which Spark it holds.
    #[must_use]
    pub fn open(&self, service: &str) -> Option<&str> {
        self.open.get(service).map(String::as_str)
    }

    /// Everything known of an image.
    pub fn parts(&self, image: &str) -> impl Iterator<Item = (Part, &Version)> {
        self.images.get(image).into_iter().flatten().map(|(part, version)| (*part, version))
    }

    #[must_use]
    pub fn has(&self, image: &str) -> bool {
        self.images.contains_key(image)
    }

    /// Another version of one part, for examples and tests.
    #[must_use]
    pub fn with(mut self, image: &str, part: Part, version: Version) -> Self {
        self.put(image, part, Some(version));
        if part == Part::Spark {
            self.carry(image);
        }
        self
    }

    /// What an image's lock pins a Python package to.
    #[must_use]
    pub fn locked(&self, image: &str, package: &str) -> Option<&Version> {
        self.locked.get(image)?.get(package)
    }

    fn put(&mut self, image: &str, part: Part, version: Option<Version>) {
        if let Some(version) = version {
            self.images.entry(image.to_owned()).or_default().insert(part, version);
        }
    }

    /// Fills in what Spark brings along.
    fn carry(&mut self, image: &str) {
        let Some(spark) = self.get(image, Part::Spark).cloned() else { return };
        if let Some(carried) = CARRIES.iter().find(|carried| carried.spark.holds(&spark)) {
            self.put(image, Part::Hadoop, Some(carried.hadoop.clone()));
            self.put(image, Part::KafkaClient, Some(carried.kafka_client.clone()));
        }
    }
}

/// The version of a locked jar: `group:artifact:version[:classifier] hash`.
fn jar(lock: &str, group: &str, artifact: &str) -> Option<Version> {
    let mut rows = lock.lines().filter_map(|line| {
        let mut parts = line.split_whitespace().next()?.split(':');
        (parts.next()? == group).then_some(())?;
        let name = parts.next()?;
        let is_it = if artifact.ends_with('_') { name.starts_with(artifact) } else { name == artifact };
        is_it.then(|| parts.next()).flatten()
    });
    rows.find_map(Version::read)
}

/// Scala's binary version, from the suffix of Spark's own module.
fn scala_of(lock: &str) -> Option<Version> {
    let row = lock.lines().find(|line| line.starts_with("org.apache.spark:"))?;
    Version::read(row.split(':').nth(1)?.rsplit_once('_')?.1)
}

/// `name==version` of every pin.
fn pins(lock: &str) -> BTreeMap<String, Version> {
    let rows = lock.lines().filter(|line| !line.starts_with([' ', '#']));
    let pairs = rows.filter_map(|line| line.split_once("=="));
    pairs
        .filter_map(|(name, rest)| Some((name.trim().to_owned(), Version::read(rest.split([' ', ';']).next()?)?)))
        .collect()
}

/// The number that follows a word.
fn after(text: &str, word: &str) -> Option<Version> {
    text.split(word).skip(1).find_map(|rest| {
        let number: String =
            rest.chars().take_while(|character| character.is_ascii_digit() || *character == '.').collect();
        Version::read(number.trim_end_matches('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(stack: &StackVersions, image: &str) -> Vec<String> {
        stack.parts(image).map(|(part, version)| format!("{part} {version}")).collect()
    }

    #[test]
    fn the_locks_say_every_part_of_every_image() {
        let stack = StackVersions::shipped();
        let expected: [(&str, &[Part]); 6] = [
            (
                "spark",
                &[
                    Part::Spark,
                    Part::Scala,
                    Part::Java,
                    Part::Python,
                    Part::Hadoop,
                    Part::KafkaClient,
                    Part::CassandraConnector,
                ],
            ),
            ("airflow", &[Part::Spark, Part::Scala, Part::Java, Part::Python, Part::Airflow, Part::SparkProvider]),
            ("kafka", &[Part::Kafka, Part::Java]),
            ("zookeeper", &[Part::Zookeeper]),
            ("cassandra", &[Part::Cassandra, Part::Java]),
            ("postgres", &[Part::Postgres]),
        ];
        for (image, parts) in expected {
            for part in parts {
                assert!(stack.get(image, *part).is_some(), "{image} {part}: {:?}", shown(&stack, image));
            }
        }
        let jars = SOURCES[2].1;
        let client = jar(jars, "org.apache.kafka", "kafka-clients").unwrap();
        assert_eq!(stack.get("spark", Part::KafkaClient), Some(&client), "carries.yaml and the lock agree");
    }

    #[test]
    fn a_lock_of_the_project_takes_the_place_of_ours() {
        let own = FileContent::Text("pyspark==3.4.1 \\\n    --hash=sha256:00\n".to_owned());
        let files = ProjectFiles::from([("templates/images/spark/python.lock".to_owned(), own)]);
        let stack = StackVersions::from_sources(&files);
        assert_eq!(stack.get("spark", Part::Spark).unwrap().to_string(), "3.4.1");
        assert_eq!(stack.get("spark", Part::Hadoop).unwrap().to_string(), "3.3.4");
    }
}
