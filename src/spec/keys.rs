//! Every key of `pipeline.yaml`: its shape, whether it must be there, what it is for.
//!
//! The only such table; files of tests have their own in `trials`. Service settings are not here: blueprints declare them.

use super::shape::{Key, Object, Shape};

const POSITIVE: Shape = Shape::Int { min: 1, max: i64::MAX };
const COUNT: Shape = Shape::Int { min: 0, max: i64::MAX };
const MOMENT: Shape = Shape::Duration { min_ms: 1 };
const TEXTS: Shape = Shape::Map(&Shape::Text);
const NAMES: Shape = Shape::OneOrMany(&Shape::Text);

pub static PIPELINE: Object = Object {
    title: "a pipeline",
    keys: &[
        Key::new("version", Shape::Int { min: 1, max: 1 }, "Version of this format. 1 is the only one."),
        Key::new("name", Shape::Text, "Name of the pipeline, and of its project in the engine.").required(),
        Key::new(
            "ports",
            Shape::Choice(&["fixed", "auto"]),
            "Host ports: the documented ones (fixed), or free ones (auto).",
        ),
        Key::new(
            "services",
            Shape::Services,
            "Services of the stack. What the flow needs and the file omits is added with defaults.",
        ),
        Key::new(
            "schemas",
            Shape::Map(&Shape::Map(&Shape::Short("type", &FIELD))),
            "Record types by name: fields in order, each with its type.",
        ),
        Key::new("sources", Shape::Map(&Shape::Object(&SOURCE)), "Where records come from."),
        Key::new("topics", Shape::Map(&Shape::Object(&TOPIC)), "Kafka topics."),
        Key::new("jobs", Shape::Map(&Shape::Object(&JOB)), "Spark jobs: SQL, Python, a jar, or a Maven project."),
        Key::new("sinks", Shape::Map(&Shape::Object(&SINK)), "Tables that jobs write."),
        Key::new("schedules", Shape::Map(&Shape::Object(&SCHEDULE)), "Airflow DAGs."),
        Key::new("verify", Shape::Object(&VERIFY), "What `verify` asks for beyond the tracer."),
        Key::new("profiles", Shape::Profiles, "Named changes to this file, taken with `--profile`."),
    ],
    exactly_one: &[],
};

pub static FIELD: Object = Object {
    title: "a field",
    keys: &[
        Key::new(
            "type",
            Shape::FieldType,
            "string, int, bigint, double, boolean, uuid, timestamp, date, decimal(p,s), list<T>, map<K,V>, or any_of<T,U>: values of several types.",
        )
        .required(),
        Key::new("required", Shape::Bool, "Whether a record without it is refused."),
    ],
    exactly_one: &[],
};

pub static SOURCE: Object = Object {
    title: "a source",
    keys: &[
        Key::new("http", Shape::Short("url", &HTTP), "An HTTP API that answers with JSON."),
        Key::new("file", Shape::NotYet("file sources"), "Reserved."),
        Key::new("command", Shape::NotYet("command sources"), "Reserved."),
        Key::new("to", Shape::Text, "The topic that records go to.").required(),
        Key::new(
            "map",
            Shape::Map(&Shape::Short("path", &PROJECTION)),
            "How each field is made. Default: every field of the schema from the key of the same name.",
        ),
        Key::new("replay", Shape::Text, "Recorded answers to serve instead of the address; a file in the project."),
    ],
    exactly_one: &[&["http", "file", "command"]],
};

pub static HTTP: Object = Object {
    title: "an HTTP source",
    keys: &[
        Key::new("url", Shape::Text, "Address, http or https.").required(),
        Key::new("query", TEXTS, "Query parameters."),
        Key::new("records", Shape::Text, "JSON path of the list of records. Default: `$`."),
        Key::new("every", MOMENT, "Time between requests. Default: 1s."),
        Key::new("timeout", MOMENT, "Longest wait for one answer. Default: 5s."),
        Key::new("retries", Shape::Int { min: 0, max: 100 }, "Attempts after the first that failed. Default: 5."),
    ],
    exactly_one: &[],
};

pub static PROJECTION: Object = Object {
    title: "a projection",
    keys: &[
        Key::new("path", Shape::Text, "JSON path in the source record: `$.name.first`."),
        Key::new("cast", Shape::FieldType, "Type to make of it, where the source sends several."),
        Key::new("join", Shape::List(&Shape::Text), "JSON paths whose texts are joined."),
        Key::new("with", Shape::Text, "What stands between joined texts. Default: one space."),
        Key::new("const", Shape::Scalar, "The same value in every record."),
        Key::new("hash", Shape::OneOrMany(&Shape::Text), "JSON paths that a stable UUID is made of."),
        Key::new("generate", Shape::Choice(&["uuid", "now"]), "A new UUID, or the time of the request."),
    ],
    exactly_one: &[&["path", "join", "const", "hash", "generate"]],
};

pub static TOPIC: Object = Object {
    title: "a topic",
    keys: &[
        Key::new("schema", Shape::Text, "Schema of its records.").required(),
        Key::new("key", Shape::Text, "Field that is the record's key."),
        Key::new("partitions", Shape::Int { min: 1, max: 10_000 }, "Default: 1."),
        Key::new("replication", Shape::Int { min: 1, max: 1_000 }, "At most the number of brokers. Default: 1."),
        Key::new("format", Shape::Choice(&["json", "avro"]), "json is the default; avro is reserved."),
        Key::new("config", TEXTS, "Kafka's own topic configuration."),
    ],
    exactly_one: &[],
};

pub static JOB: Object = Object {
    title: "a job",
    keys: &[
        Key::new("sql", Shape::Text, "A query; its result goes to what `writes` names."),
        Key::new("file", Shape::Text, "A .sql, .py or .jar file of the project."),
        Key::new("maven", Shape::Text, "A folder with a pom.xml; built in a container."),
        Key::new("class", Shape::Text, "Main class of a jar or Maven project."),
        Key::new("stream", Shape::Object(&STREAM), "Run all the time instead of once."),
        Key::new(
            "reads",
            Shape::Contract,
            "Topics or sinks it reads, with the columns if you like: `{ orders: [id] }`, `{ orders: { id: uuid } }`. SQL says so itself.",
        ),
        Key::new("writes", Shape::Contract, "Sinks it writes, with the columns if you like: `{ totals: [day, sum] }`."),
        Key::new("args", Shape::List(&Shape::Text), "Arguments of the program."),
        Key::new("cores", Shape::Int { min: 1, max: 1_000 }, "Executor cores. Default: 1."),
        Key::new("memory", Shape::Memory, "Executor memory. Default: 512m."),
        Key::new("driver_memory", Shape::Memory, "Driver memory. Default: 512m."),
        Key::new("conf", TEXTS, "Spark's own configuration."),
    ],
    exactly_one: &[&["sql", "file", "maven"]],
};

pub static STREAM: Object = Object {
    title: "a stream",
    keys: &[
        Key::new("every", MOMENT, "Time between micro-batches. Default: 2s."),
        Key::new("from", Shape::Choice(&["earliest", "latest"]), "Where a new stream starts. Default: earliest."),
    ],
    exactly_one: &[],
};

pub static SINK: Object = Object {
    title: "a sink",
    keys: &[
        Key::new("cassandra", Shape::Object(&CASSANDRA), "A Cassandra table."),
        Key::new("postgres", Shape::NotYet("PostgreSQL sinks"), "Reserved."),
        Key::new("s3", Shape::NotYet("S3 sinks"), "Reserved."),
        Key::new("kafka", Shape::NotYet("Kafka sinks"), "Reserved."),
        Key::new("schema", Shape::Text, "Schema whose fields are the columns."),
        Key::new(
            "columns",
            Shape::Map(&Shape::Short("type", &FIELD)),
            "Columns with their types, where no schema fits.",
        ),
    ],
    exactly_one: &[&["cassandra", "postgres", "s3", "kafka"], &["schema", "columns"]],
};

pub static CASSANDRA: Object = Object {
    title: "a Cassandra table",
    keys: &[
        Key::new("table", Shape::Text, "keyspace.table. Default: the pipeline's name and the sink's name."),
        Key::new("key", Shape::TableKey, "Primary key: the first is the partition key (a list for several columns), the rest are clustering columns.").required(),
        Key::new("replication", Shape::Int { min: 1, max: 1_000 }, "Copies of each row; at most the number of nodes. Default: 1."),
    ],
    exactly_one: &[],
};

pub static SCHEDULE: Object = Object {
    title: "a schedule",
    keys: &[
        Key::new(
            "when",
            Shape::Text,
            "Preset (`@daily`), five cron fields, an interval (`15m`) or `manual`. Default: manual.",
        ),
        Key::new("enabled", Shape::Bool, "Whether it runs by itself. Default: true."),
        Key::new("catchup", Shape::Bool, "Whether missed runs are made up for. Default: false."),
        Key::new("retries", Shape::Int { min: 0, max: 100 }, "Attempts of a task after the first. Default: 1."),
        Key::new("connection", Shape::Text, "Airflow's connection for Spark tasks. Default: spark-conn."),
        Key::new("tasks", Shape::Map(&Shape::Object(&TASK)), "Tasks by name.").required(),
    ],
    exactly_one: &[],
};

pub static TASK: Object = Object {
    title: "a task",
    keys: &[
        Key::new("print", Shape::Text, "Write a line to the task's log."),
        Key::new("ingest", Shape::Text, "Run a source, for a time or for a number of records."),
        Key::new("for", MOMENT, "How long an ingest runs."),
        Key::new("count", POSITIVE, "How many records an ingest takes."),
        Key::new("job", Shape::Text, "Run a job."),
        Key::new("after", NAMES, "Tasks of this schedule that come before."),
        Key::new("template", Shape::Bool, "Let Airflow expand {{ }} in the task's values. Default: false."),
    ],
    exactly_one: &[&["print", "ingest", "job"]],
};

pub static VERIFY: Object = Object {
    title: "the verify section",
    keys: &[
        Key::new("trace", Shape::Object(&TRACE), "The tracer record."),
        Key::new("expect", Shape::Map(&Shape::Object(&EXPECTATION)), "What tables must hold, by sink."),
    ],
    exactly_one: &[],
};

pub static TRACE: Object = Object {
    title: "the tracer",
    keys: &[Key::new("within", MOMENT, "Longest wait for the tracer to arrive. Default: 90s.")],
    exactly_one: &[],
};

pub static EXPECTATION: Object = Object {
    title: "an expectation",
    keys: &[
        Key::new("min_rows", COUNT, "Fewest rows."),
        Key::new("max_null_rate", Shape::Map(&Shape::Share), "Largest share of nulls, by column."),
    ],
    exactly_one: &[],
};
