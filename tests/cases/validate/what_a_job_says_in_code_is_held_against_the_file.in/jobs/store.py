from pyspark.sql import SparkSession
from pyspark.sql.functions import col, from_json
from pyspark.sql.types import IntegerType, StringType, StructField, StructType

TOPIC = "order"

order = StructType([
    StructField("id", StringType()),
    StructField("postcode", IntegerType()),
])
spark = SparkSession.builder.appName("store").master("local[*]").getOrCreate()
lines = spark.readStream.format("kafka").option("kafka.bootstrap.servers", "broker:9092").option("subscribe", TOPIC).load()
rows = lines.select(from_json(col("value").cast("string"), order).alias("order")).select("order.*")
rows.writeStream.option("checkpointLocation", "/tmp/store").start()
