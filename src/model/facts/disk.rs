//! How much disk a stack takes: figures that were measured once, for judging before anything is made.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::tables::read;

const MEGABYTE: u64 = 1_000_000;

#[derive(Debug, Deserialize)]
struct Disk {
    /// Where the figures come from, and when they were taken.
    source: String,
    checked: String,
    images: BTreeMap<String, u64>,
    first_data: u64,
}

static DISK: LazyLock<Disk> = LazyLock::new(|| read(include_str!("data/disk.yaml")));

/// Bytes that making an image of this name adds; none where nobody measured it.
#[must_use]
pub fn image_bytes(name: &str) -> Option<u64> {
    let of_kind =
        || DISK.images.iter().find(|(known, _)| known.strip_suffix('*').is_some_and(|kind| name.starts_with(kind)));
    let megabytes = DISK.images.get(name).or_else(|| of_kind().map(|(_, megabytes)| megabytes))?;
    Some(megabytes * MEGABYTE)
}

/// Bytes that new volumes hold once everything has started.
#[must_use]
pub fn first_data_bytes() -> u64 {
    DISK.first_data * MEGABYTE
}

/// Where the figures come from, in words.
#[must_use]
pub fn disk_source() -> String {
    format!("{} (looked up {})", DISK.source, DISK.checked)
}
