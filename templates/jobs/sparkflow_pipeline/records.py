# ------------------------------------------------------------------------------- splitting good records from bad ones

_STRICT_JSON = {"mode": "PERMISSIVE", "allowSingleQuotes": "false", "allowNonNumericNumbers": "false"}

_SCALARS = {
    # kind: (Spark's type, pattern of the text, what a reader of the reason should know)
    "string": (T.StringType(), None, "text"),
    "int": (T.IntegerType(), r"\A-?\d+\z", "a whole number of 32 bits"),
    "bigint": (T.LongType(), r"\A-?\d+\z", "a whole number of 64 bits"),
    "double": (T.DoubleType(), r"\A-?\d+(\.\d+)?([eE][+-]?\d+)?\z", "a number"),
    "boolean": (T.BooleanType(), r"\A(true|false)\z", "true or false"),
    "uuid": (T.StringType(), r"\A[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z", "a UUID"),
    # Spark's own cast also takes `2024` and `12:30`: the pattern wants a whole date.
    "timestamp": (
        T.TimestampType(),
        r"\A\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?\z",
        "an ISO 8601 time such as 2026-01-31T12:00:00.000Z",
    ),
    "date": (T.DateType(), r"\A\d{4}-\d\d-\d\d\z", "a date such as 2026-01-31"),
}


def open_stream(topics, starting):
    """The raw records of topics as one stream, bounded per batch."""
    spark = session()
    most = spark.conf.get("spark.sparkflow.kafka.maxOffsetsPerTrigger", MAX_RECORDS_PER_BATCH)
    options = {"subscribe": ",".join(topics), "startingOffsets": starting, "maxOffsetsPerTrigger": most}
    return spark.readStream.format("kafka").options(**_kafka_options(spark), **options).load()


def parse(records, topic):
    """Kafka records -> partition, offset, timestamp, key, value, reason (null when good), record (typed), tracer (null when
    it is none, else whether it is kept)."""
    is_text, objects, single, record, reason = _parsing(topic)
    # Step by step, so that Spark parses and converts each record once and not once per use.
    raw = records.select("partition", "offset", "timestamp", "key", "value", is_text, objects)
    parsed = raw.withColumn("object", single).withColumn("record", record).withColumn("reason", reason)
    return parsed.withColumn("tracer", _tracer(topic)).drop("objects", "object")


def _tracer(topic):
    key = TOPICS[topic]["key"]
    kinds = {field["name"]: field["kind"] for field in TOPICS[topic]["fields"]}
    reserved = None if key is None else _reserved(F.col("record")[key], kinds[key])
    if reserved is None:
        return F.lit(None).cast("boolean")
    young = F.col("timestamp") >= F.current_timestamp() - F.expr(f"INTERVAL {TRACER_LIFETIME}")
    return F.when(F.col("reason").isNull() & reserved, young if TRACER == "keep" else F.lit(False))


@functools.cache  # a stream parses the same topic in every batch
def _parsing(topic):
    fields = _declared(TOPICS, topic, "topic")["fields"]
    text = F.decode("value", "UTF-8")
    is_text = (F.encode(text, "UTF-8") == F.col("value")).alias("is_text")
    # In brackets, so that anything after the object is a fault and not silently left out.
    objects = F.from_json(F.concat(F.lit("["), text, F.lit("]")), "array<map<string,string>>", _STRICT_JSON).alias("objects")
    single = F.when(F.size("objects") == 1, F.col("objects")[0])
    texts = {field["name"]: F.element_at("object", F.lit(field["name"])) for field in fields}
    record = F.struct(*[convert(texts[field["name"]], field["kind"]).alias(field["name"]) for field in fields])
    faults = [_fault(field, texts[field["name"]], F.col("record")[field["name"]]) for field in fields]
    reason = (
        F.when(F.col("value").isNull(), F.lit("the record has no value"))
        .when(~F.col("is_text"), F.lit("the value is not UTF-8 text; it is given in base64"))
        .when(F.col("object").isNull(), F.lit("the value is not one JSON object"))
        .otherwise(F.nullif(F.concat_ws("; ", *faults), F.lit("")))
    )
    return is_text, objects, single, record, reason


def good(parsed, topic):
    """The good records of a parsed frame, one column per field."""
    return parsed.where(F.col("reason").isNull() & F.coalesce("tracer", F.lit(True))).select("record.*")


def tally(parsed, topic):
    """What the records of a parsed frame are, in one pass: good, bad, tracers, and how new the newest is."""
    return _tally(parsed.agg(*_tally_columns()).first().asDict())


def _tally_columns():
    return [
        F.count(F.lit(1)).alias("records"),
        F.count("reason").alias("bad"),
        F.count("tracer").alias("tracers"),
        F.count(F.when(F.col("tracer"), 1)).alias("tracers_kept"),
        F.max("timestamp").cast("double").alias("newest"),
    ]


def _tally(seen):
    return {
        "records": seen["records"],
        "good": seen["records"] - seen["bad"] - seen["tracers"],
        "bad": seen["bad"],
        "tracers_kept": seen["tracers_kept"],
        "tracers_left_out": seen["tracers"] - seen["tracers_kept"],
        "newest_ms": None if seen["newest"] is None else int(seen["newest"] * 1000),
    }


def dead_letters(parsed, topic):
    """The bad records of a parsed frame as records for the dead letter topic."""
    value = F.when(F.col("is_text"), F.decode("value", "UTF-8")).otherwise(F.base64("value"))
    letter = F.struct(
        F.lit(topic).alias("topic"), "partition", "offset", F.lit(None).cast("string").alias("source"),
        "reason", value.alias("value"),
    )  # fmt: skip
    bad = parsed.where(F.col("reason").isNotNull())
    return bad.select("key", F.to_json(letter, {"ignoreNullFields": "false"}).alias("value"))


def write_dead_letters(parsed, topic):
    """Sends the bad records of one batch to the dead letter topic, if this job is the one that does."""
    letters = TOPICS[topic]["dead_letter_topic"]
    if letters is None:
        return
    options = {**_kafka_options(parsed.sparkSession), "topic": letters}
    dead_letters(parsed, topic).write.format("kafka").options(**options).save()


def convert(text, kind):
    """A column of JSON text -> the declared type; null where it does not convert exactly."""
    if kind == "string":
        return text
    if isinstance(kind, str):
        to, pattern, _ = _SCALARS[kind]
        return F.when(text.rlike(pattern), text.cast(to))
    ((form, of),) = kind.items()
    if form == "decimal":
        # Through the widest type with the same digits before the point: a value that would be rounded is a fault.
        wide = T.DecimalType(38, 38 - (of["precision"] - of["scale"]))
        number = F.when(text.rlike(_SCALARS["double"][1]), text.cast(wide))
        exact = number.cast(spark_type(kind))
        return F.when(exact.cast(wide) == number, exact)
    if form == "any_of":
        # The text as it came: which of the types it is differs from record to record.
        return F.when(F.coalesce(*[convert(text, one).isNotNull() for one in of], F.lit(False)), text)
    if form == "list":
        items = F.from_json(text, "array<string>", _STRICT_JSON)
        return F.when(_all_convert(items, of), F.transform(items, lambda item: convert(item, of)))
    entries = F.from_json(text, "map<string,string>", _STRICT_JSON)
    keys, values = F.map_keys(entries), F.map_values(entries)
    converted = F.map_from_arrays(
        F.transform(keys, lambda key: convert(key, of[0])), F.transform(values, lambda value: convert(value, of[1]))
    )
    return F.when(_all_convert(keys, of[0]) & _all_convert(values, of[1]), converted)


def _all_convert(items, kind):
    # Cassandra's collections hold no nulls, so a null inside one is a fault as well.
    return items.isNotNull() & ~F.exists(items, lambda item: convert(item, kind).isNull())


def _fault(field, text, value):
    name = field["name"]
    fault = F.when(text.isNotNull() & value.isNull(), F.lit(f"`{name}` is not {kind_name(field['kind'])}"))
    if not field["required"]:
        return fault
    present = F.map_contains_key("object", name)
    fault = fault.when(~present, F.lit(f"`{name}` is required and missing"))
    return fault.when(text.isNull(), F.lit(f"`{name}` is required and null"))


def spark_type(kind):
    if isinstance(kind, str):
        return _SCALARS[kind][0]
    ((form, of),) = kind.items()
    if form == "decimal":
        return T.DecimalType(of["precision"], of["scale"])
    if form == "any_of":
        return T.StringType()
    if form == "list":
        return T.ArrayType(spark_type(of))
    return T.MapType(spark_type(of[0]), spark_type(of[1]))


def kind_name(kind):
    if isinstance(kind, str):
        return _SCALARS[kind][2]
    ((form, of),) = kind.items()
    if form == "decimal":
        return f"a decimal of {of['precision']} digits, {of['scale']} after the point"
    if form == "any_of":
        return " or ".join(kind_name(one) for one in of)
    if form == "list":
        return f"a list in which each item is {kind_name(of)}"
    return f"a map in which each key is {kind_name(of[0])} and each value is {kind_name(of[1])}"


def _widens(given, to):
    """Whether every value of one Spark type fits the other."""
    if given == to or isinstance(given, T.NullType):
        return True
    whole = [T.ByteType(), T.ShortType(), T.IntegerType(), T.LongType()]
    if to in whole:
        return given in whole[: whole.index(to)]
    if to == T.DoubleType():
        return given in [*whole[:3], T.FloatType()]
    if to == T.TimestampType():
        return given == T.DateType()
    if isinstance(to, T.DecimalType):
        digits = {T.ByteType(): 3, T.ShortType(): 5, T.IntegerType(): 10, T.LongType(): 19}.get(given)
        if isinstance(given, T.DecimalType):
            return given.scale <= to.scale and given.precision - given.scale <= to.precision - to.scale
        return digits is not None and digits <= to.precision - to.scale
    if isinstance(to, T.ArrayType) and isinstance(given, T.ArrayType):
        return _widens(given.elementType, to.elementType)
    if isinstance(to, T.MapType) and isinstance(given, T.MapType):
        return _widens(given.keyType, to.keyType) and _widens(given.valueType, to.valueType)
    return False


def _reserved(column, kind):
    """Whether a key is a tracer's; None where no key of this kind can be."""
    reserved = {
        "uuid": lambda: F.lower(column).startswith("5f10f10e-"),
        "string": lambda: column.startswith("__sparkflow_trace__"),
        "bigint": lambda: column < -9_000_000_000_000_000,
        "int": lambda: column < -2_000_000_000,
    }.get(kind if isinstance(kind, str) else None)
    return None if reserved is None else F.coalesce(reserved(), F.lit(False))
