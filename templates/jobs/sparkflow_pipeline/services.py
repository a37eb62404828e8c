# ------------------------------------------------------------------------------------------------- Kafka and Cassandra


def require_topics(topics):
    """Fails now, by name, where a topic (or the dead letter topic it needs) is not there."""
    wanted = set(topics)
    for topic in topics:
        wanted.add(_declared(TOPICS, topic, "topic")["dead_letter_topic"] or topic)
    with _kafka_admin() as (admin, bootstrap):
        present = set(admin.listTopics().names().get())
    missing = sorted(wanted - present)
    if missing:
        raise PipelineError(f"topic {', '.join(missing)} is not in Kafka at {bootstrap}: run `sparkflow up`")


def end_offsets(topic):
    """The offset after the last record of each partition, now."""
    jvm = session()._jvm
    latest = jvm.java.util.HashMap()
    with _kafka_admin() as (admin, _):
        described = admin.describeTopics(jvm.java.util.Collections.singletonList(topic)).allTopicNames().get()
        for partition in described.get(topic).partitions():
            place = jvm.org.apache.kafka.common.TopicPartition(topic, partition.partition())
            latest.put(place, jvm.org.apache.kafka.clients.admin.OffsetSpec.latest())
        found = admin.listOffsets(latest).all().get()
        return {str(place.partition()): found.get(place).offset() for place in latest.keySet()}


@contextlib.contextmanager
def _kafka_admin():
    spark = session()
    jvm, bootstrap = spark._jvm, _kafka_options(spark)["kafka.bootstrap.servers"]
    properties = jvm.java.util.Properties()
    properties.put("bootstrap.servers", bootstrap)
    properties.put("request.timeout.ms", REQUEST_TIMEOUT_MS)
    properties.put("default.api.timeout.ms", REQUEST_TIMEOUT_MS)
    admin = jvm.org.apache.kafka.clients.admin.AdminClient.create(properties)
    try:
        yield admin, bootstrap
    except Exception as error:
        raise PipelineError(f"Kafka at {bootstrap} does not answer: {_first_line(error)}") from error
    finally:
        admin.close()


def require_table(sink):
    """Fails now, by name, where a table is not there."""
    _load_table(session(), sink)


def _load_table(spark, sink):
    table = _declared(TABLES, sink, "table")
    try:
        rows = _cassandra(spark.read, sink).load()
    except Exception as error:
        name, cause = f"{table['keyspace']}.{table['table']}", _first_line(error)
        if cause.startswith("Couldn't find"):
            cause = "it is not in Cassandra"
        raise PipelineError(f"table {name} (sink/{sink}) cannot be used: {cause}: run `sparkflow up`") from error
    lost = [c["name"] for c in table["columns"] if c["name"] not in rows.columns]
    if lost:
        raise PipelineError(f"table {table['keyspace']}.{table['table']} lacks {', '.join(lost)}: run `sparkflow up`")
    return rows


def _cassandra(side, sink):
    table = _declared(TABLES, sink, "table")
    return side.format("org.apache.spark.sql.cassandra").options(keyspace=table["keyspace"], table=table["table"])


def _kafka_options(spark):
    bootstrap = spark.sparkContext.getConf().get("spark.sparkflow.kafka.bootstrap", BOOTSTRAP)
    # Kafka's own minute would hold a job on an address that means nothing any more: it fails sooner, and begins again.
    return {
        "kafka.bootstrap.servers": bootstrap,
        "kafka.request.timeout.ms": REQUEST_TIMEOUT_MS,
        "kafka.default.api.timeout.ms": REQUEST_TIMEOUT_MS,
    }


def _declared(things, name, noun):
    if name not in things:
        known = ", ".join(things) or "none"
        raise PipelineError(f"job/{JOB} has no {noun} `{name}` (it has: {known}): add it to `reads` or `writes` of the job")
    return things[name]
