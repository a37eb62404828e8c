//! `SF1xx`: what refers to what.

use super::{Code, code};

pub(super) const CODES: &[Code] = &[
    code(
        "SF101",
        "a name that nothing has",
        "Sources name topics, jobs name sinks, tasks name sources and jobs. The help names the nearest one there is.",
    ),
    code(
        "SF102",
        "a name that is both a topic and a sink",
        "A query says `FROM users`, which can only be one of them. Rename the topic or the sink.",
    ),
    code(
        "SF103",
        "topics that differ only by `.` and `_`",
        "Kafka replaces dots by underscores in its metric names, so that the two topics share theirs.",
    ),
    code(
        "SF104",
        "a topic name that is taken",
        "Names starting with `__` are Kafka's own. `<topic>.dlq` is made for every topic and holds its dead letters.",
    ),
    code(
        "SF105",
        "two sinks are the same table",
        "Each would declare the table's columns, and undo the other. Declare it once; any number of jobs may write it.",
    ),
    code(
        "SF106",
        "nobody reads a topic",
        "Records will be written, kept for the retention time, and dropped. That may be what you want.",
    ),
    code("SF107", "nobody writes a sink", "The table will be created and stay empty."),
    code(
        "SF108",
        "a query reads an undeclared table",
        "SQL jobs see topics and sinks by the names they have in pipeline.yaml, and nothing else.",
    ),
];
