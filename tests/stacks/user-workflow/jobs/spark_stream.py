import logging
import os
from uuid import uuid4

from cassandra.cluster import Cluster
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, from_json
from pyspark.sql.types import StringType, StructField, StructType

logging.basicConfig(level=logging.INFO)

os.environ["PYSPARK_SUBMIT_ARGS"] = "--packages org.apache.spark:spark-sql-kafka-0-10_2.12:3.3.0 pyspark-shell"


def prepare(session):
    session.execute("""
        CREATE KEYSPACE IF NOT EXISTS spark_streams
        WITH replication = {'class': 'SimpleStrategy', 'replication_factor': '1'}
    """)
    session.execute("""
        CREATE TABLE IF NOT EXISTS spark_streams.created_users (
            id UUID PRIMARY KEY, first_name TEXT, last_name TEXT, gender TEXT, address TEXT, post_code TEXT,
            email TEXT, username TEXT, dob TEXT, registered_date TEXT, phone TEXT, picture TEXT
        )
    """)


def insert(session, **user):
    session.execute(
        """
        INSERT INTO spark_streams.created_users (id, first_name, last_name, gender, address, post_code, email,
            username, dob, registered_date, phone, picture)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (user.get("id") or str(uuid4()), user.get("first_name"), user.get("last_name"), user.get("gender"),
         user.get("address"), user.get("post_code"), user.get("email"), user.get("username"), user.get("dob"),
         user.get("registered_date"), user.get("phone"), user.get("picture")),
    )


spark = (
    SparkSession.builder.appName("users")
    .config("spark.jars.packages", "com.datastax.spark:spark-cassandra-connector_2.12:3.3.0,org.apache.spark:spark-sql-kafka-0-10_2.12:3.3.0")
    .config("spark.cassandra.connection.host", "localhost")
    .getOrCreate()
)
raw = (
    spark.readStream.format("kafka")
    .option("kafka.bootstrap.servers", "localhost:9092")
    .option("subscribe", "user_data")
    .option("startingOffsets", "earliest")
    .load()
)
user = StructType([
    StructField(name, StringType(), False)
    for name in ("id", "first_name", "last_name", "gender", "address", "post_code", "email", "username", "dob",
                 "registered_date", "phone", "picture")
])
rows = raw.selectExpr("CAST(value AS STRING)").select(from_json(col("value"), user).alias("data")).select("data.*")
database = Cluster(["localhost"]).connect()
prepare(database)
(
    rows.writeStream.format("org.apache.spark.sql.cassandra")
    .option("checkpointLocation", "/tmp/checkpoint")
    .option("keyspace", "spark_streams")
    .option("table", "created_users")
    .start()
    .awaitTermination()
)
