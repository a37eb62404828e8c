"""Asserts what the generated readers do with good and bad records, on a local Spark without Kafka.

    python tests/jobs/splitting_reader.py FOLDER

FOLDER holds `sparkflow_pipeline.py`, rendered from templates/jobs/sparkflow_pipeline.py.j2 with tests/jobs/context.json.
"""

import datetime
import decimal
import json
import os
import sys
import tempfile
import time

sys.path.insert(0, sys.argv[1])
os.environ.setdefault("PYSPARK_SUBMIT_ARGS", "--master local[1] --driver-memory 600m --conf spark.ui.showConsoleProgress=false pyspark-shell")

import sparkflow_pipeline as pipeline  # noqa: E402

ID = "6f2c3a4e-58d1-4f6b-9a1e-0c7d5b2e9f10"
COLUMNS = "topic string, partition int, offset bigint, timestamp timestamp, key binary, value binary"


def record(**fields):
    return json.dumps({"id": ID, "name": "Ada", **fields})


# What must be taken, and as what.
GOOD = [
    (record(), {"name": "Ada", "age": None, "sizes": None}),
    (record(name="Ὑπατία 金 نور 🙂"), {"name": "Ὑπατία 金 نور 🙂"}),
    (record(id=ID.upper()), {"id": ID.upper()}),
    (record(age=None, born_at=None, sizes=None), {"age": None, "born_at": None, "sizes": None}),
    (record(age=-2147483648), {"age": -2147483648}),
    (record(views=9223372036854775807), {"views": 9223372036854775807}),
    (record(score=1), {"score": 1.0}),
    (record(score=-1.5e-7), {"score": -1.5e-7}),
    (record(score=123456789.25), {"score": 123456789.25}),
    (record(active=True), {"active": True}),
    (record(born_at="1994-02-28T12:34:56.789Z"), {"born_at": datetime.datetime(1994, 2, 28, 12, 34, 56, 789000)}),
    (record(born_at="1994-02-28T12:34:56+02:00"), {"born_at": datetime.datetime(1994, 2, 28, 10, 34, 56)}),
    (record(born_at="1994-02-28T12:34:56"), {"born_at": datetime.datetime(1994, 2, 28, 12, 34, 56)}),
    (record(day="2024-02-29"), {"day": datetime.date(2024, 2, 29)}),
    (record(price="12345678.90"), {"price": decimal.Decimal("12345678.90")}),
    (record(price=0.1), {"price": decimal.Decimal("0.10")}),
    (record(price="1.5000"), {"price": decimal.Decimal("1.50")}),
    (record(price=12345678), {"price": decimal.Decimal("12345678.00")}),
    (record(sizes=[1, 2, 3]), {"sizes": [1, 2, 3]}),
    (record(sizes=[]), {"sizes": []}),
    (record(grid=[[1], [], [2, 3]]), {"grid": [[1], [], [2, 3]]}),
    (record(stock={"a": 1, "b": 2}), {"stock": {"a": 1, "b": 2}}),
    (record(by_year={"2024": 1.5, "2025": 2}), {"by_year": {2024: 1.5, 2025: 2.0}}),
    (record(not_declared={"x": [1, {"y": None}]}), {"name": "Ada"}),
    ("  " + record() + "\n", {"name": "Ada"}),
    ('{"id":"%s","name":"a","stock":{"a":1,"a":2}}' % ID, {"stock": {"a": 2}}),
    ('{"id":"%s","name":"\\u0041\\n\\"]}"}' % ID, {"name": 'A\n"]}'}),
]

# What must not be taken, and the reason given.
NOT_JSON = "the value is not one JSON object"
BAD = [
    ("", NOT_JSON),
    ("hello", NOT_JSON),
    ("null", NOT_JSON),
    ("42", NOT_JSON),
    ('"text"', NOT_JSON),
    ("[]", NOT_JSON),
    (f"[{record()}]", NOT_JSON),
    (record()[:-1], NOT_JSON),
    (record() + record(), NOT_JSON),
    (record() + "," + record(), NOT_JSON),
    (record() + " trailing", NOT_JSON),
    (record().replace('"', "'"), NOT_JSON),
    ('{"id":"%s","name":"a","score":NaN}' % ID, NOT_JSON),
    ("{" * 5000, NOT_JSON),
    (None, "the record has no value"),
    (b"\xff\xfe{}", "the value is not UTF-8 text; it is given in base64"),
    ("{}", "`id` is required and missing; `name` is required and missing"),
    ('{"id":"%s"}' % ID, "`name` is required and missing"),
    (record(name=None), "`name` is required and null"),
    (record(id="not-a-uuid"), "`id` is not a UUID"),
    (record(id=ID + "0"), "`id` is not a UUID"),
    (record(id=7, age="old"), "`id` is not a UUID; `age` is not a whole number of 32 bits"),
    (record(age="forty"), "`age` is not a whole number of 32 bits"),
    (record(age=41.5), "`age` is not a whole number of 32 bits"),
    (record(age=2147483648), "`age` is not a whole number of 32 bits"),
    (record(age=True), "`age` is not a whole number of 32 bits"),
    (record(age=""), "`age` is not a whole number of 32 bits"),
    (record(age={"years": 4}), "`age` is not a whole number of 32 bits"),
    (record(views=9223372036854775808), "`views` is not a whole number of 64 bits"),
    (record(score="high"), "`score` is not a number"),
    (record(score=[1]), "`score` is not a number"),
    (record(active="yes"), "`active` is not true or false"),
    (record(active=1), "`active` is not true or false"),
    (record(born_at="yesterday"), "`born_at` is not an ISO 8601 time such as 2026-01-31T12:00:00.000Z"),
    (record(born_at="2023-02-30T00:00:00Z"), "`born_at` is not an ISO 8601 time such as 2026-01-31T12:00:00.000Z"),
    (record(born_at="12:30"), "`born_at` is not an ISO 8601 time such as 2026-01-31T12:00:00.000Z"),
    (record(born_at="2023"), "`born_at` is not an ISO 8601 time such as 2026-01-31T12:00:00.000Z"),
    (record(born_at=1700000000), "`born_at` is not an ISO 8601 time such as 2026-01-31T12:00:00.000Z"),
    (record(day="2023-02-29"), "`day` is not a date such as 2026-01-31"),
    (record(day="2023-02-28T00:00:00Z"), "`day` is not a date such as 2026-01-31"),
    (record(price="1.234"), "`price` is not a decimal of 10 digits, 2 after the point"),
    (record(price="123456789.00"), "`price` is not a decimal of 10 digits, 2 after the point"),
    (record(price="cheap"), "`price` is not a decimal of 10 digits, 2 after the point"),
    (record(sizes=[1, "x"]), "`sizes` is not a list in which each item is a whole number of 32 bits"),
    (record(sizes=[1, None]), "`sizes` is not a list in which each item is a whole number of 32 bits"),
    (record(sizes={"a": 1}), "`sizes` is not a list in which each item is a whole number of 32 bits"),
    (record(sizes=5), "`sizes` is not a list in which each item is a whole number of 32 bits"),
    (record(grid=[[1], ["x"]]), "`grid` is not a list in which each item is a list in which each item is a whole number of 32 bits"),
    (record(stock={"a": "x"}), "`stock` is not a map in which each key is text and each value is a whole number of 32 bits"),
    (record(stock=[1]), "`stock` is not a map in which each key is text and each value is a whole number of 32 bits"),
    (record(by_year={"x": 1}), "`by_year` is not a map in which each key is a whole number of 32 bits and each value is a number"),
]


def records(spark, values, age=datetime.timedelta()):
    raw = [None if v is None else bytearray(v if isinstance(v, bytes) else v.encode()) for v in values]
    at = datetime.datetime.now() - age
    rows = [("orders", index % 3, index, at, bytearray(b"k"), value) for index, value in enumerate(raw)]
    return spark.createDataFrame(rows, COLUMNS).repartition(1)


def good_records_are_typed(spark):
    parsed = pipeline.parse(records(spark, [value for value, _ in GOOD]), "orders")
    rows = parsed.orderBy("offset").collect()
    assert len(rows) == len(GOOD)
    for row, (value, expected) in zip(rows, GOOD):
        assert row["reason"] is None, f"{value}: {row['reason']}"
        for name, wanted in expected.items():
            assert row["record"][name] == wanted, f"{value}: {name} is {row['record'][name]!r}, not {wanted!r}"
    assert pipeline.good(parsed, "orders").count() == len(GOOD)


def bad_records_become_letters_with_a_reason(spark):
    parsed = pipeline.parse(records(spark, [value for value, _ in BAD]), "orders")
    assert pipeline.good(parsed, "orders").count() == 0
    letters = [json.loads(row["value"]) for row in pipeline.dead_letters(parsed, "orders").collect()]
    letters.sort(key=lambda letter: letter["offset"])
    assert len(letters) == len(BAD)
    for index, (letter, (value, reason)) in enumerate(zip(letters, BAD)):
        assert list(letter) == ["topic", "partition", "offset", "source", "reason", "value"], letter
        assert letter["reason"] == reason, f"{value!r}: {letter['reason']!r}, not {reason!r}"
        assert (letter["topic"], letter["partition"], letter["offset"], letter["source"]) == ("orders", index % 3, index, None)
        if not isinstance(value, bytes):
            assert letter["value"] == value, letter


def one_bad_of_a_hundred_leaves_ninety_nine(spark):
    values = [record(age=index) for index in range(99)]
    values.insert(40, record(age="forty"))
    parsed = pipeline.parse(records(spark, values), "orders")
    assert pipeline.good(parsed, "orders").count() == 99
    (letter,) = pipeline.dead_letters(parsed, "orders").collect()
    assert json.loads(letter["value"])["offset"] == 40


def tracers_are_left_out_unless_kept(spark):
    values = [record(), record(id="5f10f10e" + ID[8:]), record(id="5F10F10E" + ID[8:])]
    parsed = pipeline.parse(records(spark, values), "orders")
    assert pipeline.good(parsed, "orders").count() == 1
    pipeline.TRACER = "keep"
    assert pipeline.good(pipeline.parse(records(spark, values), "orders"), "orders").count() == 3
    old = pipeline.parse(records(spark, values, age=datetime.timedelta(minutes=11)), "orders")
    assert pipeline.good(old, "orders").count() == 1, "a replay must not bring a tracer back"
    pipeline.TRACER = "leave_out"


def rows_are_fitted_to_the_table(spark):
    rows = spark.sql("SELECT CAST(1 AS INT) AS ORDERS, 'Ada' AS name, CAST(2 AS DECIMAL(4,1)) AS total")
    fitted = pipeline.fit(rows, "orders_by_name")
    assert fitted.columns == ["name", "orders", "total"]
    assert fitted.schema["orders"].dataType.simpleString() == "bigint"
    wrong = spark.sql("SELECT 'Ada' AS name, 1.5D AS orders, 1 AS surplus")
    try:
        pipeline.fit(wrong, "orders_by_name")
    except pipeline.PipelineError as error:
        text = str(error)
    assert "`orders` is double, the table holds a whole number of 64 bits: write CAST(... AS bigint)" in text, text
    assert "`total` is missing" in text and "`surplus` is no column of the table" in text, text


def bad_records_of_a_batch_are_counted(spark):
    said = []
    pipeline.CHECKPOINTS = tempfile.mkdtemp()
    pipeline.say = lambda event, **facts: said.append((event, facts))
    parsed = pipeline.parse(records(spark, [record(), record(age="x"), "no"]), "orders")
    rows = pipeline.good(pipeline._log_bad_records(parsed, "orders"), "orders")
    rows.createOrReplaceTempView("orders")
    assert spark.sql("SELECT count(*) AS n FROM orders a JOIN orders b ON a.id = b.id").first()["n"] == 1
    for _ in range(100):
        if said:
            break
        time.sleep(0.1)
    ((event, facts),) = said
    assert (event, facts["records"], facts["bad"]) == ("read", 3, 2), said


def main():
    spark = pipeline.session()
    cases = [
        good_records_are_typed,
        bad_records_become_letters_with_a_reason,
        one_bad_of_a_hundred_leaves_ninety_nine,
        tracers_are_left_out_unless_kept,
        rows_are_fitted_to_the_table,
        bad_records_of_a_batch_are_counted,
    ]
    for case in cases:
        case(spark)
        print(f"ok {case.__name__.replace('_', ' ')}", flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
