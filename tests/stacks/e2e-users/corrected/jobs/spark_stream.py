import logging

from pyspark.sql import SparkSession
from pyspark.sql.functions import col, from_json
from pyspark.sql.types import StringType, StructField, StructType


def spark():
    try:
        made = (
            SparkSession.builder.appName("users")
            .config("spark.cassandra.connection.host", "cassandra")
            .getOrCreate()
        )
        made.sparkContext.setLogLevel("ERROR")
        return made
    except Exception as error:
        logging.error("no session: %s", error)


def topic(session):
    return (
        session.readStream.format("kafka")
        .option("kafka.bootstrap.servers", "kafka:9092")
        .option("subscribe", "users_created")
        .option("startingOffsets", "earliest")
        .load()
    )


def users(raw):
    record = StructType([
        StructField("id", StringType(), False),
        StructField("first_name", StringType(), False),
        StructField("last_name", StringType(), False),
        StructField("gender", StringType(), False),
        StructField("address", StringType(), False),
        StructField("post_code", StringType(), False),
        StructField("email", StringType(), False),
        StructField("username", StringType(), False),
        StructField("dob", StringType(), False),
        StructField("registered_date", StringType(), False),
        StructField("phone", StringType(), False),
        StructField("picture", StringType(), False),
    ])
    text = raw.selectExpr("CAST(value AS STRING)")
    return text.select(from_json(col("value"), record).alias("data")).select("data.*")


if __name__ == "__main__":
    session = spark()
    if session is not None:
        rows = users(topic(session))
        query = (
            rows.writeStream.format("org.apache.spark.sql.cassandra")
            .option("checkpointLocation", "/opt/sparkflow/checkpoints/spark_stream")
            .option("keyspace", "spark_streams")
            .option("table", "created_users")
            .start()
        )
        query.awaitTermination()
