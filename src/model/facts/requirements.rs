//! Lines of Python requirements: `data/requirements.yaml`, and what the image's own lock has already.

use super::stack::StackVersions;
use super::tables::{Package, Part, REQUIREMENTS};
use super::version::Version;
use super::{Finding, severity, verdict, words};
use crate::diagnostic::Severity;
use crate::model::requirements::Requirement;

/// What is wrong with a requirement that is installed into the image of `service` (`spark` or `airflow`). Packages that no fact speaks of
/// are passed over.
#[must_use]
pub fn judge_requirement(requirement: &Requirement, service: &str, stack: &StackVersions) -> Vec<Finding> {
    let Some(version) = Version::read(&requirement.version) else { return Vec::new() };
    let name = &requirement.name;
    let mut found: Vec<Finding> = REQUIREMENTS
        .iter()
        .filter(|fact| fact.packages.contains(name))
        .filter_map(|fact| judge(fact, name, &version, service, stack))
        .collect();
    if found.is_empty() {
        found.extend(against_lock(name, &version, service, stack));
    }
    found
}

fn judge(
    fact: &'static Package,
    name: &str,
    version: &Version,
    service: &str,
    stack: &StackVersions,
) -> Option<Finding> {
    if let Some(part) = fact.follows {
        return follows(fact, part, name, version, stack.get(service, part)?);
    }
    let part = fact.on?;
    let image = if part == Part::Kafka { "kafka" } else { service };
    let has = stack.get(image, part)?;
    let verdict = verdict(&fact.cases, version, Some(has));
    let message = format!("`{name}=={version}` {} {part} {has}", words(verdict));
    let mut finding = Finding::new(fact.code.as_str(), severity(verdict)?, message, &fact.fact);
    finding.help = match &fact.fact.help {
        Some(help) => format!("{}: {help}", fact.fact.says),
        None => fact.fact.says.clone(),
    };
    Some(finding)
}

fn follows(fact: &'static Package, part: Part, name: &str, version: &Version, has: &Version) -> Option<Finding> {
    if version.same(has) {
        return None;
    }
    let is_near = version.same_minor(has) && !fact.exact;
    let severity = if is_near { Severity::Warning } else { Severity::Error };
    let message = format!("`{name}=={version}` takes the place of {part} {has} in the image");
    Some(Finding::new(fact.code.as_str(), severity, message, &fact.fact))
}

/// SF817: the image's lock has the package in another version, and something else in the image was tried with that one.
fn against_lock(name: &str, version: &Version, service: &str, stack: &StackVersions) -> Option<Finding> {
    let locked = stack.locked(service, name)?;
    if version.same(locked) {
        return None;
    }
    let fact = super::tables::Fact {
        id: "locked-package".to_owned(),
        says: "the image is made from a lock whose packages were tried together".to_owned(),
        help: Some(format!("write `{name}=={locked}`, or delete the line")),
        source: String::new(),
        checked: "2026-11-24".to_owned(),
    };
    let message = format!("`{name}=={version}` replaces {locked}, which the `{service}` image was tried with");
    Some(Finding::new("SF817", Severity::Warning, message, &fact))
}

#[cfg(test)]
mod tests {
    use crate::model::requirements;

    #[test]
    fn only_exact_pins_are_judged() {
        for (line, expected) in [
            ("Kafka_Python == 2.0.2  # old", Some("kafka-python 2.0.2")),
            ("pyspark[sql]==3.4.1 ; python_version > \"3.8\"", Some("pyspark 3.4.1")),
            ("requests==2.32.3 --hash=sha256:00", Some("requests 2.32.3")),
            ("requests>=2", None),
            ("-r other.txt", None),
            ("# pyspark==3.4.1", None),
            ("pyspark @ file:///tmp/pyspark.whl", None),
            ("not a requirement", None),
            ("", None),
        ] {
            let read = requirements::read(line).pop().and_then(Result::ok);
            let read = read.map(|one| format!("{} {}", one.name, one.version));
            assert_eq!(read.as_deref(), expected, "{line}");
        }
    }
}
