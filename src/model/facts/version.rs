//! Versions and the ranges that facts are written in: PEP 440, which also reads what Maven and image tags say.

use std::fmt;
use std::str::FromStr;

use pep440_rs::{Version as Pep440, VersionSpecifiers};
use serde::{Deserialize, Deserializer};

/// `3.5.7`, `17`, `2.13`; whatever stands behind the numbers (`-M1`, `.Final`) is left out where PEP 440 does not know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Pep440);

impl Version {
    /// The version a text means, if it starts with a number.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('v');
        if let Ok(version) = Pep440::from_str(text) {
            return Some(Self(version));
        }
        let numbers = text.split(|character: char| !character.is_ascii_digit() && character != '.').next()?;
        Pep440::from_str(numbers.trim_end_matches('.')).ok().map(Self)
    }

    /// Whether both are the same to the second number; a number that is not given is not compared.
    #[must_use]
    pub fn same_minor(&self, other: &Self) -> bool {
        self.0.release().iter().zip(other.0.release()).take(2).all(|(one, two)| one == two)
    }

    /// Whether both are the same as far as both are given.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.0.release().iter().zip(other.0.release()).all(|(one, two)| one == two)
    }

    /// Whether it says more than a major version: `3.5` does, `3` does not.
    #[must_use]
    pub fn is_precise(&self) -> bool {
        self.0.release().len() > 1
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no version")))
    }
}

/// `>=3.5,<4`, `==17.*`, or `any`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range(Option<VersionSpecifiers>);

impl Range {
    #[must_use]
    pub(super) fn holds(&self, version: &Version) -> bool {
        self.0.as_ref().is_none_or(|specifiers| specifiers.contains(&version.0))
    }

    /// Whether it holds for everything a short version may stand for: the tag `3.5` is any of 3.5.0 to 3.5.999.
    #[must_use]
    pub(super) fn holds_throughout(&self, version: &Version) -> bool {
        let last = Version::read(&format!("{version}.999"));
        self.holds(version) && (version.0.release().len() > 2 || last.is_none_or(|last| self.holds(&last)))
    }
}

impl fmt::Display for Range {
    /// `3.5 and later, before 4` would be longer and no clearer than the range itself.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => formatter.write_str("any"),
            Some(specifiers) => specifiers.fmt(formatter),
        }
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "any" {
            return Ok(Self(None));
        }
        VersionSpecifiers::from_str(&text).map(|specifiers| Self(Some(specifiers))).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::read(text).unwrap()
    }

    fn range(text: &str) -> Range {
        serde_yaml::from_str(&format!("\"{text}\"")).unwrap()
    }

    #[test]
    fn versions_of_maven_and_of_tags_are_read() {
        for (text, shown) in [("3.5.7", "3.5.7"), ("v2.4", "2.4"), ("3.0.0-M2", "3.0.0"), ("42.7.3.jre8", "42.7.3")] {
            assert_eq!(version(text).to_string(), shown, "{text}");
        }
        assert_eq!(Version::read("latest"), None);
    }

    #[test]
    fn ranges_hold_what_lies_between_their_ends() {
        for (text, inside, outside) in
            [(">=3.5,<4", "3.5.7", "4.0.0"), ("==17.*", "17.0.13", "21"), ("<3.12", "3.11.9", "3.12")]
        {
            assert!(range(text).holds(&version(inside)), "{text} {inside}");
            assert!(!range(text).holds(&version(outside)), "{text} {outside}");
        }
        assert!(range("any").holds(&version("0.1")));
        assert!(range("<3.5.7").holds(&version("3.5")) && !range("<3.5.7").holds_throughout(&version("3.5")));
    }

    #[test]
    fn a_version_that_says_less_is_compared_as_far_as_it_goes() {
        assert!(version("3.5").same(&version("3.5.7")));
        assert!(!version("3.5.1").same(&version("3.5.7")));
        assert!(version("3.5.1").same_minor(&version("3.5.7")));
        assert!(!version("3").is_precise());
    }
}
