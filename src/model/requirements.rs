//! Requirements files and Maven coordinates as far as we accept them: names with exact versions, nothing that fetches
//! from elsewhere. The package managers resolve them in the build; here they are only read.

use std::str::FromStr;

use pep440_rs::{Operator, VersionSpecifier};
use pep508_rs::{Requirement as Pep508, VerbatimUrl, VersionOrUrl};

/// One accepted line of a requirements file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// From 1.
    pub line: usize,
    /// Lower case, with `-` for every run of `-`, `_` and `.`: the form in which indexes compare names.
    pub name: String,
    pub version: String,
}

/// A line that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// From 1.
    pub line: usize,
    pub text: String,
    pub why: &'static str,
}

/// Every requirement of a file, accepted or not, in its order.
#[must_use]
pub fn read(text: &str) -> Vec<Result<Requirement, Refused>> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, first)) = lines.next() {
        let mut whole = without_comment(first).to_owned();
        while whole.ends_with('\\') {
            whole.pop();
            let Some((_, next)) = lines.next() else { break };
            whole.push_str(without_comment(next));
        }
        let whole = whole.trim();
        if !whole.is_empty() {
            found.push(one(index + 1, whole));
        }
    }
    found
}

/// A `#` starts a comment at the beginning of a line or after a space; elsewhere it belongs to an address.
fn without_comment(line: &str) -> &str {
    let starts = line.match_indices('#').map(|(at, _)| at);
    let comment = starts.into_iter().find(|at| *at == 0 || line[..*at].ends_with([' ', '\t']));
    line[..comment.unwrap_or(line.len())].trim_end()
}

fn one(line: usize, whole: &str) -> Result<Requirement, Refused> {
    let refused = |why| Err(Refused { line, text: whole.to_owned(), why });
    if whole.starts_with('-') {
        return refused("options are not read from this file");
    }
    // What follows are the hashes of the archives.
    let wanted = whole.split(" --hash").next().unwrap_or(whole).trim();
    let Ok(parsed) = Pep508::<VerbatimUrl>::from_str(wanted) else {
        return refused(match wanted {
            address if address.contains("://") || address.contains('@') => "an address is no version",
            pinned if pinned.contains("==") => "it is not understood",
            _ => "it has no exact version",
        });
    };
    let specifiers: &[VersionSpecifier] = match &parsed.version_or_url {
        Some(VersionOrUrl::Url(_)) => return refused("an address is no version"),
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => specifiers,
        None => &[],
    };
    let [exact] = specifiers else { return refused("it has no exact version") };
    if *exact.operator() != Operator::Equal {
        return refused("it has no exact version");
    }
    Ok(Requirement { line, name: parsed.name.to_string(), version: exact.version().to_string() })
}

/// A package of a Maven repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coordinate {
    pub group: String,
    pub artifact: String,
    pub version: String,
}

impl Coordinate {
    /// `group:artifact:version`, the version exact.
    ///
    /// # Errors
    /// Why it is not accepted.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let parts: Vec<&str> = text.split(':').collect();
        let &[group, artifact, version] = parts.as_slice() else {
            return Err("it has not three parts");
        };
        if !is_word(group, &['-', '_', '.']) || !is_word(artifact, &['-', '_', '.']) {
            return Err("a group or an artifact has letters, digits, `-`, `_` and `.`");
        }
        let floating = ["LATEST", "RELEASE"].contains(&version) || version.ends_with("-SNAPSHOT");
        if floating || !is_word(version, &['-', '_', '.', '+']) {
            return Err("it has no exact version");
        }
        Ok(Self { group: group.to_owned(), artifact: artifact.to_owned(), version: version.to_owned() })
    }
}

/// Not empty, starts with a letter or digit, and holds nothing but letters, digits and `others`.
fn is_word(text: &str, others: &[char]) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || others.contains(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_versions_are_read_with_their_lines() {
        let text = "# ours\n\nPandas==2.2.3  # frames\nruamel_yaml.clib == 0.2.8 ; python_version < '3.13'\nrequests[socks]==2.32.3 \\\n    --hash=sha256:aa\n";
        let found: Vec<Requirement> = read(text).into_iter().map(Result::unwrap).collect();
        let short: Vec<(usize, &str, &str)> =
            found.iter().map(|one| (one.line, one.name.as_str(), one.version.as_str())).collect();
        assert_eq!(short, [(3, "pandas", "2.2.3"), (4, "ruamel-yaml-clib", "0.2.8"), (5, "requests", "2.32.3")]);
    }

    #[test]
    fn everything_else_is_refused_at_its_line() {
        for text in [
            "pandas",
            "pandas>=2",
            "pandas~=2.2",
            "pandas==2.*",
            "pandas==2.2,<3",
            "pandas===2.2",
            "-r other.txt",
            "--index-url x",
            "p @ file:///tmp/p.whl",
            "git+https://host/p.git",
            "./local",
            "==2",
            "a b==1",
        ] {
            let found = read(&format!("ok==1\n{text}\n"));
            assert!(matches!(&found[..], [Ok(_), Err(Refused { line: 2, .. })]), "{text}: {found:?}");
        }
    }

    #[test]
    fn coordinates_have_three_parts_and_an_exact_version() {
        assert!(Coordinate::parse("org.postgresql:postgresql:42.7.4").is_ok());
        assert!(Coordinate::parse("com.datastax.spark:spark-cassandra-connector_2.12:3.5.1").is_ok());
        for text in ["a:b", "a:b:c:d", "a::1", "a:b:[1,2)", "a:b:LATEST", "a:b:1-SNAPSHOT", "a:b c:1", "a:b:", "a:b:-1"]
        {
            assert!(Coordinate::parse(text).is_err(), "{text}");
        }
    }
}
