//! `SF2xx`: from the source's record to the table's column.

use super::{Code, code};

pub(super) const CODES: &[Code] = &[
    code(
        "SF201",
        "a mapped field is not in the schema",
        "A source's map fills fields of the topic's schema. A field of another name would be dropped.",
    ),
    code(
        "SF202",
        "a required field is not mapped",
        "Every record would lack it, and every record would go to the dead letters.",
    ),
    code(
        "SF203",
        "a field is never filled",
        "The schema has it, the source does not map it: it is null in every record.",
    ),
    code(
        "SF204",
        "not a path to one value",
        "Paths are the part of RFC 9535 that names exactly one value: `$.a.b`, `$.a[0]`, `$['a b']`. Wildcards, filters, slices and `..` are for the list of records and for fields that are lists.",
    ),
    code(
        "SF205",
        "a projection makes another type",
        "join makes text, hash and generate: uuid make a UUID, generate: now makes a timestamp, and a constant is what it is. The field is declared as something else.",
    ),
    code(
        "SF206",
        "a cast makes another type",
        "The cast of a path names the type to make; the field must have the same.",
    ),
    code(
        "SF207",
        "the key of a topic is not a field",
        "The key is taken out of the record, so it must be one of its fields.",
    ),
    code(
        "SF208",
        "the key of a topic may be null",
        "Records without a key are spread over all partitions, and updates of one thing lose their order. Make the field required.",
    ),
    code(
        "SF209",
        "the key is generated",
        "A retry after a lost answer generates another key, and the same thing arrives twice as two rows. `hash:` makes the same key from the same values.",
    ),
    code("SF210", "the key of a table", "Key columns must be columns of the table, each once."),
    code(
        "SF211",
        "a key column of a type that cannot be one",
        "Cassandra compares keys; lists and maps cannot be compared.",
    ),
    code(
        "SF212",
        "a query reads a column its table does not have",
        "The table is a topic or sink of this file, and its schema has no such column.",
    ),
    code(
        "SF213",
        "a query yields what the table has no column for",
        "The write would fail, or the column would be lost. Add it to the sink, or leave it out of the query.",
    ),
    code(
        "SF214",
        "a column is never filled",
        "The job writes the table and does not yield this column. A key column must be there; any other stays null.",
    ),
    code(
        "SF215",
        "a type does not fit the column",
        "An error where no value fits; a warning where some lose digits or fail (bigint into int, text into uuid).",
    ),
    code("SF216", "an expectation about no column", "`verify.expect` names a column that the sink does not have."),
];
