//! Maven packages that users add to Spark: `data/packages.yaml`, and the Scala version in the name of each.

use super::stack::StackVersions;
use super::tables::{PACKAGES, Package, Part};
use super::version::Version;
use super::{Finding, severity, verdict, words};
use crate::diagnostic::Severity;

/// The image that Spark's packages are loaded in.
const IMAGE: &str = "spark";

/// What is wrong with `group:artifact:version` in a stack. Text that is no coordinate, and packages that no fact speaks of, are passed over.
#[must_use]
pub fn judge_package(coordinate: &str, stack: &StackVersions) -> Vec<Finding> {
    let Some(package) = Coordinate::read(coordinate) else { return Vec::new() };
    let mut found: Vec<Finding> = scala(&package, stack).into_iter().collect();
    for fact in PACKAGES.iter() {
        found.extend(fact.packages.iter().find_map(|pattern| judge(fact, pattern, &package, stack)));
    }
    if found.is_empty() {
        found.extend(stack.open(IMAGE).and_then(|image| beside_any(&package, image)));
    }
    found
}

/// A package of one Spark beside an image that may hold any.
fn beside_any(package: &Coordinate<'_>, image: &str) -> Option<Finding> {
    let fact = PACKAGES.iter().find(|fact| {
        let of_spark = fact.follows == Some(Part::Spark) || fact.on == Some(Part::Spark);
        fact.packages.iter().any(|pattern| match pattern.split_once("{spark}") {
            Some((before, _)) => format!("{}:{}", package.group, package.name).starts_with(before),
            None => of_spark && names(pattern, package),
        })
    })?;
    let message = format!(
        "`{}` is made for one version of Spark, and the tag of the image `{image}` does not say which it holds",
        package.text
    );
    let mut finding = Finding::new(fact.code.as_str(), Severity::Warning, message, &fact.fact);
    finding.help = format!("{}: name an image by its whole version, or leave `image` out", fact.fact.says);
    Some(finding)
}

/// `org.apache.spark:spark-sql-kafka-0-10_2.12:3.5.7`.
struct Coordinate<'a> {
    text: &'a str,
    group: &'a str,
    /// Without the Scala suffix.
    name: &'a str,
    scala: Option<Version>,
    version: Version,
    /// The version as written.
    written: &'a str,
}

impl<'a> Coordinate<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let mut parts = text.split(':');
        let (group, artifact, written) = (parts.next()?, parts.next()?, parts.next_back()?);
        let suffix = artifact.rsplit_once('_').filter(|(_, scala)| scala.starts_with("2.") || *scala == "3");
        let (name, scala) = match suffix {
            Some((name, scala)) => (name, Version::read(scala)),
            None => (artifact, None),
        };
        Some(Self { text, group, name, scala, version: Version::read(written)?, written })
    }

    /// The coordinate with another version or Scala suffix.
    fn with(&self, scala: Option<&Version>, version: &str) -> String {
        let suffix = scala.map_or(String::new(), |scala| format!("_{scala}"));
        format!("{}:{}{suffix}:{version}", self.group, self.name)
    }
}

/// SF801 for every package with a Scala suffix.
fn scala(package: &Coordinate<'_>, stack: &StackVersions) -> Option<Finding> {
    let built = package.scala.as_ref()?;
    let runs = stack.get(IMAGE, Part::Scala)?;
    if built.same_minor(runs) {
        return None;
    }
    let message = format!("`{}` is built for Scala {built}, and the stack's Spark runs Scala {runs}", package.text);
    let fact = super::tables::PAIRS.iter().find(|pair| pair.code == "SF801").map(|pair| &pair.fact)?;
    let mut finding = Finding::new("SF801", Severity::Error, message, fact);
    finding.help = format!("write `{}`", mended(package, stack));
    Some(finding)
}

fn judge(fact: &'static Package, pattern: &str, package: &Coordinate<'_>, stack: &StackVersions) -> Option<Finding> {
    let (group, name) = pattern.split_once(':')?;
    if group != package.group {
        return None;
    }
    if let Some((before, after)) = name.split_once("{spark}") {
        let made_for = package.name.strip_prefix(before)?.strip_suffix(after).and_then(Version::read)?;
        return built_for(fact, package, &made_for, stack.get(IMAGE, Part::Spark)?);
    }
    if !names(pattern, package) {
        return None;
    }
    match (fact.follows, fact.on) {
        (Some(part), _) => follows(fact, part, package, stack),
        (None, Some(part)) => {
            let version = stack.get(image_of(part), part)?;
            let verdict = verdict(&fact.cases, &package.version, Some(version));
            let message = format!("`{}` {} {part} {version}", package.text, words(verdict));
            Some(with_help(Finding::new(fact.code.as_str(), severity(verdict)?, message, &fact.fact), fact))
        }
        (None, None) => None,
    }
}

/// Whether a fact speaks of a package by its full name or its whole group.
fn names(pattern: &str, package: &Coordinate<'_>) -> bool {
    pattern.split_once(':').is_some_and(|(group, name)| group == package.group && (name == "*" || name == package.name))
}

/// The package as it would fit: Spark's Scala, and the version of the part that it follows.
fn mended(package: &Coordinate<'_>, stack: &StackVersions) -> String {
    let scala = package.scala.as_ref().map(|built| stack.get(IMAGE, Part::Scala).unwrap_or(built));
    let follows = PACKAGES.iter().filter(|fact| fact.packages.iter().any(|pattern| names(pattern, package)));
    let version = follows.filter_map(|fact| fact.follows).find_map(|part| stack.get(IMAGE, part));
    package.with(scala, &version.map_or_else(|| package.written.to_owned(), Version::to_string))
}

/// Where a package meets a part: Spark's own, or another server's.
fn image_of(part: Part) -> &'static str {
    match part {
        Part::Kafka => "kafka",
        Part::Cassandra => "cassandra",
        _ => IMAGE,
    }
}

fn built_for(fact: &'static Package, package: &Coordinate<'_>, made_for: &Version, spark: &Version) -> Option<Finding> {
    if made_for.same_minor(spark) {
        return None;
    }
    let message = format!("`{}` is built for Spark {made_for}, and the stack runs Spark {spark}", package.text);
    Some(with_help(Finding::new(fact.code.as_str(), Severity::Error, message, &fact.fact), fact))
}

fn follows(fact: &'static Package, part: Part, package: &Coordinate<'_>, stack: &StackVersions) -> Option<Finding> {
    let has = stack.get(IMAGE, part)?;
    if package.version.same(has) {
        return None;
    }
    // Another patch of the same minor usually loads; that it does is luck.
    let severity = if package.version.same_minor(has) { Severity::Warning } else { Severity::Error };
    let message = format!("`{}` belongs to {part} {}, and the stack runs {part} {has}", package.text, package.version);
    let mut finding = Finding::new(fact.code.as_str(), severity, message, &fact.fact);
    finding.help = format!("write `{}`", mended(package, stack));
    Some(finding)
}

fn with_help(mut finding: Finding, fact: &Package) -> Finding {
    finding.help = match &fact.fact.help {
        Some(help) => format!("{}: {help}", fact.fact.says),
        None => fact.fact.says.clone(),
    };
    finding
}
