"""Runs jobs of a pipeline on small given data: the very files that spark-submit is given, on one local Spark. What they
read from Kafka and Cassandra is what a case gives, and what they write there is kept and said. Nothing else is replaced.

    python try_jobs.py FOLDER SECONDS [CASE]

FOLDER holds `question.json` and `jobs/<name>/`, and gets `answers.jsonl`: a line per case, in their order. Whoever asks
may be gone: after SECONDS the program ends by itself. A case that does not end takes this process with it: the next one
is tried by a new one (from CASE on), so that no case meets what another left.
"""

import base64
import contextlib
import datetime
import decimal
import io
import json
import os
import runpy
import shutil
import sys
import tempfile
import threading
import time
import traceback

FOLDER, SECONDS = os.path.abspath(sys.argv[1]), float(sys.argv[2])
FIRST = int(sys.argv[3]) if len(sys.argv) > 3 else 0
UNTIL = time.monotonic() + SECONDS
MOST_PRINTED = 200_000
MOST_SAID = 20_000


def later(seconds, what, *args):
    timer = threading.Timer(seconds, what, args)
    timer.daemon = True
    timer.start()
    return timer


later(SECONDS, os._exit, 124)
# There is no network to find a name for this machine in, and times are in UTC, as in the stack.
os.environ.update(SPARK_LOCAL_IP="127.0.0.1", SPARK_LOCAL_HOSTNAME="localhost", TZ="UTC")
time.tzset()
JAVA = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -Duser.timezone=UTC"
CONF = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "localhost",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": JAVA,
    # A handful of rows: what makes large data fast makes these slow.
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.warehouse.dir": "/tmp/warehouse",
}
WORDS = [word for key, value in CONF.items() for word in ("--conf", f"'{key}={value}'")]
os.environ["PYSPARK_SUBMIT_ARGS"] = " ".join(["--master local[2] --driver-memory 768m", *WORDS, "pyspark-shell"])

from pyspark import SparkContext  # noqa: E402
from pyspark.sql import DataFrameReader, DataFrameWriter, SparkSession  # noqa: E402
from pyspark.sql import types as T  # noqa: E402
from pyspark.sql.streaming import DataStreamReader, DataStreamWriter  # noqa: E402

KAFKA, CASSANDRA = "kafka", "org.apache.spark.sql.cassandra"
REPLACED = {KAFKA, CASSANDRA}
RECORD = "key binary, value binary, topic string, partition int, offset bigint, timestamp timestamp, timestampType int"
SCALARS = {
    "int": T.IntegerType(), "bigint": T.LongType(), "double": T.DoubleType(), "boolean": T.BooleanType(),
    "timestamp": T.TimestampType(), "date": T.DateType(),
}  # fmt: skip


class TestError(Exception):
    """What a job asked for cannot be given to it here."""


# ------------------------------------------------------------------------------------------------ values and their types


def spark_type(kind):
    if isinstance(kind, str):
        return SCALARS.get(kind, T.StringType())
    ((form, of),) = kind.items()
    if form == "decimal":
        return T.DecimalType(of["precision"], of["scale"])
    if form == "list":
        return T.ArrayType(spark_type(of))
    if form == "map":
        return T.MapType(spark_type(of[0]), spark_type(of[1]))
    return T.StringType()


def from_json(value, kind):
    """A cell as the case gives it -> what Spark takes."""
    if value is None:
        return None
    if kind == "timestamp":
        return datetime.datetime.fromisoformat(value.removesuffix("Z"))
    if kind == "date":
        return datetime.date.fromisoformat(value)
    if kind in ("int", "bigint"):
        return int(value)
    if kind == "double":
        return float(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else value == "true"
    if isinstance(kind, str):
        return value
    ((form, of),) = kind.items()
    if form == "decimal":
        return decimal.Decimal(value)
    if form == "list":
        return [from_json(item, of) for item in value]
    if form == "map":
        return {from_json(key, of[0]): from_json(item, of[1]) for key, item in value.items()}
    return value


def to_json(value):
    """A cell as Spark gives it -> what an answer holds."""
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        keys = {key: to_json(key) for key in value}
        return {k if isinstance(k, str) else json.dumps(k): to_json(value[key]) for key, k in keys.items()}
    return value


# --------------------------------------------------------------------------------------------- what stands for the stack


class World:
    """Topics and tables of one case."""

    def __init__(self, question, given):
        self.letters_of = {letters: topic for topic, letters in question["topics"].items()}
        self.declared, self.topics = question["tables"], {topic: [] for topic in question["topics"]}
        self.topics.update(given["topics"])
        self.sent, self.queries, self.used = {}, [], set(given["tables"])
        self.tables = {name: {} for name in self.declared}
        for name, rows in given["tables"].items():
            columns = {column["name"]: column["kind"] for column in self.declared[name]["columns"]}
            for row in rows:
                self.put(name, {c: from_json(row.get(c), kind) for c, kind in columns.items()})
        self.folder = tempfile.mkdtemp(prefix="case-")
        self.checkpoints = os.path.join(self.folder, "checkpoints")

    def sink(self, options):
        wanted = (options.get("keyspace"), options.get("table"))
        for name, table in self.declared.items():
            if (table["keyspace"], table["table"]) == wanted:
                return name
        raise TestError(f"the pipeline has no table {wanted[0]}.{wanted[1]}")

    def put(self, name, row):
        """As Cassandra does: a row of the same key is the same row."""
        key = tuple(to_json(row.get(column)) for column in self.declared[name]["key"])
        for column, part in zip(self.declared[name]["key"], key):
            if part is None:
                raise TestError(f"a row of `{name}` has no `{column}`, which is in the table's key: {row}")
        self.tables[name].setdefault(json.dumps(key), {}).update(row)

    def read(self, session, reader, source, options, streams):
        if source == CASSANDRA:
            name = self.sink(options)
            columns = self.declared[name]["columns"]
            schema = T.StructType([T.StructField(c["name"], spark_type(c["kind"])) for c in columns])
            rows = [tuple(row.get(c["name"]) for c in columns) for row in self.tables[name].values()]
            return session.createDataFrame(rows, schema)
        topics = [topic.strip() for topic in options.get("subscribe", "").split(",") if topic.strip()]
        if not topics:
            raise TestError("only `subscribe` is known here, with the names of topics")
        folder = tempfile.mkdtemp(dir=self.folder)
        with open(os.path.join(folder, "records.json"), "w", encoding="utf-8") as file:
            for topic in topics:
                if topic not in self.topics:
                    raise TestError(f"the pipeline has no topic `{topic}`")
                for offset, record in enumerate(self.topics[topic]):
                    file.write(json.dumps(raw(topic, offset, record)) + "\n")
        return reader.schema(RECORD).json(folder)

    def write(self, df, source, options):
        if source == CASSANDRA:
            name = self.sink(options)
            known = {column["name"] for column in self.declared[name]["columns"]}
            strange = [column for column in df.columns if column not in known]
            if strange:
                raise TestError(f"the table of `{name}` has no column {', '.join(strange)}")
            self.used.add(name)
            for row in df.collect():
                self.put(name, row.asDict())
            return
        for row in df.collect():
            row = row.asDict()
            value = row.get("value")
            text = value.decode("utf-8", "replace") if isinstance(value, (bytes, bytearray)) else value
            self.sent.setdefault(options.get("topic") or row.get("topic"), []).append(text)

    def settle(self):
        """Waits for the streams that nobody waited for."""
        for query in self.queries:
            query.awaitTermination()

    def answer(self):
        letters = {}
        for topic, values in self.sent.items():
            if topic in self.letters_of:
                read = [json.loads(value) for value in values]
                letters[self.letters_of[topic]] = [{"reason": one["reason"], "value": one["value"]} for one in read]
        tables = {name: [{c: to_json(v) for c, v in row.items()} for row in self.tables[name].values()] for name in self.used}
        return {"tables": tables, "letters": letters}

    def close(self):
        for query in self.queries:
            with contextlib.suppress(Exception):  # it ended by itself, with an error that was said
                query.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def raw(topic, offset, record):
    """A record as Kafka's source shows it; binary columns are base64 in JSON."""
    coded = {name: None if text is None else base64.b64encode(text.encode()).decode() for name, text in record.items()}
    now = datetime.datetime.now().isoformat(timespec="milliseconds") + "Z"
    return {**coded, "topic": topic, "partition": 0, "offset": offset, "timestamp": now, "timestampType": 0}


WORLD = None


def replace(side, ending, act):
    """Makes readers or writers of Spark's remember what they are told about Kafka and Cassandra, and ask the case then."""
    original = {name: getattr(side, name) for name in ("format", "option", "options", ending)}

    def format(self, source):
        if source in REPLACED:
            self._source = source
            return self
        self._source = None
        return original["format"](self, source)

    def option(self, key, value):
        self.__dict__.setdefault("_told", {})[key] = value
        return original["option"](self, key, value)

    def options(self, **options):
        self.__dict__.setdefault("_told", {}).update(options)
        return original["options"](self, **options)

    def end(self, path=None, format=None, *args, **options):
        source = format if format in REPLACED else getattr(self, "_source", None)
        told = {**self.__dict__.get("_told", {}), **options}
        return act(self, source, told, lambda: original[ending](self, path, format, *args, **options))

    side.format, side.option, side.options = format, option, options
    setattr(side, ending, end)


def load(reader, source, told, usual):
    if source is None:
        return usual()
    return WORLD.read(reader._spark, reader, source, told, isinstance(reader, DataStreamReader))


def save(writer, source, told, usual):
    return usual() if source is None else WORLD.write(writer._df, source, told)


def start(writer, source, told, usual):
    """One micro-batch with everything that is there, and no second one."""
    if source is not None:
        world = WORLD
        writer.foreachBatch(lambda batch, _: world.write(batch, source, told))
    TRIGGER(writer, availableNow=True)
    if not str(told.get("checkpointLocation", "")).startswith(WORLD.checkpoints):
        # The job has a place of its own for it, which other cases would find.
        writer.option("checkpointLocation", tempfile.mkdtemp(dir=WORLD.folder))
    query = usual() if source is None else START(writer)
    WORLD.queries.append(query)
    return query


TRIGGER, START = DataStreamWriter.trigger, DataStreamWriter.start
replace(DataFrameReader, "load", load)
replace(DataStreamReader, "load", load)
replace(DataFrameWriter, "save", save)
replace(DataStreamWriter, "start", start)
DataStreamWriter.trigger = lambda self, **_: self
# The session is everybody's.
SparkSession.stop = lambda self: None
SparkContext.stop = lambda self: None


# --------------------------------------------------------------------------------------------------------------- a case


class Printed(io.StringIO):
    """What the job prints, as far as anybody reads it."""

    def write(self, text):
        return super().write(text) if self.tell() < MOST_PRINTED else len(text)


def fresh(base, conf):
    """A session with nothing in it, which the job finds as its own."""
    session = base.newSession()
    jvm = base._jvm
    jvm.SparkSession.setActiveSession(session._jsparkSession)
    jvm.SparkSession.setDefaultSession(session._jsparkSession)
    SparkSession._instantiatedSession = SparkSession._activeSession = session
    for key, value in conf.items():
        with contextlib.suppress(Exception):  # a setting that only a new process can have
            session.conf.set(key, value)
    return session


def attempt(base, question, case):
    """What comes of one case."""
    global WORLD
    about = question["jobs"][case["job"]]
    folder = os.path.join(FOLDER, "jobs", case["job"])
    session, WORLD, printed = fresh(base, about["conf"]), World(question, case["given"]), Printed()
    end = "well"
    try:
        with contextlib.redirect_stdout(printed):
            run(folder, about["args"])
            WORLD.settle()
    except SystemExit as left:
        if left.code not in (None, 0):
            end = badly(str(left.code).removeprefix("error: "), str(left.code))
    except BaseException as error:
        end = badly(reason(error), "".join(traceback.format_exception(error)))
    answer = {"end": end, "printed": printed.getvalue(), **WORLD.answer()}
    WORLD.close()
    session.catalog.clearCache()
    return answer


def run(folder, args):
    """The job's file as spark-submit runs it, with its module beside it."""
    before = set(sys.modules)
    arguments, paths, hook, leave = sys.argv, list(sys.path), sys.excepthook, sys.exit
    sys.argv, sys.path[0] = [os.path.join(folder, "main.py"), *args], folder
    try:
        import sparkflow_pipeline as pipeline

        stand_in(pipeline)
        runpy.run_path(sys.argv[0], run_name="__main__")
    finally:
        sys.argv, sys.path[:], sys.excepthook, sys.exit = arguments, paths, hook, leave
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(FOLDER):
                del sys.modules[name]


def stand_in(pipeline):
    """Replaces what asks Kafka without Spark, and what reads the offsets that Kafka's source would keep."""
    pipeline.CHECKPOINTS = WORLD.checkpoints
    replaced = {
        "require_topics": lambda topics: [pipeline._declared(pipeline.TOPICS, topic, "topic") for topic in topics],
        "end_offsets": lambda topic: {"0": len(WORLD.topics[topic])},
        "_offsets": lambda paths: {},
    }
    for name, stand in replaced.items():
        if hasattr(pipeline, name):
            setattr(pipeline, name, stand)


def badly(why, everything):
    return {"badly": {"why": why, "all": everything[-MOST_SAID:]}}


def reason(error):
    """The line that says why: of an error of Python's inside a stream the last one, else the first."""
    text = str(getattr(error, "desc", None) or error).strip()
    if "Traceback (most recent call last)" in text:
        said = [line for line in text.splitlines() if line[:1].isalpha() and ": " in line and not line.startswith("Traceback")]
        text = said[-1] if said else text
    first = text.splitlines()[0] if text else ""
    name = type(error).__name__
    return first if name in ("PipelineError", "TestError") else f"{name}: {first}"


def say(answer, seconds):
    with open(os.path.join(FOLDER, "answers.jsonl"), "a", encoding="utf-8") as file:
        file.write(json.dumps({**answer, "seconds": round(seconds, 3)}, ensure_ascii=False) + "\n")


def give_up(index, seconds):
    """A case that does not end: it is said, and a new process goes on with the next one."""
    with ENDING:
        if CURRENT[0] != index:
            return  # it ended in this moment
        say({"end": {"never": {"seconds": seconds}}}, seconds)
        SparkContext._gateway.proc.kill()
        left = str(max(1.0, UNTIL - time.monotonic()))
        os.execv(sys.executable, [sys.executable, os.path.abspath(__file__), FOLDER, left, str(index + 1)])


ENDING, CURRENT = threading.Lock(), [None]


def main():
    with open(os.path.join(FOLDER, "question.json"), encoding="utf-8") as file:
        question = json.load(file)
    cases = list(enumerate(question["cases"]))[FIRST:]
    if cases:
        base = session_of(cases[0][1]["job"])
    for index, case in cases:
        CURRENT[0], started = index, time.monotonic()
        timer = later(question["case_seconds"], give_up, index, question["case_seconds"])
        answer = attempt(base, question, case)
        with ENDING:
            CURRENT[0] = None
            timer.cancel()
            say(answer, time.monotonic() - started)
    sys.stdout.flush()
    os._exit(0)  # a session that held nothing needs no closing, which takes a second


def session_of(job):
    """The session that all others are made of, with the defaults that the module of every job has."""
    sys.path.insert(0, os.path.join(FOLDER, "jobs", job))
    import sparkflow_pipeline as pipeline

    session = pipeline.session("test")
    session.sparkContext.setLogLevel("ERROR")
    del sys.modules["sparkflow_pipeline"], sys.path[0]
    return session


main()
