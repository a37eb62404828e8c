"""Asserts that a ledger counts every record once, whatever cut the stream off: on a local Spark, with checkpoints written by hand.

    python tests/jobs/ledgers.py FOLDER

FOLDER holds `sparkflow_pipeline.py`, rendered from templates/jobs/sparkflow_pipeline.py.j2 with tests/jobs/context.json.
"""

import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, sys.argv[1])
os.environ.setdefault("PYSPARK_SUBMIT_ARGS", "--master local[1] --driver-memory 600m --conf spark.ui.showConsoleProgress=false pyspark-shell")

import sparkflow_pipeline as pipeline  # noqa: E402

ID = "6f2c3a4e-58d1-4f6b-9a1e-0c7d5b2e9f10"
TRACER_ID = "5f10f10e" + ID[8:]
COLUMNS = "topic string, partition int, offset bigint, timestamp timestamp, key binary, value binary"
ORDERS = "orders"


class Checkpoint:
    """What Spark leaves in a checkpoint, and the ledger beside it."""

    def __init__(self, initial):
        pipeline.CHECKPOINTS = tempfile.mkdtemp()
        self.folder = f"{pipeline.CHECKPOINTS}/copy"
        self.is_called("first")
        self.put("sources/0/0", "\0v1\n" + json.dumps({ORDERS: initial}))

    def put(self, path, text):
        os.makedirs(os.path.dirname(f"{self.folder}/{path}"), exist_ok=True)
        with open(f"{self.folder}/{path}", "w") as file:
            file.write(text)

    def is_called(self, name):
        self.put("metadata", json.dumps({"id": name}))

    def planned(self, batch, ends):
        settings = {"batchWatermarkMs": 0, "batchTimestampMs": 1, "conf": {"spark.sql.shuffle.partitions": "4"}}
        self.put(f"offsets/{batch}", "\n".join(["v1", json.dumps(settings), json.dumps({ORDERS: ends})]))

    def committed(self, batch):
        self.put(f"commits/{batch}", 'v1\n{"nextBatchWatermarkMs":0}')

    def ledger(self):
        """As a process that has just started has it."""
        return pipeline.StreamLedger(self.folder)

    def read(self):
        with open(f"{pipeline.CHECKPOINTS}/.ledger/copy.json") as file:
            return json.load(file)


def seen(records, bad=0):
    return {
        "records": records, "good": records - bad, "bad": bad, "tracers_kept": 0, "tracers_left_out": 0,
        "newest_ms": 5,
    }  # fmt: skip


def run(ledger, number, records, bad=0, until=None):
    """A batch, up to the point where it is cut off."""
    batch = ledger.begin(number)
    batch.read(ORDERS, seen(records, bad))
    ledger.letters(batch, ORDERS)
    if until == "letters":
        return
    batch.wrote("orders_by_name", {"rows": records - bad, "nulls": {"total": 1}})
    ledger.end(batch)


def totals(state):
    """As `verify` adds them up: the settled batches and the last one."""
    whole = json.loads(json.dumps(state["before"]))
    if state["last"] is not None:
        pipeline._fold(whole, state["last"])
    return whole


def batches_add_up():
    checkpoint = Checkpoint({"0": 10, "1": 0})
    ledger = checkpoint.ledger()
    for number, ends, records, bad in [(0, {"0": 20, "1": 5}, 15, 0), (1, {"0": 30, "1": 5}, 10, 2), (2, {"0": 31, "1": 6}, 2, 0)]:
        checkpoint.planned(number, ends)
        run(ledger, number, records, bad)
        checkpoint.committed(number)
    whole = totals(checkpoint.read())
    orders = whole["topics"][ORDERS]
    assert (orders["first"], orders["next"]) == ({"0": 10, "1": 0}, {"0": 31, "1": 6}), orders
    assert (orders["records"], orders["good"], orders["bad"], orders["letters"]) == (27, 25, 2, 2), orders
    assert whole["sinks"]["orders_by_name"] == {"rows": 25, "nulls": {"total": 3}}, whole
    assert whole["batches"] == 3, whole


def a_batch_that_runs_twice_is_counted_once():
    checkpoint = Checkpoint({"0": 0})
    checkpoint.planned(0, {"0": 10})
    run(checkpoint.ledger(), 0, 10, bad=1)
    checkpoint.committed(0)
    checkpoint.planned(1, {"0": 25})
    # Killed after all was written and before Spark had committed it, then killed while it sent its letters.
    run(checkpoint.ledger(), 1, 15, bad=3)
    restarted = checkpoint.ledger()
    restarted.resume()
    assert totals(checkpoint.read())["topics"][ORDERS]["next"] == {"0": 10}, "what is not committed will come again"
    run(restarted, 1, 15, bad=3, until="letters")
    run(checkpoint.ledger(), 1, 15, bad=3)
    orders = totals(checkpoint.read())["topics"][ORDERS]
    assert (orders["records"], orders["bad"], orders["letters"], orders["next"]) == (25, 4, 4, {"0": 25}), orders
    assert checkpoint.read()["letters_repeated"] == {ORDERS: 6}, checkpoint.read()
    checkpoint.committed(1)
    checkpoint.planned(2, {"0": 26})
    run(checkpoint.ledger(), 2, 1)
    assert totals(checkpoint.read())["topics"][ORDERS]["records"] == 26


def another_checkpoint_begins_a_ledger_anew():
    checkpoint = Checkpoint({"0": 0})
    checkpoint.planned(0, {"0": 10})
    run(checkpoint.ledger(), 0, 10)
    checkpoint.committed(0)
    checkpoint.is_called("second")
    checkpoint.planned(0, {"0": 4})
    run(checkpoint.ledger(), 0, 4)
    state = checkpoint.read()
    assert (state["checkpoint"], totals(state)["topics"][ORDERS]["records"]) == ("second", 4), state


def a_ledger_that_is_lost_goes_on_from_the_checkpoint():
    checkpoint = Checkpoint({"0": 0})
    checkpoint.planned(0, {"0": 10})
    run(checkpoint.ledger(), 0, 10)
    checkpoint.committed(0)
    shutil.rmtree(f"{pipeline.CHECKPOINTS}/.ledger")
    checkpoint.ledger().resume()
    orders = totals(checkpoint.read())["topics"][ORDERS]
    assert orders == {"first": {"0": 10}, "next": {"0": 10}}, orders
    checkpoint.planned(1, {"0": 12, "1": 1})
    run(checkpoint.ledger(), 1, 3)
    orders = totals(checkpoint.read())["topics"][ORDERS]
    assert (orders["first"], orders["next"], orders["records"]) == ({"0": 10, "1": 0}, {"0": 12, "1": 1}, 3), orders


def a_ledger_that_missed_a_batch_begins_anew():
    checkpoint = Checkpoint({"0": 0})
    checkpoint.planned(0, {"0": 10})
    run(checkpoint.ledger(), 0, 10)
    checkpoint.committed(0)
    checkpoint.planned(1, {"0": 20})
    checkpoint.committed(1)
    checkpoint.planned(2, {"0": 21})
    run(checkpoint.ledger(), 2, 1)
    orders = totals(checkpoint.read())["topics"][ORDERS]
    assert (orders["first"], orders["records"]) == ({"0": 20}, 1), orders


def a_ledger_of_another_format_is_not_read():
    checkpoint = Checkpoint({"0": 0})
    for content in ["{", "[]", '{"format": 99}', ""]:
        checkpoint.put("../.ledger/copy.json", content)
        checkpoint.planned(0, {"0": 2})
        run(checkpoint.ledger(), 0, 2)
        assert totals(checkpoint.read())["topics"][ORDERS]["records"] == 2, content


def records_are_told_apart_in_one_pass(spark):
    def record(**fields):
        return json.dumps({"id": ID, "name": "Ada", **fields})

    now = datetime.datetime.now()
    old = now - datetime.timedelta(minutes=11)
    values = [(record(), now), (record(age=1), now), (record(age="x"), now), (record(id=TRACER_ID), now), (record(id=TRACER_ID), old)]
    rows = [(ORDERS, 0, at, time, bytearray(b"k"), bytearray(value.encode())) for at, (value, time) in enumerate(values)]
    frame = spark.createDataFrame(rows, COLUMNS)
    for tracer, kept in [("keep", 1), ("leave_out", 0)]:
        pipeline.TRACER = tracer
        parsed = pipeline.parse(frame, ORDERS)
        found = pipeline.tally(parsed, ORDERS)
        assert (found["records"], found["good"], found["bad"]) == (5, 2, 1), found
        assert (found["tracers_kept"], found["tracers_left_out"]) == (kept, 2 - kept), found
        assert abs(found["newest_ms"] - now.timestamp() * 1000) < 2, found
        assert pipeline.good(parsed, ORDERS).count() == 2 + kept
    nothing = pipeline.tally(parsed.limit(0), ORDERS)
    assert (nothing["records"], nothing["newest_ms"]) == (0, None), nothing


def a_run_is_kept_beside_the_one_before_it():
    pipeline.CHECKPOINTS = tempfile.mkdtemp()
    path = pipeline._ledger_path(pipeline.JOB)

    def kept():
        with open(path) as file:
            return json.load(file)

    first = pipeline.Run()
    first.reads(ORDERS, {"0": 12})
    first.found(ORDERS, {"records": 12, "good": 12})
    first.wrote("orders_by_name", {"rows": 3, "nulls": {"total": 1}})
    first.wrote("orders_by_name", {"rows": 2, "nulls": {"total": 0}})
    assert kept()["run"]["state"] == "running"
    first._ended("ok")
    second = pipeline.Run()
    second.failed(ValueError("the books do not balance\nat line 3"))
    second._ended("ok")
    ledger = kept()
    assert ledger["previous"]["sinks"] == {"orders_by_name": {"rows": 5, "nulls": {"total": 1}}}, ledger
    assert ledger["previous"]["topics"] == {ORDERS: {"next": {"0": 12}, "records": 12, "good": 12}}, ledger
    assert (ledger["previous"]["state"], ledger["run"]["state"]) == ("ok", "failed"), ledger
    assert ledger["run"]["error"] == "the books do not balance", ledger


# A run of its own, without Spark: FOLDER, CHECKPOINTS, and how it ends.
ENDING = """
import sys
sys.path.insert(0, sys.argv[1])
import sparkflow_pipeline as pipeline
from types import SimpleNamespace
pipeline.CHECKPOINTS = sys.argv[2]
pipeline.session = lambda: SimpleNamespace(sparkContext=SimpleNamespace(applicationId="app-1"))
pipeline.Run.current()
def tried():
    try:
        sys.exit(3)
    except SystemExit:
        pass
"""


def a_run_that_ends_itself_has_failed_unless_it_went_on():
    for ending, state, error in [
        ("tried()", "ok", None),
        ("sys.exit()", "ok", None),
        ("tried()\nsys.exit(0)", "ok", None),
        ("sys.exit(3)", "failed", "it ended itself: 3"),
        ("sys.exit('no books\\nat all')", "failed", "it ended itself: no books"),
    ]:
        checkpoints = tempfile.mkdtemp()
        subprocess.run([sys.executable, "-c", ENDING + ending, sys.argv[1], checkpoints], timeout=60, stderr=subprocess.DEVNULL)
        with open(f"{checkpoints}/.ledger/{pipeline.JOB}.json") as file:
            kept = json.load(file)["run"]
        assert (kept["state"], kept["error"]) == (state, error), (ending, kept)


def main():
    spark = pipeline.session()
    cases = [
        batches_add_up,
        a_batch_that_runs_twice_is_counted_once,
        another_checkpoint_begins_a_ledger_anew,
        a_ledger_that_is_lost_goes_on_from_the_checkpoint,
        a_ledger_that_missed_a_batch_begins_anew,
        a_ledger_of_another_format_is_not_read,
        a_run_is_kept_beside_the_one_before_it,
        a_run_that_ends_itself_has_failed_unless_it_went_on,
    ]
    for case in cases:
        case()
        print(f"ok {case.__name__.replace('_', ' ')}", flush=True)
    records_are_told_apart_in_one_pass(spark)
    print("ok records are told apart in one pass", flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
