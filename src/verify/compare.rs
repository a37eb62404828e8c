//! Whether a row holds what the record said: every column in the one form its type has.

use std::collections::BTreeMap;

use serde_json::Value;

use super::route::{Comes, Route};
use crate::ingest::mapping::MappedRecord;
use crate::ingest::spelling::normal;

/// A column that holds something else than it should.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    pub column: String,
    pub expected: Value,
    pub found: Value,
}

/// What a comparison covered.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Compared {
    pub equal: usize,
    /// Columns the query computes: only Spark knows what they must be.
    pub computed: usize,
    pub differences: Vec<Difference>,
}

/// Compares a stored row with the record it was made from.
#[must_use]
pub(super) fn row(route: &Route<'_>, record: &MappedRecord, stored: &BTreeMap<String, Value>) -> Compared {
    let mut compared = Compared::default();
    for column in &route.sink.columns {
        let Comes::From(field) = route.comes(&column.name) else {
            compared.computed += 1;
            continue;
        };
        let sent = record.value.iter().find(|(name, _)| **name == *field.name).map_or(&Value::Null, |(_, value)| value);
        let expected = normal(sent, &column.kind);
        let found = normal(stored.get(&column.name).unwrap_or(&Value::Null), &column.kind);
        if expected == found {
            compared.equal += 1;
        } else {
            compared.differences.push(Difference { column: column.name.clone(), expected, found });
        }
    }
    compared
}
