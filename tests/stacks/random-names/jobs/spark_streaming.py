"""Names from the topic into the table."""

import logging

from pyspark.sql import SparkSession
from pyspark.sql.functions import col, from_json
from pyspark.sql.types import FloatType, IntegerType, StringType, StructField, StructType


def session():
    return (
        SparkSession.builder.appName("names")
        .config("spark.jars.packages", "com.datastax.spark:spark-cassandra-connector_2.12:3.0.0,org.apache.spark:spark-sql-kafka-0-10_2.12:3.0.0")
        .config("spark.cassandra.connection.host", "cassandra")
        .config("spark.cassandra.connection.port", "9042")
        .config("spark.cassandra.auth.username", "cassandra")
        .config("spark.cassandra.auth.password", "cassandra")
        .getOrCreate()
    )


def incoming(spark):
    return (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", "kafka1:19092,kafka2:19093,kafka3:19094")
        .option("subscribe", "random_names")
        .option("delimeter", ",")
        .option("startingOffsets", "earliest")
        .load()
    )


def people(frame):
    schema = StructType([
        StructField("full_name", StringType(), False),
        StructField("gender", StringType(), False),
        StructField("location", StringType(), False),
        StructField("city", StringType(), False),
        StructField("country", StringType(), False),
        StructField("postcode", IntegerType(), False),
        StructField("latitude", FloatType(), False),
        StructField("longitude", FloatType(), False),
        StructField("email", StringType(), False),
    ])
    return frame.selectExpr("CAST(value AS STRING)").select(from_json(col("value"), schema).alias("data")).select("data.*")


def main():
    logging.info("begin")
    rows = people(incoming(session()))
    query = (
        rows.writeStream.format("org.apache.spark.sql.cassandra")
        .outputMode("append")
        .options(table="random_names", keyspace="spark_streaming")
        .start()
    )
    query.awaitTermination()


if __name__ == "__main__":
    main()
