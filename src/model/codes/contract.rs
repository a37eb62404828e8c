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
        "The tables there are topics or sinks of this file, or what the query makes of them, and none of them has such a column.",
    ),
    code(
        "SF213",
        "a query yields what the table has no column for",
        "The write would fail, or the column would be lost. Add it to the sink, or leave it out of the query.",
    ),
    code(
        "SF214",
        "a column is never filled",
        "The job writes the table and does not yield this column. A query must yield every column of its table, so that a forgotten one is not taken for an empty one. A job of own code may leave out what is not in the key; it stays null.",
    ),
    code(
        "SF215",
        "a type does not fit the column",
        "The writer of a query's rows takes what fits every value (int into bigint, date into timestamp) and refuses the rest: a cast in the query says what is meant. What is text to Spark, such as text into uuid, is a warning; so is what a job of own code declares, where values may be lost.",
    ),
    code("SF216", "an expectation about no column", "`verify.expect` names a column that the sink does not have."),
    code(
        "SF220",
        "a value of several types without a cast",
        "The value is text in one record and a number in another (`any_of`). A column has one type, so the query or the map must say which one is made of it.",
    ),
    code(
        "SF221",
        "a key column that may be null",
        "Cassandra has no row without its key: the first null stops the job. The field is not required, or an outer join or a CASE without ELSE may leave nothing there.",
    ),
    code(
        "SF222",
        "a column of several types",
        "`any_of` says what a record may hold. A table's column has one type, alone or inside a list or map.",
    ),
    code(
        "SF223",
        "a column under almost the right name",
        "What the job yields has no column, and a column of the table is never filled, and the two names differ only by case, `_` or one letter. They were meant to be one.",
    ),
    code(
        "SF224",
        "two fields of the same letters",
        "`postcode` and `post_code` in one schema: one of them is usually a slip, filled by one side and read by the other.",
    ),
    code(
        "SF225",
        "a job reads what is not there",
        "The columns that a job says it reads must be among the fields of the topic or the columns of the sink, in the type it says.",
    ),
    code(
        "SF226",
        "a field that nobody reads",
        "The source fills it, every record carries it, and no job takes it. That may be what you want; said only where all readers say what they take.",
    ),
    code(
        "SF227",
        "topics of almost the same name",
        "`user_created` and `users_created`, of which one has no writer or the other no reader: the records go into one and the job waits at the other.",
    ),
    code(
        "SF228",
        "part of a query is not checked",
        "Without Spark a query is read from its text. Some of Spark's syntax is not understood that way; nothing is claimed about what depends on it.",
    ),
    code(
        "SF229",
        "a result column without a name",
        "Spark makes up a name such as `count(1)` or `upper(city)`, which is no column of any table. `AS name` gives it one.",
    ),
    code(
        "SF240",
        "Spark refuses a query",
        "Spark's own analyser was asked, with the schemas of the pipeline, and the query does not resolve: an unknown column, table or function, types that do not go together, a syntax error. The job would fail at its start with the same words.",
    ),
    code(
        "SF241",
        "a result of a type that the column cannot hold",
        "Spark says of which type the result is, and the generated writer puts no value of it into this column: it changes nothing on the way. Cast it in the query.",
    ),
    code(
        "SF242",
        "a result has a column twice",
        "The writer finds the table's columns by their names, and cannot choose between two of one name: the job ends at its first write.",
    ),
    code(
        "SF244",
        "a stream that makes one row of many",
        "A streaming SQL job runs its query over each micro-batch by itself. Totals, windows, DISTINCT and LIMIT see that batch alone, and their rows replace those of earlier batches. Store the records, and aggregate the table in a batch job.",
    ),
    code(
        "SF245",
        "queries read without Spark",
        "The authority on a query is Spark's own analyser, in the image that the jobs run in. Where it could not be asked, what is said about queries is inferred from their text: it holds, and it is less.",
    ),
    code(
        "SF250",
        "a path gives several types",
        "Records of a sample or replay have values of more than one type at this path, and the map has no cast for it. A cast says which type is meant; without one the others are dead letters.",
    ),
    code(
        "SF251",
        "values do not get their type",
        "Values of a sample or replay are of another type than the field, or its cast cannot read them. Such records become dead letters.",
    ),
    code(
        "SF252",
        "a required field is not there",
        "The field is required, and records of a sample or replay have nothing, or null, at its path. Such records become dead letters.",
    ),
    code(
        "SF253",
        "a field is empty in all records",
        "Nothing, or null, is at its path in every record that was looked at. Mostly the path is spelled otherwise than the source does.",
    ),
    code("SF254", "values that nothing maps", "What the source sends beyond the map. It is left out of the topic."),
    code(
        "SF255",
        "keys repeat in the sample",
        "Several records of the sample have the same key. Tables are upserts: the last one of a key stays.",
    ),
    code(
        "SF256",
        "fewer records than asked for",
        "A sample is bounded in requests, bytes and time, and a source may have less to give or not answer at all. What was not seen was not judged.",
    ),
    code(
        "SF257",
        "a replay gives no records",
        "The file of recorded answers cannot be served, or the source's `records` does not lead to the list in them. The replay service would stop, or every request be an error.",
    ),
];
