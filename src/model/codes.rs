//! What each code means, for `explain`. Codes are stable: one that is given up is not used again.

/// A code, a title, and a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    pub code: &'static str,
    pub title: &'static str,
    pub text: &'static str,
}

/// The entry of a code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Code> {
    all().find(|entry| entry.code.eq_ignore_ascii_case(code))
}

/// Every code, in order.
pub fn all() -> impl Iterator<Item = &'static Code> {
    [spec::CODES, references::CODES, contract::CODES, running::CODES, versions::CODES, programs::CODES]
        .into_iter()
        .flatten()
}

const fn code(code: &'static str, title: &'static str, text: &'static str) -> Code {
    Code { code, title, text }
}

mod contract;
pub mod pages;
mod programs;
mod references;
mod running;
mod spec;
mod versions;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn used(folder: &Path, codes: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                used(&path, codes);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            // Facts are data: `code: SF803`.
            let text = text.replace("code: SF", "\"SF").replace('\n', "\"\n");
            for part in text.split("\"SF").skip(1).filter(|part| part.as_bytes().get(3) == Some(&b'"')) {
                codes.insert(format!("SF{}", &part[..3]));
            }
        }
    }

    #[test]
    fn every_code_in_use_is_explained_once() {
        let mut in_use = BTreeSet::new();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        used(&source.join("spec"), &mut in_use);
        for folder in ["rules", "resolve", "facts"] {
            used(&source.join("model").join(folder), &mut in_use);
        }
        let listed: Vec<String> = all().map(|entry| entry.code.to_owned()).collect();
        assert_eq!(listed, in_use.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_code_is_found_in_any_case() {
        assert_eq!(find("sf401").map(|entry| entry.code), Some("SF401"));
        assert_eq!(find("SF999"), None);
    }
}
