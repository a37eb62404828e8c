"""Counts on the executors, then fails in the driver."""

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
print(spark.range(3).count())
raise ValueError("the books do not balance")
