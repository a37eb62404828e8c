"""Trades with the profit they would bring."""

import json
import logging
import time

from cassandra.cluster import Cluster
from kafka import KafkaAdminClient
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, from_json, udf
from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType

PORTFOLIO = "/opt/spark-app/required_data/my_portfolio.json"
KEYSPACE = "crypto_keyspace"
TABLE = "crypto_trades"
BROKER = "broker:29092"
TOPIC = "crypto_trades"

with open(PORTFOLIO) as file:
    portfolio = json.load(file)

while True:
    try:
        session = Cluster(["cassandra"], port=9042).connect()
        break
    except Exception:
        logging.warning("the database is not there yet")
        time.sleep(5)

session.execute(f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}")
session.execute(f"""
CREATE TABLE IF NOT EXISTS {KEYSPACE}.{TABLE} (
    symbol text,
    event_time bigint,
    coin_name text,
    price double,
    size double,
    side text,
    profit double,
    PRIMARY KEY (symbol, event_time)
)
""")

spark = (
    SparkSession.builder.appName("price_trades")
    .config(
        "spark.jars.packages",
        "org.apache.spark:spark-sql-kafka-0-10_2.12:3.4.1,com.datastax.spark:spark-cassandra-connector_2.12:3.4.1",
    )
    .config("spark.cassandra.connection.host", "cassandra")
    .getOrCreate()
)

TRADE = StructType([
    StructField("event", StringType(), True),
    StructField("event_time", LongType(), True),
    StructField("coin_name", StringType(), True),
    StructField("symbol", StringType(), True),
    StructField("trade_id", StringType(), True),
    StructField("price", StringType(), True),
    StructField("size", StringType(), True),
    StructField("side", StringType(), True),
])


def wait_for(topic, interval=5):
    client = KafkaAdminClient(bootstrap_servers=BROKER)
    while topic not in client.list_topics():
        time.sleep(interval)


def profit(symbol, price):
    bought = portfolio.get(symbol)
    return (price - float(bought["buy_price"])) * float(bought["size"]) if bought else 0.0


wait_for(TOPIC)
trades = (
    spark.readStream.format("kafka")
    .option("kafka.bootstrap.servers", BROKER)
    .option("subscribe", TOPIC)
    .option("startingOffsets", "latest")
    .load()
    .selectExpr("CAST(value AS STRING)")
    .select(from_json(col("value"), TRADE).alias("data"))
    .select("data.*")
    .withColumn("price", col("price").cast("double"))
    .withColumn("size", col("size").cast("double"))
)
priced = trades.withColumn("profit", udf(profit, DoubleType())(col("symbol"), col("price")))
columns = priced.select("symbol", "event_time", "coin_name", "price", "size", "side", "profit")


def store(batch, _):
    batch.write.format("org.apache.spark.sql.cassandra").mode("append").options(keyspace=KEYSPACE, table=TABLE).save()


columns.writeStream.foreachBatch(store).start().awaitTermination()
