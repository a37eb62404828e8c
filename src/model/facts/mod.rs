//! Which versions work together: facts as data, each with its source and the day it was looked up, and the judging of packages,
//! images, Python requirements and names in DAG files by them. Interval matching, nothing is solved.
//!
//! A combination that is known not to work is an error, one that nobody has tried is a warning. Where nothing is known of a package,
//! nothing is said. Places are the caller's business: see [`Finding::at`].

mod dags;
mod disk;
mod images;
mod packages;
mod pairs;
mod requirements;
mod stack;
mod tables;
mod version;

pub use dags::judge_dag_name;
pub use disk::{disk_source, first_data_bytes, image_bytes};
pub use images::{carried, judge_image};
pub use packages::judge_package;
pub use pairs::judge_stack;
pub use requirements::judge_requirement;
pub use stack::{OWN_CONTAINERS, SERVICES, SOURCES, StackVersions};
pub use tables::{Fact, Part};
pub use version::Version;

use crate::diagnostic::{Diagnostic, Severity, Span};
use tables::Case;

/// What was found about a package, an image or a stack, without a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub code: &'static str,
    pub severity: Severity,
    pub message: String,
    pub help: String,
    /// Where the fact comes from, and when that was looked up.
    pub source: String,
    /// The services whose images disagree, where it is about images.
    pub images: Vec<String>,
}

impl Finding {
    fn new(code: &'static str, severity: Severity, message: String, fact: &Fact) -> Self {
        let help = fact.help.clone().unwrap_or_default();
        // What is known from sparkflow itself needs no source.
        let source = match fact.source.as_str() {
            "" => String::new(),
            source => format!("{source} (looked up {})", fact.checked),
        };
        Self { code, severity, message, help, source, images: Vec::new() }
    }

    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The finding at the place where the user wrote it.
    #[must_use]
    pub fn at(&self, span: Span, label: &str) -> Diagnostic {
        self.diagnostic().at(span, label)
    }

    /// The finding without a place; the caller adds one.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = match self.severity {
            Severity::Error => Diagnostic::error(self.code, &self.message),
            Severity::Warning => Diagnostic::warning(self.code, &self.message),
            Severity::Note => Diagnostic::note(self.code, &self.message),
        };
        match (self.help.as_str(), self.source.as_str()) {
            ("", "") => diagnostic,
            (help, "") => diagnostic.help(help),
            ("", source) => diagnostic.help(format!("known from {source}")),
            (help, source) => diagnostic.help(format!("{help}; known from {source}")),
        }
    }
}

/// What the cases say of a version beside another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Works,
    /// Neither shown to work nor to fail.
    Untested,
    Fails,
    /// No case speaks of this version.
    Unknown,
}

fn verdict(cases: &[Case], of: &Version, on: Option<&Version>) -> Verdict {
    let Some(case) = cases.iter().find(|case| case.of.holds(of)) else { return Verdict::Unknown };
    let in_one = |ranges: &[version::Range]| ranges.iter().any(|range| on.is_none_or(|on| range.holds(on)));
    if in_one(&case.works) {
        Verdict::Works
    } else if in_one(&case.untested) {
        Verdict::Untested
    } else {
        Verdict::Fails
    }
}

/// The severity of a verdict, where it is worth a finding.
fn severity(verdict: Verdict) -> Option<Severity> {
    match verdict {
        Verdict::Works => None,
        Verdict::Untested | Verdict::Unknown => Some(Severity::Warning),
        Verdict::Fails => Some(Severity::Error),
    }
}

/// How sure the message may sound.
fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fails => "does not work with",
        Verdict::Untested | Verdict::Works => "is not known to work with",
        Verdict::Unknown => "is newer or older than what is known about",
    }
}

/// Every fact, for `explain`: code, what it says, source and date.
pub fn all() -> impl Iterator<Item = (&'static str, &'static Fact)> {
    let pairs = tables::PAIRS.iter().map(|pair| (pair.code.as_str(), &pair.fact));
    let packages = tables::PACKAGES.iter().chain(tables::REQUIREMENTS.iter());
    let withdrawn = tables::IMAGES.withdrawn.iter().map(|image| ("SF705", &image.fact));
    pairs.chain(packages.map(|package| (package.code.as_str(), &package.fact))).chain(withdrawn)
}

#[cfg(test)]
mod tests;
