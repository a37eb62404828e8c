//! Every fact is tried: with the combination that must fire, and with the one that must not.

use std::collections::{BTreeMap, BTreeSet};

use super::tables::{CARRIES, Example, IMAGES, PACKAGES, PAIRS, Package, REMOVED_IN_AIRFLOW_3, REQUIREMENTS};
use super::*;

/// The stack of an example: only the parts it names.
fn only(parts: &BTreeMap<String, Version>) -> StackVersions {
    parts.iter().fold(StackVersions::default(), |stack, (place, version)| {
        let (image, part) = place.split_once('/').unwrap();
        stack.with(image, pairs::part(part), version.clone())
    })
}

/// The shipped stack with what the example says otherwise, and the package.
fn shipped_with(example: &Example) -> (String, StackVersions) {
    let Example::With(parts) = example else {
        let Example::Alone(package) = example else { unreachable!("an example is one or the other") };
        return (package.clone(), StackVersions::shipped());
    };
    let mut stack = StackVersions::shipped();
    for (name, text) in parts.iter().filter(|(name, _)| *name != "package") {
        let version = Version::read(text).unwrap();
        let places = match name.split_once('/') {
            Some((image, part)) => vec![(image, part)],
            None => vec![("spark", name.as_str()), ("airflow", name.as_str())],
        };
        for (image, part) in places {
            stack = stack.with(image, pairs::part(part), version.clone());
        }
    }
    (parts["package"].clone(), stack)
}

fn codes(found: &[Finding]) -> Vec<&str> {
    found.iter().map(|finding| finding.code).collect()
}

#[test]
fn every_pair_fires_and_is_silent_where_its_fact_says() {
    for pair in PAIRS.iter() {
        let found = judge_stack(&only(&pair.fires));
        assert!(codes(&found).contains(&pair.code.as_str()), "{}: {found:?}", pair.fact.id);
        let found = judge_stack(&only(&pair.silent));
        assert!(!codes(&found).contains(&pair.code.as_str()), "{}: {found:?}", pair.fact.id);
    }
}

fn try_packages(facts: &[Package], judge: impl Fn(&str, &StackVersions) -> Vec<Finding>) {
    for fact in facts {
        let (package, stack) = shipped_with(&fact.fires);
        let found = judge(&package, &stack);
        let named = found.iter().any(|finding| finding.code == fact.code && finding.source.contains(&fact.fact.source));
        assert!(named, "{} with {package}: {found:?}", fact.fact.id);
        let (package, stack) = shipped_with(&fact.silent);
        let found = judge(&package, &stack);
        assert!(!codes(&found).contains(&fact.code.as_str()), "{} with {package}: {found:?}", fact.fact.id);
    }
}

#[test]
fn every_package_fires_and_is_silent_where_its_fact_says() {
    try_packages(&PACKAGES, judge_package);
}

fn judge_line(line: &str, service: &str, stack: &StackVersions) -> Vec<Finding> {
    let read = crate::model::requirements::read(line).pop();
    judge_requirement(&read.unwrap().unwrap(), service, stack)
}

#[test]
fn every_requirement_fires_and_is_silent_where_its_fact_says() {
    try_packages(&REQUIREMENTS, |line, stack| judge_line(line, "airflow", stack));
}

#[test]
fn every_known_image_says_what_its_tag_says() {
    for known in &IMAGES.known {
        let parts = carried(&known.fires["image"]).unwrap();
        for (name, version) in known.fires.iter().filter(|(name, _)| *name != "image") {
            let part = pairs::part(name);
            assert_eq!(parts.get(&part), Version::read(version).as_ref(), "{} {name}: {parts:?}", known.fires["image"]);
        }
    }
}

#[test]
fn every_withdrawn_image_is_found_and_its_like_is_not() {
    for gone in &IMAGES.withdrawn {
        assert!(codes(&judge_image(&gone.fires, "other")).contains(&"SF705"), "{}", gone.fires);
    }
    for image in ["apache/spark:3.5.1", "eclipse-temurin:17", "registry.example/bitnami/spark:3.5", "postgres:15"] {
        assert_eq!(codes(&judge_image(image, "other")), [""; 0], "{image}");
    }
}

#[test]
fn a_floating_tag_is_found_and_a_version_or_digest_is_not() {
    for image in ["apache/spark", "apache/spark:latest", "localhost:5000/spark"] {
        assert_eq!(codes(&judge_image(image, "other")), ["SF702"], "{image}");
    }
    for image in
        ["apache/spark:3.5.1", "apache/spark@sha256:00", "localhost:5000/spark:3.5.1", "apache/spark:latest@sha256:00"]
    {
        assert_eq!(codes(&judge_image(image, "other")), [""; 0], "{image}");
    }
}

#[test]
fn an_image_of_ours_that_nothing_is_known_of_is_said() {
    assert_eq!(codes(&judge_image("example/spark:3.5.1", "spark")), ["SF820"]);
    assert_eq!(codes(&judge_image("grafana/grafana:11.2", "grafana")), [""; 0]);
}

#[test]
fn airflows_own_image_cannot_submit_jobs() {
    assert_eq!(codes(&judge_image("apache/airflow:3.0.1-python3.11", "airflow")), ["SF816"]);
    assert_eq!(codes(&judge_image("apache/airflow:3.0.1-python3.11", "other")), [""; 0]);
}

#[test]
fn a_package_for_another_scala_is_found_whatever_it_is() {
    let stack = StackVersions::shipped();
    assert_eq!(codes(&judge_package("org.example:anything_2.13:1.0", &stack)), ["SF801"]);
    assert_eq!(codes(&judge_package("org.example:anything_2.12:1.0", &stack)), [""; 0]);
    assert_eq!(codes(&judge_package("org.example:no_suffix:1.0", &stack)), [""; 0]);
    assert_eq!(codes(&judge_package("nonsense", &stack)), [""; 0]);
    let both = judge_package("com.datastax.spark:spark-cassandra-connector_2.13:3.0.0", &stack);
    assert_eq!(codes(&both), ["SF801", "SF803"]);
    assert_eq!(both[0].help, "write `com.datastax.spark:spark-cassandra-connector_2.12:3.0.0`");
    for finding in judge_package("org.apache.spark:spark-sql-kafka-0-10_2.13:3.1.1", &stack) {
        assert_eq!(finding.help, "write `org.apache.spark:spark-sql-kafka-0-10_2.12:3.5.7`", "{}", finding.code);
    }
}

#[test]
fn a_package_of_one_spark_beside_an_image_that_may_hold_any_is_a_warning() {
    let stack = |image: &str| {
        let services = format!("services: {{ spark: {{ image: \"{image}\" }} }}");
        let text = crate::model::fixture::TWENTY_LINES.to_owned() + "\n" + &services;
        let pipeline = crate::model::fixture::resolve(&text, &[], &[]).0.unwrap();
        StackVersions::of(&pipeline, &crate::spec::files::ProjectFiles::new())
    };
    for image in ["apache/spark:latest", "apache/spark", "apache/spark:3", "example/spark:latest"] {
        for (package, code) in [
            ("org.apache.spark:spark-sql-kafka-0-10_2.12:3.3.0", "SF802"),
            ("com.datastax.spark:spark-cassandra-connector_2.12:3.3.0", "SF803"),
            ("org.apache.iceberg:iceberg-spark-runtime-3.4_2.12:1.4.2", "SF802"),
        ] {
            let found = judge_package(package, &stack(image));
            assert_eq!(codes(&found), [code], "{package} in {image}");
            assert!(image == "apache/spark:3" || found[0].severity == Severity::Warning, "{found:?}");
        }
        assert_eq!(codes(&judge_package("org.postgresql:postgresql:42.7.3", &stack(image))), [""; 0]);
    }
    for image in ["apache/spark:3.5.7-scala2.12-java17-ubuntu", "apache/spark@sha256:00", "example/spark:3.5.7"] {
        let found = judge_package("org.apache.spark:spark-sql-kafka-0-10_2.12:3.5.7", &stack(image));
        assert_eq!(codes(&found), [""; 0], "{image}");
    }
}

#[test]
fn a_format_for_another_spark_is_found_by_its_name_or_by_its_version() {
    let three = StackVersions::shipped();
    let four = StackVersions::shipped().with("spark", Part::Spark, Version::read("4.1.0").unwrap()).with(
        "spark",
        Part::Scala,
        Version::read("2.13").unwrap(),
    );
    for (package, stack, expected) in [
        ("org.apache.hudi:hudi-spark3.4-bundle_2.12:0.15.0", &three, Some(Severity::Error)),
        ("org.apache.hudi:hudi-spark3.5-bundle_2.12:0.15.0", &three, None),
        ("org.apache.hudi:hudi-spark3.1.2-bundle_2.12:0.10.1", &three, Some(Severity::Error)),
        ("org.apache.hudi:hudi-spark3-bundle_2.12:0.14.1", &three, Some(Severity::Warning)),
        ("org.apache.hudi:hudi-spark3-bundle_2.12:0.15.0", &three, None),
        ("org.apache.hudi:hudi-utilities-bundle_2.12:0.15.0", &three, None),
        ("org.apache.hudi:hudi-spark4.0-bundle_2.13:1.1.0", &four, Some(Severity::Error)),
        ("io.delta:delta-spark_2.13:4.1.0", &four, None),
        ("io.delta:delta-spark_2.13:4.0.0", &four, Some(Severity::Warning)),
        ("io.delta:delta-spark_2.13:4.4.0", &four, Some(Severity::Warning)),
        ("io.delta:delta-spark_4.1_2.13:4.4.0", &four, None),
        ("io.delta:delta-spark_4.0_2.13:4.4.0", &four, Some(Severity::Error)),
    ] {
        assert_eq!(judge_package(package, stack).first().map(|one| one.severity), expected, "{package}");
    }
}

#[test]
fn another_patch_is_a_warning_and_another_minor_an_error() {
    let stack = StackVersions::shipped();
    let severity = |version: &str| {
        judge_package(&format!("org.apache.spark:spark-avro_2.12:{version}"), &stack).first().map(|one| one.severity)
    };
    assert_eq!(severity("3.5.7"), None);
    assert_eq!(severity("3.5.1"), Some(Severity::Warning));
    assert_eq!(severity("3.4.1"), Some(Severity::Error));
}

#[test]
fn a_package_that_the_image_has_in_another_version_is_said() {
    let stack = StackVersions::shipped();
    assert_eq!(codes(&judge_line("pydantic==1.10.0", "airflow", &stack)), ["SF817"]);
    assert_eq!(codes(&judge_line("pydantic==1.10.0", "spark", &stack)), [""; 0]);
}

#[test]
fn names_that_airflow_3_dropped_are_found_in_airflow_3_alone() {
    let three = StackVersions::shipped();
    let two = StackVersions::shipped().with("airflow", Part::Airflow, Version::read("2.10.3").unwrap());
    for removed in REMOVED_IN_AIRFLOW_3.iter() {
        assert_eq!(judge_dag_name(&removed.name, &three).map(|one| one.code), Some("SF809"), "{}", removed.name);
        assert_eq!(judge_dag_name(&removed.name, &two), None, "{}", removed.name);
    }
    assert_eq!(judge_dag_name("airflow.operators.subdag.SubDagOperator", &three).map(|one| one.code), Some("SF809"));
    for name in [
        "schedule",
        "airflow.sdk.DAG",
        "airflow.providers.standard.operators.python.PythonOperator",
        "airflow.utils.dates.cron_presets",
    ] {
        assert_eq!(judge_dag_name(name, &three), None, "{name}");
    }
    let before = StackVersions::shipped().with("airflow", Part::Airflow, Version::read("3.1.8").unwrap());
    assert_eq!(judge_dag_name("airflow.datasets.Dataset", &before), None);
}

#[test]
fn the_shipped_stack_is_sound() {
    let shipped = StackVersions::shipped();
    // The default has no ZooKeeper, the flagship has: both are judged.
    assert_eq!(judge_stack(&shipped), []);
}

#[test]
fn every_fact_has_a_source_a_date_and_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for (code, fact) in all() {
        assert!(fact.source.len() > 10 && fact.checked.len() == 10 && !fact.says.is_empty(), "{}", fact.id);
        assert!(crate::model::codes::find(code).is_some(), "{code} of {} is not explained", fact.id);
        assert!(names.insert((code, &fact.id)), "{code} {} is there twice", fact.id);
    }
    assert!(!CARRIES.is_empty());
}

#[test]
fn at_least_twenty_five_combinations_are_known_not_to_work() {
    let pairs = PAIRS.iter().flat_map(|pair| judge_stack(&only(&pair.fires)));
    let packages = PACKAGES.iter().flat_map(|fact| {
        let (package, stack) = shipped_with(&fact.fires);
        judge_package(&package, &stack)
    });
    let requirements = REQUIREMENTS.iter().flat_map(|fact| {
        let (line, stack) = shipped_with(&fact.fires);
        judge_line(&line, "airflow", &stack)
    });
    let errors = pairs.chain(packages).chain(requirements).filter(|one| one.severity == Severity::Error);
    let count = errors.map(|one| one.message).collect::<BTreeSet<_>>().len();
    assert!(count >= 25, "{count}");
}
