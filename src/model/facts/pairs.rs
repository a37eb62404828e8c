//! Parts of a stack against each other: `data/pairs.yaml`.

use super::stack::StackVersions;
use super::tables::{Equal, PAIRS, Pair, Part};
use super::version::Version;
use super::{Finding, Verdict, severity, verdict, words};
use crate::diagnostic::Severity;

/// Everything that is known to be wrong, or not known to be right, in the versions of a stack.
#[must_use]
pub fn judge_stack(stack: &StackVersions) -> Vec<Finding> {
    let mut found = Vec::new();
    for pair in PAIRS.iter() {
        if pair.images.is_empty() {
            found.extend(judge(pair, place(&pair.of), pair.on.as_deref().map(place), stack));
        }
        for image in &pair.images {
            let at = |name: &str| (image.clone(), part(name));
            found.extend(judge(pair, at(&pair.of), pair.on.as_deref().map(at), stack));
        }
    }
    found
}

type Place = (String, Part);

/// `airflow/python`.
fn place(text: &str) -> Place {
    let (image, name) =
        text.split_once('/').expect("a part outside of one image names its image: a test reads them all");
    (image.to_owned(), part(name))
}

pub(super) fn part(name: &str) -> Part {
    serde_yaml::from_str(name).expect("facts name known parts: a test reads them all")
}

fn judge(pair: &'static Pair, of: Place, on: Option<Place>, stack: &StackVersions) -> Option<Finding> {
    if pair.without.as_deref().is_some_and(|service| stack.has(service)) {
        return None;
    }
    let of_version = stack.get(&of.0, of.1)?;
    let on_version = match &on {
        Some((image, part)) => Some(stack.get(image, *part)?),
        None => None,
    };
    let (severity, message) = match (pair.equal, &on, on_version) {
        (Some(equal), Some(on), Some(version)) => disagreement(equal, (&of, of_version), (on, version))?,
        _ => incompatibility(pair, (&of, of_version), on.as_ref().zip(on_version))?,
    };
    let mut finding = Finding::new(pair.code.as_str(), severity, message, &pair.fact);
    if finding.help.is_empty() {
        finding.help = format!("{}: use versions that fit, or leave `image` out for sparkflow's own", pair.fact.says);
    }
    finding.images = std::iter::once(of.0).chain(on.map(|(image, _)| image)).collect();
    finding.images.dedup();
    Some(finding)
}

fn disagreement(equal: Equal, of: (&Place, &Version), on: (&Place, &Version)) -> Option<(Severity, String)> {
    let agree = match equal {
        Equal::Minor => of.1.same_minor(on.1),
        Equal::Exact => of.1.same(on.1),
    };
    if agree {
        return None;
    }
    // Another patch of the same minor may work; that it does is luck.
    let severity = if equal == Equal::Exact && of.1.same_minor(on.1) { Severity::Warning } else { Severity::Error };
    let [(image, part), (other, other_part)] = [of.0, on.0];
    Some((severity, format!("`{image}` has {part} {}, and `{other}` has {other_part} {}", of.1, on.1)))
}

fn incompatibility(pair: &Pair, of: (&Place, &Version), on: Option<(&Place, &Version)>) -> Option<(Severity, String)> {
    let verdict = verdict(&pair.cases, of.1, on.map(|(_, version)| version));
    let severity = severity(verdict)?;
    let subject = format!("{} {} of `{}`", of.0.1, of.1, of.0.0);
    let message = match on {
        Some(((image, part), version)) if *image == of.0.0 => {
            format!("{subject} {} {part} {version} beside it", words(verdict))
        }
        Some(((image, part), version)) => format!("{subject} {} {part} {version} of `{image}`", words(verdict)),
        None if verdict == Verdict::Fails => format!("{subject} does not do what this stack needs"),
        None => format!("{subject} is not known to do what this stack needs"),
    };
    Some((severity, message))
}
