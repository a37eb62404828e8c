"""Every user of the topic becomes a row."""

from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import Cluster
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, from_json
from pyspark.sql.types import IntegerType, StringType, StructField, StructType

TOPIC = "users_created"
BROKERS = "broker:29092"
KEYSPACE = "user_data"
TABLE = "users"

MAKE_KEYSPACE = """
    CREATE KEYSPACE IF NOT EXISTS user_data
    WITH replication = {'class': 'SimpleStrategy', 'replication_factor': '1'}
"""

MAKE_TABLE = """
    CREATE TABLE IF NOT EXISTS user_data.users (
        id TEXT PRIMARY KEY,
        first_name TEXT,
        last_name TEXT,
        gender TEXT,
        address TEXT,
        postcode INT,
        email TEXT,
        username TEXT,
        dob TEXT,
        registered TEXT,
        phone TEXT,
        picture TEXT
    )
"""

RECORD = StructType([
    StructField("id", StringType(), False),
    StructField("first_name", StringType(), False),
    StructField("last_name", StringType(), False),
    StructField("gender", StringType(), False),
    StructField("address", StringType(), False),
    StructField("postcode", IntegerType(), False),
    StructField("email", StringType(), False),
    StructField("username", StringType(), False),
    StructField("dob", StringType(), False),
    StructField("registered", StringType(), False),
    StructField("phone", StringType(), False),
    StructField("picture", StringType(), False),
])


def prepare_database():
    login = PlainTextAuthProvider(username="cassandra", password="cassandra")
    session = Cluster(["cassandra"], port=9042, auth_provider=login).connect()
    session.execute(MAKE_KEYSPACE)
    session.execute(MAKE_TABLE)
    session.shutdown()


def main():
    spark = (
        SparkSession.builder.appName("store_users")
        .config("spark.cassandra.connection.host", "cassandra")
        .config("spark.cassandra.auth.username", "cassandra")
        .config("spark.cassandra.auth.password", "cassandra")
        .getOrCreate()
    )
    prepare_database()
    lines = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", BROKERS)
        .option("subscribe", TOPIC)
        .option("startingOffsets", "earliest")
        .load()
    )
    users = lines.select(from_json(col("value").cast("string"), RECORD).alias("user")).select("user.*")
    (
        users.writeStream.format("org.apache.spark.sql.cassandra")
        .option("keyspace", KEYSPACE)
        .option("table", TABLE)
        .option("checkpointLocation", "/tmp/checkpoint")
        .start()
        .awaitTermination()
    )


main()
