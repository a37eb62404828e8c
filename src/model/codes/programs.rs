//! `SF9xx`: jobs and DAG files of the user's own, as far as their literals say what they do.

use super::{Code, code};

pub(super) const CODES: &[Code] = &[
    code(
        "SF901",
        "not a Python program",
        "The images run Python 3.11, which would refuse the file at its first line. The program was read, and not run.",
    ),
    code(
        "SF902",
        "a program that is not checked",
        "It is too large or nests too deep to be read in bounded time. Spark and Airflow may take it all the same.",
    ),
    code(
        "SF903",
        "a secret in code",
        "Code is committed, shared and shown. Jobs get the stack's own passwords from spark-submit; any other belongs in the environment.",
    ),
    code(
        "SF904",
        "a setting that comes too late",
        "spark-submit starts the session's JVM before the code runs: packages, jars, the driver's memory and the deploy mode are settled by then. The connectors of Kafka and Cassandra that fit are in the image.",
    ),
    code(
        "SF905",
        "Python in cluster mode",
        "A standalone cluster runs only jars in cluster mode; spark-submit refuses a Python file there.",
    ),
    code(
        "SF906",
        "a checkpoint that is lost",
        "A stream goes on from its checkpoint. One in a container's own folders is gone with the container, and without one every record is read again, or none.",
    ),
    code(
        "SF907",
        "a topic the pipeline does not have",
        "Kafka makes such a topic when it is first written, and nobody reads it. A letter more or less is enough.",
    ),
    code(
        "SF908",
        "a server the stack does not have",
        "Inside the stack a service is reached by its name. `localhost` is the container the code runs in.",
    ),
    code(
        "SF909",
        "a table the pipeline does not have",
        "A table that is a sink is made by `up`, compared by `plan` and proven by `verify`; any other is not.",
    ),
    code(
        "SF910",
        "a table made as a side effect",
        "A job that makes its own keyspace or table decides what it holds, out of sight of the file. `up` makes tables from the sinks, before any job runs.",
    ),
    code(
        "SF911",
        "fields that are null in every row",
        "The schema in the code and the records of the topic name a field in different ways, or one of them leaves it out. Spark does not complain: the column stays empty. Read from the code's literals.",
    ),
    code(
        "SF912",
        "a field read as another type",
        "Spark makes null of what does not fit the type in the code's schema. Read from the code's literals.",
    ),
    code(
        "SF913",
        "columns that differ from the sink",
        "A statement in the code names columns that the sink does not have, or leaves some out. Read from the text of the statement.",
    ),
    code(
        "SF914",
        "a column of another type than the sink's",
        "`CREATE TABLE IF NOT EXISTS` does nothing where the table is there: the two only seem to agree. Read from the text of the statement.",
    ),
    code(
        "SF915",
        "fields sent under another name, or not at all",
        "The producer and the schema of the topic disagree: the field is null in every record, or every record is a dead letter. Read from the dictionary in the code.",
    ),
    code(
        "SF916",
        "a field sent as another type",
        "The value's form in JSON is not the one the schema of the topic has. Read from the dictionary in the code.",
    ),
    code(
        "SF917",
        "a value that JSON cannot hold",
        "`json.dumps` has no word for a `uuid.UUID` and fails; where the failure is only logged, nothing is ever sent.",
    ),
    code(
        "SF918",
        "cores that nobody counted",
        "`spark.cores.max` in code wins over the job's `cores`, which is what the capacity of the cluster is planned with.",
    ),
    code(
        "SF919",
        "an option that Kafka's reader does not have",
        "Spark passes over options that a reader does not know, without a word. What the option was meant to do is not done.",
    ),
    code(
        "SF921",
        "a schedule that is not what it seems",
        "A schedule among the arguments of tasks is read by nobody. `catchup=True` starts one run for every interval since the first day.",
    ),
    code(
        "SF922",
        "a first day that is always today",
        "Airflow runs a DAG when its first interval is over. A `start_date` of now begins that interval anew each time the file is read.",
    ),
    code(
        "SF923",
        "a file that is not in the container",
        "The program opens a file by an absolute path before it does anything else. A container holds its image, its volumes and what is published, and none of them brings that file: a job ends at that line, and a DAG file is not imported.",
    ),
    code("SF930", "not a jar", "A jar is a zip archive of classes. This file is something else, or cut short."),
    code(
        "SF931",
        "built for another Scala",
        "Spark's jars and the job's must be built for one binary version of Scala. With another, the job ends at its first call, with NoSuchMethodError.",
    ),
    code("SF932", "no such main class", "spark-submit would not find the class in the jar."),
];
