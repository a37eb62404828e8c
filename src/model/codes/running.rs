//! `SF3xx` capacity, `SF4xx` Kafka and Cassandra, `SF5xx` jobs, `SF6xx` schedules, `SF7xx` hygiene.

use super::{Code, code};

pub(super) const CODES: &[Code] = &[
    code(
        "SF301",
        "streams leave no cores for batch",
        "A streaming job holds its cores for as long as it runs. A batch job that needs more than is left waits for ever, and its task never ends. Add workers or cores, or ask for fewer.",
    ),
    code(
        "SF302",
        "batch jobs will queue",
        "The jobs of a schedule that may start together ask for more cores than are free. They run one after the other; nothing is lost but time.",
    ),
    code("SF303", "a job asks for more cores than there are", "All workers together offer fewer."),
    code(
        "SF304",
        "an executor does not fit a worker",
        "An executor lives in one worker, and asks for more memory than any worker offers. Spark would wait for ever.",
    ),
    code(
        "SF305",
        "too little memory for Spark",
        "Spark keeps 300 MiB for itself and refuses to start with less than one and a half times that, 450 MiB.",
    ),
    code(
        "SF306",
        "two services want one port",
        "Host ports are documented ones unless the file says otherwise. Write another port for one of them, or `ports: auto`.",
    ),
    code("SF401", "more copies than brokers", "Each copy of a topic lives on another broker."),
    code("SF402", "more copies in sync than copies", "Every write with acks=all would be refused."),
    code(
        "SF403",
        "unknown topic configuration",
        "Kafka refuses to make a topic with a configuration key it does not know.",
    ),
    code(
        "SF404",
        "a topic configuration of the wrong kind",
        "Kafka would refuse the value, or take it for something else.",
    ),
    code(
        "SF405",
        "more copies than Cassandra nodes",
        "Each copy of a row lives on another node; with fewer nodes no write can be acknowledged by all.",
    ),
    code(
        "SF501",
        "a job of an unknown kind",
        "The extension of `file` says what a job is: .sql, .py or .jar. A Maven project is named with `maven:`.",
    ),
    code("SF502", "a job without a main class", "A jar may hold many; `class:` names the one to run."),
    code(
        "SF503",
        "a query that is not understood here",
        "sparkflow reads SQL only to check it. Spark knows more of it and has the last word; what could not be read is not checked.",
    ),
    code(
        "SF504",
        "a SQL job that is not one query",
        "A SQL job is one SELECT; its rows go to the sinks under `writes`. Statements that change things, and several statements, are refused.",
    ),
    code("SF505", "a query whose rows go nowhere", "Without `writes` the result of the query is dropped."),
    code(
        "SF506",
        "a stream without a topic",
        "Spark can follow a topic for ever. A table has no end to follow: run such a job in a schedule.",
    ),
    code("SF507", "a key without effect", "This kind of job does not look at the key."),
    code(
        "SF508",
        "a master set in code",
        "A master in the code wins over the cluster that the job is submitted to: it would run inside the driver, on one machine, and seem to work.",
    ),
    code(
        "SF601",
        "not a time for a schedule",
        "Presets (@hourly, @daily, @weekly, @monthly, @quarterly, @yearly), five cron fields in UTC, an interval such as 15m, or manual.",
    ),
    code("SF602", "a time that never comes", "No month that the expression names has such a day: 30 February."),
    code(
        "SF603",
        "tasks that wait for each other",
        "`after` makes a circle, so none of the tasks could start. The message shows the whole circle.",
    ),
    code(
        "SF604",
        "a stream as a task",
        "A streaming job never ends, and neither would its task. `up` starts streaming jobs and keeps them running.",
    ),
    code(
        "SF605",
        "a value that looks like a template",
        "Airflow expands {{ }} in task values, with its variables and connections in reach. Values that hold it are refused unless the task says `template: true`.",
    ),
    code(
        "SF606",
        "an interval that is too short",
        "A schedule starts whole jobs. For seconds, use a stream or a source.",
    ),
    code("SF607", "a schedule without tasks", "It would do nothing."),
    code(
        "SF608",
        "a DAG of your own in the place of a generated one",
        "Each schedule becomes a DAG of its name. Airflow keeps one DAG per id, and which of two files wins is chance. Rename the schedule or your DAG.",
    ),
    code(
        "SF701",
        "a secret in clear text",
        "Files are committed, shared and shown. Take the value from a variable, or leave the key out and a secret is generated and kept in the project.",
    ),
    code(
        "SF702",
        "a floating image tag",
        "`latest`, or no tag at all, names another image after the next pull. A version or a digest stays the same.",
    ),
    code("SF703", "a password in an address", "Addresses are shown in plans and logs."),
    code("SF704", "not an http address", "Sources are read over http or https."),
    code(
        "SF705",
        "a withdrawn image",
        "The publisher has removed or frozen its versioned images; a pull may fail or bring an unmaintained copy.",
    ),
    code(
        "SF706",
        "a requirement without an exact version",
        "Requirements are baked into images, and a build must be the same tomorrow. Each line is `name==version`, with extras, a condition after `;` and hashes where wanted. Other files, indexes and addresses are not read from here.",
    ),
    code(
        "SF707",
        "a package without an exact version",
        "Packages are baked into Spark's image with what they need. Each is `group:artifact:version`, named once; ranges, LATEST and snapshots change by themselves.",
    ),
    code(
        "SF708",
        "something to bake into an image that is not ours",
        "Requirements and packages become part of the images that sparkflow builds. An image that the file names is taken as it is.",
    ),
    code(
        "SF709",
        "a variable that nobody reads",
        "The first word of the variable is a slip away from the one that the images of its kind read (`KAKFA_` for `KAFKA_`), or one of the two underscores between Airflow's sections and keys is missing. The container starts, and the setting does nothing.",
    ),
];
