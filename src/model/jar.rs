//! What is in a jar: classes, and the Scala it was built for. Reads the archive's directory and small texts in it; unpacks nothing else.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;

/// Entries that are looked at; a larger archive is judged by its first ones.
const MOST_ENTRIES: usize = 200_000;
/// Project files of Maven are small; what claims to be larger is not read.
const LARGEST_TEXT: u64 = 256 * 1024;
const MOST_TEXTS: usize = 500;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jar {
    /// `a.b.C`
    classes: BTreeSet<String>,
    /// Scala's binary versions, each with what says so.
    pub scala: Vec<Scala>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scala {
    pub version: String,
    pub evidence: String,
}

impl Jar {
    #[must_use]
    pub fn has_class(&self, name: &str) -> bool {
        self.classes.contains(name)
    }

    /// Classes whose last name is the same.
    #[must_use]
    pub fn namesakes(&self, name: &str) -> Vec<&str> {
        let last = name.rsplit('.').next().unwrap_or(name);
        let same = self.classes.iter().filter(|class| class.rsplit('.').next() == Some(last));
        same.map(String::as_str).take(5).collect()
    }
}

/// # Errors
/// Where the bytes are no archive, in our own words.
pub fn read(bytes: &[u8]) -> Result<Jar, &'static str> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| "it is no zip archive")?;
    let mut jar = Jar::default();
    // A name that is no text names no class.
    let names: Vec<String> =
        archive.file_names().take(MOST_ENTRIES).filter_map(Result::ok).map(std::borrow::Cow::into_owned).collect();
    let mut texts = Vec::new();
    for name in names {
        if let Some(class) = name.strip_suffix(".class") {
            jar.classes.insert(class.replace('/', "."));
        }
        if name.starts_with("META-INF/maven/") && name.ends_with("/pom.xml") {
            texts.push(name);
        }
    }
    for name in texts.iter().take(MOST_TEXTS) {
        let own = scala_of(name).into_iter();
        let named = text(&mut archive, name).map(|text| artifacts(&text)).unwrap_or_default();
        for (version, evidence) in own.map(|version| (version, name.to_owned())).chain(named) {
            if !jar.scala.iter().any(|known| known.version == version) {
                jar.scala.push(Scala { version, evidence });
            }
        }
    }
    Ok(jar)
}

/// Nothing where the entry is larger than it should be, or no text.
fn text(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Option<String> {
    let entry = archive.by_name(name).ok()?;
    let mut text = String::new();
    entry.take(LARGEST_TEXT).read_to_string(&mut text).ok()?;
    Some(text)
}

fn artifacts(pom: &str) -> Vec<(String, String)> {
    let found = super::pom::artifacts(pom);
    found.into_iter().filter_map(|artifact| Some((scala_of(&artifact.name)?, artifact.name))).collect()
}

/// `2.13` of `spark-sql_2.13` and of a path with such a part.
#[must_use]
pub fn scala_of(name: &str) -> Option<String> {
    name.split('/').find_map(|part| {
        let (_, version) = part.rsplit_once('_')?;
        let (major, minor) = version.split_once('.')?;
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        (matches!(major, "2" | "3") && is_number(minor)).then(|| version.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    #[must_use]
    fn jar(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (name, text) in entries {
            writer.start_file(*name, stored).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn classes_and_scala_are_read() {
        let pom = "<project><dependencies><dependency><artifactId>spark-sql_2.13</artifactId></dependency></dependencies></project>";
        let read = read(&jar(&[("a/b/Main.class", ""), ("META-INF/maven/a/b/pom.xml", pom)])).unwrap();
        assert!(read.has_class("a.b.Main"));
        assert_eq!(read.namesakes("c.Main"), ["a.b.Main"]);
        assert_eq!(read.scala, [Scala { version: "2.13".to_owned(), evidence: "spark-sql_2.13".to_owned() }]);
    }

    #[test]
    fn what_is_no_archive_is_said_so() {
        for bytes in [&b""[..], b"not a jar", b"PK\x03\x04", &[0xff; 100]] {
            assert_eq!(read(bytes), Err("it is no zip archive"));
        }
    }

    #[test]
    fn scala_is_read_from_names() {
        for (name, version) in [
            ("spark-sql_2.13", Some("2.13")),
            ("a_3.1", Some("3.1")),
            ("word_count", None),
            ("x_2.", None),
            ("java_17", None),
        ] {
            assert_eq!(scala_of(name).as_deref(), version, "{name}");
        }
    }
}
