//! The entries of one YAML map: in the order of the file, and found by key without a walk through all of them.

use super::node::{Entry, Node};

/// Maps up to this size are walked: that is as fast as looking into an index, and most maps are.
const WALKED: usize = 16;

/// Entries in the order of the file, each key once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Map {
    entries: Vec<Entry>,
    /// Positions in the order of the keys; empty where the map is walked.
    by_key: Vec<usize>,
}

impl Map {
    /// Keys must differ: of equal ones any may be found.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut by_key = Vec::new();
        if entries.len() > WALKED {
            by_key = (0..entries.len()).collect();
            by_key.sort_by(|left, right| entries[*left].key.text.cmp(&entries[*right].key.text));
        }
        Self { entries, by_key }
    }

    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    #[must_use]
    pub fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.position(key).map(|position| &self.entries[position])
    }

    /// The value of a key, to be changed in place.
    pub fn value_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.position(key).map(|position| &mut self.entries[position].value)
    }

    /// All values, to be changed in place; keys stay as they are.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.entries.iter_mut().map(|entry| &mut entry.value)
    }

    fn position(&self, key: &str) -> Option<usize> {
        if self.by_key.is_empty() {
            return self.entries.iter().position(|entry| entry.key.text == key);
        }
        let found = self.by_key.binary_search_by(|position| self.entries[*position].key.text.as_str().cmp(key));
        found.ok().map(|at| self.by_key[at])
    }
}

#[cfg(test)]
mod tests {
    use super::super::node::{Key, Kind, Origin, Scalar, Style};
    use super::*;
    use crate::diagnostic::Span;

    fn entry(key: &str) -> Entry {
        let scalar = Scalar { text: format!("value of {key}"), style: Style::Plain, origin: Origin::Written };
        let value = Node { span: Span::default(), kind: Kind::Scalar(scalar) };
        Entry { key: Key { text: key.to_owned(), span: Span::default() }, value }
    }

    #[test]
    fn every_key_of_a_small_and_of_a_large_map_is_found_and_no_other() {
        for count in [0, 1, WALKED, WALKED + 1, 1_000] {
            // Neither in the order of the keys nor in the reverse.
            let keys: Vec<String> = (0..count).map(|index| format!("k{}", index * 7919 % 1_009)).collect();
            let map = Map::new(keys.iter().map(|key| entry(key)).collect());
            assert_eq!(
                map.entries().iter().map(|entry| &entry.key.text).collect::<Vec<_>>(),
                keys.iter().collect::<Vec<_>>()
            );
            for key in &keys {
                assert_eq!(
                    map.entry(key).and_then(|entry| entry.value.text()),
                    Some(format!("value of {key}").as_str())
                );
            }
            for other in ["", "k", "k1009", "z"] {
                assert_eq!(map.entry(other), None);
            }
        }
    }
}
