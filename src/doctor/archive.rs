//! The members of a bundle as one `.tar.gz`. Bytes only; writing the file is the caller's business.

use std::collections::BTreeMap;
use std::io;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Text by path, below one folder; sorted and without times, so that the same members make the same bytes.
///
/// # Errors
/// When a path cannot be written in an archive.
pub fn pack(folder: &str, members: &BTreeMap<String, String>) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (path, text) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o600);
        archive.append_data(&mut header, format!("{folder}/{path}"), text.as_bytes())?;
    }
    archive.into_inner()?.finish()
}

/// A member's path from a name that services and users choose.
#[must_use]
pub fn path_of(name: &str) -> String {
    let safe =
        |character: char| if character.is_ascii_alphanumeric() || "-_.".contains(character) { character } else { '-' };
    let path: String = name.chars().map(safe).collect();
    path.trim_start_matches('.').to_string()
}
