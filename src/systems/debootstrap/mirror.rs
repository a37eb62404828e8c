//! Where this machine gets Debian's packages from, so that a company's own mirror is honoured.
//!
//! Reads apt's source lists, both formats. An address with a password in it is left alone: it would end up in an image.

use std::fs;
use std::path::{Path, PathBuf};

/// What Debian calls its releases besides their names.
const ALIASES: [&str; 5] = ["stable", "oldstable", "testing", "unstable", "sid"];

/// Addresses to take packages from. Nothing: debootstrap knows the public ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mirror {
    pub(super) main: Option<String>,
    pub(super) security: Option<String>,
}

impl Mirror {
    /// What the machine we run on uses; only a Debian's own lists name Debian's packages.
    pub(super) fn of_this_machine() -> Self {
        let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
        if field(&system, "ID") != Some("debian") {
            return Self::default();
        }
        let codename = field(&system, "VERSION_CODENAME").unwrap_or_default();
        let entries: Vec<Entry> = lists(Path::new("/etc/apt"))
            .iter()
            .flat_map(|path| {
                let text = fs::read_to_string(path).unwrap_or_default();
                if path.extension().is_some_and(|end| end == "sources") { stanzas(&text) } else { lines(&text) }
            })
            .collect();
        Self::among(&entries, codename)
    }

    fn among(entries: &[Entry], codename: &str) -> Self {
        let uri = |ending: &str| {
            let serving =
                || entries.iter().filter(|entry| entry.serves(codename, ending)).map(|entry| entry.uri.as_str());
            // Others who publish packages also call their suite after the release; few call themselves Debian.
            serving().find(|uri| uri.contains("debian")).or_else(|| serving().next()).map(str::to_owned)
        };
        Self { main: uri(""), security: uri("-security") }
    }

    /// The root needs certificates before apt can talk to these.
    pub(super) fn is_encrypted(&self) -> bool {
        [&self.main, &self.security].into_iter().flatten().any(|uri| uri.starts_with("https:"))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    uri: String,
    suites: Vec<String>,
    components: Vec<String>,
}

impl Entry {
    fn serves(&self, codename: &str, ending: &str) -> bool {
        let is_suite = |suite: &String| {
            suite.strip_suffix(ending).is_some_and(|release| release == codename || ALIASES.contains(&release))
        };
        self.components.iter().any(|component| component == "main") && self.suites.iter().any(is_suite)
    }
}

/// apt's own order: the list first, then the folder by name.
fn lists(apt: &Path) -> Vec<PathBuf> {
    let mut inside: Vec<PathBuf> = fs::read_dir(apt.join("sources.list.d"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "list" || end == "sources"))
        .collect();
    inside.sort();
    inside.insert(0, apt.join("sources.list"));
    inside
}

/// `KEY=value` or `KEY="value"` of os-release.
fn field<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| Some(line.strip_prefix(key)?.strip_prefix('=')?.trim_matches('"')))
}

fn is_usable(uri: &str) -> bool {
    (uri.starts_with("http://") || uri.starts_with("https://")) && !uri.contains('@')
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// `deb [options] uri suite component...`
fn lines(text: &str) -> Vec<Entry> {
    let entry = |line: &str| {
        let rest = line.split('#').next()?.trim().strip_prefix("deb ")?.trim_start();
        let rest = if rest.starts_with('[') { rest.split_once(']')?.1 } else { rest };
        let mut parts = words(rest).into_iter();
        let uri = parts.next().filter(|uri| is_usable(uri))?;
        Some(Entry { uri, suites: vec![parts.next()?], components: parts.collect() })
    };
    text.lines().filter_map(entry).collect()
}

/// `Types:`, `URIs:`, `Suites:`, `Components:`; an empty line ends a stanza, an indented one continues a field.
fn stanzas(text: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')).chain([""]) {
        if line.trim().is_empty() {
            found.extend(entries_of(&std::mem::take(&mut fields)));
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push_str(line);
            }
        } else if let Some((key, value)) = line.split_once(':') {
            fields.push((key.to_ascii_lowercase(), value.to_owned()));
        }
    }
    found
}

fn entries_of(fields: &[(String, String)]) -> Vec<Entry> {
    let values = |key: &str| {
        let value = fields.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value);
        words(value)
    };
    let is_off = values("enabled").iter().any(|value| value == "no");
    if is_off || !values("types").iter().any(|kind| kind == "deb") {
        return Vec::new();
    }
    let uris = values("uris").into_iter().filter(|uri| is_usable(uri));
    uris.map(|uri| Entry { uri, suites: values("suites"), components: values("components") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANZAS: &str = "\
Types: deb
# a remark inside
URIs: http://mirror.example/debian
Suites: bookworm
 bookworm-updates
Components: main

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
";

    #[test]
    fn stanzas_name_the_mirror_and_its_security_suite() {
        let mirror = Mirror::among(&stanzas(STANZAS), "bookworm");
        assert_eq!(mirror.main.as_deref(), Some("http://mirror.example/debian"));
        assert_eq!(mirror.security.as_deref(), Some("http://mirror.example/debian-security"));
        assert!(!mirror.is_encrypted());
    }

    #[test]
    fn lines_with_options_are_read_and_sources_left_out() {
        let text = "deb-src https://mirror.example/debian bookworm main\n\
                    deb [arch=amd64 signed-by=/x.gpg] https://inside.example/debian-proxy stable main contrib # ours\n";
        let mirror = Mirror::among(&lines(text), "bookworm");
        assert_eq!(mirror.main.as_deref(), Some("https://inside.example/debian-proxy"));
        assert_eq!(mirror.security, None);
        assert!(mirror.is_encrypted());
    }

    #[test]
    fn another_publisher_with_the_same_suite_is_not_taken_for_debian() {
        let text = "deb https://apt.tools.example bookworm main\ndeb http://mirror.example/debian bookworm main\n";
        assert_eq!(Mirror::among(&lines(text), "bookworm").main.as_deref(), Some("http://mirror.example/debian"));
    }

    #[test]
    fn an_address_with_a_password_or_of_no_web_server_is_left_alone() {
        let text = "deb https://me:secret@mirror.example/debian bookworm main\ndeb cdrom:[x]/ bookworm main\n";
        assert_eq!(Mirror::among(&lines(text), "bookworm"), Mirror::default());
    }

    #[test]
    fn a_stanza_that_is_switched_off_counts_for_nothing() {
        let off = STANZAS.replace("Types: deb\n", "Types: deb\nEnabled: no\n");
        assert!(stanzas(&off).is_empty());
    }
}
