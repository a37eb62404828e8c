//! The examples and remedies of `explain`: `pages.yaml`, read when a page is asked for.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// What a page shows besides the code's text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Keys laid over a sound pipeline.
    #[serde(default)]
    pub example: Option<String>,
    /// A whole file.
    #[serde(default)]
    pub alone: Option<String>,
    pub fix: String,
    /// `false` where one file alone cannot show it.
    #[serde(default = "yes")]
    fires: bool,
}

const fn yes() -> bool {
    true
}

static PAGES: LazyLock<BTreeMap<String, Page>> = LazyLock::new(|| {
    serde_yaml::from_str(include_str!("pages.yaml")).expect("our own pages are sound: a test reads them all")
});

/// The page of a code, in any case.
#[must_use]
pub fn page(code: &str) -> Option<&'static Page> {
    PAGES.get(&code.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{TWENTY_LINES, resolve};

    #[test]
    fn every_example_fires() {
        let mut silent = Vec::new();
        for (code, page) in PAGES.iter().filter(|(_, page)| page.fires) {
            let (text, profiles): (String, &[&str]) = match (&page.example, &page.alone) {
                (Some(example), None) => {
                    let example: String = example.lines().map(|line| format!("    {line}\n")).collect();
                    (format!("{TWENTY_LINES}\nprofiles:\n  example:\n{example}"), &["example"])
                }
                (None, Some(alone)) => (alone.clone(), &[]),
                _ => (String::new(), &[]),
            };
            let (_, found) = resolve(&text, profiles, &[]);
            let codes: Vec<&str> = found.iter().map(|one| one.code).collect();
            if !codes.contains(&code.as_str()) {
                silent.push(format!("{code}: {codes:?}"));
            }
        }
        assert_eq!(silent, [""; 0]);
    }

    #[test]
    fn every_code_has_a_page() {
        let without = crate::model::codes::all().filter(|entry| page(entry.code).is_none()).map(|entry| entry.code);
        assert_eq!(without.collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn every_page_belongs_to_a_code_and_says_what_to_do() {
        for (code, page) in PAGES.iter() {
            assert!(crate::model::codes::find(code).is_some(), "{code}");
            assert!(page.example.is_some() != page.alone.is_some() && !page.fix.is_empty(), "{code}");
        }
    }
}
